#include "src/progress_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace emsctl {
namespace {

std::size_t terminal_columns() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool begins_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

std::size_t width_of(const std::string& utf8) {
    std::size_t width = 0;
    for (const char c : utf8) width += begins_character(c);
    return width;
}

}  // namespace

std::string cut_to(const std::string& utf8, std::size_t columns) {
    if (width_of(utf8) <= columns) return utf8;
    const std::size_t kept = columns > 3 ? columns - 3 : 0;
    std::size_t at = 0;
    for (std::size_t seen = 0; at < utf8.size(); ++at)
        if (begins_character(utf8[at]) && seen++ == kept) break;
    return utf8.substr(0, at) + std::string("...").substr(0, columns - kept);
}

progress_line::progress_line() {
    const char* terminal = std::getenv("TERM");
    const char* no_colour = std::getenv("NO_COLOR");
    is_live_ = ::isatty(STDERR_FILENO) == 1 && terminal && *terminal && std::strcmp(terminal, "dumb") != 0;
    has_colour_ = is_live_ && !(no_colour && *no_colour);
}

void progress_line::print(const std::string& text, int colour) {
    if (is_drawn_) std::fputs("\r\x1b[K", stderr);
    const bool coloured = has_colour_ && colour != 0;
    if (coloured) std::fprintf(stderr, "\x1b[%dm", colour);
    std::fprintf(stderr, "%s%s\n", text.c_str(), coloured ? "\x1b[0m" : "");
    if (is_drawn_) draw();
}

void progress_line::show(const std::string& doing, const std::string& console) {
    if (!is_live_ || (is_drawn_ && doing == doing_ && console == console_)) return;
    doing_ = doing;
    console_ = console;
    draw();
}

void progress_line::draw() {
    // The last column stays free: some terminals wrap there.
    const auto columns = terminal_columns() - 1;
    std::string text = cut_to(doing_, columns);
    const auto used = width_of(text);
    if (!console_.empty() && used + 8 < columns) {
        const auto beside = "  | " + cut_to(console_, columns - used - 4);
        text += has_colour_ ? "\x1b[2m" + beside + "\x1b[0m" : beside;
    }
    std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
    std::fflush(stderr);
    is_drawn_ = true;
}

void progress_line::clear() {
    if (!is_drawn_) return;
    std::fputs("\r\x1b[K", stderr);
    std::fflush(stderr);
    is_drawn_ = false;
}

}  // namespace emsctl

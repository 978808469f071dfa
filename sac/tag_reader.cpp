#include "sac/tag_reader.hpp"

#include <algorithm>
#include <cctype>

namespace emsctl::sac {
namespace {

constexpr std::size_t kept_text = 1 << 20;
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_fields = 32;
constexpr int widest_move = 80;

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

void drop_character(std::string& text) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty()) text.pop_back();
}

}  // namespace

std::string_view tag_reader::text_since(std::uint64_t offset) const {
    const auto from = offset > forgotten_ ? static_cast<std::size_t>(offset - forgotten_) : 0;
    return std::string_view(text_).substr(std::min(from, text_.size()));
}

void tag_reader::print(char32_t character) {
    append_utf8(text_, character);
    if (line_.size() < longest_line) append_utf8(line_, character);
    forget();
}

void tag_reader::control(char byte) {
    if (byte == '\n') {
        // Also behind a line that a cursor movement has ended: SAC's repaint ends with one, and the answer to the next
        // Enter must begin with a line end of its own.
        text_.push_back('\n');
        end_line();
    }
    if (byte == '\b' && !text_.empty() && text_.back() != '\n') {
        // An echoed correction (BS SP BS) takes the character away here as it does on the screen.
        drop_character(text_);
        drop_character(line_);
    }
}

void tag_reader::sequence(const control_sequence& s) {
    if (s.prefix != 0 || s.intermediate != 0) return;
    if (s.final == 'C') {
        // Server 2022 moves right instead of sending blanks.
        for (int i = std::min(s.at(0, 1), widest_move); i > 0; --i) print(U' ');
        return;
    }
    constexpr std::string_view moves_away = "HfJdABDEF";
    if (moves_away.find(s.final) != std::string_view::npos) end_line();
}

void tag_reader::end_line() {
    if (!text_.empty() && text_.back() != '\n') text_.push_back('\n');
    forget();
    read_line(line_);
    line_.clear();
}

void tag_reader::forget() {
    if (text_.size() <= 2 * kept_text) return;
    forgotten_ += text_.size() - kept_text;
    text_.erase(0, text_.size() - kept_text);
}

void tag_reader::read_line(std::string_view line) {
    const std::string folded = lower(line);
    // Every blob has its own XML header: what was open before never got its end (a machine that died or was reset).
    if (folded.starts_with("<?xml")) {
        open_.clear();
        fields_.clear();
        return;
    }
    for (const std::string_view blob : {"channel-switch", "machine-info", "bp"}) {
        // A STOP blob holds a machine-info of its own, which is no boot.
        const bool nested = open_ == "bp" && blob == "machine-info";
        if (folded == "<" + std::string(blob) + ">" && !nested) {
            open_ = blob;
            fields_.clear();
            // A STOP blob counts from its first line: the machine is dead, and the rest may never come.
            if (blob == "bp") on_event_({tag_event::kind::bugcheck, {}});
            return;
        }
        if (open_ == blob && folded == "</" + std::string(blob) + ">") {
            open_.clear();
            if (blob == "channel-switch") on_event_({tag_event::kind::channel_switch, std::move(fields_)});
            if (blob == "machine-info") on_event_({tag_event::kind::machine_info, std::move(fields_)});
            fields_.clear();
            return;
        }
    }
    if (open_.empty() || !folded.starts_with('<')) return;
    const auto name_end = folded.find('>');
    if (name_end == std::string::npos) return;
    const std::string name = folded.substr(1, name_end - 1);
    const auto closing = folded.rfind("</" + name + ">");
    if (closing == std::string::npos || closing < name_end + 1 || fields_.size() >= most_fields) return;
    fields_[name] = std::string(line.substr(name_end + 1, closing - name_end - 1));
}

}  // namespace emsctl::sac

// Push/expect scripts: tests/sac/scripts/*.test, found at run time. The format is described in scripts/README.md.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/screen_text.hpp"

namespace {

using namespace emsctl;

// What the parser says, one line per event; neighbouring characters are one event, so cuts do not show.
class event_log final : public sac::vt_sink {
  public:
    std::vector<std::string> events;

    void print(char32_t c) override {
        if (events.empty() || !events.back().starts_with("print ")) events.emplace_back("print ");
        sac::append_utf8(events.back(), c);
    }
    void control(char b) override {
        std::ostringstream s;
        s << "control " << std::hex << static_cast<int>(static_cast<unsigned char>(b));
        events.push_back(s.str());
    }
    void sequence(const sac::control_sequence& s) override {
        std::string text = "csi ";
        if (s.prefix) text += s.prefix;
        for (std::size_t i = 0; i < s.count; ++i)
            text += (i ? ";" : "") + (s.params[i] < 0 ? std::string{} : std::to_string(s.params[i]));
        if (s.intermediate) text += s.intermediate;
        events.push_back(text + s.final);
    }
    void escape(char i, char f) override {
        std::string text = "escape ";
        if (i) text += i;
        events.push_back(text + f);
    }
    void title(std::string_view t) override { events.push_back("title " + std::string(t)); }
};

std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') throw std::invalid_argument("wants a string");
    text = text.substr(1, text.size() - 2);
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            bytes.push_back(text[i]);
            continue;
        }
        const char c = text.at(++i);
        if (c == 'x') {
            bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
            i += 2;
        } else {
            constexpr std::string_view names = "enrtba0\\\"";
            constexpr std::string_view meant{"\x1b\n\r\t\b\a\0\\\"", 9};
            const auto at = names.find(c);
            if (at == std::string_view::npos) throw std::invalid_argument("unknown escape");
            bytes.push_back(meant[at]);
        }
    }
    return bytes;
}

class script_run {
  public:
    explicit script_run(bool bytewise) : bytewise_(bytewise) {}

    void line(std::string_view text) {
        if (text.empty() || text.front() == '#') return;
        if (text.starts_with("  ")) return expect_event(text.substr(2));
        if (next_ > 0 && next_ != log_.events.size())
            throw std::runtime_error("event not expected: " + log_.events[next_]);
        const auto blank = std::min(text.find(' '), text.size());
        const auto rest = text.substr(std::min(blank + 1, text.size()));
        const auto word = text.substr(0, blank);
        if (word == "PUSH") return push(unquoted(rest));
        if (word == "?place") return same(name_of(end_.now()), unquoted(rest));
        if (word == "?title") return same(end_.picture().title_text(), unquoted(rest));
        if (word == "?channel") return same(end_.channel().name, unquoted(rest));
        if (word == "?text") return same(end_.text_since(mark_), unquoted(rest));
        if (word == "?switches") return same(std::to_string(end_.switches()), rest);
        if (word == "?boots") return same(std::to_string(end_.boots()), rest);
        if (word == "?cursor")
            return same(
                std::to_string(end_.picture().cursor_row()) + "," + std::to_string(end_.picture().cursor_column()),
                rest);
        if (word == "?row") {
            const auto second = rest.find(' ');
            return same(end_.picture().row_text(std::stoi(std::string(rest.substr(0, second)))),
                        unquoted(rest.substr(second + 1)));
        }
        throw std::invalid_argument("unknown word");
    }

  private:
    void push(const std::string& bytes) {
        log_.events.clear();
        next_ = 0;
        mark_ = end_.offset();
        const std::size_t step = bytewise_ ? 1 : std::max<std::size_t>(bytes.size(), 1);
        for (std::size_t i = 0; i < bytes.size(); i += step) {
            const auto piece = std::string_view(bytes).substr(i, step);
            end_.feed(piece);
            parser_.feed(piece, log_);
        }
    }
    void expect_event(std::string_view wanted) {
        if (next_ == log_.events.size()) throw std::runtime_error("no more events");
        same(log_.events[next_++], wanted);
    }
    static void same(std::string_view is, std::string_view wanted) {
        if (is != wanted)
            throw std::runtime_error("is '" + std::string(is) + "', wanted '" + std::string(wanted) + "'");
    }

    bool bytewise_;
    sac::far_end end_;
    sac::vt_parser parser_;
    event_log log_;
    std::size_t next_ = 0;
    std::uint64_t mark_ = 0;
};

}  // namespace

TEST_SUITE("sac/scripts") {
    TEST_CASE("every push/expect script holds, with whole pushes and byte by byte") {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(EMSCTL_SOURCE_DIR "/tests/sac/scripts"))
            if (entry.path().extension() == ".test") files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        REQUIRE_FALSE(files.empty());
        for (const auto& file : files) {
            SUBCASE(file.filename().c_str()) {
                for (const bool bytewise : {false, true}) {
                    script_run run(bytewise);
                    std::ifstream in(file);
                    std::string text;
                    for (int number = 1; std::getline(in, text); ++number) {
                        INFO(file.filename().string()
                             << ":" << number << std::string(bytewise ? " (byte by byte): " : ": ") << text);
                        CHECK_NOTHROW(run.line(text));
                    }
                }
            }
        }
    }
}

#include "src/terminal_filter.hpp"

namespace emsctl {
namespace {

constexpr std::size_t longest_sequence = 64;
// Cursor, erase, scroll, insert, delete, colours, scroll region, tab; not reports (c, n), window commands (t), modes
// other than the cursor's (h, l are looked at apart), or anything with an intermediate.
constexpr std::string_view harmless_finals = "ABCDEFGHJKLMPSTXZ@dfmrsu";

bool is_harmless(std::string_view sequence) {
    if (sequence == "\x1b[?25h" || sequence == "\x1b[?25l") return true;
    if (harmless_finals.find(sequence.back()) == std::string_view::npos) return false;
    return sequence.substr(2, sequence.size() - 3).find_first_not_of("0123456789;") == std::string_view::npos;
}

}  // namespace

std::string terminal_filter::pass(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto b = static_cast<unsigned char>(c);
        switch (state_) {
            case state::text:
                if (b == 0x1B) {
                    state_ = state::escape;
                    held_ = c;
                } else if (b >= 0x20 ? b != 0x7F : (c == '\r' || c == '\n' || c == '\b' || c == '\t' || c == '\a')) {
                    out.push_back(c);
                }
                break;
            case state::escape:
                if (c == '[') {
                    held_.push_back(c);
                    state_ = state::sequence;
                } else if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_') {
                    state_ = state::string;
                } else if (b != 0x1B) {
                    state_ = state::text;  // two-character escapes: resets, character sets, saved cursors
                }
                break;
            case state::sequence:
                if (b == 0x1B) {
                    state_ = state::escape;
                    held_ = c;
                } else if (b < 0x20 || b > 0x7E || held_.size() > longest_sequence) {
                    state_ = state::text;
                } else {
                    held_.push_back(c);
                    if (b >= 0x40) end_sequence(out);
                }
                break;
            case state::string:
                if (b == 0x07) state_ = state::text;
                if (b == 0x1B) state_ = state::string_escape;
                break;
            case state::string_escape:
                state_ = c == '\\' ? state::text : state::string;
                break;
        }
    }
    return out;
}

void terminal_filter::end_sequence(std::string& out) {
    if (is_harmless(held_)) out += held_;
    state_ = state::text;
}

}  // namespace emsctl

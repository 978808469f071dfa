#include "sac/vt_parser.hpp"

namespace emsctl::sac {
namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr std::size_t longest_title = 4096;
constexpr int largest_param = 9999;

}  // namespace

void append_utf8(std::string& text, char32_t c) {
    const auto put = [&](char32_t value) { text.push_back(static_cast<char>(value)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | (c >> 6));
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3F));
        put(0x80 | ((c >> 6) & 0x3F));
        put(0x80 | (c & 0x3F));
    }
}

void vt_parser::feed(std::string_view bytes, vt_sink& sink) {
    for (const char c : bytes) {
        if (c == 0) continue;
        byte(static_cast<unsigned char>(c), sink);
    }
}

void vt_parser::byte(unsigned char b, vt_sink& sink) {
    const bool in_string = state_ == state::osc || state_ == state::osc_escape || state_ == state::string ||
                           state_ == state::string_escape;
    if (!in_string && state_ != state::ground) {
        if (b == 0x1B) {
            state_ = state::escape;
            intermediate_ = 0;
            return;
        }
        if (b == 0x18 || b == 0x1A) {
            state_ = state::ground;
            return;
        }
        if (b < 0x20) {
            sink.control(static_cast<char>(b));
            return;
        }
    }
    switch (state_) {
        case state::ground:
            ground(b, sink);
            break;
        case state::escape:
            if (b == '[') {
                begin_csi();
            } else if (b == ']') {
                osc_.clear();
                state_ = state::osc;
            } else if (b == 'P' || b == 'X' || b == '^' || b == '_') {
                state_ = state::string;
            } else if (b >= 0x20 && b <= 0x2F) {
                intermediate_ = static_cast<char>(b);
                state_ = state::escape_intermediate;
            } else {
                state_ = state::ground;
                if (b < 0x7F) sink.escape(0, static_cast<char>(b));
            }
            break;
        case state::escape_intermediate:
            if (b >= 0x20 && b <= 0x2F) {
                intermediate_ = static_cast<char>(b);
            } else {
                state_ = state::ground;
                if (b < 0x7F) sink.escape(intermediate_, static_cast<char>(b));
            }
            break;
        case state::csi:
            csi(b, sink);
            break;
        case state::csi_ignore:
            if (b >= 0x40 && b <= 0x7E) state_ = state::ground;
            break;
        case state::osc:
            if (b == 0x07) {
                end_osc(sink);
            } else if (b == 0x1B) {
                state_ = state::osc_escape;
            } else if (b == 0x18 || b == 0x1A) {
                state_ = state::ground;
            } else if (b >= 0x20 && osc_.size() < longest_title) {
                osc_.push_back(static_cast<char>(b));
            }
            break;
        case state::osc_escape:
            end_osc(sink);
            if (b != '\\') {
                state_ = state::escape;
                intermediate_ = 0;
                byte(b, sink);
            }
            break;
        case state::string:
            if (b == 0x1B) state_ = state::string_escape;
            if (b == 0x18 || b == 0x1A) state_ = state::ground;
            break;
        case state::string_escape:
            state_ = state::ground;
            if (b != '\\') {
                state_ = state::escape;
                intermediate_ = 0;
                byte(b, sink);
            }
            break;
    }
}

void vt_parser::ground(unsigned char b, vt_sink& sink) {
    if (missing_ > 0) {
        if ((b & 0xC0) == 0x80) {
            character_ = (character_ << 6) | (b & 0x3Fu);
            if (--missing_ == 0) {
                const bool bad =
                    character_ < smallest_ || character_ > 0x10FFFF || (character_ >= 0xD800 && character_ <= 0xDFFF);
                sink.print(bad ? replacement : character_);
            }
            return;
        }
        missing_ = 0;
        sink.print(replacement);
    }
    if (b == 0x1B) {
        state_ = state::escape;
        intermediate_ = 0;
    } else if (b < 0x20 || b == 0x7F) {
        if (b != 0x7F) sink.control(static_cast<char>(b));
    } else if (b < 0x80) {
        sink.print(b);
    } else if (b >= 0xC2 && b <= 0xDF) {
        character_ = b & 0x1Fu;
        missing_ = 1;
        smallest_ = 0x80;
    } else if (b >= 0xE0 && b <= 0xEF) {
        character_ = b & 0x0Fu;
        missing_ = 2;
        smallest_ = 0x800;
    } else if (b >= 0xF0 && b <= 0xF4) {
        character_ = b & 0x07u;
        missing_ = 3;
        smallest_ = 0x10000;
    } else {
        sink.print(replacement);
    }
}

void vt_parser::begin_csi() {
    sequence_ = {};
    state_ = state::csi;
}

void vt_parser::csi(unsigned char b, vt_sink& sink) {
    auto& s = sequence_;
    if (b >= '0' && b <= '9') {
        if (s.count == 0) s.params[s.count++] = -1;
        int& value = s.params[s.count - 1];
        value = (value < 0 ? 0 : value) * 10 + (b - '0');
        if (value > largest_param) value = largest_param;
    } else if (b == ';' || b == ':') {
        if (s.count == 0) s.params[s.count++] = -1;
        if (s.count == control_sequence::most_params) {
            state_ = state::csi_ignore;
        } else {
            s.params[s.count++] = -1;
        }
    } else if (b >= 0x3C && b <= 0x3F) {
        s.prefix = static_cast<char>(b);
    } else if (b >= 0x20 && b <= 0x2F) {
        s.intermediate = static_cast<char>(b);
    } else if (b >= 0x40 && b <= 0x7E) {
        s.final = static_cast<char>(b);
        state_ = state::ground;
        sink.sequence(s);
    } else {
        state_ = state::csi_ignore;
    }
}

void vt_parser::end_osc(vt_sink& sink) {
    state_ = state::ground;
    if (osc_.starts_with("0;") || osc_.starts_with("2;")) sink.title(std::string_view(osc_).substr(2));
    osc_.clear();
}

}  // namespace emsctl::sac

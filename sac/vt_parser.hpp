// Bytes from a terminal line become actions: characters, controls, escape sequences, titles. Knows no screen.
// NUL bytes are dropped wherever they stand, even inside a sequence (SAC sends them with every login text).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace emsctl::sac {

// A control sequence ESC [ prefix params intermediate final. Parameters not given are -1; values stop at 9999, which
// no terminal of this kind needs and which keeps arithmetic on them safe.
struct control_sequence {
    static constexpr std::size_t most_params = 16;
    std::array<int, most_params> params{};
    std::size_t count = 0;
    char prefix = 0;        // one of < = > ? or 0
    char intermediate = 0;  // the last of ' '..'/' or 0
    char final = 0;

    // The parameter at `index`, or `fallback` where it is absent or 0 (ECMA-48: 0 means the default).
    int at(std::size_t index, int fallback) const {
        return index < count && index < most_params && params[index] > 0 ? params[index] : fallback;
    }
};

class vt_sink {
  public:
    virtual ~vt_sink() = default;
    virtual void print(char32_t character) = 0;
    virtual void control(char byte) = 0;  // C0, without NUL and ESC
    virtual void sequence(const control_sequence& s) = 0;
    virtual void escape(char intermediate, char final) = 0;
    virtual void title(std::string_view text) = 0;  // OSC 0 or 2
    bool operator==(const vt_sink&) const = default;
};

class vt_parser {
  public:
    // Any cut of the same bytes gives the same actions.
    void feed(std::string_view bytes, vt_sink& sink);

  private:
    enum class state { ground, escape, escape_intermediate, csi, csi_ignore, osc, osc_escape, string, string_escape };

    void byte(unsigned char b, vt_sink& sink);
    void ground(unsigned char b, vt_sink& sink);
    void csi(unsigned char b, vt_sink& sink);
    void begin_csi();
    void end_osc(vt_sink& sink);

    state state_ = state::ground;
    control_sequence sequence_;
    char intermediate_ = 0;
    std::string osc_;
    char32_t character_ = 0;  // UTF-8 being collected
    int missing_ = 0;         // continuation bytes still to come
    char32_t smallest_ = 0;   // below this the coding is overlong
};

// Appends a code point as UTF-8.
void append_utf8(std::string& text, char32_t character);

}  // namespace emsctl::sac

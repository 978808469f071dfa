// A recorded session with other texts in the place of those that say whose machine it was: byte for byte of the same
// length, so that places and times stay. A text is found where a person would see it, on the screen, however its
// letters came: cut, painted in parts, scrolled, typed. What travelled in base64 is replaced inside, with its hashes.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sac/identifiers.hpp"
#include "sac/screen.hpp"
#include "sac/session_reader.hpp"

namespace emsctl::sac {

// Adds what the frames of a session carry: names that the machine told, and the codings of every file and answer that
// holds something to hide.
void learn(identifiers& what, const told_session& session);

// One direction of a session. First all its bytes go through, then the replaced bytes are asked for.
class scrubber {
  public:
    // A screen for what the console sent; without one the text is lines of keys, as typed.
    scrubber(identifiers& what, bool has_screen);

    void pass(std::string_view bytes);
    void pass_hidden(std::size_t bytes);  // stars; they end every text

    // After all: the bytes that went through, in the same order and of the same number.
    std::string result();

  private:
    struct letters {
        std::string text;
        std::vector<std::uint32_t> ids;
    };
    void print(char32_t character, std::size_t from, std::size_t size);
    void look();
    void look_at(const letters& what);
    letters joined(int first, int last, bool wraps) const;
    void key(char c);

    identifiers& identifiers_;
    bool has_screen_;
    std::string all_;
    struct place {
        std::size_t at;
        std::uint8_t size;
    };
    std::vector<place> letters_;  // where each printed letter stands in all_
    std::vector<char> replaced_;  // by letter; 0: as it was
    screen text_, ids_;           // the same screen twice: its letters, and which they are
    vt_parser parser_;
    std::vector<std::string> rows_;  // as last looked at
    letters line_;                   // of keys
    std::size_t character_at_ = 0;   // where the character that is being read begins
    std::size_t since_look_ = 0;

    struct sink final : vt_sink {
        scrubber& owner;
        explicit sink(scrubber& o) : owner(o) {}
        void print(char32_t c) override;
        void control(char b) override;
        void sequence(const control_sequence& s) override;
        void escape(char i, char f) override;
        void title(std::string_view) override {}
    } sink_{*this};
};

}  // namespace emsctl::sac

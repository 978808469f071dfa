// Some patterns, made ready to be looked for together: their positions are numbered through, and bytes that are alike
// to all of them are one class.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sac/automaton.hpp"
#include "sac/byte_window.hpp"
#include "sac/pattern.hpp"

namespace emsctl::sac {

class pattern_set {
  public:
    using position = automaton::position;

    struct member {
        pattern what;
        automaton machine;
        position base = 0;  // its positions are base, base + 1, ...
        bool has_conditions = false;
        capture_finder finder;
        bool is_bounded() const { return machine.longest && *machine.longest <= what.longest; }
    };

    // Each without a fault; throws std::invalid_argument with what RE2 says otherwise.
    explicit pattern_set(std::vector<pattern> patterns);

    std::size_t size() const { return members_.size(); }
    const member& operator[](std::size_t number) const { return members_[number]; }
    std::size_t positions() const { return owner_.size(); }
    std::uint32_t owner(position p) const { return owner_[p]; }
    bool has_conditions() const { return has_conditions_; }

    std::size_t classes() const { return representative_.size(); }
    const std::array<std::uint8_t, 256>& class_of() const { return class_of_; }
    unsigned char representative(std::size_t of_class) const { return representative_[of_class]; }
    // Positions that may begin a match with a byte of this class.
    const std::vector<automaton::step>& first(std::size_t of_class) const { return first_[of_class]; }

    // Where the match of `number` that ends at `end` begins at the earliest, not before `from`; `behind` stands at its
    // end. None: nothing that begins there ends so.
    std::optional<std::uint64_t> begin_of(std::size_t number, const byte_window& bytes, std::uint64_t from,
                                          std::uint64_t end, side behind) const;

  private:
    void divide_bytes();

    std::vector<member> members_;
    std::vector<std::uint32_t> owner_;
    bool has_conditions_ = false;
    std::array<std::uint8_t, 256> class_of_{};
    std::vector<unsigned char> representative_;
    std::vector<std::vector<automaton::step>> first_;
};

inline side side_before(const byte_window& bytes, std::uint64_t offset) {
    return offset == 0 ? side::edge : side_of(bytes.at(offset - 1));
}

}  // namespace emsctl::sac

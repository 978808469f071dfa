// Looks for a set of patterns along a stream and finds the match that is certain first; of those that are certain at
// the same byte the one that ends first, then the first pattern of the set. It is certain as soon as no byte that may
// come can undo it: at its end, or one byte later where it looks at what stands behind it ($, \b, \B, \z).
//
// Each byte is read once, whatever the number of patterns, and memory is bounded: states over bytes are made when they
// are needed, patterns that need too many of them are followed one by one.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sac/byte_window.hpp"
#include "sac/pattern_runner.hpp"
#include "sac/pattern_set.hpp"
#include "sac/state_cache.hpp"

namespace emsctl::sac {

struct found_place {
    std::size_t number;  // of the pattern
    std::uint64_t begin, end;
    bool needs_next;  // it was certain only with the byte behind it
};

// How close a pattern came that did not match.
struct closest_place {
    std::size_t missing;       // bytes that would still have been needed, at least; the shortest match: nothing of it
    std::uint64_t offset = 0;  // behind the last byte that fitted
    std::string before;        // what stood there, up to that byte
};

class scanner {
  public:
    enum class manner {
        once,   // a match ends the search; restart() begins another
        always  // each pattern goes on behind its own match
    };

    scanner(std::shared_ptr<const pattern_set> set, manner how, std::size_t most_state_bytes);

    // From `offset` on, which the window has, and the byte before it.
    void restart(std::uint64_t offset, const byte_window& bytes);

    // Goes on to the end of what is there or to the next match. `is_end`: nothing comes behind it.
    std::optional<found_place> scan(const byte_window& bytes, bool is_end);

    std::uint64_t offset() const { return at_; }
    std::uint64_t needs_from() const;  // bytes before this are not looked at again

    const pattern_set& patterns() const { return *set_; }
    const std::vector<closest_place>& closest() const { return closest_; }
    const std::vector<bool>& was_too_long() const { return too_long_; }  // but for its bound it would have matched

  private:
    using position = automaton::position;

    void run(const byte_window& bytes);
    void step(const byte_window& bytes);
    void step_alone(const byte_window& bytes, unsigned char byte, side here);
    void settle(const byte_window& bytes, unsigned char byte, side here);
    void end(const byte_window& bytes);
    bool accept(const byte_window& bytes, std::size_t number, std::uint64_t end, std::optional<side> behind);
    bool is_certain(const byte_window& bytes, std::size_t number, std::uint64_t from, std::uint64_t end) const;
    void take_back(std::size_t number, std::uint64_t end);
    void follow_alone(const byte_window& bytes, std::size_t number);
    void make_room(const byte_window& bytes);
    void note(const byte_window& bytes, std::size_t number, position local);
    bool has_match() const { return how_ == manner::once && !found_.empty(); }
    std::vector<position> set_without(std::size_t number) const;

    std::shared_ptr<const pattern_set> set_;
    manner how_;
    state_cache states_;
    state_cache::row row_ = 0;
    std::uint64_t at_ = 0;
    std::uint64_t room_made_at_ = 0;

    struct lone {
        pattern_runner runner;
        unsigned pending = 0;  // sides behind which it has ended at the byte before
    };
    std::vector<lone> alone_;
    std::vector<std::size_t> alone_at_;  // by pattern: its place there
    byte_set wakes_;                     // bytes that begin something there
    bool is_any_awake_ = false;

    std::vector<state_cache::ending> pending_;  // of the state before the last byte
    std::vector<std::uint64_t> origin_;         // by pattern: its match begins there or later
    std::deque<found_place> found_;
    std::vector<closest_place> closest_;
    std::vector<bool> too_long_;
    std::size_t reach_ = 0;  // the longest bound
    bool is_over_ = false;
};

}  // namespace emsctl::sac

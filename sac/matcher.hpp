// Watches one stream of bytes for texts and regular expressions. One wait at a time goes on behind what the last one
// found; standing patterns tell of each occurrence from the moment they stand. How the stream is cut into pieces makes
// no difference to what is found. It holds no clock and does no I/O: patience.hpp knows about time.
//
// The first match is the one that ends first; of those that end together the first pattern's. It begins as early as the
// pattern's bound on its length lets it. See scanner.hpp for patterns that look at what stands behind them.
//
// Memory: what a match may still need (the longest bound), what arrived since the last pull, what no wait has looked at
// yet (bounded by `kept`; what is older is forgotten and counted), and the states of each set (bounded).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/byte_window.hpp"
#include "sac/pattern_set.hpp"
#include "sac/scanner.hpp"

namespace emsctl::sac {

struct match {
    std::size_t number;  // of the pattern in its list
    std::uint64_t begin, end;
    std::string text;
    std::vector<capture> captures;  // group n at n - 1
};

// How near a pattern came that was waited for in vain.
struct near_miss {
    std::size_t missing = 0;    // bytes still needed, at least
    std::size_t shortest = 0;   // bytes of the shortest match; as many missing: nothing of it was seen
    std::uint64_t offset = 0;   // behind the last byte that fitted; the last such place, if it is still at hand
    std::string before;         // what stood before it
    bool was_too_long = false;  // it would have matched but for the bound
};

struct match_limits {
    std::size_t kept = 1024 * 1024;
    std::size_t states = 4 * 1024 * 1024;  // bytes, for the wait and for the standing patterns each
};

class matcher {
  public:
    explicit matcher(match_limits limits = {});

    void feed(std::string_view bytes);
    void finish();  // nothing comes any more: $ and \z may match at the end

    // Stand from the end of what was fed until they are replaced (by null: none).
    void watch(std::shared_ptr<const pattern_set> standing);
    // Their next occurrence; pull until there is none.
    std::optional<match> occurred();

    // Waits for one of these behind the last match; a set is made once and can be used again.
    void await(std::shared_ptr<const pattern_set> patterns);
    std::optional<match> arrived();

    // What no wait will see: everything up to here.
    void skip();

    std::uint64_t offset() const { return bytes_.end(); }
    // Bytes that were forgotten before a wait could look at them.
    std::uint64_t forgotten() const { return forgotten_; }

    // Of each pattern of the wait.
    std::vector<near_miss> misses() const;

  private:
    void forget();
    match made(const scanner& from, const found_place& place) const;

    match_limits limits_;
    byte_window bytes_;
    std::unique_ptr<scanner> standing_, wait_;
    std::shared_ptr<const pattern_set> awaited_;
    std::uint64_t next_ = 0;  // where the next wait begins
    bool is_waiting_ = false;
    bool is_end_ = false;
    std::uint64_t forgotten_ = 0;
};

// "the first 5 of 9 bytes came: \"passw\"", for people.
std::string told(const pattern& what, const near_miss& miss);

}  // namespace emsctl::sac

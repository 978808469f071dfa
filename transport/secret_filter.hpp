// Keeps protected texts out of a stream of events, in either direction and however they are cut into chunks: their
// bytes become holes. They are found as UTF-8, as UTF-16 and as the base64 of either, also with line ends and escape
// sequences between their letters. What could be the beginning of one is held back, with all later events, until it is
// decided.
#pragma once

#include <array>
#include <bitset>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "transport/recording.hpp"

namespace emsctl::transport {

class secret_filter {
  public:
    // At most this many bytes wait for a decision; beyond it the undecided ones become holes.
    static constexpr std::size_t longest_queue = 64 * 1024;

    // Applies to bytes that come from now on. Texts shorter than 3 bytes are ignored: they would eat ordinary text.
    void protect(std::string_view secret);

    // Takes the next event and returns those that are decided, in order.
    std::vector<recording_event> pass(recording_event event);

    // The stream is over: decides everything. A long beginning of a secret stays a hole.
    std::vector<recording_event> finish();

  private:
    struct item {
        recording_event event;
        bool undecided = false;
    };
    enum class fate : char { plain, hole, held };

    std::vector<fate> judge(const std::string& bytes) const;
    bool may_hold_secret(std::string_view bytes) const;
    void resolve(recording_event::kind direction);
    void apply(recording_event::kind direction, const std::vector<fate>& fates);
    void force(recording_event::kind direction, std::size_t plain_up_to);
    std::vector<recording_event> take_decided();

    std::vector<std::string> secrets_;        // every form, as it looks without control characters
    std::array<bool, 256> may_begin_with_{};  // by first byte
    std::bitset<65536> may_begin_with_two_;   // by both
    std::deque<item> queue_;
};

}  // namespace emsctl::transport

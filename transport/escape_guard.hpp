// Programs that lead to a console keep keys for themselves: ipmitool and ssh act on `~` at the start of a line, virsh
// on Ctrl-]. What is typed for the guest must not end or steer them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"

namespace emsctl::transport {

struct escape_rule {
    char key = 0;
    bool only_after_newline = false;
    bool is_doubled = false;  // the program sends one key for two; else the key cannot be sent at all
};

// What the program of a command line keeps for itself (its manual page); nothing when it is not known to keep anything.
std::optional<escape_rule> escape_rule_of(const std::vector<std::string>& command);

// Pure: what has to be written so that the guest gets `bytes`.
class escape_guard {
  public:
    explicit escape_guard(escape_rule rule) : rule_(rule) {}

    // Throws transport_error::unsupported, with nothing taken, when a key of `bytes` cannot be sent.
    std::string pass(const std::string& bytes);

  private:
    escape_rule rule_;
    bool at_start_ = true;  // of a line
};

std::unique_ptr<byte_stream> make_guarded(std::unique_ptr<byte_stream> inner, escape_rule rule);

}  // namespace emsctl::transport

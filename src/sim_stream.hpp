// A simulated guest as the far end of a stream: its machine runs on line_clock, inside this process.
#pragma once

#include <memory>

#include "sac/guest/machine.hpp"
#include "transport/byte_stream.hpp"
#include "transport/line_clock.hpp"

namespace emsctl {

// What happens at the far end appears in `guest`, which is shared so that a test or a log can look at it. `start`: when
// its time began; a second line to the same guest needs the first one's.
std::unique_ptr<transport::byte_stream> make_sim_stream(
    transport::asio::any_io_executor executor, std::shared_ptr<guest::machine> guest, std::string name,
    transport::line_clock::time_point start = transport::line_clock::now());

}  // namespace emsctl

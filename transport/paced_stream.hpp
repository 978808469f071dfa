// Lets bytes pass only as fast as a serial line would (10 bits a byte), in both directions, on line_clock.
#pragma once

#include <memory>

#include "transport/byte_stream.hpp"

namespace emsctl::transport {

// Bytes travel in bursts of at most 16, each handed over when its last bit would have arrived. write_all returns when
// everything has left.
std::unique_ptr<byte_stream> make_paced(std::unique_ptr<byte_stream> inner, unsigned baud);

}  // namespace emsctl::transport

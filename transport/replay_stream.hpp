// A recording as the far end of a line, byte for byte: output comes at its recorded time, and never before the input
// that was recorded before it; any other input is an error. For the program version that made the recording.
#pragma once

#include <memory>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/recording.hpp"

namespace emsctl::transport {

class replay_stream : public byte_stream {
  public:
    // Seed, start time and the rest, as the recording program left them.
    virtual const recording_header& header() const = 0;

    // Whether every recorded byte of both directions has passed.
    virtual bool is_finished() const = 0;
};

// Times count from this call. The end of the recording is transport_error::closed; secret output arrives as stars.
std::unique_ptr<replay_stream> make_replay(asio::any_io_executor executor, recording what, std::string name);

}  // namespace emsctl::transport

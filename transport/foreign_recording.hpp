// Recordings of other programs and for them: raw logs, script(1), asciicast v2 and v3, plain text. Texts in, texts out.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "transport/recording.hpp"

namespace emsctl::transport {

// A file with nothing but what a console sent. It has no times: bytes come as fast as `baud` lets them (10 bits each).
recording read_raw(std::string_view bytes, unsigned baud);

// script(1) of util-linux with its timing file: the classic form ("SECONDS BYTES" a line; output only) and the advanced
// one ("O SECONDS BYTES", "I ...", "H ..." of `script --log-io`). The error's line is the timing file's.
boost::system::result<recording, bad_recording> read_script(std::string_view typescript, std::string_view timing);

// asciicast v3 (times are intervals, the terminal is an object of the header). Version 2 is our own format.
boost::system::result<recording, bad_recording> read_asciicast3(std::string_view text);

// The other way. Secret bytes become stars; only our own format keeps exact bytes.
std::string as_asciicast2(const recording& what);
std::string as_asciicast3(const recording& what);
std::string as_raw(const recording& what);
struct script_files {
    std::string typescript, timing;  // as scriptreplay(1) wants them: output only
};
script_files as_script(const recording& what);

}  // namespace emsctl::transport

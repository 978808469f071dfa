// Replay at the level of commands: a simulated guest that gives a recorded session's results. The line, the login and
// the frames are made anew, so it holds for any version of the driver; a command that was not recorded, or not so
// often, is an error and never an invented answer.
#pragma once

#include <memory>
#include <string>

#include "transport/byte_stream.hpp"

namespace emsctl {

// `profile`: how its console draws; empty: what the recording's header says, else windows-11. Throws not_found,
// permission_denied, bad_recording.
std::unique_ptr<transport::byte_stream> open_recorded_guest(transport::asio::any_io_executor executor,
                                                            const std::string& recording, std::string profile);

}  // namespace emsctl

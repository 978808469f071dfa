// A recording on disk, read as the story of its session.
#pragma once

#include <memory>
#include <string>

#include "sac/session_reader.hpp"
#include "transport/recording_file.hpp"

namespace emsctl {

// For the verbs that are about files: one that cannot be read is the caller's mistake. Throws usage_error.
std::unique_ptr<transport::recording_file> open_recording(const std::string& path);

// Throws bad_recording.
sac::told_session read_session(transport::recording_file& file);

// The same of a file that holds only what a console sent, without times. Throws usage_error.
sac::told_session read_raw_session(const std::string& path);

}  // namespace emsctl

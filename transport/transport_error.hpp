// What can go wrong with a road to a console, as error codes. The context of the thrown system_error says which road,
// what was tried and, where we know it, what to do about it.
#pragma once

#include <boost/system/error_code.hpp>
#include <string>

namespace emsctl::transport {

enum class transport_error {
    closed = 1,         // the road ended, from either side
    timed_out,          // the deadline passed
    not_found,          // no such device, socket, host or command
    permission_denied,  // it is there, and we may not use it
    busy,               // somebody else has it
    refused,            // nobody listens there
    bad_address,        // the address text or a parameter of it makes no sense
    unsupported,        // the device or system cannot do this
    line_lost,          // an I/O error in the middle of a conversation
    recording_full,     // the recording cannot be written any more
    bad_recording,      // a file is no recording, or a damaged one
    replay_mismatch,    // what was written is not what was recorded
    not_trusted,        // a certificate or host key that is not the one we may trust
    login_refused,      // the road (not the guest) did not take our credentials, or they have expired
    forbidden,          // the credentials are right and may not do this
    wrong_state,        // the machine or service is switched off, disabled or not ready
    evicted,            // another user took the console
    throttled,          // too many calls; the context says when to come back
    bad_protocol,       // the far end does not speak what it should
};

const boost::system::error_category& transport_category() noexcept;
inline boost::system::error_code make_error_code(transport_error e) noexcept {
    return {static_cast<int>(e), transport_category()};
}

// Throws system_error{e, context}.
[[noreturn]] void fail(transport_error e, const std::string& context);

// The code for an errno (or Asio) error of a road: ENOENT is not_found, EIO is closed, and so on; line_lost for the
// rest.
transport_error classify(const boost::system::error_code& cause) noexcept;

// Throws the classified error; the context gains the system's own words.
[[noreturn]] void fail_because(const boost::system::error_code& cause, const std::string& context);

}  // namespace emsctl::transport

template <>
struct boost::system::is_error_code_enum<emsctl::transport::transport_error> : std::true_type {};

// What can go wrong while conversing with a console, as error codes. The context of the thrown system_error says what
// was awaited, for how long, and what the screen showed.
#pragma once

#include <boost/system/error_code.hpp>
#include <string>

namespace emsctl::sac {

enum class sac_error {
    timed_out = 1,      // the far end did not do what was awaited in time
    no_sac,             // the line is open, and nothing on it is a SAC
    guest_stopped,      // a STOP error: the machine is dead
    channel_refused,    // SAC would not give a command channel
    login_refused,      // the credentials were not accepted
    typing_failed,      // the screen did not show what was typed, whatever the pace
    transfer_failed,    // a file or an output arrived with another hash than the guest computed
    guest_cannot_hash,  // the guest has no certutil
    guest_disk_full,    // the session's folder in the guest cannot be written
    not_supported,
};

const boost::system::error_category& sac_category() noexcept;
inline boost::system::error_code make_error_code(sac_error e) noexcept {
    return {static_cast<int>(e), sac_category()};
}

[[noreturn]] void fail(sac_error e, const std::string& context);

}  // namespace emsctl::sac

template <>
struct boost::system::is_error_code_enum<emsctl::sac::sac_error> : std::true_type {};

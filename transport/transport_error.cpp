#include "transport/transport_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace emsctl::transport {
namespace {

class category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "transport"; }
    std::string message(int code) const override {
        switch (static_cast<transport_error>(code)) {
            case transport_error::closed:
                return "the line is closed";
            case transport_error::timed_out:
                return "the deadline passed";
            case transport_error::not_found:
                return "not found";
            case transport_error::permission_denied:
                return "permission denied";
            case transport_error::busy:
                return "in use by somebody else";
            case transport_error::refused:
                return "nobody listens there";
            case transport_error::bad_address:
                return "not a usable address";
            case transport_error::unsupported:
                return "not supported here";
            case transport_error::line_lost:
                return "the line was lost";
            case transport_error::recording_full:
                return "the recording cannot be written any more";
            case transport_error::bad_recording:
                return "not a usable recording";
            case transport_error::replay_mismatch:
                return "what was written is not what was recorded";
            case transport_error::not_trusted:
                return "not trusted";
            case transport_error::login_refused:
                return "the road refused the login";
            case transport_error::forbidden:
                return "not allowed";
            case transport_error::wrong_state:
                return "not in a state to connect";
            case transport_error::evicted:
                return "another user took the console";
            case transport_error::throttled:
                return "too many calls";
            case transport_error::bad_protocol:
                return "the far end does not speak the protocol";
        }
        return "unknown transport error";
    }
};

}  // namespace

const boost::system::error_category& transport_category() noexcept {
    static const category instance;
    return instance;
}

void fail(transport_error e, const std::string& context) {
    throw boost::system::system_error(make_error_code(e), context);
}

transport_error classify(const boost::system::error_code& cause) noexcept {
    namespace errc = boost::system::errc;
    // EIO is how a tty reports that the other side is gone: an unplugged adapter, a pty whose last user left.
    if (cause == boost::asio::error::eof || cause == errc::io_error || cause == errc::broken_pipe ||
        cause == errc::connection_reset || cause == errc::bad_file_descriptor)
        return transport_error::closed;
    if (cause == errc::no_such_file_or_directory || cause == errc::no_such_device ||
        cause == errc::no_such_device_or_address || cause == boost::asio::error::host_not_found ||
        cause == boost::asio::error::host_not_found_try_again || cause == boost::asio::error::service_not_found)
        return transport_error::not_found;
    if (cause == errc::permission_denied || cause == errc::operation_not_permitted)
        return transport_error::permission_denied;
    if (cause == errc::device_or_resource_busy || cause == errc::address_in_use) return transport_error::busy;
    if (cause == errc::connection_refused || cause == errc::host_unreachable || cause == errc::network_unreachable)
        return transport_error::refused;
    if (cause == errc::timed_out) return transport_error::timed_out;
    if (cause == errc::invalid_argument || cause == errc::inappropriate_io_control_operation ||
        cause == errc::operation_not_supported)
        return transport_error::unsupported;
    return transport_error::line_lost;
}

void fail_because(const boost::system::error_code& cause, const std::string& context) {
    fail(classify(cause), context + ": " + cause.message());
}

}  // namespace emsctl::transport

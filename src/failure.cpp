#include "src/failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "sac/sac_error.hpp"
#include "scripts/journal.hpp"
#include "scripts/runner.hpp"
#include "src/exit_status.hpp"
#include "src/usage.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {

using transport::transport_error;

namespace {

int status_of_code(const boost::system::error_code& code) {
    if (code == sac::sac_error::login_refused) return exit_login_refused;
    if (code == transport_error::login_refused || code == transport_error::forbidden) return exit_login_refused;
    if (code == transport_error::bad_address || code == transport_error::unsupported) return exit_usage;
    if (code == transport_error::bad_recording) return exit_usage;
    if (code == boost::asio::error::operation_aborted) return exit_unknown;
    return exit_no_console;
}

// system_error puts the context first and "message [category:value]" last. What SAC's errors tell in their context ends
// with a whole screen, so there the message comes first.
std::string text_of_error(const boost::system::system_error& failure) {
    std::string text = failure.what();
    const auto decoration = text.rfind(std::string(" [") + failure.code().category().name() + ":");
    if (decoration != std::string::npos) text.erase(decoration);
    const std::string message = failure.code().message();
    const bool is_long = text.find('\n') != std::string::npos || failure.code().category() == sac::sac_category();
    if (is_long && text.ends_with(": " + message))
        text = message + ": " + text.substr(0, text.size() - message.size() - 2);
    return text;
}

}  // namespace

int status_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const scripts::journal_error&) {
        return exit_usage;
    } catch (const boost::system::system_error& failure) {
        return status_of_code(failure.code());
    } catch (const std::runtime_error&) {
        return exit_usage;  // usage_error of any room; a scenario or a profile that does not exist
    } catch (const std::invalid_argument&) {
        return exit_usage;
    } catch (...) {
        return exit_no_console;
    }
}

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& failure) {
        return text_of_error(failure);
    } catch (const std::exception& failure) {
        return failure.what();
    }
}

}  // namespace emsctl

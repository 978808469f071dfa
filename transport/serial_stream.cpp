#include "transport/serial_stream.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <boost/asio/serial_port.hpp>
#include <charconv>
#include <optional>

#include "transport/detail/asio_road.hpp"
#include "transport/line_clock.hpp"

namespace emsctl::transport {
namespace {

boost::system::error_code last_error() {
    return {errno, boost::system::system_category()};
}

std::string group_of(const std::string& device) {
    struct stat facts {};
    if (::stat(device.c_str(), &facts) != 0) return "";
    const auto* group = ::getgrgid(facts.st_gid);
    return group != nullptr ? group->gr_name : std::to_string(facts.st_gid);
}

[[noreturn]] void fail_to_open(const std::string& device) {
    const auto error = last_error();
    if (error == boost::system::errc::permission_denied) {
        const auto group = group_of(device);
        fail(transport_error::permission_denied,
             device + (group.empty() ? "" : ": it belongs to the group " + group + "; become a member of it"));
    }
    // TIOCEXCL, set by us or by another careful program, turns the next open away with EBUSY.
    if (error == boost::system::errc::device_or_resource_busy)
        fail(transport_error::busy, device + ": another program has this line");
    fail_because(error, device);
}

class port final : public detail::asio_road<asio::serial_port> {
  public:
    port(asio::serial_port line, std::string description, std::string device)
        : asio_road(std::move(line), std::move(description)), device_(std::move(device)) {
        ::fstat(handle_.native_handle(), &opened_);
    }
    ~port() override { port::close(); }

    asio::awaitable<void> signal(out_of_band what) override {
        if (what.what != out_of_band::kind::line_break) {
            co_await byte_stream::signal(what);
            co_return;
        }
        const int fd = handle_.native_handle();
        if (::ioctl(fd, TIOCSBRK) != 0) fail_because(last_error(), description_ + ": BREAK");
        line_timer timer(handle_.get_executor());
        timer.expires_after(std::chrono::milliseconds(300));
        boost::system::error_code cancelled;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (handle_.is_open()) ::ioctl(handle_.native_handle(), TIOCCBRK);
        if (cancelled) throw boost::system::system_error(cancelled, description_);
    }

    void close() noexcept override {
        if (handle_.is_open()) ::ioctl(handle_.native_handle(), TIOCNXCL);
        asio_road::close();
    }

  private:
    // An unplugged adapter takes its node with it, and one that was plugged in again has a new node.
    std::string end_text() override {
        struct stat now {};
        if (::stat(device_.c_str(), &now) != 0) return description_ + ": the device is gone (unplugged?)";
        if (now.st_rdev != opened_.st_rdev || now.st_ino != opened_.st_ino)
            return description_ + ": the device went away and another one has come in its place";
        return description_ + ": the line was hung up";
    }

    std::string device_;
    struct stat opened_ {};
};

void apply(asio::serial_port& line, const serial_settings& s) {
    using base = asio::serial_port_base;
    using parity = serial_settings::parity_kind;
    using stop = serial_settings::stop_kind;
    using flow = serial_settings::flow_kind;
    line.set_option(base::character_size(s.data));
    line.set_option(base::parity(s.parity == parity::none  ? base::parity::none
                                 : s.parity == parity::odd ? base::parity::odd
                                                           : base::parity::even));
    line.set_option(base::stop_bits(s.stop == stop::one   ? base::stop_bits::one
                                    : s.stop == stop::two ? base::stop_bits::two
                                                          : base::stop_bits::onepointfive));
    line.set_option(base::flow_control(s.flow == flow::none       ? base::flow_control::none
                                       : s.flow == flow::hardware ? base::flow_control::hardware
                                                                  : base::flow_control::software));
    line.set_option(base::baud_rate(s.baud));
}

// A pty has no modem lines; a console cable seldom needs them. So a device without them is a warning, not an error.
void set_level(int fd, int bit, const char* name, serial_settings::line_level level, const std::string& device,
               const road_context& context) {
    if (level == serial_settings::line_level::keep) return;
    const bool is_on = level == serial_settings::line_level::on;
    if (::ioctl(fd, is_on ? TIOCMBIS : TIOCMBIC, &bit) == 0) return;
    context.tell(device + " cannot set " + name + " " + (is_on ? "on" : "off") + ": " + last_error().message());
}

std::optional<unsigned> number_in(const std::string& text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

std::string serial_settings::text() const {
    const char letter = parity == parity_kind::none ? 'N' : parity == parity_kind::odd ? 'O' : 'E';
    const char* stops = stop == stop_kind::one ? "1" : stop == stop_kind::two ? "2" : "1.5";
    return std::to_string(baud) + " " + std::to_string(data) + letter + stops;
}

address_result<serial_settings> parse_serial_settings(const endpoint::parameter_map& parameters) {
    serial_settings out;
    for (const auto& [name, value] : parameters) {
        const auto wrong = [&](const char* wanted) {
            return bad_address{name + " is " + wanted + ", not \"" + value + "\""};
        };
        const auto number = number_in(value);
        if (name == "baud") {
            if (!number || *number == 0) return wrong("a line speed such as 9600 or 115200");
            out.baud = *number;
        } else if (name == "data") {
            if (!number || *number < 5 || *number > 8) return wrong("5, 6, 7 or 8");
            out.data = *number;
        } else if (name == "wait") {
            if (!number || *number > 86400) return wrong("a number of seconds, at most 86400");
            out.wait = std::chrono::seconds(*number);
        } else if (name == "dtr" || name == "rts") {
            if (value != "on" && value != "off" && value != "keep") return wrong("on, off or keep");
            (name == "dtr" ? out.dtr : out.rts) = value == "on"    ? serial_settings::line_level::on
                                                  : value == "off" ? serial_settings::line_level::off
                                                                   : serial_settings::line_level::keep;
        } else if (name == "hangup") {
            if (value != "yes" && value != "no") return wrong("yes or no");
            out.hang_up = value == "yes";
        } else if (name == "parity") {
            if (value != "n" && value != "o" && value != "e") return wrong("n, o or e");
            out.parity = value == "n"   ? serial_settings::parity_kind::none
                         : value == "o" ? serial_settings::parity_kind::odd
                                        : serial_settings::parity_kind::even;
        } else if (name == "stop") {
            if (value != "1" && value != "1.5" && value != "2") return wrong("1, 1.5 or 2");
            out.stop = value == "1"   ? serial_settings::stop_kind::one
                       : value == "2" ? serial_settings::stop_kind::two
                                      : serial_settings::stop_kind::one_and_half;
        } else if (name == "flow") {
            if (value != "none" && value != "rtscts" && value != "xonxoff") return wrong("none, rtscts or xonxoff");
            out.flow = value == "none"     ? serial_settings::flow_kind::none
                       : value == "rtscts" ? serial_settings::flow_kind::hardware
                                           : serial_settings::flow_kind::software;
        } else {
            return bad_address{"serial: has no parameter " + name +
                               "; it takes baud, data, parity, stop, flow, dtr, rts, "
                               "hangup, wait"};
        }
    }
    if (out.rts != serial_settings::line_level::keep && out.flow == serial_settings::flow_kind::hardware)
        return bad_address{"with flow=rtscts the driver moves RTS; rts= and it exclude each other"};
    return out;
}

std::unique_ptr<byte_stream> open_serial(asio::any_io_executor executor, std::string device, serial_settings settings,
                                         const road_context& context) {
    const int fd = ::open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) fail_to_open(device);
    asio::serial_port line(executor);
    if (!::isatty(fd)) {
        ::close(fd);
        fail(transport_error::unsupported, device + ": not a serial port (it is no tty)");
    }
    // TIOCEXCL does not stop root and flock stops only those who ask; together they stop nearly everybody.
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd);
        fail(transport_error::busy, device + ": another program has this line");
    }
    ::ioctl(fd, TIOCEXCL);
    termios raw{};
    ::tcgetattr(fd, &raw);
    ::cfmakeraw(&raw);
    raw.c_cflag |= CLOCAL | CREAD;  // no modem lines: a console cable often has none
    // With HUPCL the last close drops DTR, which resets some machines and hangs up some modems.
    raw.c_cflag = settings.hang_up ? raw.c_cflag | HUPCL : raw.c_cflag & ~static_cast<tcflag_t>(HUPCL);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(fd, TCSANOW, &raw);
    line.assign(fd);
    try {
        apply(line, settings);
    } catch (const boost::system::system_error& e) {
        ::ioctl(fd, TIOCNXCL);
        fail(transport_error::unsupported, device + " cannot do " + settings.text() + ": " + e.code().message());
    }
    set_level(fd, TIOCM_DTR, "DTR", settings.dtr, device, context);
    set_level(fd, TIOCM_RTS, "RTS", settings.rts, device, context);
    auto text = "serial port " + device + " at " + settings.text();
    return std::make_unique<port>(std::move(line), std::move(text), std::move(device));
}

}  // namespace emsctl::transport

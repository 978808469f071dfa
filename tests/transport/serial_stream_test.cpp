// Serial lines that vanish, come back, and have or lack modem lines. The port itself is a pty behind a link, as an
// adapter is behind its name in /dev.
#include "transport/serial_stream.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <filesystem>
#include <optional>

#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/deadline.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/returning_stream.hpp"

using namespace emsctl::transport;
using namespace std::chrono_literals;
using emsctl::test::scratch_folder;
using emsctl::tests::spin;

namespace {

// A pty whose slave has a name of our choice.
struct adapter {
    int master = -1;
    std::filesystem::path link;

    explicit adapter(std::filesystem::path where) : link(std::move(where)) { plug_in(); }
    ~adapter() { pull_out(); }

    void plug_in() {
        int slave = -1;
        std::array<char, 64> name{};
        termios raw{};
        ::cfmakeraw(&raw);  // or it echoes what comes before somebody opens it
        REQUIRE(::openpty(&master, &slave, name.data(), &raw, nullptr) == 0);
        ::close(slave);
        std::filesystem::create_symlink(name.data(), link);
    }
    void pull_out() {
        if (master < 0) return;
        std::filesystem::remove(link);
        ::close(std::exchange(master, -1));
    }
    void say(const std::string& text) const {
        REQUIRE(::write(master, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    std::string hear(std::size_t count) const {
        std::string text(count, '\0');
        REQUIRE(::read(master, text.data(), count) == static_cast<ssize_t>(count));
        return text;
    }
};

asio::awaitable<std::string> read_one(byte_stream& road) {
    std::array<char, 64> buffer{};
    const std::size_t count = co_await road.read_some(buffer);
    co_return std::string(buffer.data(), count);
}

std::unique_ptr<byte_stream> open_address(asio::io_context& io, const std::string& address,
                                          std::vector<std::string>* told = nullptr) {
    const openers doors = standard_openers();
    open_options options;
    options.context.warn = [told](const std::string& text) {
        if (told) told->push_back(text);
    };
    return spin(io, doors.open(doors.parse(address).value(), options));
}

std::string failure_of_read(asio::io_context& io, byte_stream& road, virtual_time* time = nullptr) {
    try {
        spin(io, read_one(road), time);
    } catch (const boost::system::system_error& e) {
        CHECK(e.code() == transport_error::closed);
        return e.what();
    }
    return "";
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("transport/serial_stream") {
    TEST_CASE("modem lines and waiting are parameters, and wrong ones are refused in words") {
        const auto settings = parse_serial_settings({{"dtr", "off"}, {"rts", "on"}, {"wait", "30"}, {"hangup", "yes"}});
        CHECK(settings.value().dtr == serial_settings::line_level::off);
        CHECK(settings.value().rts == serial_settings::line_level::on);
        CHECK(settings.value().wait == 30s);
        CHECK(settings.value().hang_up);
        CHECK(has(parse_serial_settings({{"dtr", "high"}}).error().text, "on, off or keep"));
        CHECK(has(parse_serial_settings({{"wait", "-1"}}).error().text, "seconds"));
        CHECK(has(parse_serial_settings({{"rts", "on"}, {"flow", "rtscts"}}).error().text, "exclude"));
    }

    TEST_CASE("closing does not hang up unless asked, and lines that the device lacks are a warning") {
        const scratch_folder where;
        const adapter usb(where / "tty");
        asio::io_context io;
        const int watcher = ::open(usb.link.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
        termios seen{};
        std::vector<std::string> told;
        const auto plain = open_address(io, "serial:" + usb.link.string(), &told);
        ::tcgetattr(watcher, &seen);
        CHECK((seen.c_cflag & HUPCL) == 0);
        CHECK(told.empty());
        plain->close();
        const auto asking = open_address(io, "serial:" + usb.link.string() + "?hangup=yes&dtr=on", &told);
        ::tcgetattr(watcher, &seen);
        CHECK((seen.c_cflag & HUPCL) != 0);
        REQUIRE(told.size() == 1);
        CHECK(has(told[0], "cannot set DTR on"));
        ::close(watcher);
    }

    TEST_CASE("a device that was pulled out is told from a line that was hung up") {
        const scratch_folder where;
        adapter usb(where / "tty");
        asio::io_context io;
        auto line = open_address(io, "serial:" + usb.link.string());
        const int kept = std::exchange(usb.master, -1);
        ::close(kept);
        CHECK(has(failure_of_read(io, *line), "the device is gone"));
        std::filesystem::remove(usb.link);
        usb.plug_in();
        line = open_address(io, "serial:" + usb.link.string());
        const std::filesystem::path first = usb.link;
        usb.pull_out();
        CHECK(has(failure_of_read(io, *line), "the device is gone"));
    }

    TEST_CASE("with wait= a line goes on after its device was pulled out and plugged in again, and says so") {
        const scratch_folder where;
        adapter usb(where / "tty");
        asio::io_context io;
        std::vector<std::string> told;
        auto line = open_address(io, "serial:" + usb.link.string() + "?wait=60", &told);
        usb.say("before");
        CHECK(spin(io, read_one(*line)) == "before");
        for (int round = 0; round < 2; ++round) {
            usb.pull_out();
            line_timer later(io.get_executor());
            later.expires_after(120ms);
            later.async_wait([&](auto) {
                usb.plug_in();
                usb.say("after");
            });
            CHECK(spin(io, read_one(*line)) == "after");
            spin(io, line->write_all("typed"));
            CHECK(usb.hear(5) == "typed");
        }
        REQUIRE(told.size() == 4);
        CHECK(has(told[0], "waiting 60 s for it to come back"));
        CHECK(has(told[1], "it is back after"));
    }

    TEST_CASE(
        "a device that does not come back ends the line when the time is over; a close ends the waiting at once") {
        const scratch_folder where;
        virtual_time time;
        asio::io_context io;
        adapter usb(where / "tty");
        auto line = open_address(io, "serial:" + usb.link.string() + "?wait=30");
        usb.pull_out();
        const auto began = line_clock::now();
        CHECK(has(failure_of_read(io, *line, &time), "waited 30 s for it"));
        CHECK(line_clock::now() - began == 30s);
        usb.plug_in();
        line = open_address(io, "serial:" + usb.link.string() + "?wait=30");
        usb.pull_out();
        line_timer later(io.get_executor());
        later.expires_after(1s);
        later.async_wait([&](auto) { line->close(); });
        const auto again = line_clock::now();
        CHECK(!failure_of_read(io, *line, &time).empty());
        CHECK(line_clock::now() - again == 1s);
    }

    TEST_CASE("a line that only flaps ends too") {
        virtual_time time;
        asio::io_context io;
        struct dead final : byte_stream {
            explicit dead(asio::io_context& c) : io(c) {}
            asio::awaitable<std::size_t> read_some(std::span<char>) override {
                fail(transport_error::closed, "dead line");
                co_return 0;
            }
            asio::awaitable<void> write_all(std::string, sensitivity) override { co_return; }
            void close() noexcept override {}
            std::string describe() const override { return "dead line"; }
            asio::any_io_executor get_executor() override { return io.get_executor(); }
            asio::io_context& io;
        };
        const auto another = [&io]() -> std::unique_ptr<byte_stream> { return std::make_unique<dead>(io); };
        const auto line = make_returning(another(), another, 10s, {});
        CHECK(has(failure_of_read(io, *line, &time), "waited 10 s"));
    }
}

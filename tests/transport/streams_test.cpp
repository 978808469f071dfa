#include <doctest/doctest.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <filesystem>
#include <random>

#include "tests/support/scripted_stream.hpp"
#include "tests/support/spin.hpp"
#include "transport/deadline.hpp"
#include "transport/exec_stream.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/pty_stream.hpp"
#include "transport/serial_stream.hpp"
#include "transport/socket_stream.hpp"

using namespace emsctl::transport;
using namespace std::chrono_literals;
using emsctl::tests::spin;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

struct scratch_folder {
    std::filesystem::path path;
    scratch_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "emsctl-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~scratch_folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return (path / name).string(); }
};

asio::awaitable<std::string> read_exactly(byte_stream& stream, std::size_t size) {
    std::string out;
    std::array<char, 4096> buffer{};
    while (out.size() < size) {
        const std::size_t n = co_await stream.read_some(buffer);
        out.append(buffer.data(), n);
    }
    co_return out;
}

std::string error_text(const std::function<void()>& work, transport_error expected) {
    try {
        work();
    } catch (const boost::system::system_error& e) {
        CHECK(e.code() == expected);
        return e.what();
    }
    FAIL("no error");
    return "";
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

std::string megabyte(unsigned seed) {
    std::mt19937 random(seed);
    std::string out(1 << 20, '\0');
    for (auto& c : out) c = static_cast<char>(random());
    return out;
}

asio::awaitable<void> exchange_megabytes(std::unique_ptr<stream_listener> listener, openers roads) {
    const auto where = parse_endpoint(listener->address()).value();
    auto dial = roads.open(where);
    auto answer = listener->accept();
    auto [client, server] = co_await (std::move(dial) && std::move(answer));
    const auto up = megabyte(1);
    const auto down = megabyte(2);
    auto both = client->write_all(up) && server->write_all(down) && read_exactly(*server, up.size()) &&
                read_exactly(*client, down.size());
    const auto [at_server, at_client] = co_await std::move(both);
    CHECK(at_server == up);
    CHECK(at_client == down);
    server->close();
    std::array<char, 8> buffer{};
    boost::system::error_code end;
    try {
        co_await client->read_some(buffer);
    } catch (const boost::system::system_error& e) {
        end = e.code();
    }
    CHECK(end == transport_error::closed);
}

}  // namespace

TEST_SUITE("transport/socket_stream") {
    TEST_CASE("a mebibyte goes both ways over tcp and unix, and the end is closed") {
        scratch_folder folder;
        asio::io_context context;
        SUBCASE("tcp") {
            spin(context, exchange_megabytes(listen_tcp(context.get_executor(), "127.0.0.1", "0"), standard_openers()));
        }
        SUBCASE("unix") {
            spin(context,
                 exchange_megabytes(listen_unix(context.get_executor(), folder.file("s")), standard_openers()));
            CHECK(!std::filesystem::exists(folder.file("s")));
        }
    }

    TEST_CASE("a living listener is not replaced, a dead one is") {
        scratch_folder folder;
        asio::io_context context;
        const auto path = folder.file("s");
        auto living = listen_unix(context.get_executor(), path);
        struct stat facts {};
        ::stat(path.c_str(), &facts);
        CHECK((facts.st_mode & 0777) == 0600);
        error_text([&] { listen_unix(context.get_executor(), path); }, transport_error::busy);
        std::filesystem::rename(path, folder.file("t"));
        living->close();
        std::filesystem::rename(folder.file("t"), path);
        CHECK(listen_unix(context.get_executor(), path) != nullptr);
    }

    TEST_CASE("close ends a pending read with closed") {
        asio::io_context context;
        auto pty = open_pty(context.get_executor());
        std::array<char, 8> buffer{};
        asio::post(context, [&] { pty->close(); });
        error_text([&] { spin(context, pty->read_some(buffer)); }, transport_error::closed);
    }
}

TEST_SUITE("transport/open_endpoint") {
    TEST_CASE("an unknown parameter is refused with the ones that exist") {
        const auto roads = standard_openers();
        CHECK(has(roads.parse("serial:/dev/x?buad=9600").error().text, "did you mean baud?"));
        CHECK(has(roads.parse("serial:/dev/x?data=9").error().text, "5, 6, 7 or 8"));
        CHECK(has(roads.parse("unix:/x?baud=1").error().text, "takes none"));
        CHECK(!roads.parse("sim:healthy").has_value());
    }

    TEST_CASE("waiting for a socket ends when it appears, or says how long it waited") {
        scratch_folder folder;
        asio::io_context context;
        const auto roads = standard_openers();
        const endpoint where("unix", folder.file("late"));
        open_options patient;
        patient.wait = 5s;
        std::unique_ptr<stream_listener> listener;
        line_timer timer(context.get_executor());
        timer.expires_after(20ms);
        timer.async_wait([&](auto) { listener = listen_unix(context.get_executor(), where.target); });
        CHECK(spin(context, roads.open(where, patient)) != nullptr);

        virtual_time time;
        asio::io_context other;
        patient.wait = 30s;
        const endpoint never("unix", folder.file("never"));
        const auto text =
            error_text([&] { spin(other, roads.open(never, patient), &time); }, transport_error::not_found);
        CHECK(has(text, "waited 30000 ms"));
        CHECK(line_clock::now().time_since_epoch() == 30s);
    }
}

TEST_SUITE("transport/serial_stream") {
    TEST_CASE("a serial line carries every byte, is exclusive, and its loss is closed") {
        asio::io_context context;
        int master = -1, slave = -1;
        std::array<char, 64> name{};
        REQUIRE(::openpty(&master, &slave, name.data(), nullptr, nullptr) == 0);
        ::close(slave);
        auto line = open_serial(context.get_executor(), name.data());
        CHECK(line->describe() == std::string("serial port ") + name.data() + " at 115200 8N1");
        std::string all;
        for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
        spin(context, line->write_all(all));
        std::array<char, 512> buffer{};
        std::size_t got = 0;
        while (got < all.size()) {
            const auto n = ::read(master, buffer.data() + got, buffer.size() - got);
            REQUIRE(n > 0);
            got += static_cast<std::size_t>(n);
        }
        CHECK(std::string(buffer.data(), got) == all);
        REQUIRE(::write(master, all.data(), all.size()) == static_cast<ssize_t>(all.size()));
        CHECK(spin(context, read_exactly(*line, all.size())) == all);
        CHECK(has(error_text([&] { open_serial(context.get_executor(), name.data()); }, transport_error::busy),
                  "another program"));
        ::close(master);
        error_text([&] { spin(context, line->read_some(buffer)); }, transport_error::closed);
    }

    TEST_CASE("what is no serial port is refused in words") {
        asio::io_context context;
        const auto executor = context.get_executor();
        error_text([&] { open_serial(executor, "/dev/emsctl-no-such"); }, transport_error::not_found);
        CHECK(has(error_text([&] { open_serial(executor, "/dev/null"); }, transport_error::unsupported), "no tty"));
    }
}

TEST_SUITE("transport/exec_stream") {
    TEST_CASE("a child on a terminal of its own gets and gives every byte") {
        asio::io_context context;
        auto child = start_command(context.get_executor(), "/bin/cat");
        std::string all;
        for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
        spin(context, child->write_all(all));
        CHECK(spin(context, read_exactly(*child, all.size())) == all);
        child->close();
        child->close();
        std::array<char, 8> buffer{};
        error_text([&] { spin(context, child->read_some(buffer)); }, transport_error::closed);
    }

    TEST_CASE("the end of a child is closed, with its exit status") {
        asio::io_context context;
        auto child = start_command(context.get_executor(), "sh -c 'stty size; exit 3'");
        CHECK(spin(context, read_exactly(*child, 6)) == "24 80\n");
        std::array<char, 8> buffer{};
        CHECK(has(error_text([&] { spin(context, child->read_some(buffer)); }, transport_error::closed),
                  "exit status 3"));
    }

    TEST_CASE("a program that is not there is not_found") {
        asio::io_context context;
        error_text([&] { start_command(context.get_executor(), "/no/such/program x"); }, transport_error::not_found);
        error_text([&] { start_command(context.get_executor(), "a 'b"); }, transport_error::bad_address);
    }
}

TEST_SUITE("transport/pty_stream") {
    TEST_CASE("clients come and go, and the line stays") {
        asio::io_context context;
        auto pty = open_pty(context.get_executor());
        for (int visit = 0; visit < 3; ++visit) {
            auto client = open_serial(context.get_executor(), pty->client_path());
            spin(context, client->write_all("hello"));
            CHECK(spin(context, read_exactly(*pty, 5)) == "hello");
            spin(context, pty->write_all("world"));
            CHECK(spin(context, read_exactly(*client, 5)) == "world");
        }
    }

    TEST_CASE("what nobody reads is dropped, as on a line without flow control") {
        asio::io_context context;
        auto pty = open_pty(context.get_executor());
        spin(context, pty->write_all(std::string(1 << 20, 'x')));
        CHECK(pty->dropped() > 0);
    }
}

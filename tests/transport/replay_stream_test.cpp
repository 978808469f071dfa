#include "transport/replay_stream.hpp"
#include "transport/recording_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "tests/support/scripted_stream.hpp"
#include "tests/support/spin.hpp"
#include "transport/deadline.hpp"
#include "transport/paced_stream.hpp"
#include "transport/recording_stream.hpp"

using namespace emsctl::transport;
using namespace std::chrono_literals;
using emsctl::tests::scripted_stream;
using emsctl::tests::spin;

namespace {

recording_event event(recording_event::kind what, std::string bytes, line_clock::duration at, std::size_t hole = 0) {
    recording_event out;
    out.what = what;
    out.bytes = std::move(bytes);
    out.at = at;
    out.hole = hole;
    return out;
}

recording login() {
    using kind = recording_event::kind;
    recording out;
    out.header.facts["seed"] = "42";
    out.events = {event(kind::output, "SAC>", 1s), event(kind::input, "cmd\r", 2s), event(kind::output, "ok", 3s),
                  event(kind::input, "", 4s, 5), event(kind::output, "", 5s, 2)};
    return out;
}

asio::awaitable<std::string> read_text(byte_stream& stream) {
    std::array<char, 64> buffer{};
    const std::size_t n = co_await stream.read_some(buffer);
    co_return std::string(buffer.data(), n);
}

boost::system::system_error error_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const boost::system::system_error& e) {
        return e;
    }
    FAIL("no error");
    return boost::system::system_error({});
}

}  // namespace

TEST_SUITE("transport/replay_stream") {
    TEST_CASE("output comes at its time and after its input, then the line is closed") {
        virtual_time time;
        asio::io_context context;
        auto line = make_replay(context.get_executor(), login(), "x.cast");
        CHECK(line->header().facts.at("seed") == "42");
        CHECK(spin(context, read_text(*line), &time) == "SAC>");
        CHECK(line_clock::now().time_since_epoch() == 1s);
        auto early = error_of([&] { spin(context, within(10s, read_text(*line)), &time); });
        CHECK(early.code() == transport_error::timed_out);
        for (const char* key : {"c", "m", "d", "\r"}) spin(context, line->write_all(key), &time);
        CHECK(spin(context, read_text(*line), &time) == "ok");
        spin(context, line->write_all("abcde", sensitivity::secret), &time);
        CHECK(spin(context, read_text(*line), &time) == "**");
        CHECK(line->is_finished());
        CHECK(error_of([&] { spin(context, read_text(*line), &time); }).code() == transport_error::closed);
    }

    TEST_CASE("a reader that waits for input is woken by it") {
        virtual_time time;
        asio::io_context context;
        auto line = make_replay(context.get_executor(), login(), "x.cast");
        std::string seen;
        auto reader = [&]() -> asio::awaitable<void> {
            seen += co_await read_text(*line);
            seen += co_await read_text(*line);
        };
        auto writer = [&]() -> asio::awaitable<void> {
            line_timer timer(context.get_executor());
            timer.expires_after(20s);
            co_await timer.async_wait(asio::use_awaitable);
            co_await line->write_all("cmd\r");
        };
        asio::co_spawn(context, writer(), [](std::exception_ptr e) { CHECK(!e); });
        spin(context, reader(), &time);
        CHECK(seen == "SAC>ok");
        CHECK(line_clock::now().time_since_epoch() == 20s);
    }

    TEST_CASE("each wrong byte is refused with its place") {
        const std::string right = "cmd\r";
        for (std::size_t at = 0; at < right.size(); ++at) {
            virtual_time time;
            asio::io_context context;
            auto line = make_replay(context.get_executor(), login(), "x.cast");
            std::string wrong = right;
            wrong[at] = 'X';
            const auto error = error_of([&] { spin(context, line->write_all(wrong), &time); });
            CHECK(error.code() == transport_error::replay_mismatch);
            const std::string text = error.what();
            CHECK(text.find("input byte " + std::to_string(at) + ",") != text.npos);
            CHECK(text.find("got \"X") != text.npos);
        }
    }

    TEST_CASE("a secret must have the recorded length, and no error shows it") {
        virtual_time time;
        asio::io_context context;
        auto line = make_replay(context.get_executor(), login(), "x.cast");
        spin(context, line->write_all("cmd\r"), &time);
        const auto error = error_of([&] { spin(context, line->write_all("pwd", sensitivity::secret), &time); });
        CHECK(error.code() == transport_error::replay_mismatch);
        CHECK(std::string(error.what()).find("pwd") == std::string::npos);
        spin(context, line->write_all("abcde", sensitivity::secret), &time);
        CHECK(error_of([&] { spin(context, line->write_all("x"), &time); }).code() == transport_error::replay_mismatch);
    }
}

TEST_SUITE("transport/recording_stream") {
    TEST_CASE("what passed is on disk at once, with its time and without the secret, and replays") {
        virtual_time time;
        asio::io_context context;
        std::string folder = (std::filesystem::temp_directory_path() / "emsctl-XXXXXX").string();
        REQUIRE(::mkdtemp(folder.data()) != nullptr);
        const auto path = folder + "/a.cast";
        auto inner = std::make_unique<scripted_stream>(context.get_executor());
        inner->push("hi\xFF");
        inner->push("hunter2 done");
        recording_header header;
        header.facts["seed"] = "7";
        recording_stream line(std::move(inner), std::make_unique<recording_writer>(path, header));
        line.protect("hunter2");
        CHECK(spin(context, read_text(line), &time) == "hi\xFF");
        spin(context, line.write_all("typed", sensitivity::plain), &time);
        spin(context, line.write_all("pa55", sensitivity::secret), &time);
        line.mark("step 1", {});
        CHECK(spin(context, read_text(line), &time) == "hunter2 done");
        const auto saved = load_recording(path);  // before close
        CHECK(saved.header == header);
        REQUIRE(saved.events.size() == 6);
        CHECK(saved.events[0].bytes == "hi\xFF");
        CHECK(saved.events[2].hole == 4);
        CHECK(saved.events[3].bytes == "step 1");
        CHECK(saved.events[4].hole == 7);
        CHECK(saved.events[5].bytes == " done");
        struct stat facts {};
        ::stat(path.c_str(), &facts);
        CHECK((facts.st_mode & 0777) == 0600);
        CHECK(error_of([&] { recording_writer(path, header); }).code() == transport_error::busy);
        std::filesystem::remove_all(folder);
    }

    TEST_CASE("a full disk is reported once and the conversation goes on") {
        virtual_time time;
        asio::io_context context;
        auto inner = std::make_unique<scripted_stream>(context.get_executor());
        for (int i = 0; i < 3; ++i) inner->push("x");
        int reports = 0;
        std::unique_ptr<recording_writer> writer;
        REQUIRE(error_of([&] {
                    writer = std::make_unique<recording_writer>("/dev/full", recording_header());
                }).code() == transport_error::busy);  // exists: never appended to
        recording_stream line(std::move(inner), recording_writer::to_device("/dev/full", {}),
                              [&](const std::string&) { ++reports; });
        for (int i = 0; i < 3; ++i) CHECK(spin(context, read_text(line), &time) == "x");
        CHECK(reports == 1);

        recording_stream strict(std::make_unique<scripted_stream>(context.get_executor()),
                                recording_writer::to_device("/dev/full", {}));
        CHECK(error_of([&] { spin(context, strict.write_all("x", sensitivity::plain), &time); }).code() ==
              transport_error::recording_full);
    }
}

TEST_SUITE("transport/paced_stream") {
    TEST_CASE("bytes take exactly as long as on the wire, in both directions") {
        virtual_time time;
        asio::io_context context;
        auto inner = std::make_unique<scripted_stream>(context.get_executor());
        auto* far_end = inner.get();
        far_end->push(std::string(9600, 'x'));
        auto line = make_paced(std::move(inner), 9600);
        spin(context, line->write_all(std::string(960, 'y')), &time);
        CHECK(line_clock::now().time_since_epoch() == 1s);
        CHECK(far_end->written().size() == 960);
        auto read_all = [&]() -> asio::awaitable<std::size_t> {
            std::size_t got = 0;
            while (got < 9600) {
                const auto text = co_await read_text(*line);
                CHECK(text.size() <= 16);
                got += text.size();
            }
            co_return got;
        };
        CHECK(spin(context, read_all(), &time) == 9600);
        CHECK(line_clock::now().time_since_epoch() == 11s);
    }

    TEST_CASE("odd speeds lose no time over a long run") {
        virtual_time time;
        asio::io_context context;
        auto line = make_paced(std::make_unique<scripted_stream>(context.get_executor()), 115200);
        spin(context, line->write_all(std::string(115200, 'y')), &time);
        CHECK(line_clock::now().time_since_epoch() == 10s);
    }

    TEST_CASE("a cancelled read keeps the bytes that are on the wire") {
        virtual_time time;
        asio::io_context context;
        auto inner = std::make_unique<scripted_stream>(context.get_executor());
        inner->push("abc");
        auto line = make_paced(std::move(inner), 300);
        CHECK(error_of([&] { spin(context, within(10ms, read_text(*line)), &time); }).code() ==
              transport_error::timed_out);
        CHECK(spin(context, read_text(*line), &time) == "abc");
        CHECK(line_clock::now().time_since_epoch() == 100ms);
    }
}

// What recordings cost: writing against draining the same pseudo-terminal, replay for each byte, what a jump to a mark
// reads, how big a report becomes. `recording_bench RECORDING...`; ratios hold within one run, seconds do not.
#include <pty.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "sac/film.hpp"
#include "scripts/report_html.hpp"
#include "tests/support/program.hpp"
#include "transport/line_clock.hpp"
#include "transport/recording_file.hpp"
#include "transport/recording_stream.hpp"
#include "transport/replay_stream.hpp"

using namespace emsctl;
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t drained = 64 * mebibyte;
constexpr int rounds = 3;

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Lines such as a console shows, written by a child on a raw pseudo-terminal; the seconds until all were taken.
double drain(const std::function<void(std::string_view)>& take) {
    int master = -1;
    termios raw{};
    ::cfmakeraw(&raw);
    const pid_t child = ::forkpty(&master, nullptr, &raw, nullptr);
    if (child == 0) {
        std::string block;
        for (int line = 0; block.size() < 60'000; ++line)
            block += "\x1b[K  TCP    0.0.0.0:" + std::to_string(49152 + line % 16000) +
                     "          0.0.0.0:0              LISTENING       " + std::to_string(line) + "\r\n";
        for (std::size_t left = drained; left > 0;) {
            const auto n = ::write(STDOUT_FILENO, block.data(), std::min(left, block.size()));
            if (n > 0) left -= static_cast<std::size_t>(n);
        }
        ::_exit(0);
    }
    std::array<char, 65536> buffer;
    const double began = wall_seconds();
    for (auto n = ::read(master, buffer.data(), buffer.size()); n > 0; n = ::read(master, buffer.data(), buffer.size()))
        take({buffer.data(), static_cast<std::size_t>(n)});
    const double took = wall_seconds() - began;
    ::waitpid(child, nullptr, 0);
    ::close(master);
    return took;
}

void bench_writing() {
    double plain = 1e9, recorded = 1e9, protected_too = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const test::scratch_folder where;
        std::size_t bytes = 0;
        plain = std::min(plain, drain([&](std::string_view b) { bytes += b.size(); }));
        for (const bool has_secret : {false, true}) {
            transport::recording_writer writer(where / (has_secret ? "p" : "r"), {});
            if (has_secret) writer.protect("Tr0ub4dor&3");
            const double took = drain([&](std::string_view b) { writer.output(b); });
            auto& best = has_secret ? protected_too : recorded;
            best = std::min(best, took);
        }
    }
    std::printf("recording 64 MiB / draining them     %5.2fx   (%.0f and %.0f ms)\n", recorded / plain, recorded * 1000,
                plain * 1000);
    std::printf("  with a password to look for        %5.2fx\n", protected_too / plain);
}

asio::awaitable<void> feed_back(transport::replay_stream& line, const transport::recording& what) {
    std::array<char, 4096> buffer;
    for (const auto& event : what.events) {
        using kind = transport::recording_event::kind;
        if (event.what == kind::input) {
            auto bytes = event.hole > 0 ? std::string(event.hole, '*') : event.bytes;
            const auto sort = event.hole > 0 ? transport::sensitivity::secret : transport::sensitivity::plain;
            co_await line.write_all(std::move(bytes), sort);
        }
        std::size_t left = event.what == kind::output ? event.bytes.size() + event.hole : 0;
        while (left > 0) left -= co_await line.read_some(std::span(buffer.data(), std::min(left, buffer.size())));
    }
}

void bench_replay(const std::string& file) {
    const double began = cpu_seconds();
    const auto what = transport::load_recording(file);
    std::size_t bytes = 0;
    for (const auto& event : what.events) bytes += event.bytes.size();
    transport::virtual_time time;
    asio::io_context context;
    const auto line = transport::make_replay(context.get_executor(), what, file);
    std::exception_ptr error;
    asio::co_spawn(context, feed_back(*line, what), [&](std::exception_ptr e) { error = e; });
    time.run(context);
    if (error) std::rethrow_exception(error);
    const double took = cpu_seconds() - began;
    std::printf("replay of %-26s %5.0f ns a byte   (%zu bytes, %.0f ms CPU)\n",
                std::filesystem::path(file).filename().c_str(), took * 1e9 / static_cast<double>(bytes), bytes,
                took * 1000);
}

void bench_seeking() {
    const test::scratch_folder where;
    const auto path = where / "big.cast";
    {
        transport::recording_writer writer(path, {});
        const std::string output(16 * 1024, 'x');
        for (int part = 0; part < 6400; ++part) {
            if (part % 16 == 0) writer.mark("part " + std::to_string(part), std::string(2000, 'p'));
            writer.output(output);
        }
    }
    transport::recording_file file(path);
    const auto marks = file.marks();
    file.seek(marks[marks.size() / 2].offset);
    file.next();
    file.next();
    std::printf("jump to a mark in %.0f MiB reads        %5.2f MiB   (%zu marks)\n",
                static_cast<double>(std::filesystem::file_size(path)) / mebibyte,
                static_cast<double>(file.bytes_read()) / mebibyte, marks.size());
}

// An hour at the console: a command a minute, each with 35 KB of output that scrolls through a real line.
void bench_report() {
    sac::film_maker maker;
    scripts::report_evidence evidence;
    scripts::report account;
    account.mode = scripts::run_mode::check;
    std::size_t shown = 0;
    for (int minute = 0; minute < 60; ++minute) {
        std::chrono::microseconds at = std::chrono::minutes(minute);
        maker.mark("step " + std::to_string(minute), at);
        sac::told_command command;
        command.began = at;
        command.text = "wevtutil qe System /c:500";
        for (int line = 0; command.out_bytes.size() < 35'000; ++line) {
            const auto text =
                "event " + std::to_string(minute * 1000 + line) + " of a provider with a rather long name\r\n";
            command.out_bytes += text;
            at += std::chrono::microseconds(text.size() * 87);  // 115200 8N1
            maker.output(text, at);
        }
        shown += command.out_bytes.size();
        command.ended = at;
        evidence.session.commands.push_back(command);
        account.timeline.push_back({std::chrono::minutes(minute), "step_started", scripts::run_phase::look, "step",
                                    "Step " + std::to_string(minute), ""});
    }
    evidence.pictures = maker.finish();
    const auto page = scripts::to_html(account, &evidence);
    std::printf("report of an hour with %.1f MB shown     %5.2f MiB   (%zu pictures)\n",
                static_cast<double>(shown) / 1e6, static_cast<double>(page.size()) / mebibyte,
                evidence.pictures.frames.size());
}

}  // namespace

int main(int argc, char** argv) {
    bench_writing();
    for (int i = 1; i < argc; ++i) bench_replay(argv[i]);
    bench_seeking();
    bench_report();
}

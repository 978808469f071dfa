#include "src/command_attach.hpp"

#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <memory>
#include <utility>

#include "sac/echo_watch.hpp"
#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/first_to_end.hpp"
#include "src/output.hpp"
#include "src/raw_terminal.hpp"
#include "src/terminal_filter.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {

namespace asio = boost::asio;

namespace {

constexpr char escape_key = 0x1D;  // Ctrl-]

struct detached {};  // the operator's wish to leave, thrown to end both directions

// Of what a person types without seeing it, a recording keeps only the length.
void judge_echo(transport::byte_stream& line, sac::echo_watch& echo) {
    using verdict = sac::echo_watch::verdict;
    const auto decided = echo.decide();
    if (decided == verdict::shown) line.keep(transport::keeping::all);
    if (decided == verdict::hidden) {
        line.keep(transport::keeping::output_only);
        line.keep(transport::keeping::all);
    }
}

asio::awaitable<void> show(transport::byte_stream& line, sac::echo_watch& echo) {
    terminal_filter filter;
    std::array<char, 4096> buffer;
    while (true) {
        const std::size_t count = co_await line.read_some(buffer);
        // Recorded first: what somebody has seen is in the recording, whatever happens next.
        echo.output({buffer.data(), count});
        judge_echo(line, echo);
        print_text(filter.pass({buffer.data(), count}));
    }
}

asio::awaitable<void> send_break(transport::byte_stream& line, bool read_only) {
    std::string outcome = "BREAK sent";
    try {
        if (read_only)
            outcome = "the line may only be read";
        else
            co_await line.signal(transport::out_of_band{});
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport::transport_error::unsupported) throw;
        outcome = text_of(std::current_exception());
    }
    print_text("\r\n[" + outcome + "]\r\n");
}

asio::awaitable<void> obey(transport::byte_stream& line, bool read_only, char key) {
    if (key == '.') throw detached{};
    if (key == 'b') {
        co_await send_break(line, read_only);
    } else if (key == '?') {
        print_text("\r\n[Ctrl-] then: . leave   b send BREAK   ? this help   Ctrl-] send Ctrl-] itself]\r\n");
    }
}

asio::awaitable<void> send(transport::byte_stream& line, sac::echo_watch& echo, std::string typed, bool read_only) {
    if (read_only || typed.empty()) co_return;
    echo.typed(typed);
    if (echo.decide() == sac::echo_watch::verdict::undecided) line.keep(transport::keeping::undecided);
    co_await line.write_all(std::move(typed));
}

asio::awaitable<void> type(transport::byte_stream& line, sac::echo_watch& echo, bool read_only) {
    asio::posix::stream_descriptor keys(co_await asio::this_coro::executor, ::dup(STDIN_FILENO));
    std::array<char, 256> buffer;
    bool escaped = false;
    while (true) {
        const std::size_t count = co_await keys.async_read_some(asio::buffer(buffer), asio::use_awaitable);
        std::string typed;
        for (const char key : std::string_view(buffer.data(), count)) {
            if (escaped && key != escape_key) {
                escaped = false;
                co_await send(line, echo, std::exchange(typed, {}), read_only);
                co_await obey(line, read_only, key);
            } else if (key == escape_key && !escaped) {
                escaped = true;
            } else {
                escaped = false;
                typed.push_back(key);
            }
        }
        co_await send(line, echo, std::move(typed), read_only);
    }
}

asio::awaitable<int> talk_raw(std::unique_ptr<transport::byte_stream> line, bool read_only) {
    std::string end;
    // Whatever ends it: keys whose echo did not come any more are counted, and what the console said is kept.
    struct decided_at_end {
        transport::byte_stream& line;
        ~decided_at_end() { line.keep(transport::keeping::output_only); }
    };
    {
        raw_terminal terminal("attach");
        const decided_at_end then{*line};
        sac::echo_watch echo;
        std::fprintf(stderr, "attached to %s; Ctrl-] then ? for help, . to leave\r\n", line->describe().c_str());
        try {
            co_await first_to_end(show(*line, echo), type(*line, echo, read_only));
        } catch (const detached&) {
            end = "left";
        } catch (const boost::system::system_error& error) {
            if (error.code() != transport::transport_error::closed) throw;
            end = "the line was closed from the other side";
        }
    }
    line->close();
    std::fprintf(stderr, "\n%s\n", end.c_str());
    co_return end == "left" ? exit_ok : exit_no_console;
}

}  // namespace

void setup_attach(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<attach_options>();
    auto* verb = app.add_subcommand("attach", "your terminal on the line, recorded; Ctrl-] then . leaves");
    verb->add_option("address", options->console.address, "the console")->required();
    verb->add_flag("--read-only", options->read_only, "look, and type nothing");
    add_console_options(*verb, options->console, false);
    verb->callback([options, &chosen] { chosen = [options] { return run_attach(*options); }; });
}

int run_attach(attach_options options) {
    conversation talk(options.console, "attach", false);
    const bool read_only = options.read_only;
    return talk.run_raw(
        [read_only](std::unique_ptr<transport::byte_stream> line) { return talk_raw(std::move(line), read_only); });
}

}  // namespace emsctl

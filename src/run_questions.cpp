#include "src/run_questions.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

#include "src/password.hpp"
#include "transport/line_clock.hpp"

namespace emsctl {

namespace asio = boost::asio;

namespace {

std::string text_of(const scripts::question& what) {
    std::string text = "\n";
    for (const auto& line : what.evidence) text += "  found: " + line + "\n";
    text += what.text;
    if (what.what == scripts::question::kind::confirmation)
        text += " (risk " + std::string(scripts::to_string(what.risk)) + ", undo " +
                std::string(scripts::to_string(what.undo)) + ")";
    for (std::size_t i = 0; i < what.choices.size(); ++i) text += (i == 0 ? " (" : ", ") + what.choices[i];
    if (!what.choices.empty()) text += ")";
    if (!what.proposal.empty()) text += " [" + what.proposal + "]";
    return text + " ";
}

// Waits without holding up the line, except in virtual time, which would run on while a person thinks.
asio::awaitable<bool> is_answered() {
    if (transport::virtual_time::is_active()) {
        pollfd keys{STDIN_FILENO, POLLIN, 0};
        co_return ::poll(&keys, 1, -1) == 1;  // a signal ends the wait
    }
    const auto executor = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor keys(executor, ::dup(STDIN_FILENO));
    co_await keys.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
    co_return true;
}

asio::awaitable<std::optional<std::string>> ask_at_terminal(scripts::question what) {
    const std::string text = text_of(what);
    std::fwrite(text.data(), 1, text.size(), stderr);
    const bool answered = co_await is_answered();
    if (!answered) co_return std::nullopt;
    std::array<char, 1024> line;  // a terminal hands over one whole line at a time
    const auto count = ::read(STDIN_FILENO, line.data(), line.size());
    if (count <= 0) co_return std::nullopt;
    std::string answer(line.data(), static_cast<std::size_t>(count));
    answer.erase(answer.find_last_not_of("\r\n ") + 1);
    // Enter alone takes the proposal only where the runbook calls it safe.
    const bool proposes = what.what == scripts::question::kind::decision && what.safe && !what.proposal.empty();
    if (answer.empty() && proposes) co_return what.proposal;
    if (answer.empty()) co_return std::nullopt;
    co_return answer;
}

bool may_be_taken(const scripts::question& what) {
    if (what.what == scripts::question::kind::decision) return what.safe && !what.proposal.empty();
    return what.risk != scripts::risk_level::high;
}

}  // namespace

scripts::ask_function make_ask(bool yes, std::function<void(std::string)> hide) {
    const bool has_person = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    return [yes, has_person,
            hide = std::move(hide)](scripts::question what) -> asio::awaitable<std::optional<std::string>> {
        if (yes && may_be_taken(what)) co_return what.proposal;
        if (!has_person) co_return std::nullopt;
        if (what.type == scripts::variable_type::secret) {
            auto text = text_of(what);
            text.erase(text.find_last_not_of(": ") + 1);  // a colon follows anyway
            const auto secret = ask_password(text);
            if (!secret || secret->empty()) co_return std::nullopt;
            hide(*secret);
            co_return *secret;
        }
        auto answer = co_await ask_at_terminal(std::move(what));
        co_return answer;
    };
}

}  // namespace emsctl

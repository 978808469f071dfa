#include "sac/sac_line.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "sac/sac_error.hpp"
#include "sac/text_lines.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;

namespace {

constexpr int longest_sac_line = 77;     // the driver's own limit
constexpr int longest_proved_line = 75;  // behind "SAC>" it still ends on the prompt's own row
constexpr char backspace = '\b';
const std::string to_sac = "\x1b\t0";
const std::string enter_key = "\r";

// What stands behind the last SAC> on the cursor's row.
std::string typed_at_prompt(const far_end& end) {
    const auto line = end.before_cursor();
    const auto prompt = line.rfind("SAC>");
    return prompt == std::string::npos ? line : line.substr(prompt + 4);
}

bool is_at_prompt(const far_end& end, std::uint64_t since) {
    const auto text = end.text_since(since);
    return (text == "SAC>" || text.ends_with("\nSAC>")) && end.now() == place::sac_prompt;
}

// A long listing stops with a text of its own, on a line that may have ended.
bool waits_at_pager(const far_end& end, std::uint64_t since) {
    auto text = end.text_since(since);
    if (text.ends_with('\n')) text.remove_suffix(1);
    return text.ends_with(end.texts().pager);
}

// The name in an event's second line, "Channel: Cmd0002": the words may be localised, the name is not.
std::optional<std::string> new_command_channel(std::string_view text) {
    constexpr std::string_view lead = ": Cmd";
    constexpr std::size_t length = 7;
    for (auto at = text.find(lead); at != std::string_view::npos; at = text.find(lead, at + 1)) {
        const auto name = text.substr(at + 2, length);
        const auto digits = name.substr(std::min<std::size_t>(3, name.size()));
        const bool is_name = name.size() == length && text.substr(at + 2 + length).starts_with('\n') &&
                             digits.find_first_not_of("0123456789") == std::string_view::npos;
        if (is_name) return std::string(name);
    }
    return std::nullopt;
}

}  // namespace

std::vector<channel_row> parse_channel_list(std::string_view text) {
    std::vector<channel_row> rows;
    for (const auto& line : lines_of(text)) {
        int slot = 0;
        const auto [digits_end, error] = std::from_chars(line.data(), line.data() + line.size(), slot);
        const auto rest = std::string_view(line).substr(static_cast<std::size_t>(digits_end - line.data()));
        if (error != std::errc{} || rest.size() < 7 || !rest.starts_with(" (") || rest[4] != ')') continue;
        const auto name = rest.find_first_not_of(' ', 5);
        if (name == std::string_view::npos) continue;
        rows.push_back({slot, rest[2] == 'A', rest[3] == 'R', std::string(rest.substr(name))});
    }
    return rows;
}

std::vector<std::pair<std::string, std::string>> parse_identification(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> values;
    for (const auto& line : lines_of(text)) {
        const auto colon = line.find(": ");
        const auto start = line.find_first_not_of(' ');
        if (colon == std::string::npos || start == std::string::npos || start > colon) continue;
        values.emplace_back(line.substr(start, colon - start), line.substr(colon + 2));
    }
    return values;
}

asio::awaitable<bool> sac_line::reach_switch_screen(span_of_time limit) {
    const auto before = console_.seen().switches();
    co_await console_.send(to_sac);
    const bool came = co_await console_.comes_true(
        [before](const far_end& end) {
            return end.switches() > before && end.channel().is_sac() && end.now() == place::switch_screen;
        },
        limit);
    co_return came;
}

// One key shows SAC's screen; whatever was half-typed there is taken back key by key, never entered.
asio::awaitable<void> sac_line::show_and_clear(std::string* left_behind) {
    co_await console_.send(std::string(1, backspace));
    co_await console_.wait_for(
        "SAC's own screen", [](const far_end& end) { return end.now() == place::sac_prompt; }, 10s);
    co_await console_.settle(100ms, 2s);
    if (left_behind) *left_behind = typed_at_prompt(console_.seen());
    co_await console_.send(std::string(longest_sac_line, backspace));
    co_await console_.settle(50ms, 2s);
    co_await enter(10s);
}

asio::awaitable<std::string> sac_line::enter(span_of_time limit) {
    const auto mark = console_.seen().offset();
    co_await console_.send(enter_key);
    auto page = mark;  // a pager behind it was not answered yet
    const auto at_end = [mark, &page](const far_end& end) {
        return is_at_prompt(end, mark) || waits_at_pager(end, page);
    };
    bool quiet = false;
    // An event that breaks in also ends with a prompt: only a prompt that stays is the answer's end.
    while (!quiet) {
        co_await console_.wait_for("the SAC prompt after Enter", at_end, limit);
        if (waits_at_pager(console_.seen(), page)) {
            page = console_.seen().offset();
            co_await console_.send(enter_key);
            continue;
        }
        co_await console_.settle(50ms, 2s);
        quiet = is_at_prompt(console_.seen(), mark);
    }
    std::string text(console_.seen().text_since(mark));
    text.erase(0, text.find('\n') + 1);
    text.erase(text.rfind("SAC>"));
    const std::string pager = console_.seen().texts().pager + "\n";
    for (auto at = text.find(pager); at != std::string::npos; at = text.find(pager, at)) text.erase(at, pager.size());
    co_return text;
}

asio::awaitable<void> sac_line::await_boot(span_of_time limit) {
    const auto boots = console_.seen().boots();
    co_await console_.wait_for(
        "the machine to boot",
        [boots](const far_end& end) { return end.boots() > boots && end.now() == place::sac_prompt; }, limit);
}

asio::awaitable<sac_line::found> sac_line::attach(span_of_time boot_limit) {
    found result{};
    co_await console_.settle(300ms, 2s);
    result.first = console_.seen().now();
    // Keys mean something else before Windows is there: a machine that shows its firmware or menu is left alone.
    const auto is_before_windows = [](place p) { return p == place::firmware || p == place::boot_manager; };
    if (is_before_windows(result.first)) {
        result.waited_for_boot = true;
        co_await await_boot(boot_limit);
    } else {
        // A backspace is the one key that runs nothing anywhere.
        co_await console_.send(std::string(1, backspace));
        co_await console_.settle(200ms, 1s);
        if (result.first == place::nothing) result.first = console_.seen().now();
    }
    bool came = co_await reach_switch_screen(4s);
    const auto shown = console_.seen().now();
    if (!came && (is_before_windows(shown) || (shown == place::loading && console_.bytes_received() > 0))) {
        result.waited_for_boot = true;
        co_await await_boot(boot_limit);
        came = co_await reach_switch_screen(10s);
    }
    if (!came) {
        const bool silent = console_.bytes_received() == 0;
        fail(sac_error::no_sac,
             silent
                 ? "the line is open and silent: nothing answered a backspace and ESC TAB 0. EMS may be off (bcdedit "
                   "/ems), SAC may be missing (client editions need the EMS-SAC capability), a kernel debugger may "
                   "own the port, it may be the wrong port or speed, or the machine is halted"
                 : "something answered, but not SAC's switch screen; " + console_.situation());
    }
    co_await show_and_clear(&result.left_behind);
    co_return result;
}

asio::awaitable<void> sac_line::come_back() {
    const bool came = co_await reach_switch_screen(10s);
    if (!came) fail(sac_error::timed_out, "ESC TAB 0 did not bring SAC's switch screen; " + console_.situation());
    co_await show_and_clear(nullptr);
}

asio::awaitable<void> sac_line::type(std::string command) {
    if (command.size() > longest_proved_line)
        fail(sac_error::typing_failed, "a SAC line of more than 75 characters cannot be proved: '" + command + "'");
    for (int attempt = 0; attempt < 3; ++attempt) {
        co_await console_.send(command);
        const bool shown = co_await console_.comes_true(
            [&command](const far_end& end) {
                return end.now() == place::sac_prompt && typed_at_prompt(end) == command;
            },
            2s);
        if (shown) co_return;
        // An event may have pushed the prompt down; the driver still holds what was typed. Take it back and begin anew.
        co_await console_.send(std::string(longest_sac_line, backspace));
        co_await console_.settle(100ms, 2s);
    }
    fail(sac_error::typing_failed, "at the SAC prompt: wanted '" + command + "'; " + console_.situation());
}

asio::awaitable<std::string> sac_line::ask(std::string command, span_of_time limit) {
    co_await type(std::move(command));
    std::string answer = co_await enter(limit);
    co_return answer;
}

asio::awaitable<std::vector<channel_row>> sac_line::channels() {
    const std::string answer = co_await ask("ch");
    co_return parse_channel_list(answer);
}

asio::awaitable<std::string> sac_line::create_channel(span_of_time limit) {
    const auto deadline = transport::line_clock::now() + limit;
    while (true) {
        const auto mark = console_.seen().offset();
        const std::string answer = co_await ask("cmd");
        const auto& texts = console_.seen().texts();
        const bool not_yet = answer.find(texts.not_registered) != std::string::npos;
        for (const auto& refusal : texts.refusals)
            if (!not_yet && answer.find(refusal) != std::string::npos) fail(sac_error::channel_refused, answer);
        const auto named = [mark](const far_end& end) {
            const auto text = end.text_since(mark);
            return text.ends_with("\nSAC>") && new_command_channel(text);
        };
        // Without the service the CMD event will come; otherwise the channel's own event does.
        const span_of_time patience = not_yet ? 10s : 20s;
        const bool came = co_await console_.comes_true(named, patience);
        if (came) {
            const auto name = new_command_channel(console_.seen().text_since(mark));
            co_return name.value();
        }
        if (transport::line_clock::now() >= deadline)
            fail(sac_error::channel_refused, "no command channel appeared; SAC said: " + answer);
    }
}

asio::awaitable<channel_id> sac_line::announce(std::string name) {
    for (int attempt = 0; attempt < 10; ++attempt) {
        const auto before = console_.seen().switches();
        const auto mark = console_.seen().offset();
        co_await type("ch -sn " + name);
        co_await console_.send(enter_key);
        const auto announced = [before, &name](const far_end& end) {
            return end.switches() > before && end.now() == place::switch_screen && end.channel().name == name;
        };
        // The list of channels may be a moment behind the event: SAC then answers with a prompt instead.
        const bool answered = co_await console_.comes_true(
            [&announced, mark](const far_end& end) { return announced(end) || is_at_prompt(end, mark); }, 10s);
        if (answered && announced(console_.seen())) co_return console_.seen().channel();
        co_await console_.comes_true([](const far_end&) { return false; }, 1s);
    }
    fail(sac_error::channel_refused, "SAC would not show channel " + name + "; " + console_.situation());
}

asio::awaitable<void> sac_line::close_channel(std::string name) {
    const auto mark = console_.seen().offset();
    co_await ask("ch -cn " + name);
    co_await console_.comes_true(
        [mark, &name](const far_end& end) {
            const auto text = end.text_since(mark);
            return text.find(": " + name) != std::string_view::npos && text.ends_with("\nSAC>");
        },
        3s);
}

}  // namespace emsctl::sac

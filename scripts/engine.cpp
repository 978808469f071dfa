#include "scripts/engine.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "scripts/azure_request.hpp"
#include "scripts/gate.hpp"
#include "scripts/parsers.hpp"
#include "transport/line_clock.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;
using transport::line_clock;

void engine::emit(event::kind what, std::string text, nlohmann::json details) {
    event happened{what, phase, {}, {}, {}, std::move(text), std::move(details)};
    if (current) {
        happened.step_id = current->id;
        happened.step_name = current->name;
        happened.cites = current->cites;
    }
    account.timeline.push_back(
        {elapsed(), std::string(to_string(what)), phase, happened.step_id, happened.step_name, happened.text});
    watcher_.on(happened);
}

std::chrono::milliseconds engine::elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_() - began_);
}

void engine::warn(std::string text) {
    emit(event::kind::warning, text);
    account.warnings.push_back(std::move(text));
}

nlohmann::json engine::value(const written& expression, const scope* extra) const {
    auto seen = names;
    if (extra)
        for (const auto& [name, v] : *extra) seen[name] = v;
    auto answer = evaluate(expression.text, seen);
    if (answer.error)
        throw step_error("line " + std::to_string(expression.at.line) + ", `" + expression.text +
                         "`: " + *answer.error);
    return std::move(answer.value);
}

bool engine::holds(const written& expression, const scope* extra) const {
    return expression.text.empty() || is_true(value(expression, extra));
}

std::string engine::say(const written& template_text, const scope* extra) const {
    auto seen = names;
    if (extra)
        for (const auto& [name, v] : *extra) seen[name] = v;
    auto result = render(template_text.text, seen, insertion::text);
    if (result.error) throw step_error("line " + std::to_string(template_text.at.line) + ": " + *result.error);
    return std::move(result.text);
}

std::string engine::command_text(const written& template_text, shell in) const {
    // What is typed in a conversation begins at the prompt of cmd.exe.
    auto where = insertion::cmd;
    if (in == shell::powershell) where = insertion::powershell;
    if (in == shell::local) where = insertion::local;
    if (in == shell::azure) where = insertion::azure;
    auto result = render(template_text.text, names, where, secrets);
    if (result.error) throw step_error("line " + std::to_string(template_text.at.line) + ": " + *result.error);
    return std::move(result.text);
}

reading engine::rendered(reading what) const {
    what.command.text = command_text(what.command, what.in);
    if (holds_secret(what.command.text))
        throw step_error("line " + std::to_string(what.command.at.line) + ": a command that looks may hold no secret");
    return what;
}

asio::awaitable<nlohmann::json> engine::read(reading what) {
    command sent;
    sent.in = what.in;
    sent.text = what.command.text;
    sent.limit = what.limit;
    sent.label = current ? current->id : "look";
    if (sent.in == shell::azure && !machine_.reaches_azure()) throw step_error(azure_is_not_reached);
    if (const auto why = refusal(sent))
        throw step_error("refused to send a command that is said to read only: " + *why + ": " +
                         for_people(sent.in, sent.text));
    const outcome got = co_await machine_.run(sent);
    if (got.proof != proof_level::hashed) account.weaker_proof = true;
    nlohmann::json result{
        {"rc", got.exit_code}, {"stdout", got.out}, {"stderr", got.err}, {"changed", false},
        {"failed", false},     {"skipped", false},  {"acts", false},     {"stdout_lines", nlohmann::json::array()}};
    for (const auto line : lines_of(got.out)) result["stdout_lines"].push_back(std::string(line));
    const auto& good = what.expect_exit;
    if (std::find(good.begin(), good.end(), got.exit_code) == good.end())
        throw step_error("exit " + std::to_string(got.exit_code) + ": " + for_people(sent.in, sent.text) + ": " +
                         std::string(trimmed(got.err.empty() ? got.out : got.err)));
    // A program that failed as foreseen has written a sentence, not its format.
    const bool spoke = got.exit_code == 0 || what.parse == output_format::text || what.parse == output_format::lines;
    auto answer = parse_output(spoke ? got.out : std::string(), what);
    if (!spoke && answer.error) answer = {nullptr, {}};
    if (answer.error)
        throw step_error("the answer to `" + for_people(sent.in, sent.text) + "` is not understood: " + *answer.error);
    if (answer.value.is_array()) result["rows"] = answer.value;
    result["parsed"] = std::move(answer.value);
    co_return result;
}

asio::awaitable<nlohmann::json> engine::read_state(reading what) {
    const auto result = co_await read(what);
    co_return state_of(what, result);
}

asio::awaitable<nlohmann::json> engine::read_until(reading what, std::function<bool(const nlohmann::json&)> enough,
                                                   std::chrono::seconds within) {
    const auto executor = co_await asio::this_coro::executor;
    const auto deadline = line_clock::now() + within;
    transport::line_timer timer(executor);
    for (;;) {
        auto result = co_await read(what);
        if (enough(result) || line_clock::now() >= deadline) co_return result;
        timer.expires_after(std::chrono::seconds(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<nlohmann::json> engine::read_times(reading what, std::function<bool(const nlohmann::json&)> enough,
                                                   std::int64_t retries, std::chrono::seconds delay) {
    const auto executor = co_await asio::this_coro::executor;
    transport::line_timer timer(executor);
    for (std::int64_t left = retries;; --left) {
        auto result = co_await read(what);
        if (left <= 0 || enough(result)) co_return result;
        timer.expires_after(delay);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<void> engine::identify() {
    reading guid;
    guid.command.text = R"(reg query "HKLM\SOFTWARE\Microsoft\Cryptography" /v MachineGuid)";
    guid.parse = output_format::reg;
    const auto answer = co_await read(guid);
    const auto& values = answer["parsed"]["values"];
    if (values.size() != 1) throw step_error("the machine does not tell its MachineGuid");
    account.machine = values.begin().value()["data"];
    reading name;
    name.command.text = "hostname";
    const auto named = co_await read(name);
    account.computer_name = named["parsed"];
}

std::string cmd_quoted(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            throw step_error("a control character cannot go into a command");
        // The C runtime takes \" for a quote; cmd.exe then counts quotes differently, so such values are refused.
        if (c == '"') throw step_error("a quote cannot go into a command");
        text += c == '%' ? "%%" : std::string(1, c);
    }
    if (text.back() == '\\') text += '\\';
    return text + "\"";
}

}  // namespace emsctl::scripts

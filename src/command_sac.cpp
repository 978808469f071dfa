#include "src/command_sac.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <iostream>
#include <memory>

#include "sac/sac_commands.hpp"
#include "sac/sac_error.hpp"
#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/usage.hpp"

namespace emsctl {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using sac::sac_effect;

namespace {

constexpr int most_readings = 4;

// What a command came to.
struct outcome {
    sac::sac_answer answer;
    bool is_proved = false;
    std::string proof;  // or why there is none
};

void ask_whether_really(const sac_options& options, const std::string& command) {
    const std::string& address = options.console.address;
    std::string typed = options.yes_really;
    if (typed.empty()) {
        if (::isatty(STDIN_FILENO) != 1)
            throw usage_error("'" + command + "' needs --yes-really " + address + " where nobody can be asked");
        std::fprintf(stderr, "%s Type %s if that is the machine: ", sac::consequence_of(command).c_str(),
                     address.c_str());
        std::getline(std::cin, typed);
    }
    if (typed != address)
        throw usage_error("not confirmed: \"" + typed + "\" is not " + address + "; nothing was sent");
}

// Text for people: there is nothing in it to understand.
bool is_help(const std::string& command) {
    return command == "help" || command == "?" || command == "ch -?";
}

// Until two answers in a row agree.
asio::awaitable<outcome> read(sac::sac_line& prompt, std::string command) {
    outcome result;
    std::string text = co_await prompt.ask(command, 60s);
    result.answer = sac::read_sac_answer(command, std::move(text));
    for (int readings = 1; readings < most_readings; ++readings) {
        text = co_await prompt.ask(command, 60s);
        auto again = sac::read_sac_answer(command, std::move(text));
        const bool agrees = sac::say_the_same(result.answer, again);
        result.answer = std::move(again);
        if (!agrees) continue;
        result.is_proved = result.answer.is_understood() || is_help(command);
        result.proof = result.is_proved ? "read twice and equal" : "read twice and equal, but its form is not known";
        co_return result;
    }
    result.proof = "read " + std::to_string(most_readings) + " times, and no two in a row were equal";
    co_return result;
}

std::string without_echo(std::string_view text) {
    const auto end = text.find('\n');
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (text.ends_with("SAC>")) text.remove_suffix(4);
    return std::string(text);
}

// The one answer there is; a machine that goes down gives none.
asio::awaitable<outcome> act(sac::console& line, sac::sac_line& prompt, std::string command) {
    outcome result;
    result.answer.command = command;
    const auto mark = line.seen().offset();
    const auto boots = line.seen().boots();
    bool is_silent = false;
    try {
        result.answer.raw = co_await prompt.ask(command, 30s);
        // The event of a channel comes behind the prompt.
        if (command.starts_with("ch -c") || command == "cmd") co_await line.settle(500ms, 5s);
    } catch (const boost::system::system_error& error) {
        if (error.code() == sac::sac_error::guest_stopped) {
            result.is_proved = command == "crashdump";
            result.proof = "the machine has stopped with a STOP error";
        } else if (error.code() != sac::sac_error::timed_out) {
            throw;
        }
        is_silent = true;
    }
    const bool is_power = command == "restart" || command == "shutdown" || command == "crashdump";
    if (is_silent || command.starts_with("ch -c")) result.answer.raw = without_echo(line.seen().text_since(mark));
    if (!result.proof.empty()) co_return result;
    if (is_power && line.seen().boots() > boots) {
        result.is_proved = command != "shutdown";
        result.proof = "<machine-info> of a new boot";
    } else if (is_silent) {
        result.proof = "no prompt came back within 30 s";
    } else {
        result.is_proved = sac::says_done(command, result.answer.raw);
        result.proof = result.is_proved ? "SAC's own words" : "SAC's words do not say that it was done";
    }
    co_return result;
}

// Columns as wide as their widest cell.
std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i == widths.size()) widths.push_back(0);
            widths[i] = std::max(widths[i], row[i].size());
        }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string as_text(const sac::sac_answer& answer) {
    std::vector<std::vector<std::string>> rows;
    if (!answer.channels.empty()) rows.push_back({"#", "state", "type", "name"});
    for (const auto& one : answer.channels)
        rows.push_back({std::to_string(one.slot), one.active ? "active" : "closed, unread output",
                        one.raw ? "raw" : "VT-UTF8", one.name});
    for (const auto& [label, value] : answer.identification) rows.push_back({label, value});
    if (!answer.addresses.empty()) rows.push_back({"interface", "address", "subnet", "gateway"});
    for (const auto& one : answer.addresses)
        rows.push_back({std::to_string(one.interface), one.ip, one.subnet, one.gateway});
    if (!answer.processes.empty())
        rows.push_back({"pid", "name", "working set kB", "commit kB", "threads", "handles", "user", "kernel"});
    for (const auto& one : answer.processes)
        rows.push_back({std::to_string(one.pid), one.name, std::to_string(one.working_set_kb),
                        std::to_string(one.commit_kb), std::to_string(one.threads), std::to_string(one.handles),
                        one.user_time, one.kernel_time});
    if (answer.time) rows.push_back({answer.time->date, answer.time->time, "GMT"});
    return rows.empty() ? answer.raw : table(rows);
}

nlohmann::json as_json(const outcome& what, const sac::console& line) {
    const auto& answer = what.answer;
    nlohmann::json document = {{"command", answer.command},
                               {"raw", answer.raw},
                               {"proved", what.is_proved},
                               {"proof", what.proof},
                               {"line", {{"sent", line.bytes_sent()}, {"received", line.bytes_received()}}}};
    for (const auto& one : answer.channels)
        document["channels"].push_back(
            {{"slot", one.slot}, {"name", one.name}, {"active", one.active}, {"raw", one.raw}});
    for (const auto& [label, value] : answer.identification) document["identification"][label] = value;
    for (const auto& one : answer.addresses)
        document["addresses"].push_back(
            {{"interface", one.interface}, {"ip", one.ip}, {"subnet", one.subnet}, {"gateway", one.gateway}});
    for (const auto& one : answer.processes)
        document["processes"].push_back({{"pid", one.pid},
                                         {"name", one.name},
                                         {"working_set_kb", one.working_set_kb},
                                         {"commit_kb", one.commit_kb},
                                         {"faults", one.faults},
                                         {"priority", one.priority},
                                         {"handles", one.handles},
                                         {"threads", one.threads},
                                         {"user_time", one.user_time},
                                         {"kernel_time", one.kernel_time}});
    if (answer.time) document["time"] = {{"date", answer.time->date}, {"time", answer.time->time}, {"zone", "GMT"}};
    return document;
}

std::string wanted(const sac_options& options) {
    const auto command = sac::sac_command(options.words);
    if (!command)
        throw usage_error(
            "a SAC command is at most 75 printable ASCII characters, such as: sac ADDRESS ch; help lists them");
    if (sac::effect_of(*command) == sac_effect::switches)
        throw usage_error("'" + *command + "' would only show another channel; emsctl attach does that");
    return *command;
}

}  // namespace

void setup_sac(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<sac_options>();
    auto* verb = app.add_subcommand("sac", "one of SAC's own commands, without a login: ch, id, i, t, s, d, help, ...");
    verb->add_option("address", options->console.address, "the console")->required();
    verb->add_option("command", options->words, "as SAC takes it; words that begin with - after --")->required();
    verb->add_option("--yes-really", options->yes_really, "the address once more, for what acts on the machine");
    add_console_options(*verb, options->console, false);
    verb->footer(
        "ch, id, i, t, s, d and help only read. Everything else but f and p wants the address twice.\n"
        "Exit status: 0 proved: read twice and equal, or done as SAC says; 1 answered, and not proved or not "
        "understood;\n"
        "2 usage or not confirmed; 5 no console or no SAC; 7 not known.");
    verb->callback([options, &chosen] { chosen = [options] { return run_sac(*options); }; });
}

int run_sac(sac_options options) {
    const std::string command = wanted(options);
    const auto effect = sac::effect_of(command);
    conversation talk(options.console, "sac", false);
    if (effect == sac_effect::acts) ask_whether_really(options, command);
    const bool json = options.console.json();
    return talk.run([&, json](sac::console& line) -> asio::awaitable<int> {
        sac::sac_line prompt(line);
        co_await prompt.attach(15min);
        line.mark("sac: " + command);
        outcome result;
        if (effect == sac_effect::reads)
            result = co_await read(prompt, command);
        else
            result = co_await act(line, prompt, command);
        if (json)
            print_json(as_json(result, line));
        else
            print_text(as_text(result.answer));
        if (!result.is_proved) std::fprintf(stderr, "emsctl: not proved: %s\n", result.proof.c_str());
        co_return result.is_proved ? exit_ok : exit_found;
    });
}

}  // namespace emsctl

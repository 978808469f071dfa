#include "sac/sac_commands.hpp"
#include "sac/text_lines.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace emsctl::sac {
namespace {

constexpr std::size_t longest = 75;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view first_word(std::string_view command) {
    return command.substr(0, command.find(' '));
}

// The words behind each "=", up to a blank.
std::vector<std::string> values_of(std::string_view line) {
    std::vector<std::string> values;
    for (auto at = line.find('='); at != line.npos; at = line.find('=', at + 1)) {
        const auto end = std::min(line.find(' ', at), line.size());
        values.emplace_back(line.substr(at + 1, end - at - 1));
    }
    return values;
}

std::string clock_text(long hours, long minutes, long seconds, long milliseconds) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld.%03ld", hours, minutes, seconds, milliseconds);
    return text.data();
}

// "Time since last reboot" is the one value of `id` that passes.
bool is_duration(std::string_view value) {
    return std::count(value.begin(), value.end(), ':') == 2 && value.find_first_not_of("0123456789:") == value.npos;
}

std::vector<std::pair<std::string, std::string>> lasting(std::vector<std::pair<std::string, std::string>> values) {
    std::erase_if(values, [](const auto& one) { return is_duration(one.second); });
    return values;
}

std::vector<std::string> names_of(const std::vector<sac_process>& processes) {
    std::vector<std::string> names;
    for (const auto& one : processes) names.push_back(std::to_string(one.pid) + " " + one.name);
    return names;
}

std::vector<std::string> rows_of(const std::vector<channel_row>& channels) {
    std::vector<std::string> rows;
    for (const auto& one : channels)
        rows.push_back(std::to_string(one.slot) + (one.active ? "A" : "I") + (one.raw ? "R" : "V") + one.name);
    return rows;
}

}  // namespace

std::optional<std::string> sac_command(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
    std::string command;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) return std::nullopt;
        if (c == ' ' && (command.empty() || command.back() == ' ')) continue;
        command += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    while (command.ends_with(' ')) command.pop_back();
    if (command.empty() || command.size() > longest) return std::nullopt;
    return command;
}

// By whole words, although SAC looks at beginnings: what it would make of "type" is not what was meant.
sac_effect effect_of(std::string_view command) {
    if (is_one_of(command, {"ch", "ch -?", "d", "?", "help", "i", "id", "s", "t"})) return sac_effect::reads;
    if (is_one_of(command, {"f", "p"})) return sac_effect::toggles;
    if (command.starts_with("ch -s")) return sac_effect::switches;
    return sac_effect::acts;
}

std::string consequence_of(std::string_view command) {
    const auto word = first_word(command);
    if (word == "restart") return "It restarts at once; nobody is asked and programs are not waited for.";
    if (word == "shutdown") return "It shuts down at once, and nothing on this console turns it on again.";
    if (word == "crashdump") return "It stops with a STOP error and writes a dump, if it may.";
    if (word == "k") return "A process is ended; nothing of it is saved.";
    if (is_one_of(word, {"l", "r", "m"})) return "It changes what a process may use.";
    if (word == "lock") return "All command channels ask for credentials again.";
    if (word == "s") return "It sets the machine's clock.";
    if (word == "i") return "It sets a network address; whoever works over the network may lose the machine.";
    if (word == "cmd") return "It makes a channel that somebody has to close.";
    if (word == "ch") return "It ends a channel and what runs in it.";
    return "It is no command that is known here; SAC goes by how a line begins, and may take it for another.";
}

std::vector<sac_address> parse_addresses(std::string_view text) {
    std::vector<sac_address> addresses;
    for (const auto& line : lines_of(text)) {
        const auto values = values_of(line);
        const auto number = line.find_first_of("0123456789");
        const bool is_row = values.size() == 3 && number != std::string::npos && number < line.find(',');
        const bool has_values = std::none_of(values.begin(), values.end(), [](const auto& v) { return v.empty(); });
        sac_address one;
        if (!is_row || !has_values || std::sscanf(line.c_str() + number, "%9d", &one.interface) != 1) continue;
        one.ip = values[0];
        one.subnet = values[1];
        one.gateway = values[2];
        addresses.push_back(std::move(one));
    }
    return addresses;
}

std::vector<sac_process> parse_processes(std::string_view text) {
    std::vector<sac_process> processes;
    for (const auto& line : lines_of(text)) {
        std::array<long, 8> t{};
        std::array<long, 7> n{};
        int name = 0;
        // Three digits of milliseconds, then the working set, without a blank when it is wide.
        const int read = std::sscanf(
            line.c_str(), "%6ld:%2ld:%2ld.%3ld %6ld:%2ld:%2ld.%3ld%11ld %11ld %11ld %11ld %11ld %11ld %11ld %n", &t[0],
            &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7], &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &name);
        if (read != 15 || name == 0 || static_cast<std::size_t>(name) >= line.size()) continue;
        sac_process one;
        one.user_time = clock_text(t[0], t[1], t[2], t[3]);
        one.kernel_time = clock_text(t[4], t[5], t[6], t[7]);
        one.working_set_kb = n[0];
        one.faults = n[1];
        one.commit_kb = n[2];
        one.priority = n[3];
        one.handles = n[4];
        one.threads = n[5];
        one.pid = n[6];
        one.name = line.substr(static_cast<std::size_t>(name));
        processes.push_back(std::move(one));
    }
    return processes;
}

std::optional<sac_time> parse_time(std::string_view text) {
    using namespace std::chrono;
    for (const auto& line : lines_of(text)) {
        const auto number = line.find_first_of("0123456789");
        unsigned month = 0, date = 0;
        int full_year = 0, behind = 0;
        if (number == std::string::npos ||
            std::sscanf(line.c_str() + number, "%2u/%2u/%4d%n", &month, &date, &full_year, &behind) != 3)
            continue;
        const auto clock = line.find_first_of("0123456789", number + static_cast<std::size_t>(behind));
        int hour = 0, minute = 0, second = 0, thousandth = 0;
        if (clock == std::string::npos ||
            std::sscanf(line.c_str() + clock, "%2d:%2d:%2d:%4d", &hour, &minute, &second, &thousandth) != 4)
            continue;
        const year_month_day day{year(full_year), std::chrono::month(month), std::chrono::day(date)};
        if (!day.ok() || hour > 23 || minute > 59 || second > 60 || thousandth > 999) continue;
        const auto at = sys_days(day) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(thousandth);
        std::array<char, 64> text_of_day{}, text_of_time{};
        std::snprintf(text_of_day.data(), text_of_day.size(), "%04d-%02u-%02u", full_year, month, date);
        std::snprintf(text_of_time.data(), text_of_time.size(), "%02d:%02d:%02d.%03d", hour, minute, second,
                      thousandth);
        return sac_time{text_of_day.data(), text_of_time.data(),
                        duration_cast<milliseconds>(at.time_since_epoch()).count()};
    }
    return std::nullopt;
}

bool sac_answer::is_understood() const {
    return !channels.empty() || !identification.empty() || !addresses.empty() || !processes.empty() || time;
}

sac_answer read_sac_answer(std::string command, std::string raw) {
    sac_answer answer;
    if (command == "ch") answer.channels = parse_channel_list(raw);
    if (command == "id") answer.identification = parse_identification(raw);
    if (command == "i") answer.addresses = parse_addresses(raw);
    if (command == "t") answer.processes = parse_processes(raw);
    if (command == "s") answer.time = parse_time(raw);
    answer.command = std::move(command);
    answer.raw = std::move(raw);
    return answer;
}

bool say_the_same(const sac_answer& first, const sac_answer& second) {
    constexpr std::int64_t longest_pause_ms = 60'000;
    if (!first.is_understood() || !second.is_understood()) return first.raw == second.raw;
    if (first.time.has_value() != second.time.has_value()) return false;
    const auto passed = first.time ? second.time->milliseconds - first.time->milliseconds : 0;
    return rows_of(first.channels) == rows_of(second.channels) &&
           lasting(first.identification) == lasting(second.identification) && first.addresses == second.addresses &&
           names_of(first.processes) == names_of(second.processes) && passed >= 0 && passed < longest_pause_ms;
}

bool says_done(std::string_view command, std::string_view raw) {
    const auto word = first_word(command);
    const auto says = [&](std::string_view text) { return raw.find(text) != raw.npos; };
    if (is_one_of(word, {"k", "l", "r", "m", "i"})) return says("SAC successfully ");
    if (word == "lock") return says("Locked access to ");
    if (word == "cmd") return says("was successfully launched");
    if (word == "s") return says("Date: ");
    if (word == "ch") return says("A channel has been closed");
    if (is_one_of(word, {"f", "p"})) return says(" is now ");
    // That it is going down; the end of it is for whoever stays on the line to see.
    return is_one_of(word, {"restart", "shutdown"}) && (says("SAC preparing to ") || says("is shutting down"));
}

}  // namespace emsctl::sac

// SAC's own commands: what each does to the machine, and what its answer says. They need no login. Pure text in and
// out; sac_line types them. Source of the forms: sac-protocol.md, section 3; no answer of `d` and none with `f` on was
// ever seen, so those stay text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/sac_line.hpp"

namespace emsctl::sac {

enum class sac_effect {
    reads,     // and can be asked twice
    toggles,   // a setting of SAC itself, harmless
    acts,      // on the machine, on somebody's channel, or in a way that is not known
    switches,  // the view to another channel
};

// One blank between the words, lower case as SAC takes them; nothing when it holds a control character (which could be
// a second Enter), is longer than can be proved on the screen (75), or empty.
std::optional<std::string> sac_command(const std::vector<std::string>& words);
sac_effect effect_of(std::string_view command);
// What it does, for the question whether it is meant: "ends all that runs there", ...
std::string consequence_of(std::string_view command);

struct sac_address {
    int interface = 0;
    std::string ip, subnet, gateway;
    bool operator==(const sac_address&) const = default;
};

struct sac_process {
    std::string user_time, kernel_time;
    std::int64_t working_set_kb = 0, faults = 0, commit_kb = 0, priority = 0, handles = 0, threads = 0, pid = 0;
    std::string name;
};

struct sac_time {
    std::string date, time;         // 2026-07-24, 15:04:05.123; GMT
    std::int64_t milliseconds = 0;  // since 1970
};

std::vector<sac_address> parse_addresses(std::string_view text);
std::vector<sac_process> parse_processes(std::string_view text);
std::optional<sac_time> parse_time(std::string_view text);

// An answer as far as it is understood.
struct sac_answer {
    std::string command;
    std::string raw;
    std::vector<channel_row> channels;
    std::vector<std::pair<std::string, std::string>> identification;
    std::vector<sac_address> addresses;
    std::vector<sac_process> processes;
    std::optional<sac_time> time;

    bool is_understood() const;
};
sac_answer read_sac_answer(std::string command, std::string raw);

// Whether two answers in a row say the same, but for what passes in between: clocks and counters.
bool say_the_same(const sac_answer& first, const sac_answer& second);

// What SAC says when `command` was done, in English: the one proof there is of a command that acts.
bool says_done(std::string_view command, std::string_view raw);

}  // namespace emsctl::sac

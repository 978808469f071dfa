// Programs of this computer that only look: at the network, and at what a cloud's command line tells about a machine.
#include <algorithm>
#include <filesystem>

#include "scripts/gate.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

using arguments = std::vector<std::string_view>;

bool any_is(const arguments& words, std::initializer_list<std::string_view> wanted) {
    return std::any_of(words.begin(), words.end(),
                       [&](auto word) { return std::find(wanted.begin(), wanted.end(), word) != wanted.end(); });
}

bool begins_with_one(std::string_view word, std::initializer_list<std::string_view> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(), [&](auto b) { return word.starts_with(b); });
}

// The words of a cloud's command line before its first option: group, subgroup, ..., verb.
arguments command_of(const arguments& words) {
    return {words.begin(), std::find_if(words.begin(), words.end(), [](auto word) { return word.starts_with('-'); })};
}

// az GROUP ... show|list|list-*; `az rest` and `az vm run-command` can do anything.
bool az_looks(const arguments& words) {
    const auto command = command_of(words);
    if (command.size() < 2 || command[0] == "rest" || any_is(command, {"run-command", "invoke"})) return false;
    return command.back() == "show" || command.back() == "list" || command.back().starts_with("list-") ||
           command.back().starts_with("get-instance-view");
}

bool aws_looks(const arguments& words) {
    const auto command = command_of(words);
    return command.size() == 2 && begins_with_one(command[1], {"describe-", "get-console-", "list-"});
}

// gcloud compute GROUP VERB NAME: names stand without an option, so only the verb's own place counts.
bool gcloud_looks(const arguments& words) {
    const auto command = command_of(words);
    constexpr std::string_view groups[] = {"instances",      "disks",    "snapshots",
                                           "firewall-rules", "networks", "addresses"};
    return command.size() >= 3 && command[0] == "compute" &&
           std::find(std::begin(groups), std::end(groups), command[1]) != std::end(groups) &&
           (command[2] == "describe" || command[2] == "list");
}

bool emsctl_looks(const arguments& words) {
    return !words.empty() && (words[0] == "rdp-probe" || words[0] == "probe");
}

// curl and its like are not here: what a request does is up to whoever answers it.
struct looking_program {
    std::string_view name;
    bool (*looks)(const arguments& words);
};
bool always(const arguments&) {
    return true;
}
constexpr looking_program programs[] = {{"ping", always},        {"nslookup", always}, {"dig", always},
                                        {"host", always},        {"getent", always},   {"traceroute", always},
                                        {"az", az_looks},        {"aws", aws_looks},   {"gcloud", gcloud_looks},
                                        {"emsctl", emsctl_looks}};

}  // namespace

std::optional<std::string> local_refusal(std::string_view text) {
    auto words = lines_of(text);
    if (words.empty()) return "it is not known to only read: no program";
    const auto name = std::filesystem::path(words.front()).filename().string();
    const arguments rest(words.begin() + 1, words.end());
    for (const auto& program : programs)
        if (program.name == name && program.looks(rest)) return std::nullopt;
    return "it is not known to only read: " + name;
}

}  // namespace emsctl::scripts

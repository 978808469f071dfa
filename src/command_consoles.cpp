#include "src/command_consoles.hpp"

#include <algorithm>
#include <memory>

#include "src/consoles.hpp"
#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/road_walk.hpp"
#include "src/usage.hpp"

namespace emsctl {
namespace {

// Where a password is found; what it is stands nowhere.
std::string source_of(const password_source& from) {
    if (!from.command.empty()) return "command";
    if (!from.file.empty()) return "file";
    if (!from.environment.empty()) return "environment";
    return "";
}

nlohmann::json as_json(const console_options& console) {
    nlohmann::json document = {{"name", console.name}, {"address", console.address}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) document[name] = value;
    };
    add("user", console.user);
    add("domain", console.domain);
    add("profile", console.profile);
    add("password_from", source_of(console.password));
    add("road_password_from", source_of(console.road_password));
    if (!console.variables.empty()) document["vars"] = console.variables;
    return document;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 2), ' ');
    return text;
}

}  // namespace

void setup_consoles(CLI::App& app, std::function<int()>& chosen) {
    auto* verb = app.add_subcommand("consoles", "the named consoles: list them, or test the roads to them");
    verb->require_subcommand(1);
    verb->footer(
        "A console's name stands for its address in every verb. The file: $EMSCTL_CONFIG, else\n"
        "consoles.yaml in $XDG_CONFIG_HOME/emsctl or ~/.config/emsctl:\n\n"
        "  consoles:\n"
        "    web1:\n"
        "      address: serial:/dev/ttyUSB0\n"
        "      user: Administrator\n"
        "      password_command: pass show web1\n"
        "      vars: {stop_other_service: ContosoRelay}\n");
    const auto output = std::make_shared<std::string>();
    const auto names_only = std::make_shared<bool>(false);
    auto* list = verb->add_subcommand("list", "name, address and account of each");
    list->add_flag("--names", *names_only, "nothing but the names");
    list->add_option("--output", *output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
    list->callback([=, &chosen] { chosen = [=] { return list_consoles(*names_only, *output == "json"); }; });
    const auto names = std::make_shared<std::vector<std::string>>();
    auto* test = verb->add_subcommand("test", "walk the road to each, as doctor does; 0 when all are whole, else 5");
    test->add_option("name", *names, "the consoles [all]");
    test->add_option("--output", *output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
    test->callback([=, &chosen] { chosen = [=] { return test_consoles(*names, *output == "json"); }; });
}

int list_consoles(bool names_only, bool json) {
    const auto consoles = named_consoles();
    auto document = nlohmann::json::array();
    std::string text;
    for (const auto& console : consoles) {
        document.push_back(as_json(console));
        if (names_only)
            text += console.name + "\n";
        else
            text += padded(console.name, 16) + padded(console.address, 44) + console.user + "\n";
    }
    if (json)
        print_json(document);
    else
        print_text(consoles.empty() && !names_only ? "no named consoles; the file would be " + consoles_file() + "\n"
                                                   : text);
    return exit_ok;
}

int test_consoles(std::vector<std::string> names, bool json) {
    if (names.empty())
        for (const auto& console : named_consoles()) names.push_back(console.name);
    if (names.empty()) throw usage_error("no named consoles; the file would be " + consoles_file());
    auto document = nlohmann::json::array();
    bool all_whole = true;
    for (const auto& name : names) {
        console_options options;
        options.address = name;
        options.no_record = true;
        const auto walk = walk_road(options, "consoles-test", [](const passed_station&) {});
        all_whole = all_whole && walk.is_whole();
        auto one = as_json(walk);
        one["name"] = name;
        document.push_back(std::move(one));
        const std::string last = walk.stations.empty() ? "nothing" : walk.stations.back().name;
        const std::string outcome = walk.is_whole() ? "whole" : "ends after " + last + ": " + walk.problem;
        if (!json) print_text(padded(name, 16) + outcome + "\n");
    }
    if (json) print_json(document);
    return all_whole ? exit_ok : exit_no_console;
}

}  // namespace emsctl

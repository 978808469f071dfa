#include "src/consoles.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scripts/member_reader.hpp"
#include "src/usage.hpp"
#include "transport/endpoint.hpp"

namespace emsctl {
namespace {

using scripts::complaints;
using scripts::member_reader;
using scripts::yaml_node;

password_source password_of(member_reader& members, const std::string& prefix, complaints& errors) {
    password_source from;
    from.command = members.text(prefix + "password_command");
    from.file = members.text(prefix + "password_file");
    from.environment = members.text(prefix + "password_env");
    const int given = !from.command.empty() + !from.file.empty() + !from.environment.empty();
    if (given > 1) errors.add(members.at(), "more than one source for its " + prefix + "password");
    if (const auto* secret = members.take(prefix + "password"))
        errors.add(secret->at, "a password does not stand in this file; say where it is instead: " + prefix +
                                   "password_command, " + prefix + "password_file or " + prefix + "password_env");
    return from;
}

console_options read_console(const std::string& name, const yaml_node& node, complaints& errors) {
    console_options console;
    console.name = name;
    member_reader members(node, "the console " + name, errors);
    console.address = members.text("address", true);
    console.user = members.text("user");
    console.domain = members.text("domain");
    console.profile = members.text("profile");
    console.ca_file = members.text("ca_file");
    console.password = password_of(members, "", errors);
    console.road_password = password_of(members, "road_", errors);
    if (const auto* variables = members.take("vars")) {
        if (variables->what != yaml_node::kind::map) errors.add(variables->at, "vars are name: value pairs");
        for (const auto& [key, value] : variables->members) {
            if (value.what != yaml_node::kind::scalar) errors.add(value.at, "the value of a variable is one text");
            console.variables[key.text] = value.text;
        }
    }
    return console;
}

bool is_name(const std::string& text) {
    return text.find_first_of(":/ ") == std::string::npos && !text.empty();
}

// What the command line left open.
void fill(std::string& option, const std::string& from_file) {
    if (option.empty()) option = from_file;
}

}  // namespace

std::string consoles_file() {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
    if (const auto file = variable("EMSCTL_CONFIG"); !file.empty()) return file;
    const auto base = variable("XDG_CONFIG_HOME");
    const auto folder =
        base.empty() ? std::filesystem::path(variable("HOME")) / ".config" : std::filesystem::path(base);
    return (folder / "emsctl" / "consoles.yaml").string();
}

std::vector<console_options> named_consoles() {
    const std::string path = consoles_file();
    if (!std::filesystem::exists(path)) return {};
    std::ifstream file(path);
    std::stringstream content;
    content << file.rdbuf();
    if (!file) throw usage_error(path + " cannot be read");
    const std::string text = content.str();
    complaints errors(text, path);
    const auto document = scripts::read_yaml(text);
    for (const auto& problem : document.problems) errors.add(problem.at, problem.message);
    std::vector<console_options> consoles;
    if (document.root && document.problems.empty()) {
        if (document.root->what != yaml_node::kind::map) {
            errors.add(document.root->at, "this file is a map with one member, consoles");
        } else {
            member_reader top(*document.root, "the file", errors);
            const auto* all = top.need("consoles");
            if (all && all->what != yaml_node::kind::map)
                errors.add(all->at, "consoles is a map of name: {address: ...}");
            if (all && all->what == yaml_node::kind::map)
                for (const auto& [name, node] : all->members) {
                    if (!is_name(name.text))
                        errors.add(name.at, "a console's name has no ':', '/' or blank, so that it is no address");
                    if (node.what != yaml_node::kind::map)
                        errors.add(node.at, "a console is a map with an address");
                    else
                        consoles.push_back(read_console(name.text, node, errors));
                }
        }
    }
    const auto wrong = errors.take();
    if (wrong.empty()) return consoles;
    std::string message = "the file of named consoles cannot be used:";
    for (const auto& error : wrong) message += "\n" + scripts::to_string(error);
    throw usage_error(message);
}

void resolve_name(console_options& options) {
    if (!is_name(options.address) || !options.name.empty()) return;
    const auto consoles = named_consoles();
    const auto found = std::ranges::find(consoles, options.address, &console_options::name);
    if (found == consoles.end()) {
        std::vector<std::string> names;
        for (const auto& console : consoles) names.push_back(console.name);
        const auto kinds = transport::shipped_kinds();
        if (std::ranges::find(kinds, options.address) != kinds.end()) return;  // an address without what it needs
        const auto near = transport::nearest_word(options.address, names);
        throw usage_error("\"" + options.address + "\" is no address (they begin with a kind and a colon, such as " +
                          "serial:/dev/ttyS0) and no console named in " + consoles_file() +
                          (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    options.name = found->name;
    options.address = found->address;
    fill(options.user, found->user);
    fill(options.domain, found->domain);
    fill(options.profile, found->profile);
    fill(options.ca_file, found->ca_file);
    if (!options.password.is_given()) options.password = found->password;
    if (!options.road_password.is_given()) options.road_password = found->road_password;
    options.variables = found->variables;
}

}  // namespace emsctl

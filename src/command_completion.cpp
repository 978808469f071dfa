#include "src/command_completion.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <vector>

#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "transport/endpoint.hpp"

namespace emsctl {
namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<std::string> options_of(const CLI::App& verb) {
    std::vector<std::string> names;
    for (const auto* option : verb.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto* inner : verb.get_subcommands(nullptr))
        for (const auto& name : options_of(*inner))
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
}

// What a verb wants beside its options: the names of runbooks, and, unless it talks to no console, those of consoles.
bool wants_runbooks(const CLI::App& verb) {
    return verb.get_name() == "run" || verb.get_name() == "runbook";
}
bool wants_consoles(const CLI::App& verb) {
    return verb.get_name() != "runbook" && verb.get_name() != "rdp-probe" && verb.get_name() != "journal";
}

constexpr const char* runbooks = "$(emsctl runbook list --names 2>/dev/null)";

std::vector<std::string> kinds() {
    std::vector<std::string> all;
    for (const auto& kind : transport::shipped_kinds()) all.push_back(kind + ":");
    return all;
}

// zsh runs the same function through its bashcompinit.
std::string for_bash(const CLI::App& app, const std::string& before) {
    std::vector<std::string> verbs;
    std::string cases, without_consoles;
    for (const auto* verb : app.get_subcommands(nullptr)) {
        verbs.push_back(verb->get_name());
        std::vector<std::string> words = options_of(*verb);
        for (const auto* inner : verb->get_subcommands(nullptr)) words.push_back(inner->get_name());
        if (wants_runbooks(*verb)) words.emplace_back(runbooks);
        if (!wants_consoles(*verb)) without_consoles += verb->get_name() + ":*|";
        cases += "        " + verb->get_name() + ") words=\"" + joined(words) + "\" ;;\n";
    }
    return before +
           "_emsctl() {\n"
           "    local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W \"" +
           joined(verbs) +
           "\" -- \"$word\"))\n"
           "        return\n"
           "    fi\n"
           "    case \"${COMP_WORDS[1]}\" in\n" +
           cases +
           "    esac\n"
           "    case \"${COMP_WORDS[1]}:$word\" in\n"
           "        " +
           without_consoles +
           "*:-*) ;;\n"
           "        *) words=\"$words $(emsctl consoles list --names 2>/dev/null) " +
           joined(kinds()) +
           "\" ;;\n"
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "    case \"${COMPREPLY[0]}\" in *:) compopt -o nospace 2>/dev/null ;; esac\n"
           "}\n"
           "complete -o default -F _emsctl emsctl\n";
}

std::string for_fish(const CLI::App& app) {
    std::string script = "complete -c emsctl -f\n";
    std::string without_consoles;
    for (const auto* verb : app.get_subcommands(nullptr)) {
        const auto& name = verb->get_name();
        if (!wants_consoles(*verb)) without_consoles += " " + name;
        script +=
            "complete -c emsctl -n __fish_use_subcommand -a " + name + " -d \"" + verb->get_description() + "\"\n";
        for (const auto& option : options_of(*verb))
            script +=
                "complete -c emsctl -n \"__fish_seen_subcommand_from " + name + "\" -l " + option.substr(2) + "\n";
        for (const auto* inner : verb->get_subcommands(nullptr))
            script +=
                "complete -c emsctl -n \"__fish_seen_subcommand_from " + name + "\" -a " + inner->get_name() + "\n";
        if (wants_runbooks(*verb))
            script += "complete -c emsctl -n \"__fish_seen_subcommand_from " + name +
                      "\" -a \"(emsctl runbook list --names 2>/dev/null)\"\n";
    }
    const std::string somewhere =
        "complete -c emsctl -n \"not __fish_use_subcommand; and not "
        "__fish_seen_subcommand_from" +
        without_consoles + "\" -a ";
    return script + somewhere + "\"(emsctl consoles list --names 2>/dev/null)\"\n" + somewhere + "\"" +
           joined(kinds()) + "\"\n";
}

}  // namespace

void setup_completion(CLI::App& app, std::function<int()>& chosen) {
    auto shell = std::make_shared<std::string>();
    auto* verb = app.add_subcommand("completion", "a script that completes verbs, options and consoles in a shell");
    verb->add_option("shell", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    verb->footer("bash, zsh: source <(emsctl completion bash). fish: emsctl completion fish | source.");
    verb->callback([&app, shell, &chosen] {
        chosen = [&app, shell] {
            print_text(completion_script(app, *shell));
            return exit_ok;
        };
    });
}

std::string completion_script(const CLI::App& app, const std::string& shell) {
    if (shell == "fish") return for_fish(app);
    if (shell == "zsh")
        return for_bash(app,
                        "(( $+functions[compdef] )) || { autoload -U compinit && compinit }\n"
                        "autoload -U +X bashcompinit && bashcompinit\n");
    return for_bash(app, "");
}

}  // namespace emsctl

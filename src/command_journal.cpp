#include "src/command_journal.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "scripts/journal_account.hpp"
#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/state_folder.hpp"
#include "src/usage.hpp"

namespace emsctl {
namespace {

scripts::journal_account read(const std::string& path) {
    const auto content = scripts::read_journal(path);
    if (content.entries.empty()) throw usage_error(path + " is not a journal, or an empty one");
    try {
        return scripts::account_of(content);
    } catch (const nlohmann::json::exception& error) {
        throw usage_error(path + ": an entry is not understood: " + error.what());
    }
}

std::string what_to_do(const scripts::journal_account& account, const std::string& path) {
    if (account.is_interrupted()) return "emsctl resume " + path + "   or   emsctl undo " + path;
    return "emsctl undo " + path + " --temporary";
}

}  // namespace

void setup_journal(CLI::App& app, std::function<int()>& chosen) {
    auto* verb = app.add_subcommand("journal", "what repairs have left behind: show, open");
    verb->require_subcommand(1);
    const auto output = std::make_shared<std::string>("text"), path = std::make_shared<std::string>();
    const auto add_output = [&](CLI::App* to) {
        to->add_option("--output", *output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
    };
    auto* show = verb->add_subcommand("show", "the changes in a journal and what became of each");
    show->add_option("journal", *path, "a journal")->required();
    add_output(show);
    show->callback([=, &chosen] { chosen = [=] { return show_journal(*path, *output == "json"); }; });
    auto* open = verb->add_subcommand("open", "interrupted runs, and what is still temporary; 1 when there is any");
    open->add_option("folder", *path, "where to look [the journals of this host]");
    add_output(open);
    open->callback([=, &chosen] { chosen = [=] { return open_journals(*path, *output == "json"); }; });
}

int show_journal(const std::string& path, bool json) {
    const auto account = read(path);
    if (json)
        print_json(scripts::to_json(account));
    else
        print_text(scripts::to_text(account));
    return exit_ok;
}

int open_journals(const std::string& folder, bool json) {
    const std::filesystem::path where = folder.empty() ? state_folder("journals") : std::filesystem::path(folder);
    std::error_code error;
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(where, error))
        if (entry.path().extension() == ".journal") paths.push_back(entry.path().string());
    if (error) throw usage_error(where.string() + " cannot be read: " + error.message());
    std::sort(paths.begin(), paths.end());
    auto document = nlohmann::json::array();
    std::string text;
    for (const auto& path : paths) {
        scripts::journal_account account;
        try {
            account = read(path);
        } catch (const std::exception& problem) {
            text += path + "\n  cannot be read: " + problem.what() + "\n";
            document.push_back({{"journal", path}, {"problem", problem.what()}});
            continue;
        }
        if (!account.is_interrupted() && !account.has_open_temporary()) continue;
        text += path + "\n" + scripts::to_text(account) + "  next: " + what_to_do(account, path) + "\n";
        auto one = scripts::to_json(account);
        one["journal"] = path;
        one["next"] = what_to_do(account, path);
        document.push_back(std::move(one));
    }
    if (json)
        print_json(document);
    else
        print_text(text.empty() ? "Nothing is open in " + where.string() + ".\n" : text);
    return document.empty() ? exit_ok : exit_found;
}

}  // namespace emsctl

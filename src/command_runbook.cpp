#include "src/command_runbook.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "scripts/runbook_lint.hpp"
#include "scripts/runbook_schema.hpp"
#include "src/command_runbook_import.hpp"
#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/runbook_account.hpp"
#include "src/runbook_trial.hpp"
#include "src/usage.hpp"

namespace emsctl {
namespace {

using scripts::lint_message;

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 2), ' ');
    return text;
}

scripts::runbook found(const std::string& name_or_path) {
    auto parsed = scripts::find_runbook(name_or_path);
    if (parsed.book) return std::move(*parsed.book);
    std::string text = "the runbook cannot be read:";
    for (const auto& error : parsed.errors) text += "\n" + scripts::to_string(error);
    throw usage_error(text);
}

// A file that cannot be read is an error like those in it.
std::vector<lint_message> lint_file(const std::string& path) {
    std::error_code error;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (std::filesystem::is_regular_file(path, error) && file && text << file.rdbuf())
        return scripts::lint_runbook(text.str(), path);
    const auto shipped = scripts::embedded(path + ".yaml");
    if (shipped) return scripts::lint_runbook(*shipped, path + ".yaml");
    return {{lint_message::level::error, {path, {}, "no file that can be read, and no shipped runbook", {}, {}}}};
}

nlohmann::json as_json(const lint_message& message) {
    return {{"severity", message.is == lint_message::level::error ? "error" : "warning"},
            {"line", message.what.at.line},
            {"column", message.what.at.column},
            {"message", message.what.message},
            {"suggestion", message.what.suggestion},
            {"text", message.what.line_text}};
}

constexpr const char* beginning = R"(name: NAME
title: The time service is not running
# source: https://...                      the article that this carries out

vars:
  start_at_boot:
    type: bool
    default: true
    question: Start the time service at boot?

steps:
  # Looking: nothing is changed. `emsctl run NAME.yaml ADDRESS` does only this.
  - name: State of the time service
    id: state
    cmd: sc query W32Time
    reads: true
    parse: sc
    register: time
    look: "The time service is in state {{ result.parsed.state }} (4 is running)."
    settle:
      that: time.parsed.state == 4
    finding:
      when: result.parsed.state ~= 4
      say: The time service is not running.

  # Repairing: with --apply, after a yes, through a journal from which it is taken back.
  - name: Start the time service
    id: start
    when: time.parsed.state == 1
    why: Without it the clock drifts, and logons with Kerberos fail.
    risk: low
    service:
      name: W32Time
      state: running
  - name: Start it at boot
    id: start-at-boot
    when: start_at_boot
    why: It has to run after the next boot too.
    risk: low
    service:
      name: W32Time
      start: auto
)";

bool is_runbook_name(const std::string& name) {
    const auto is_fine = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !name.empty() && name.front() != '-' && name.back() != '-' && std::ranges::all_of(name, is_fine);
}

std::string beginning_of(const std::string& name) {
    std::string text = beginning;
    for (auto at = text.find("NAME"); at != std::string::npos; at = text.find("NAME", at + name.size()))
        text.replace(at, 4, name);
    return text;
}

void add_output(CLI::App& verb, const std::shared_ptr<std::string>& output) {
    verb.add_option("--output", *output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
}

}  // namespace

void setup_runbook(CLI::App& app, std::function<int()>& chosen) {
    auto* verb = app.add_subcommand("runbook", "for authors: list, show, lint, test, schema, new, import");
    verb->require_subcommand(1);
    const auto output = std::make_shared<std::string>();
    const auto names_only = std::make_shared<bool>(false);
    auto* list = verb->add_subcommand("list", "the shipped runbooks: name, risk and title");
    list->add_flag("--names", *names_only, "nothing but the names");
    add_output(*list, output);
    list->callback([=, &chosen] { chosen = [=] { return list_runbooks(*names_only, *output == "json"); }; });

    const auto name = std::make_shared<std::string>();
    auto* show = verb->add_subcommand("show", "what a runbook looks at, asks, changes, and how it goes back");
    show->add_option("runbook", *name, "a shipped runbook's name or a file")->required();
    add_output(*show, output);
    show->callback([=, &chosen] { chosen = [=] { return show_runbook(*name, *output == "json"); }; });

    const auto files = std::make_shared<std::vector<std::string>>();
    auto* lint = verb->add_subcommand("lint", "errors and warnings as file:line:column; 0 clean, 1 warnings, 2 errors");
    lint->add_option("file", *files, "runbooks, files or names of shipped ones")->required();
    add_output(*lint, output);
    lint->callback([=, &chosen] { chosen = [=] { return lint_runbooks(*files, *output == "json"); }; });

    const auto junit = std::make_shared<std::string>();
    auto* test =
        verb->add_subcommand("test", "run cases against simulated machines and recordings; 0, or 1 when one fails");
    test->add_option("file", *files, "files of cases")->required();
    test->add_option("--junit", *junit, "a new file for the result as JUnit XML");
    add_output(*test, output);
    test->callback([=, &chosen] { chosen = [=] { return test_runbooks(*files, *junit, *output == "json"); }; });

    auto* schema = verb->add_subcommand("schema", "the format as a JSON Schema (draft-07), for editors");
    schema->callback([&chosen] { chosen = print_runbook_schema; });

    const auto folder = std::make_shared<std::string>(".");
    auto* fresh = verb->add_subcommand("new", "begin a runbook: NAME.yaml, ready to be tried on sim:healthy");
    fresh->add_option("name", *name, "words-with-dashes")->required();
    fresh->add_option("--folder", *folder, "where the file goes [.]");
    fresh->callback([=, &chosen] { chosen = [=] { return new_runbook(*name, *folder); }; });

    const auto article = std::make_shared<import_options>();
    auto* import = verb->add_subcommand("import", "a Markdown article -> a draft that looks and changes nothing");
    import->add_option("article", article->article, "the article, or - for standard input")->required();
    import->add_option("--draft", article->draft, "a new file NAME.yaml for the draft [standard output]");
    add_output(*import, output);
    import->callback([=, &chosen] {
        chosen = [=] {
            article->json = *output == "json";
    return import_article(*article);
};
}  // namespace emsctl
);
}

int list_runbooks(bool names_only, bool json) {
    auto document = nlohmann::json::array();
    std::string text;
    for (const auto& name : scripts::shipped_runbooks()) {
        if (names_only && !json) {
            text += name + "\n";
            continue;
        }
        const auto book = found(name);
        const std::string risk(to_string(risk_of(book)));
        document.push_back({{"name", book.name}, {"title", book.title}, {"risk", risk}, {"source", book.source}});
        text += padded(book.name, 24) + padded("risk " + risk, 14) + book.title + "\n";
    }
    if (json)
        print_json(document);
    else
        print_text(text);
    return exit_ok;
}

int show_runbook(const std::string& name_or_path, bool json) {
    const auto book = found(name_or_path);
    if (json)
        print_json(runbook_json(book));
    else
        print_text(runbook_text(book));
    return exit_ok;
}

int lint_runbooks(const std::vector<std::string>& files, bool json) {
    int status = exit_ok;
    auto document = nlohmann::json::array();
    std::string text;
    for (const auto& file : files) {
        auto messages = nlohmann::json::array();
        for (const auto& message : lint_file(file)) {
            const bool is_error = message.is == lint_message::level::error;
            status = std::max<int>(status, is_error ? exit_usage : exit_found);
            messages.push_back(as_json(message));
            text += scripts::to_string(message) + "\n";
        }
        document.push_back({{"file", file}, {"messages", std::move(messages)}});
    }
    if (json)
        print_json({{"schema", 1}, {"exit_status", status}, {"files", std::move(document)}});
    else
        print_text(text);
    return status;
}

int print_runbook_schema() {
    print_text(scripts::runbook_schema().dump(2) + "\n");
    return exit_ok;
}

int new_runbook(const std::string& name, const std::string& folder) {
    if (!is_runbook_name(name))
        throw usage_error("\"" + name + "\" cannot be a runbook's name: words-with-dashes, such as time-service");
    const auto shipped = scripts::shipped_runbooks();
    if (std::ranges::find(shipped, name) != shipped.end())
        throw usage_error("a shipped runbook is called " + name + " already; `emsctl runbook show " + name +
                          "` shows it");
    const auto path = (std::filesystem::path(folder) / (name + ".yaml")).lexically_normal();
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(path, error)))
        throw usage_error(path.string() + " exists already; it is not overwritten");
    std::ofstream file(path, std::ios::binary);
    file << beginning_of(name);
    file.close();
    if (!file) throw usage_error(path.string() + " cannot be written");
    print_text(path.string() + " is written. Then:\n  emsctl runbook lint " + path.string() + "\n  emsctl run " +
               path.string() + " sim:healthy\n");
    return exit_ok;
}

}  // namespace emsctl

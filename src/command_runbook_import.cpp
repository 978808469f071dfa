#include "src/command_runbook_import.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "scripts/article/article_draft.hpp"
#include "scripts/article/article_reader.hpp"
#include "src/exit_status.hpp"
#include "src/new_file.hpp"
#include "src/output.hpp"
#include "src/usage.hpp"

namespace emsctl {
namespace {

using scripts::article_finding;

// No more than what decides that it is too much.
std::string read_some(std::istream& from) {
    std::string text(scripts::largest_article + 1, '\0');
    from.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(from.gcount()));
    return text;
}

std::string read_text(const std::string& path) {
    if (path == "-") return read_some(std::cin);
    std::error_code error;
    std::ifstream file(path, std::ios::binary);
    if (!std::filesystem::is_regular_file(path, error) || !file) throw usage_error(path + ": no file that can be read");
    return read_some(file);
}

// A runbook's name out of a file's: small letters, digits and dashes.
std::string name_from(const std::string& path) {
    std::string name;
    for (char c : std::filesystem::path(path).stem().string()) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const bool is_fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_fine)
            name += c;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    while (name.ends_with('-')) name.pop_back();
    return name.empty() ? "article" : name;
}

std::string_view level_of(const article_finding& finding) {
    return finding.is == article_finding::level::warning ? "warning" : "note";
}

nlohmann::json as_json(const article_finding& finding, const std::string& step) {
    return {{"line", finding.line},
            {"severity", level_of(finding)},
            {"code", finding.code},
            {"message", finding.message},
            {"step", step.empty() ? nlohmann::json() : nlohmann::json(step)}};
}

struct placed_finding {
    const article_finding* what;
    std::string step;
};

std::vector<placed_finding> all_findings(const scripts::runbook_draft& draft) {
    std::vector<placed_finding> all;
    for (const auto& finding : draft.findings) all.push_back({&finding, {}});
    for (const auto& step : draft.steps)
        for (const auto& finding : step.findings) all.push_back({&finding, step.id});
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.what->line < b.what->line; });
    return all;
}

// The same sentence about many lines is told once, with all its lines.
std::string lines_for_people(const std::vector<placed_finding>& findings, const std::string& article) {
    std::map<std::pair<std::string, std::string>, std::vector<int>> lines;
    for (const auto& one : findings) lines[{one.what->code, one.what->message}].push_back(one.what->line);
    std::string told;
    for (const auto& one : findings) {
        auto& same = lines[{one.what->code, one.what->message}];
        if (same.empty()) continue;
        told += article + ":" + std::to_string(one.what->line) + ": " + std::string(level_of(*one.what)) + ": " +
                one.what->message + " [" + one.what->code + "]";
        for (std::size_t i = 1; i < same.size(); ++i)
            told += (i == 1 ? " (also line " : ", ") + std::to_string(same[i]);
        told += same.size() > 1 ? ")\n" : "\n";
        same.clear();
    }
    return told;
}

std::string summary(const scripts::runbook_draft& draft) {
    std::map<scripts::drafted_as, int> counts;
    for (const auto& step : draft.steps) ++counts[step.kind];
    std::string text = std::to_string(draft.steps.size()) + " commands:";
    for (const auto& [kind, count] : counts)
        text += " " + std::to_string(count) + " " + std::string(to_string(kind)) + ",";
    text.back() = ';';
    return text + " " + std::to_string(draft.variables.size()) + " variables";
}

}  // namespace

int import_article(const import_options& options) {
    const auto text = read_text(options.article);
    const std::string shown = options.article == "-" ? "standard input" : options.article;
    if (const auto why = scripts::article_refusal(text)) throw usage_error(shown + ": " + *why);
    const auto name = name_from(options.draft.empty() ? options.article : options.draft);
    if (!options.draft.empty() && std::filesystem::path(options.draft).filename() != name + ".yaml")
        throw usage_error("a runbook's file is called as the runbook, such as " + name + ".yaml: " + options.draft);
    const auto source = options.article == "-" ? shown : std::filesystem::path(options.article).filename().string();
    const auto draft = scripts::draft_runbook(text, name, source);

    const auto findings = all_findings(draft);
    const bool is_suspicious =
        draft.steps.empty() || std::any_of(findings.begin(), findings.end(), [](const placed_finding& one) {
            return one.what->is == article_finding::level::warning;
        });
    const int status = is_suspicious ? exit_found : exit_ok;
    if (!options.draft.empty() && !draft.steps.empty())
        if (const auto why = write_new(options.draft, draft.yaml); !why.empty())
            throw usage_error(options.draft + " cannot be written: " + why);

    if (options.json) {
        nlohmann::json document{{"schema", 1},
                                {"article", shown},
                                {"title", draft.title},
                                {"runbook", name},
                                {"exit_status", status},
                                {"steps", nlohmann::json::array()},
                                {"variables", nlohmann::json::array()},
                                {"findings", nlohmann::json::array()}};
        for (const auto& step : draft.steps)
            document["steps"].push_back({{"id", step.id},
                                         {"line", step.line},
                                         {"kind", to_string(step.kind)},
                                         {"shell", to_string(step.in)},
                                         {"risk", to_string(step.risk)},
                                         {"command", step.command}});
        for (const auto& v : draft.variables)
            document["variables"].push_back({{"name", v.name}, {"label", v.label}, {"line", v.line}});
        for (const auto& one : findings) document["findings"].push_back(as_json(*one.what, one.step));
        document["draft"] = options.draft.empty() ? draft.yaml : options.draft;
        print_json(document);
        return status;
    }
    const auto told = lines_for_people(findings, shown);
    if (draft.steps.empty()) {
        std::cerr << told << shown << ": no command is in it\n";
        return status;
    }
    if (options.draft.empty()) print_text(draft.yaml);
    std::cerr << told << shown << ": " << summary(draft) << "\n";
    if (!options.draft.empty())
        std::cerr << options.draft << " is written. Then:\n  emsctl runbook lint " << options.draft
                  << "\n  emsctl runbook show " << options.draft << "\n";
    return status;
}

}  // namespace emsctl

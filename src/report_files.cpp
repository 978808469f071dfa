#include "src/report_files.hpp"

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "scripts/journal.hpp"
#include "scripts/report_html.hpp"
#include "src/failure.hpp"
#include "src/new_file.hpp"
#include "src/recorded_session.hpp"
#include "src/usage.hpp"

namespace emsctl {
namespace {

using renderer = std::string (*)(const scripts::report&, const std::string& recording);

std::optional<scripts::report_evidence> evidence_in(const std::string& recording) {
    using kind = transport::recording_event::kind;
    transport::recording_file file(recording);
    sac::film_maker pictures(std::chrono::milliseconds(200), file.header().height, file.header().width);
    while (const auto event = file.next()) {
        if (event->what == kind::mark) pictures.mark(event->bytes, event->at);
        if (event->what != kind::output) continue;
        if (event->hole > 0)
            pictures.hidden(event->hole, event->at);
        else
            pictures.output(event->bytes, event->at);
    }
    file.rewind();
    return scripts::report_evidence{pictures.finish(), read_session(file)};
}

std::string as_page(const scripts::report& account, const std::string& recording) {
    std::optional<scripts::report_evidence> evidence;
    if (!recording.empty()) evidence = evidence_in(recording);
    return scripts::to_html(account, evidence ? &*evidence : nullptr);
}

std::string as_ticket(const scripts::report& account, const std::string&) {
    return scripts::to_markdown(account);
}

std::string as_test_result(const scripts::report& account, const std::string&) {
    return scripts::to_junit(account);
}

std::string as_json(const scripts::report& account, const std::string&) {
    return scripts::to_json(account).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

renderer renderer_for(const std::string& file) {
    const auto ending = std::filesystem::path(file).extension();
    if (ending == ".html" || ending == ".htm") return as_page;
    if (ending == ".md") return as_ticket;
    if (ending == ".xml") return as_test_result;
    if (ending == ".json") return as_json;
    return nullptr;
}

}  // namespace

void add_account_options(CLI::App& verb, account_options& options) {
    verb.add_flag("--diff", options.diff, "show what each change finds and leaves: values, rights, services, rules");
    verb.add_option("--report", options.files,
                    "also write the account to FILE.html, .md, .xml (JUnit) or .json; repeatable")
        ->allow_extra_args(false)
        ->option_text("FILE");
}

void check_report_files(const std::vector<std::string>& files) {
    for (const auto& file : files) {
        if (!renderer_for(file))
            throw usage_error("--report " + file + ": the name must end in .html, .md, .xml or .json");
        const std::filesystem::path path(file);
        if (std::filesystem::exists(std::filesystem::symlink_status(path)))
            throw usage_error("--report " + file + " exists already; a report is never overwritten");
        if (std::count(files.begin(), files.end(), file) > 1) throw usage_error("--report " + file + " is given twice");
        const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
        if (::access(folder.c_str(), W_OK | X_OK) != 0)
            throw usage_error("--report " + file + ": no file can be made in " + folder.string());
    }
}

void write_reports(const std::vector<std::string>& files, const scripts::report& account,
                   const std::string& recording) {
    for (const auto& file : files) {
        std::string problem;
        try {
            problem = write_new(file, renderer_for(file)(account, recording));
        } catch (const std::exception&) {
            problem = text_of(std::current_exception());
        }
        if (problem.empty())
            std::fprintf(stderr, "the report is %s\n", file.c_str());
        else
            std::fprintf(stderr, "emsctl: the report %s could not be written: %s\n", file.c_str(), problem.c_str());
    }
}

void note_recording_hash(scripts::report& account, const std::string& hash) {
    account.recording_hash = hash;
    if (account.journal.empty()) return;
    try {
        if (!hash.empty())
            scripts::journal_writer::append_to(account.journal)
                .write({{"type", "recording"}, {"path", account.recording}, {"sha256", hash}});
        account.journal_hash = scripts::read_journal(account.journal).last_hash;
    } catch (const boost::system::system_error&) {
        account.warnings.push_back("the recording's hash could not be noted in the journal: " +
                                   text_of(std::current_exception()));
    }
}

}  // namespace emsctl

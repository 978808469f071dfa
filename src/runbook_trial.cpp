#include "src/runbook_trial.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sac/guest/windows.hpp"
#include "scripts/html_text.hpp"
#include "scripts/runbook_cases.hpp"
#include "scripts/runner.hpp"
#include "src/exit_status.hpp"
#include "src/guest_choice.hpp"
#include "src/new_file.hpp"
#include "src/output.hpp"
#include "src/recorded_guest.hpp"
#include "src/session_target.hpp"
#include "src/sim_stream.hpp"
#include "src/usage.hpp"
#include "transport/line_clock.hpp"
#include "transport/paced_stream.hpp"

namespace emsctl {

namespace asio = boost::asio;

namespace {

constexpr unsigned line_rate = 115200;
constexpr const char* guest_password = "Passw0rd!";  // of every simulated machine (emsctl simulate --help)

struct silent final : scripts::observer {
    void on(const scripts::event&) override {}
};

class temporary_folder {
  public:
    temporary_folder() {
        auto pattern = (std::filesystem::temp_directory_path() / "emsctl-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw usage_error("no folder can be made in " + pattern);
        path_ = pattern;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    std::filesystem::path journal() const { return path_ / "journal"; }

  private:
    std::filesystem::path path_;
};

// What an undo owes: the machine's registry and files, less the folder of our own session.
nlohmann::json owed(const guest::machine& machine) {
    const auto state = machine.os().state();
    nlohmann::json kept{{"registry", state["registry"]}, {"files", state["files"]}};
    auto& files = kept["files"];
    for (auto file = files.begin(); file != files.end();)
        file = file.key().find("\\Temp\\ems") != std::string::npos ? files.erase(file) : std::next(file);
    return kept;
}

class trial {
  public:
    trial(const scripts::runbook& book, const scripts::runbook_case& what, const std::string& folder)
        : book_(book), case_(what), folder_(folder) {}

    // Why the case is not as expected; empty: it is.
    std::vector<std::string> run() {
        if (const auto wrong = scripts::wrong_variables(book_, case_.variables); !wrong.empty()) return wrong;
        transport::virtual_time time;
        asio::io_context context;
        std::exception_ptr failed;
        asio::co_spawn(context, flow(), [&](std::exception_ptr error) { failed = error; });
        time.run(context);
        try {
            if (failed) std::rethrow_exception(failed);
        } catch (const std::exception& error) {
            problems_.push_back(error.what());
        }
        return std::move(problems_);
    }

  private:
    asio::awaitable<void> flow() {
        const auto executor = co_await asio::this_coro::executor;
        std::shared_ptr<guest::machine> machine;
        std::unique_ptr<transport::byte_stream> stream;
        if (case_.scenario.empty()) {
            stream = open_recorded_guest(executor, (std::filesystem::path(folder_) / case_.recording).string(), "");
        } else {
            guest::machine_options options;
            options.seed = case_.seed;
            machine = make_machine(case_.scenario, case_.profile, std::move(options));
            stream = make_sim_stream(executor, machine, "sim:" + case_.scenario);
            stream = transport::make_paced(std::move(stream), line_rate);
        }
        sac::console line(std::move(stream));
        const nlohmann::json before = machine ? owed(*machine) : nlohmann::json();
        co_await in_session(line, 1, false);
        if (machine && report_.result == scripts::run_result::repaired)
            for (const auto& broken : machine->os().what_is_broken())
                problems_.push_back("it says repaired, and the machine still is broken: " + broken);
        if (machine && !case_.applies && owed(*machine) != before)
            problems_.push_back("a look has changed the machine: " +
                                nlohmann::json::diff(before, owed(*machine)).dump());
        if (machine)
            for (const auto& executed : machine->os().log)
                if (executed.what == guest::executed_line::kind::refused)
                    problems_.push_back("the simulated machine does not know: " + executed.text);
        for (auto& why : scripts::disappointments(case_, report_)) problems_.push_back(std::move(why));
        if (case_.goes_back) {
            co_await in_session(line, 2, true);
            if (report_.result != scripts::run_result::undone && report_.result != scripts::run_result::restart_pending)
                problems_.push_back("the undo ended " + std::string(to_string(report_.result)) + ": " +
                                    report_.verdict);
            if (const auto now = owed(*machine); now != before)
                problems_.push_back("the undo left differences: " + nlohmann::json::diff(before, now).dump());
        }
        line.close();
    }

    asio::awaitable<void> in_session(sac::console& line, std::uint64_t seed, bool back) {
        sac::session_options options;
        options.who.user = "Administrator";
        options.who.password = guest_password;
        options.seed = seed;
        sac::session session(line, options);
        co_await session.open();
        session_target target(session);
        if (back)
            report_ = co_await undo(target);
        else
            report_ = co_await repair(target);
        co_await session.close();
    }

    asio::awaitable<scripts::report> repair(scripts::target& target) {
        scripts::run_options options;
        options.mode = case_.applies ? scripts::run_mode::apply : scripts::run_mode::check;
        options.variables = case_.variables;
        options.confirm = scripts::confirm_policy::none;
        options.no_snapshot = "a case of emsctl runbook test";
        options.journal = scratch_.journal();
        co_return co_await scripts::run_runbook(book_, target, nobody_, std::move(options));
    }

    asio::awaitable<scripts::report> undo(scripts::target& target) {
        scripts::undo_options options;
        options.journal = scratch_.journal();
        co_return co_await scripts::undo_run(target, nobody_, std::move(options));
    }

    const scripts::runbook& book_;
    const scripts::runbook_case& case_;
    std::string folder_;
    temporary_folder scratch_;
    silent nobody_;
    scripts::report report_;
    std::vector<std::string> problems_;
};

struct judged {
    std::string name;
    std::vector<std::string> problems;
};

std::vector<judged> test_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error) || !file || !(text << file.rdbuf()))
        throw usage_error(path + " cannot be read");
    const auto cases = scripts::parse_cases(text.str(), path);
    std::string wrong;
    for (const auto& one : cases.errors) wrong += "\n" + scripts::to_string(one);
    if (!wrong.empty()) throw usage_error("the cases cannot be used:" + wrong);
    const auto folder = std::filesystem::path(path).parent_path();
    auto parsed = scripts::find_runbook((folder / cases.runbook).string());
    if (!parsed.book) parsed = scripts::find_runbook(cases.runbook);
    for (const auto& one : parsed.errors) wrong += "\n" + scripts::to_string(one);
    if (!parsed.book) throw usage_error("the runbook cannot be used:" + wrong);
    std::vector<judged> all;
    for (const auto& one : cases.cases) {
        trial attempt(*parsed.book, one, folder.string());
        all.push_back({one.name, attempt.run()});
    }
    return all;
}

std::string joined(const std::vector<std::string>& lines, const char* between) {
    std::string text;
    for (const auto& line : lines) text += (text.empty() ? "" : between) + line;
    return text;
}

std::string junit_text(const std::vector<std::pair<std::string, std::vector<judged>>>& all) {
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const auto& [file, cases] : all) {
        std::size_t failures = 0;
        for (const auto& one : cases) failures += !one.problems.empty();
        text += "  <testsuite name=\"" + scripts::html(file) + "\" tests=\"" + std::to_string(cases.size()) +
                "\" failures=\"" + std::to_string(failures) + "\">\n";
        for (const auto& one : cases) {
            text += "    <testcase name=\"" + scripts::html(one.name) + "\"";
            if (one.problems.empty()) {
                text += "/>\n";
                continue;
            }
            text += "><failure>" + scripts::html(joined(one.problems, "\n")) + "</failure></testcase>\n";
        }
        text += "  </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

}  // namespace

int test_runbooks(const std::vector<std::string>& files, const std::string& junit, bool json) {
    std::vector<std::pair<std::string, std::vector<judged>>> all;
    std::size_t failed = 0, count = 0;
    auto document = nlohmann::json::array();
    std::string text;
    for (const auto& file : files) {
        all.emplace_back(file, test_file(file));
        for (const auto& one : all.back().second) {
            ++count;
            failed += !one.problems.empty();
            document.push_back({{"file", file}, {"name", one.name}, {"problems", one.problems}});
            text += std::string(one.problems.empty() ? "ok    " : "FAIL  ") + one.name + "\n";
            for (const auto& problem : one.problems) text += "        " + problem + "\n";
        }
    }
    const int status = failed == 0 ? exit_ok : exit_found;
    if (!junit.empty())
        if (const auto why = write_new(junit, junit_text(all)); !why.empty()) throw usage_error(why);
    text += std::to_string(count) + " cases, " + std::to_string(failed) + " not as expected\n";
    if (json)
        print_json({{"schema", 1}, {"exit_status", status}, {"cases", std::move(document)}});
    else
        print_text(text);
    return status;
}

}  // namespace emsctl

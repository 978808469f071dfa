// A repair whose line is cut at any byte is resumed over a new line and leaves the machine as if nothing had happened,
// with no command run twice: judged by the machine's own log. Or it is undone, also when the machine has restarted.
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <map>
#include <random>

#include "sac/guest/windows.hpp"
#include "scripts/journal_account.hpp"
#include "scripts/runner.hpp"
#include "src/guest_choice.hpp"
#include "src/session_target.hpp"
#include "src/sim_stream.hpp"
#include "tests/src/run_emsctl.hpp"
#include "tests/support/cut_stream.hpp"
#include "tests/support/spin.hpp"

namespace asio = boost::asio;
namespace guest = emsctl::guest;
namespace sac = emsctl::sac;
namespace scripts = emsctl::scripts;
namespace transport = emsctl::transport;
using emsctl::test::canary;
using emsctl::test::cut_stream;
using emsctl::test::scratch_folder;

namespace {

struct watcher final : scripts::observer {
    void on(const scripts::event&) override {}
};

constexpr std::uint64_t whole = ~std::uint64_t{0};

struct sample {
    std::string runbook, scenario, profile;
};

// What comes after the line was cut.
enum class then { resume, undo_after_restart };

struct story {
    std::optional<scripts::report> first, last;  // nullopt: the session broke before the runbook
    std::uint64_t bytes = 0;                     // of the first session
    std::vector<std::string> problems;
};

asio::awaitable<std::optional<std::string>> agree(scripts::question what) {
    co_return what.proposal;
}

using work = std::function<asio::awaitable<scripts::report>(scripts::target&)>;

// Everything one process of ours does on one line; what is thrown is noted.
asio::awaitable<std::optional<scripts::report>> on_line(std::unique_ptr<transport::byte_stream> road,
                                                        std::uint64_t until_cut, std::uint64_t seed, work body,
                                                        story& told) {
    std::optional<scripts::report> report;
    sac::console line(std::make_unique<cut_stream>(std::move(road), until_cut));
    sac::session_options options;
    options.who.user = "Administrator";
    options.who.password = canary;
    options.seed = seed;
    sac::session session(line, options);
    try {
        co_await session.open();
        emsctl::session_target target(session);
        report = co_await body(target);
        co_await session.close();
    } catch (const std::exception& error) {
        told.problems.push_back(error.what());
    }
    told.bytes = std::max(told.bytes, line.bytes_sent() + line.bytes_received());
    line.close();
    co_return report;
}

asio::awaitable<void> tell(std::shared_ptr<guest::machine> machine, std::string runbook, std::string journal,
                           std::uint64_t until_cut, then after, story& told) {
    const auto book = *scripts::find_runbook(runbook).book;
    watcher nobody;
    const auto executor = co_await asio::this_coro::executor;
    const auto start = transport::line_clock::now();
    const auto road = [&] { return emsctl::make_sim_stream(executor, machine, "guest", start); };
    scripts::run_options apply;
    apply.mode = scripts::run_mode::apply;
    apply.journal = journal;
    apply.ask = agree;
    scripts::resume_options on;
    on.journal = journal;
    on.ask = agree;
    const work begin = [&](scripts::target& t) { return scripts::run_runbook(book, t, nobody, apply); };
    const work go_on = [&](scripts::target& t) { return scripts::resume_run(book, t, nobody, on); };
    scripts::undo_options back;
    back.journal = journal;
    const work undo = [&](scripts::target& t) { return scripts::undo_run(t, nobody, back); };
    told.first = co_await on_line(road(), until_cut, 1, begin, told);
    if (after == then::undo_after_restart) {
        machine->reset(transport::line_clock::now() - start);
        if (!std::filesystem::exists(journal)) co_return;
        told.last = co_await on_line(road(), whole, 2, undo, told);
        // Marks prove nothing in another boot: a change without an outcome in the journal is for a person to tell of.
        if (told.last && told.last->result == scripts::run_result::unknown) {
            const auto account = scripts::account_of(scripts::read_journal(journal));
            back.decided[account.changes.back().step_id] = true;
            told.last = co_await on_line(road(), whole, 3, undo, told);
        }
        co_return;
    }
    if (told.first && told.first->result == scripts::run_result::repaired) {
        told.last = told.first;
        co_return;
    }
    if (std::filesystem::exists(journal))
        told.last = co_await on_line(road(), whole, 2, go_on, told);
    else
        told.last = co_await on_line(road(), whole, 2, begin, told);
}

// What may differ: the new certificate, which is made at another moment; and the folder of a session that was cut
// before there was a journal to name it.
nlohmann::json lasting(const guest::machine& machine) {
    auto state = machine.os().state();
    state["certificates"].erase("Remote Desktop");
    auto& files = state["files"];
    for (auto file = files.begin(); file != files.end();)
        file = file.key().find("\\Temp\\ems") != std::string::npos ? files.erase(file) : std::next(file);
    return state;
}

// How often each changing command ran, whoever sent it.
std::map<std::string, int> changes_of(const guest::machine& machine) {
    std::map<std::string, int> count;
    for (const auto& line : machine.os().log) {
        if (line.what != guest::executed_line::kind::executed) continue;
        for (const char* word : {"reg add", "sc stop", "sc config", "Stop-Service", "Restart-Service", "Remove-Item",
                                 "icacls", "shutdown", "mountvol", "bcdedit"})
            if (line.text.starts_with(word) && line.text.find("/save") == std::string::npos &&
                line.text != "mountvol" && line.text.find("/enum") == std::string::npos)
                ++count[line.text];
    }
    return count;
}

struct tried {
    story told;
    nlohmann::json state;
    std::map<std::string, int> changes;
    std::vector<std::string> broken;
};

tried try_with(const sample& what, std::uint64_t until_cut, then after = then::resume) {
    const scratch_folder where;
    guest::machine_options options;
    options.seed = 0;
    const auto machine = emsctl::make_machine(what.scenario, what.profile, options);
    tried all;
    transport::virtual_time time;
    asio::io_context context;
    emsctl::tests::spin(context, tell(machine, what.runbook, where / "journal", until_cut, after, all.told), &time);
    all.state = lasting(*machine);
    all.changes = changes_of(*machine);
    all.broken = machine->os().what_is_broken();
    return all;
}

void survives_cuts(const sample& what, int cuts) {
    const auto uncut = try_with(what, whole);
    REQUIRE(uncut.told.last);
    REQUIRE(uncut.told.last->result == scripts::run_result::repaired);
    std::mt19937_64 random(2008);
    int resumed = 0;
    for (int i = 0; i < cuts; ++i) {
        const auto at = 1 + random() % uncut.told.bytes;
        CAPTURE(at);
        const auto cut = try_with(what, at);
        CAPTURE(cut.told.problems);
        REQUIRE(cut.told.last);
        INFO(scripts::to_text(*cut.told.last));
        resumed += cut.told.first.has_value();
        CHECK(cut.told.last->result == scripts::run_result::repaired);
        CHECK(cut.broken == std::vector<std::string>{});
        CHECK(cut.changes == uncut.changes);
        CHECK(nlohmann::json::diff(uncut.state, cut.state) == nlohmann::json::array());
    }
    CHECK(resumed > cuts / 4);
}

}  // namespace

TEST_SUITE("src/resume") {
    TEST_CASE("a repair that is cut at any byte is resumed to the same end, on a console that streams") {
        survives_cuts({"rdp-internal-error", "rdp-internal-error", "windows-11"}, 8);
    }
    TEST_CASE("a repair that is cut at any byte is resumed to the same end, on a console that paints") {
        survives_cuts({"rdp-internal-error", "rdp-internal-error", "2019"}, 6);
    }
    TEST_CASE("a repair of an attached disk that is cut at any byte is resumed to the same end") {
        survives_cuts({"rdp-internal-error-offline", "offline-gen2", "windows-11"}, 8);
    }
    TEST_CASE("a repair of an attached disk that is cut at any byte is undone after the machine has restarted") {
        const sample what{"rdp-internal-error-offline", "offline-gen2", "windows-11"};
        const auto untouched = try_with(what, 1, then::undo_after_restart);
        const auto uncut = try_with(what, whole);
        std::mt19937_64 random(2012);
        int undone = 0;
        for (int i = 0; i < 8; ++i) {
            const auto at = uncut.told.bytes / 2 + random() % (uncut.told.bytes / 2);  // after the first look
            CAPTURE(at);
            const auto cut = try_with(what, at, then::undo_after_restart);
            CAPTURE(cut.told.problems);
            if (cut.told.last) {
                INFO(scripts::to_text(*cut.told.last));
                CHECK(cut.told.last->result == scripts::run_result::undone);
                ++undone;
            }
            CHECK(cut.state["disks"] == untouched.state["disks"]);
        }
        CHECK(undone > 3);
    }
}

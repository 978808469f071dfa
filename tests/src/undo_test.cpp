// Repair, proof and undo through the whole driver on one simulated machine, judged by the machine itself.
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "sac/guest/windows.hpp"
#include "scripts/runner.hpp"
#include "src/guest_choice.hpp"
#include "src/session_target.hpp"
#include "src/sim_stream.hpp"
#include "tests/src/run_emsctl.hpp"
#include "tests/support/spin.hpp"
#include "transport/paced_stream.hpp"

namespace asio = boost::asio;
namespace guest = emsctl::guest;
namespace sac = emsctl::sac;
namespace scripts = emsctl::scripts;
namespace transport = emsctl::transport;
using emsctl::test::canary;
using emsctl::test::scratch_folder;

namespace {

struct watcher final : scripts::observer {
    void on(const scripts::event&) override {}
};

struct outcome {
    scripts::report repaired, looked, undone;
    std::vector<std::string> broken_before, broken_repaired, broken_after;
};

using work = std::function<asio::awaitable<scripts::report>(scripts::target&)>;

asio::awaitable<scripts::report> in_session(sac::console& line, std::uint64_t seed, work body) {
    sac::session_options options;
    options.who.user = "Administrator";
    options.who.password = canary;
    options.seed = seed;
    sac::session session(line, options);
    co_await session.open();
    emsctl::session_target target(session);
    auto report = co_await body(target);
    const std::string left = co_await session.close();
    CHECK(left == "");
    co_return report;
}

asio::awaitable<std::optional<std::string>> agree(scripts::question what) {
    co_return what.proposal;
}

// Three sessions, one after the other, on one line.
asio::awaitable<void> repair_look_undo(std::shared_ptr<guest::machine> machine, std::string journal, outcome& seen) {
    const auto book = *scripts::find_runbook("rdp-internal-error").book;
    watcher nobody;
    auto stream = emsctl::make_sim_stream(co_await asio::this_coro::executor, machine, "guest");
    stream = transport::make_paced(std::move(stream), 115200);
    sac::console line(std::move(stream));
    scripts::run_options apply;
    apply.mode = scripts::run_mode::apply;
    apply.journal = journal;
    apply.ask = agree;
    scripts::undo_options back;
    back.journal = journal;
    seen.broken_before = machine->os().what_is_broken();
    work repair = [&](scripts::target& t) { return scripts::run_runbook(book, t, nobody, apply); };
    seen.repaired = co_await in_session(line, 1, repair);
    seen.broken_repaired = machine->os().what_is_broken();
    work look = [&](scripts::target& t) { return scripts::run_runbook(book, t, nobody, {}); };
    seen.looked = co_await in_session(line, 2, look);
    work undo = [&](scripts::target& t) { return scripts::undo_run(t, nobody, back); };
    seen.undone = co_await in_session(line, 3, undo);
    seen.broken_after = machine->os().what_is_broken();
    line.close();
}

// The lines of the guest's own log that say that something was typed which it does not simulate.
std::vector<std::string> refusals(const guest::windows& os) {
    std::vector<std::string> texts;
    for (const auto& line : os.log)
        if (line.what == guest::executed_line::kind::refused) texts.push_back(line.text);
    return texts;
}

void proves(const std::string& scenario, const std::string& profile) {
    CAPTURE(scenario);
    CAPTURE(profile);
    const scratch_folder where;
    guest::machine_options options;
    options.seed = 0;
    const auto machine = emsctl::make_machine(scenario, profile, options);
    outcome seen;
    {
        transport::virtual_time time;
        asio::io_context context;
        emsctl::tests::spin(context, repair_look_undo(machine, where / "journal", seen), &time);
    }
    CAPTURE(scripts::to_text(seen.repaired));
    CAPTURE(scripts::to_text(seen.undone));
    CHECK_FALSE(seen.broken_before.empty());
    CHECK(seen.repaired.result == scripts::run_result::repaired);
    CHECK(seen.broken_repaired == std::vector<std::string>{});
    CHECK(seen.looked.result == scripts::run_result::healthy);
    const bool is_back =
        seen.undone.result == scripts::run_result::undone || seen.undone.result == scripts::run_result::restart_pending;
    CHECK(is_back);
    for (const auto& change : seen.undone.changes)
        if (change.undo == scripts::undo_class::exact) CHECK(change.how == scripts::change::state::undone);
    CHECK(refusals(machine->os()) == std::vector<std::string>{});
}

}  // namespace

TEST_SUITE("src/undo") {
    TEST_CASE("every scenario is repaired, looks healthy and is taken back, on a console that streams") {
        for (const auto* scenario :
             {"rdp-port-conflict", "rdp-cert-expired", "machinekeys-acl", "tls12-off", "rdp-internal-error"})
            proves(scenario, "windows-11");
    }

    TEST_CASE("every scenario is repaired, looks healthy and is taken back, on a console that paints") {
        for (const auto* scenario :
             {"rdp-port-conflict", "rdp-cert-expired", "machinekeys-acl", "tls12-off", "rdp-internal-error"})
            proves(scenario, "2019");
    }
}

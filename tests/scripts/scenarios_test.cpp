// The shipped runbook on the simulated Windows, without a line in between: every scenario is found, repaired and
// proved, and an undo brings back what it promises.
#include <doctest/doctest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "sac/command_frame.hpp"
#include "scripts/runner.hpp"
#include "tests/guest/cmd_bench.hpp"
#include "transport/line_clock.hpp"

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/scenarios");

namespace {

struct recorder : observer {
    void on(const event&) override {}
};

// Runs commands in the shells of a simulated machine.
class guest_target : public target {
  public:
    explicit guest_target(const std::string& scenario) : bench(scenario) {
        bench.put(folder() + "w.ps1", emsctl::sac::command_frame::powershell_wrapper());
        bench.type("cd /d " + folder());
    }

    boost::asio::awaitable<outcome> run(command what) override {
        const auto n = std::to_string(++count_);
        const bool cmd = what.in == shell::cmd;
        bench.put(folder() + n + (cmd ? ".cmd" : ".ps1"), what.text + "\n");
        bench.type(cmd ? "cmd /q /d /c " + n + ".cmd <nul >o 2>e"
                       : "powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File w.ps1 " + n +
                             " <nul >o 2>e");
        outcome got;
        got.exit_code = std::stoll(bench.errorlevel());
        got.out = text(folder() + "o");
        got.err = text(folder() + "e");
        got.proof = proof_level::hashed;
        if (what.changes) ++changes;
        // The line takes its time, and so do services.
        bench.pass(std::chrono::seconds(2));
        co_return got;
    }
    boost::asio::awaitable<restart_outcome> restart(std::string, std::chrono::seconds) override {
        bench.os.shut_down();
        bench.os.boot(bench.os.now() + std::chrono::seconds(60));
        bench.pass(std::chrono::seconds(120));
        bench.restart_shell();
        bench.type("cd /d " + folder());
        restart_outcome seen;
        seen.proof = "boot";
        co_return seen;
    }
    void mark(const std::string&) override {}
    line_use used() const override { return {}; }
    std::string describe() const override { return "guest:"; }
    bool certainly_not_run(const std::exception_ptr&) const override { return false; }

    std::string folder() const { return "C:\\t\\"; }
    std::string text(const std::string& path) const {
        std::string clean;
        for (const char c : bench.content(path))
            if (c != '\r') clean += c;
        return clean;
    }
    emsctl::guest::cmd_bench bench;
    int changes = 0;

  private:
    int count_ = 0;
};

// The runbook needs programs of every kind; on a guest without one of them there is nothing to test.
bool guest_is_complete() {
    for (const char* program : {"powershell", "wevtutil", "qwinsta", "icacls", "takeown", "certutil", "whoami", "reg"})
        if (!emsctl::guest::standard_programs().find(program)) return false;
    return true;
}

report wait_for(boost::asio::awaitable<report> task) {
    emsctl::transport::virtual_time time;
    boost::asio::io_context context;
    std::optional<report> result;
    std::exception_ptr failed;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, report r) {
        failed = error;
        result = std::move(r);
    });
    time.run(context);
    if (failed) std::rethrow_exception(failed);
    return *result;
}

}  // namespace

TEST_CASE("a healthy machine is healthy, and looking leaves it as it is" * doctest::skip(!guest_is_complete())) {
    const auto book = *find_runbook("rdp-internal-error").book;
    guest_target machine("healthy");
    recorder watcher;
    const auto r = wait_for(run_runbook(book, machine, watcher, {}));
    CAPTURE(to_text(r));
    CHECK(r.result == run_result::healthy);
    CHECK(machine.changes == 0);
}

TEST_CASE("each scenario is repaired, proved by its own conditions, and undone" * doctest::skip(!guest_is_complete())) {
    const auto book = *find_runbook("rdp-internal-error").book;
    for (const char* name :
         {"rdp-port-conflict", "rdp-cert-expired", "machinekeys-acl", "tls12-off", "rdp-internal-error"}) {
        CAPTURE(name);
        guest_target machine(name);
        recorder watcher;
        char pattern[] = "/tmp/emsctl-scenario-XXXXXX";
        const std::filesystem::path folder = ::mkdtemp(pattern);
        run_options options;
        options.mode = run_mode::apply;
        options.journal = folder / "j";
        options.confirm = confirm_policy::none;
        options.ask = [](question q) -> boost::asio::awaitable<std::optional<std::string>> { co_return q.proposal; };
        CHECK(!machine.bench.os.what_is_broken().empty());
        const auto r = wait_for(run_runbook(book, machine, watcher, options));
        CAPTURE(to_text(r));
        CHECK(r.result == run_result::repaired);
        CHECK(machine.bench.os.what_is_broken() == std::vector<std::string>{});
        undo_options back;
        back.journal = options.journal;
        const auto u = wait_for(undo_run(machine, watcher, back));
        CAPTURE(to_text(u));
        CHECK((u.result == run_result::undone || u.result == run_result::restart_pending));
        std::filesystem::remove_all(folder);
    }
}

TEST_SUITE_END();

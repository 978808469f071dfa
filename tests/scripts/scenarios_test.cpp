// The shipped runbook on the simulated Windows, without a line in between: every scenario is found, repaired and
// proved, and an undo brings back what it promises.
#include <doctest/doctest.h>

#include <algorithm>

#include "sac/command_frame.hpp"
#include "scripts/runner.hpp"
#include "tests/guest/cmd_bench.hpp"
#include "tests/support/program.hpp"
#include "tests/support/registry_machine.hpp"

using namespace emsctl::scripts;
using emsctl::test::scratch_folder;
using emsctl::test::wait_for;

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
        if (!fails.empty() && what.text.find(fails) != std::string::npos) {
            outcome refused;
            refused.exit_code = 1;
            refused.err = "Provider execution stopped.";
            co_return refused;
        }
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
    boost::asio::awaitable<restart_outcome> restart(std::string, std::chrono::seconds, restarted_by) override {
        start_again();
        restart_outcome seen;
        seen.proof = "boot";
        co_return seen;
    }
    void start_again() {
        bench.os.shut_down();
        bench.os.boot(bench.os.now() + std::chrono::seconds(60));
        bench.pass(std::chrono::seconds(120));
        bench.restart_shell();
        bench.type("cd /d " + folder());
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
    std::string fails;  // a command with this text is refused

  private:
    int count_ = 0;
};

// The runbook needs programs of every kind; on a guest without one of them there is nothing to test.
bool guest_is_complete() {
    for (const char* program : {"powershell", "wevtutil", "qwinsta", "icacls", "takeown", "certutil", "whoami", "reg"})
        if (!emsctl::guest::standard_programs().find(program)) return false;
    return true;
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
        const scratch_folder folder;
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
    }
}

namespace {

struct told {
    const char* runbook;
    const char* scenario;
    std::map<std::string, std::string> variables;
    run_result ends = run_result::repaired;
    int to_look = 0;        // commands of a look that load and unload copies of hives
    bool goes_back = true;  // to the same registry, accounts and adapters, to the last value
    bool goes_back_by_restart = false;
};

// Of a machine's state, what an undo owes: not the identity of processes that were started again, nor the log.
nlohmann::json owed(const guest_target& machine) {
    auto state = machine.bench.os.state();
    auto& files = state["files"];
    for (auto file = files.begin(); file != files.end();)
        file = file.key().starts_with("C:\\t\\") ? files.erase(file) : std::next(file);
    return state;
}

std::vector<std::string> refused(const guest_target& machine) {
    std::vector<std::string> texts;
    for (const auto& line : machine.bench.os.log)
        if (line.what == emsctl::guest::executed_line::kind::refused) texts.push_back(line.text);
    return texts;
}

report apply(const runbook& book, guest_target& machine, const std::filesystem::path& journal, const told& t) {
    recorder watcher;
    run_options options;
    options.mode = run_mode::apply;
    options.confirm = confirm_policy::none;
    options.no_snapshot = "a simulated machine";
    options.variables = t.variables;
    options.journal = journal;
    return wait_for(run_runbook(book, machine, watcher, options));
}

}  // namespace

TEST_CASE("each runbook finds its fault without changing anything, repairs it, and takes it back") {
    const told all[] = {
        {"safe-mode", "safe-mode", {{"restart_now", "yes"}}, run_result::repaired, 0, true, true},
        {"network-adapter", "network-adapter", {}},
        {"static-address", "static-address", {{"dns_from_dhcp", "yes"}}},
        {"static-address", "static-address", {{"dns_from_dhcp", "no"}}},
        {"account", "account", {{"user", "helpdesk"}}},
        {"account", "account-locked", {{"user", "HelpDesk"}}, run_result::repaired, 0, false},
        {"rdp-disabled", "rdp-disabled", {}},
        {"rdp-disabled", "rdp-policy-disabled", {}},
        {"rdp-service", "rdp-service-broken", {}},
        {"rdp-nla", "rdp-nla", {}},
        {"rdp-drops", "rdp-drops", {}},
        {"dhcp-client", "dhcp-client-disabled", {}},
        {"core-services", "core-services-disabled", {}},
        {"credssp", "credssp-mitigated", {{"accept_vulnerable", "yes"}}},
        {"rdp-licensing", "rdp-licensing", {{"licensing_mode", "per-user"}}},
        {"enable-sac", "sac-not-enabled", {{"restart_now", "no"}}, run_result::restart_pending},
        {"rdp-firewall", "rdp-firewall", {}, run_result::repaired, 0, false},
        {"rdp-key-folder", "rdp-key-folder", {{"whole_folder", "yes"}}},
        {"rdp-other-port", "rdp-port-conflict", {{"new_port", "3391"}, {"done:cloud-rule", "yes"}}},
        {"rdp-internal-error-offline", "offline-gen1", {}, run_result::repaired, 4},
        {"rdp-internal-error-offline", "offline-gen2", {}, run_result::repaired, 4},
    };
    for (const auto& t : all) {
        CAPTURE(t.runbook);
        CAPTURE(t.scenario);
        const auto parsed = find_runbook(t.runbook);
        for (const auto& error : parsed.errors) FAIL(to_string(error));
        guest_target machine(t.scenario);
        recorder watcher;
        const scratch_folder folder;
        CHECK(machine.bench.os.what_is_broken() != std::vector<std::string>{});
        const auto before = owed(machine);
        run_options only_looks;
        only_looks.variables = t.variables;
        const auto looked = wait_for(run_runbook(*parsed.book, machine, watcher, only_looks));
        INFO(to_text(looked));
        CHECK(looked.result == run_result::faults_found);
        CHECK(looked.has_faults(run_phase::look));
        CHECK(machine.changes == t.to_look);
        CHECK(nlohmann::json::diff(before, owed(machine)) == nlohmann::json::array());
        const auto repaired = apply(*parsed.book, machine, folder / "j", t);
        INFO(to_text(repaired));
        CHECK(repaired.result == t.ends);
        CHECK(machine.bench.os.what_is_broken() == std::vector<std::string>{});
        undo_options back;
        back.journal = folder / "j";
        const auto undone = wait_for(undo_run(machine, watcher, back));
        INFO(to_text(undone));
        if (t.goes_back_by_restart) {
            CHECK(undone.result == run_result::restart_pending);
            machine.start_again();
        } else {
            CHECK(undone.result == (t.ends == run_result::repaired ? run_result::undone : t.ends));
        }
        const auto after = owed(machine);
        for (const char* part : {"registry", "disks", "adapters", "users"})
            if (t.goes_back && before.contains(part))
                CHECK(nlohmann::json::diff(before[part], after[part]) == nlohmann::json::array());
        CHECK(refused(machine) == std::vector<std::string>{});
    }
}

TEST_CASE("no runbook finds a fault on a healthy machine") {
    for (const auto& name : shipped_runbooks()) {
        CAPTURE(name);
        if (name == "rdp-internal-error-offline") continue;  // it wants another machine's disk
        guest_target machine("healthy");
        recorder watcher;
        const auto r = wait_for(run_runbook(*find_runbook(name).book, machine, watcher, {}));
        INFO(to_text(r));
        CHECK(r.result == run_result::healthy);
        CHECK(refused(machine) == std::vector<std::string>{});
    }
}

TEST_CASE("an address set by hand is nothing wrong where nothing says that the network gives another") {
    const auto book = *find_runbook("static-address").book;
    guest_target machine("static-address");
    recorder watcher;
    run_options options;
    options.variables = {{"expects_dhcp", "never"}};
    const auto r = wait_for(run_runbook(book, machine, watcher, options));
    INFO(to_text(r));
    CHECK(r.result == run_result::healthy);
    REQUIRE(r.findings.size() == 1);
    CHECK(r.findings[0].text.find("(10.0.0.77 255.255.255.128 10.0.0.126)") != std::string::npos);
}

TEST_CASE("an address that DHCP does not replace is set by hand again") {
    const auto book = *find_runbook("static-address").book;
    guest_target machine("static-address");
    machine.bench.os.svc.fail("Dhcp", 1067);
    const auto before = owed(machine);
    const scratch_folder folder;
    const auto r = apply(book, machine, folder / "j", {"", "", {{"dns_from_dhcp", "yes"}}});
    INFO(to_text(r));
    CHECK(r.result == run_result::failed_rolled_back);
    CHECK(nlohmann::json::diff(before["adapters"], owed(machine)["adapters"]) == nlohmann::json::array());
}

TEST_CASE("a password that has to be changed is named and left, and so are accounts of Windows itself") {
    const auto book = *find_runbook("account").book;
    const std::pair<const char*, const char*> all[] = {{"helpdesk", "The password of \"helpdesk\" is to be changed"},
                                                       {"Guest", "\"Guest\" is an account of Windows itself"},
                                                       {"nobody", "no local account called \"nobody\""}};
    for (const auto& [user, said] : all) {
        CAPTURE(user);
        guest_target machine("account-password");
        const auto before = owed(machine);
        const scratch_folder folder;
        const auto r = apply(book, machine, folder / "j", {"", "", {{"user", user}}});
        INFO(to_text(r));
        CHECK(r.result == run_result::faults_found);
        REQUIRE(!r.findings.empty());
        CHECK(r.findings[0].text.find(said) != std::string::npos);
        CHECK(machine.changes == 0);
        CHECK(nlohmann::json::diff(before, owed(machine)) == nlohmann::json::array());
    }
}

TEST_CASE(
    "a key that could not be used although the file of Remote Desktop may be read is told, and nothing is touched") {
    const auto book = *find_runbook("rdp-internal-error").book;
    guest_target machine("rdp-key-folder");
    recorder watcher;
    run_options options;
    options.mode = run_mode::apply;
    options.confirm = confirm_policy::none;
    const auto r = wait_for(run_runbook(book, machine, watcher, options));
    INFO(to_text(r));
    CHECK(r.result == run_result::healthy);
    REQUIRE(r.findings.size() == 1);
    CHECK(r.findings[0].level == severity::note);
    CHECK(r.findings[0].text.find("emsctl run rdp-key-folder") != std::string::npos);
    CHECK(machine.changes == 0);
}

TEST_CASE("the whole key folder is a matter of its own consent and of a snapshot") {
    const auto book = *find_runbook("rdp-key-folder").book;
    for (const bool agrees : {false, true}) {
        guest_target machine("rdp-key-folder");
        recorder watcher;
        run_options options;
        options.mode = run_mode::apply;
        options.confirm = confirm_policy::none;
        options.variables = {{"whole_folder", agrees ? "yes" : "no"}};
        const auto r = wait_for(run_runbook(book, machine, watcher, options));
        INFO(to_text(r));
        CHECK(r.result == run_result::faults_found);
        CHECK((r.verdict.find("take a snapshot") != std::string::npos) == agrees);
        CHECK(machine.changes == 0);
    }
}

TEST_CASE("after an undo every machine key has the owner and the rights it had") {
    const auto book = *find_runbook("rdp-key-folder").book;
    guest_target machine("rdp-key-folder");
    const auto keys = [&] {
        auto files = owed(machine)["files"];
        for (auto file = files.begin(); file != files.end();)
            file = file.key().find("MachineKeys") == std::string::npos ? files.erase(file) : std::next(file);
        return files;
    };
    const auto before = keys();
    REQUIRE(before.size() == 4);
    const scratch_folder folder;
    const auto r = apply(book, machine, folder / "j", {"", "", {{"whole_folder", "yes"}}});
    INFO(to_text(r));
    CHECK(r.result == run_result::repaired);
    CHECK(keys() != before);
    recorder watcher;
    undo_options back;
    back.journal = folder / "j";
    const auto undone = wait_for(undo_run(machine, watcher, back));
    INFO(to_text(undone));
    CHECK(nlohmann::json::diff(before, keys()) == nlohmann::json::array());
}

TEST_CASE("where Windows does not let the Group Policy Client be held back, the repair goes on without it") {
    const auto book = *find_runbook("rdp-internal-error").book;
    guest_target machine("tls12-off");
    machine.bench.os.part_of_domain = true;
    machine.fails = "/v \"Start\" /t REG_DWORD /d 4";
    recorder watcher;
    const scratch_folder folder;
    const auto r = apply(book, machine, folder / "j", {"", "", {{"hold_policy", "yes"}, {"restart_now", "no"}}});
    INFO(to_text(r));
    CHECK(r.result == run_result::restart_pending);
    const bool is_told = std::any_of(r.warnings.begin(), r.warnings.end(), [](const std::string& text) {
        return text.find("Keep the Group Policy Client from starting") != std::string::npos;
    });
    CHECK(is_told);
}

TEST_CASE("a certificate that Windows does not let go is removed by hand, and the rest of the repair goes on") {
    const auto book = *find_runbook("rdp-internal-error").book;
    guest_target machine("rdp-cert-expired");
    machine.fails = "Remove-Item -LiteralPath $_.PSPath";
    recorder watcher;
    const scratch_folder folder;
    run_options options;
    options.mode = run_mode::apply;
    options.journal = folder / "j";
    options.confirm = confirm_policy::none;
    std::string asked;
    options.ask = [&](question q) -> boost::asio::awaitable<std::optional<std::string>> {
        if (q.what != question::kind::by_hand) co_return q.proposal;
        asked = q.text;
        auto& certs = machine.bench.os.certs;
        const auto old = certs.in("Remote Desktop");
        for (const auto& one : old) certs.remove("Remote Desktop", one.text.thumbprint);
        co_return "yes";
    };
    const auto r = wait_for(run_runbook(book, machine, watcher, options));
    INFO(to_text(r));
    CHECK(r.result == run_result::repaired);
    CHECK(asked.find("certlm.msc") != std::string::npos);
    CHECK(machine.bench.os.what_is_broken() == std::vector<std::string>{});
}

TEST_CASE("in a domain the policies are named, and the Group Policy Client is held back only until it is taken back") {
    const auto book = *find_runbook("rdp-internal-error").book;
    guest_target machine("tls12-off");
    auto& os = machine.bench.os;
    os.part_of_domain = true;
    os.domain_or_workgroup = "corp.example";
    const std::string history = R"(HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\History)";
    os.reg.create(history + R"(\{35378EAC-683F-11D2-A89A-00C04FBBCFA2}\0)")
        .set("DisplayName", emsctl::guest::reg_sz("Crypto baseline"));
    recorder watcher;
    const scratch_folder folder;
    run_options options;
    options.mode = run_mode::apply;
    options.journal = folder / "j";
    options.confirm = confirm_policy::none;
    options.variables = {{"hold_policy", "yes"}, {"restart_now", "no"}};
    const auto r = wait_for(run_runbook(book, machine, watcher, options));
    INFO(to_text(r));
    CHECK(r.result == run_result::restart_pending);
    CHECK(std::any_of(r.findings.begin(), r.findings.end(),
                      [](const finding& f) { return f.text.find("Crypto baseline") != std::string::npos; }));
    const auto held = std::find_if(r.changes.begin(), r.changes.end(),
                                   [](const change& c) { return c.what.find("gpsvc") != std::string::npos; });
    REQUIRE(held != r.changes.end());
    CHECK(held->temporary);
}

TEST_SUITE_END();

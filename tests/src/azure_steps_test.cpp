// Steps that work on Azure beside the machine, through the whole program, against a double of Azure.
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "sac/session.hpp"
#include "src/guest_choice.hpp"
#include "src/sim_stream.hpp"
#include "tests/src/run_emsctl.hpp"
#include "tests/support/azure_double.hpp"
#include "tests/support/spin.hpp"

namespace asio = boost::asio;
namespace guest = emsctl::guest;
namespace sac = emsctl::sac;
namespace transport = emsctl::transport;
using namespace emsctl::test;

namespace {

const std::string winbox = "11111111-2222-3333-4444-555555555555/rescue/winbox";

class azure_bench {
  public:
    explicit azure_bench(const std::vector<std::string>& settings = {}) : azure(settings), token(azure.token()) {}

    std::string machine() const { return winbox + "?endpoint=" + azure.url() + "&token=env:AZURE_TOKEN"; }

    ended_program run(std::vector<std::string> arguments, bool may_ask = true) {
        if (may_ask) arguments.insert(arguments.end(), {"--azure", machine()});
        return run_program(EMSCTL_PROGRAM, with_account(std::move(arguments)), where,
                           {{"EMS_PASSWORD", canary}, {"AZURE_TOKEN", token}});
    }
    nlohmann::json report(std::vector<std::string> arguments, bool may_ask = true) {
        arguments.insert(arguments.end(), {"--output", "json"});
        return nlohmann::json::parse(run(std::move(arguments), may_ask).out);
    }

    std::string book(const std::string& steps) {
        std::ofstream file(where / "guard.yaml");
        file << "name: guard\ntitle: What stands around the machine\nsteps:\n" << steps;
        return where / "guard.yaml";
    }

    scratch_folder where;
    azure_double azure;
    std::string token;
};

const std::string snapshot =
    "  - {name: Snapshot, id: snapshot, why: It is risky., risk: low, azure.snapshot: {name: emsctl-before}}\n";
const std::string narrow =
    "  - {name: Narrow, id: narrow, why: Everybody may try., risk: high, "
    "azure.nsg_rule: {name: RDP, source: 203.0.113.0/24}}\n";

std::vector<std::string> texts(const nlohmann::json& list, const char* member) {
    std::vector<std::string> all;
    for (const auto& one : list) all.push_back(one.at(member));
    return all;
}

bool holds(const std::vector<std::string>& all, const std::string& part) {
    for (const auto& text : all)
        if (text.find(part) != std::string::npos) return true;
    return false;
}

// The reset button is pressed while a shell is open; then a command is run.
asio::awaitable<void> restart_from_outside(std::shared_ptr<guest::machine> machine, std::string& proof,
                                           std::string& after) {
    auto stream = emsctl::make_sim_stream(co_await asio::this_coro::executor, machine, "guest");
    auto* hypervisor = stream.get();
    sac::console line(std::move(stream));
    sac::session_options options;
    options.who.user = "Administrator";
    options.who.password = canary;
    sac::session session(line, options);
    co_await session.open();
    std::function<asio::awaitable<std::string>()> press = [hypervisor]() -> asio::awaitable<std::string> {
        const transport::out_of_band pressed{transport::out_of_band::kind::reset};
        co_await hypervisor->signal(pressed);
        co_return "";
    };
    const std::string reason = "it hangs";
    auto restarting = session.restart(reason, std::chrono::minutes(15), press);
    const auto seen = co_await std::move(restarting);
    proof = seen.evidence;
    const std::string command = "echo again";
    auto running = session.run(sac::shell_kind::cmd, command, std::chrono::seconds(60));
    const auto result = co_await std::move(running);
    after = result.out.substr(0, 5);
    co_await session.close();
    line.close();
}

}  // namespace

TEST_SUITE("src/azure_steps") {
    TEST_CASE("a snapshot is what a step of high risk needs, and a network rule comes back exactly") {
        azure_bench bench;
        const auto book = bench.book(snapshot + narrow);
        const auto before = bench.azure.seen();
        const auto looked = bench.run({"run", book, "sim:healthy"});
        CHECK(looked.status == 1);
        CHECK(bench.azure.seen().at("rules") == before.at("rules"));
        CHECK(bench.azure.seen().at("snapshots").empty());

        const auto journal = bench.where / "journal";
        const auto repaired = bench.run(
            {"run", book, "sim:healthy", "--apply", "--yes", "--journal", journal, "--var", "confirm:narrow=yes"});
        INFO(repaired.out, repaired.err);
        CHECK(repaired.status == 0);
        auto seen = bench.azure.seen();
        CHECK(seen.at("rules").at("nsg-nic/RDP").at("sourceAddressPrefix") == "203.0.113.0/24");
        CHECK(seen.at("rules").at("nsg-nic/RDP").at("priority") == 300);
        CHECK(seen.at("snapshots").contains("emsctl-before"));

        const auto forgot = bench.run({"undo", journal}, false);
        CHECK(forgot.status == 1);
        CHECK(forgot.out.find("--azure") != std::string::npos);
        const auto undone = bench.run({"undo", journal});
        INFO(undone.out, undone.err);
        CHECK(undone.status == 0);
        seen = bench.azure.seen();
        CHECK(seen.at("rules") == before.at("rules"));
        CHECK(seen.at("snapshots").contains("emsctl-before"));
        CHECK(bench.azure.violations().empty());
        for (const auto* ended : {&looked, &repaired, &forgot, &undone}) {
            CHECK(ended->out.find(bench.token) == std::string::npos);
            CHECK(ended->err.find(bench.token) == std::string::npos);
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.where / ""))
            if (entry.is_regular_file()) CHECK(file_text(entry.path()).find(bench.token) == std::string::npos);
    }

    TEST_CASE("without a snapshot a step of high risk is refused, also when the snapshot would come after it") {
        azure_bench bench;
        for (const auto& steps : {narrow, narrow + snapshot}) {
            const auto report = bench.report(
                {"run", bench.book(steps), "sim:healthy", "--apply", "--yes", "--var", "confirm:narrow=yes"});
            CHECK(report.at("result") == "faults_found");
            CHECK(report.at("verdict").get<std::string>().find("take a snapshot") != std::string::npos);
        }
        CHECK(bench.azure.seen().at("rules").at("nsg-nic/RDP").at("sourceAddressPrefix") == "*");
    }

    TEST_CASE("a snapshot that Azure does not make stops the run before the risk") {
        azure_bench bench({"async_end=QuotaExceeded:No more snapshots in this region."});
        const auto ended = bench.run(
            {"run", bench.book(snapshot + narrow), "sim:healthy", "--apply", "--yes", "--var", "confirm:narrow=yes"});
        CHECK(ended.status == 3);
        CHECK(ended.out.find("QuotaExceeded") != std::string::npos);
        CHECK(bench.azure.seen().at("rules").at("nsg-nic/RDP").at("sourceAddressPrefix") == "*");
    }

    TEST_CASE("a snapshot of an earlier day is not what a step of high risk needs") {
        azure_bench bench;
        REQUIRE(bench.run({"run", bench.book(snapshot), "sim:healthy", "--apply", "--yes"}).status == 0);
        const auto report = bench.report(
            {"run", bench.book(snapshot + narrow), "sim:healthy", "--apply", "--yes", "--var", "confirm:narrow=yes"});
        CHECK(report.at("verdict").get<std::string>().find("take a snapshot") != std::string::npos);
        CHECK(bench.azure.seen().at("rules").at("nsg-nic/RDP").at("sourceAddressPrefix") == "*");
    }

    TEST_CASE("answers that are not Azure's own are told, and nothing is planned by them") {
        azure_bench bench;
        for (const char* call : {"vm", "nic", "subnet", "rule", "snapshot"})
            for (const char* answer : {"array", "empty", "not-json", "no-string", "half", "throttled", "forbidden"}) {
                const std::string fail = std::string(call) + ":" + answer;
                CAPTURE(fail);
                bench.azure.set({{"fail", fail}});
                const auto report = bench.report({"run", bench.book(snapshot + narrow), "sim:healthy"});
                CHECK(report.at("result") == "faults_found");
                CHECK(holds(texts(report.at("findings"), "text"), "could not be determined"));
            }
    }

    TEST_CASE("what Azure does not tell is one finding, and no rule is said to be absent") {
        azure_bench bench;
        for (const char* call : {"vm", "nic", "subnet", "nsg"})
            for (const char* answer : {"vm-missing", "token-expired", "not-json", "array"}) {
                const std::string fail = std::string(call) + ":" + answer;
                CAPTURE(fail);
                bench.azure.set({{"fail", fail}});
                const auto report = bench.report({"run", "azure-exposure", "sim:healthy"});
                CHECK(report.at("result") == "faults_found");
                CHECK(report.at("looks").empty());
                REQUIRE(report.at("findings").size() == 1);
                CHECK(holds(texts(report.at("findings"), "text"), "could not be determined"));
                if (fail == "vm:vm-missing") CHECK(holds(texts(report.at("findings"), "text"), "GET the machine: "));
            }
    }

    TEST_CASE("a restart that Azure refuses is a step that failed, and what was changed is taken back") {
        azure_bench bench({"fail=power:forbidden"});
        const auto report = bench.report(
            {"run",
             bench.book("  - {name: Value, id: value, why: It is wanted., risk: low, registry: {key: 'HKLM\\SOFTWARE', "
                        "value: Wanted, data: '1', effective: restart}}\n"
                        "  - {name: Again, id: again, why: It hangs., risk: medium, when: run.restart_pending, "
                        "azure.restart: {reason: It hangs.}}\n"),
             "sim:healthy", "--apply", "--yes", "--var", "confirm:again=yes"});
        CHECK(report.at("result") == "failed_rolled_back");
        CHECK(holds(texts(report.at("changes"), "problem"), "AuthorizationFailed"));
    }

    TEST_CASE("a rule that somebody changed after us is not undone") {
        azure_bench bench;
        const auto journal = bench.where / "journal";
        const auto book = bench.book(snapshot + narrow);
        REQUIRE(bench
                    .run({"run", book, "sim:healthy", "--apply", "--yes", "--journal", journal, "--var",
                          "confirm:narrow=yes"})
                    .status == 0);
        auto other = bench.azure.seen().at("rules").at("nsg-nic/RDP");
        other["sourceAddressPrefix"] = "198.51.100.0/24";
        const std::string path =
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rescue/providers/"
            "Microsoft.Network/networkSecurityGroups/nsg-nic/securityRules/RDP";
        bench.azure.call("PUT", path + "?api-version=2023-09-01",
                         {{"Authorization", "Bearer " + bench.token}, {"Content-Type", "application/json"}},
                         nlohmann::json{{"properties", other}}.dump());
        const auto undone = bench.run({"undo", journal});
        CHECK(undone.status == 1);
        CHECK(bench.azure.seen().at("rules").at("nsg-nic/RDP").at("sourceAddressPrefix") == "198.51.100.0/24");
    }

    TEST_CASE("Azure is asked only when the operator said which machine it is") {
        azure_bench bench;
        const auto steps =
            "  - {name: Seen, id: seen, azure: '?api-version=2022-11-01', reads: true, when: facts.azure}\n";
        const auto report = bench.report({"run", bench.book(steps), "sim:healthy"}, false);
        CHECK(report.at("result") == "healthy");
        const auto refused = bench.report({"run", bench.book(snapshot), "sim:healthy"}, false);
        CHECK(holds(texts(refused.at("findings"), "text"), "--azure"));
        CHECK(bench.azure.seen().at("calls").empty());
        CHECK(bench.run({"run", bench.book(steps), "sim:healthy", "--azure", "same"}, false).status == 2);
        CHECK(bench.run({"run", bench.book(steps), "sim:healthy", "--azure", "rescue/winbox"}, false).status == 2);
    }

    TEST_CASE("only resources of the machine's own subscription are called") {
        azure_bench bench;
        for (const char* path : {"/subscriptions/99999999-2222-3333-4444-555555555555/x?api-version=1",
                                 "/providers/Microsoft.Compute/x?api-version=1",
                                 "/subscriptions/11111111-2222-3333-4444-555555555555/../x?api-version=1"}) {
            const auto report = bench.report(
                {"run", bench.book("  - {name: X, id: x, azure: '" + std::string(path) + "', reads: true}\n"),
                 "sim:healthy"});
            CHECK(holds(texts(report.at("findings"), "text"), "the machine's own subscription"));
        }
        CHECK(bench.azure.seen().at("calls").empty());
    }

    TEST_CASE("where two groups guard the machine, a rule says which one it is in") {
        azure_bench bench({"guards=both"});
        const auto report = bench.report({"run", bench.book(snapshot + narrow), "sim:healthy"});
        CHECK(holds(texts(report.at("findings"), "text"), "nsg-nic, nsg-subnet"));
    }

    TEST_CASE("the internet's way to Remote Desktop is told by the repair, and narrowed by its own runbook") {
        azure_bench bench({"guards=both"});
        const auto told = bench.report({"run", "rdp-internal-error", "sim:healthy"});
        CHECK(told.at("result") == "healthy");
        CHECK(holds(texts(told.at("findings"), "text"), "lets the whole internet try port 3389"));

        const auto journal = bench.where / "journal";
        const auto ended = bench.run({"run", "azure-exposure", "sim:healthy", "--apply", "--yes", "--journal", journal,
                                      "--var", "admit=203.0.113.0/24, 198.51.100.7"});
        INFO(ended.out, ended.err);
        CHECK(ended.status == 0);
        for (const char* rule : {"nsg-nic/RDP", "nsg-subnet/Any"})
            CHECK(bench.azure.seen().at("rules").at(rule).at("sourceAddressPrefixes") ==
                  nlohmann::json{"203.0.113.0/24", "198.51.100.7"});
        CHECK(bench.azure.violations().empty());
    }

    TEST_CASE("Remote Desktop on another port gets its rule in Azure, and loses it with the undo") {
        azure_bench bench;
        const auto journal = bench.where / "journal";
        const auto ended = bench.run({"run", "rdp-other-port", "sim:rdp-port-conflict", "--apply", "--yes", "--journal",
                                      journal, "--var", "new_port=3391", "--var", "admit=203.0.113.0/24"});
        INFO(ended.out, ended.err);
        CHECK(ended.status == 0);
        CHECK(bench.azure.seen().at("rules").at("nsg-nic/emsctl-rdp-3391").at("destinationPortRange") == "3391");
        CHECK(bench.azure.violations().empty());
    }

    TEST_CASE("a machine that does not come back after Azure's restart is an unknown outcome") {
        azure_bench bench;
        const auto ended = bench.run(
            {"run",
             bench.book("  - {name: Value, id: value, why: It is wanted., risk: low, registry: {key: 'HKLM\\SOFTWARE', "
                        "value: Wanted, data: '1', effective: restart}}\n"
                        "  - {name: Again, id: again, why: It hangs., risk: medium, when: run.restart_pending, "
                        "azure.restart: {reason: It hangs., limit: 60}}\n"),
             "sim:healthy", "--apply", "--yes", "--var", "confirm:again=yes"});
        INFO(ended.out, ended.err);
        CHECK(ended.status == 7);
        const auto calls = bench.azure.seen().at("calls").get<std::vector<std::string>>();
        CHECK(holds(calls, "POST power"));
    }

    TEST_CASE("a session follows a machine through a restart that comes from outside") {
        guest::machine_options options;
        const auto machine = emsctl::make_machine("healthy", "windows-11", options);
        transport::virtual_time time;
        boost::asio::io_context context;
        std::string proof, after;
        emsctl::tests::spin(context, restart_from_outside(machine, proof, after), &time);
        CHECK(proof == "<machine-info> of a new boot");
        CHECK(after == "again");
    }
}

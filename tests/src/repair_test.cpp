// The whole road, in virtual time: the built program, its driver and its runbook against the simulated guest.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

const std::string runbook = "rdp-internal-error";

void repairs(const std::string& address, const std::string& book = runbook) {
    CAPTURE(address);
    const scratch_folder where;
    const auto before = look(where, address, book);
    CHECK(before.at("exit_status") == 1);
    const auto ended = run_emsctl(where, repair(book, address, proposed_service(before), where / "journal"));
    CAPTURE(ended.out);
    CAPTURE(ended.err);
    CHECK(ended.status == 0);
    CHECK(ended.out.find("the second look found nothing wrong") != std::string::npos);
}

// The shipped runbook under another name, its port and certificate halves exchanged.
std::string renamed_and_reordered(const scratch_folder& where) {
    auto text = file_text(std::string(EMSCTL_SOURCE_DIR) + "/scripts/runbooks/rdp-internal-error.yaml");
    const auto name = text.find("name: rdp-internal-error");
    text.replace(name, 24, "name: something-else");
    const std::string tls = "  # Step 3";
    const std::string restart = "  - name: Running since";
    const std::string keys = "  # Step 2";
    const auto keys_at = text.find(keys);
    const auto tls_at = text.find(tls);
    const auto restart_at = text.find(restart);
    REQUIRE(keys_at != std::string::npos);
    REQUIRE(tls_at > keys_at);
    REQUIRE(restart_at > tls_at);
    const auto tls_part = text.substr(tls_at, restart_at - tls_at);
    text.erase(tls_at, tls_part.size());
    text.insert(keys_at, tls_part);
    std::ofstream(where / "other.yaml") << text;
    return where / "other.yaml";
}

}  // namespace

TEST_SUITE("src/repair") {
    TEST_CASE("every broken scenario is found and repaired on a stream") {
        for (const auto* scenario :
             {"rdp-port-conflict", "rdp-cert-expired", "machinekeys-acl", "tls12-off", "rdp-internal-error"})
            repairs("sim:" + std::string(scenario) + "?profile=windows-11");
    }

    TEST_CASE("with --diff a plan shows what is there and what it becomes, and a repair what it found and left") {
        const scratch_folder where;
        const std::string address = "sim:rdp-disabled?profile=windows-11";
        auto look = with_account({"run", "rdp-disabled", address, "--no-record"});
        CHECK(run_emsctl(where, look).out.find("- REG_DWORD 0x1") == std::string::npos);
        look.push_back("--diff");
        const auto planned = run_emsctl(where, look);
        CAPTURE(planned.out);
        CHECK(planned.out.find("- REG_DWORD 0x1\n           + REG_DWORD 0\n") != std::string::npos);
        look.insert(look.end(), {"--apply", "--yes", "--journal", where / "journal"});
        const auto done = run_emsctl(where, look);
        CAPTURE(done.out);
        CHECK(done.out.find("- values.fDenyTSConnections.data: 0x1\n") != std::string::npos);
        CHECK(done.out.find("+ values.fDenyTSConnections.data: 0x0\n") != std::string::npos);
    }

    TEST_CASE("every broken scenario is found and repaired through a differential painter that merges equal keys") {
        for (const auto* scenario :
             {"rdp-port-conflict", "rdp-cert-expired", "machinekeys-acl", "tls12-off", "rdp-internal-error"})
            repairs("sim:" + std::string(scenario) + "?profile=2019");
    }

    TEST_CASE("other ports, service names and drives, drawn by seed, are repaired by a renamed and reordered runbook") {
        const scratch_folder where;
        const auto book = renamed_and_reordered(where);
        for (int seed = 1; seed <= 6; ++seed) repairs("sim:rdp-internal-error?seed=" + std::to_string(seed), book);
    }

    TEST_CASE("a healthy machine is called healthy, also with --apply, and nothing is journaled") {
        const scratch_folder where;
        CHECK(look(where, "sim:healthy", runbook).at("exit_status") == 0);
        const auto ended = run_emsctl(where, repair(runbook, "sim:healthy?profile=2022", "", where / "journal"));
        CHECK(ended.status == 0);
        CHECK_FALSE(std::filesystem::exists(where / "journal"));
    }

    TEST_CASE(
        "without a person and without an answer a repair stops before its first question and names the variable") {
        const scratch_folder where;
        const auto ended =
            run_emsctl(where, with_account({"run", runbook, "sim:rdp-port-conflict", "--apply", "--yes"}));
        CHECK(ended.status == 1);
        CHECK(ended.out.find("set: stop_other_service") != std::string::npos);
        CHECK(ended.out.find("Nothing was changed") != std::string::npos);
    }

    TEST_CASE("a restart that is declined leaves the change pending: status 8") {
        const scratch_folder where;
        auto arguments = repair(runbook, "sim:tls12-off", "", where / "journal");
        arguments.back() = "restart_now=no";
        CHECK(run_emsctl(where, arguments).status == 8);
    }
}

// A recorded session replayed through the whole driver, with no guest at all.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

const std::string recordings = std::string(EMSCTL_SOURCE_DIR) + "/recordings";

struct shipped {
    std::string file;
    std::vector<std::string> arguments;  // after the verb and its runbook
    std::string result;
    std::size_t changes;  // made or planned
};

// All of recordings/; record.sh makes them by these command lines.
const std::vector<shipped> runs{
    {"repair-windows-11.cast",
     {"--apply", "--yes", "--var", "stop_other_service=ContosoRelay", "--var", "restart_now=yes"},
     "repaired",
     9},
    {"repair-2019.cast",
     {"--apply", "--yes", "--var", "stop_other_service=ContosoRelay", "--var", "restart_now=yes"},
     "repaired",
     9},
    {"look-2008r2-healthy.cast", {}, "healthy", 0},
    {"look-2012r2-machinekeys-acl.cast", {}, "faults_found", 2},
    {"look-2016-rdp-cert-expired.cast", {}, "faults_found", 3},
    {"look-2022-rdp-port-conflict.cast", {}, "faults_found", 3},
    {"look-2025-tls12-off.cast", {}, "faults_found", 3},
};
const std::string command_recording = "exec-winpe-healthy.cast";

nlohmann::json replay(const shipped& one) {
    const scratch_folder where;
    auto arguments = with_account({"run", "rdp-internal-error", "replay:" + recordings + "/" + one.file});
    arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
    if (!one.arguments.empty()) arguments.insert(arguments.end(), {"--journal", where / "journal"});
    arguments.insert(arguments.end(), {"--output", "json"});
    const auto ended = run_emsctl(where, arguments);
    CAPTURE(ended.err);
    CHECK_FALSE(ended.out.empty());
    auto report = ended.out.empty() ? nlohmann::json::object() : nlohmann::json::parse(ended.out);
    // Where this run kept its own files, and what they hash to.
    for (const auto* name : {"journal", "journal_hash", "recording", "undo_command"}) report.erase(name);
    return report;
}

}  // namespace

TEST_SUITE("src/replay") {
    TEST_CASE("every shipped recording replays to its result, and twice to the same report") {
        for (const auto& one : runs) {
            CAPTURE(one.file);
            const auto report = replay(one);
            CHECK(report.at("result") == one.result);
            CHECK(report.at("changes").size() == one.changes);
            CHECK(replay(one) == report);
        }
        const scratch_folder where;
        const auto ended =
            run_emsctl(where, with_account({"exec", "replay:" + recordings + "/" + command_recording, "--", "ver"}));
        CHECK(ended.status == 0);
        CHECK(ended.out.find("Microsoft Windows [Version ") != std::string::npos);
    }

    TEST_CASE("every file of recordings/ is one of these, and whole") {
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(recordings)) {
            if (entry.path().extension() != ".cast") continue;
            CAPTURE(entry.path().string());
            const scratch_folder where;
            CHECK(run_emsctl(where, {"recording", "verify", entry.path()}).status == 0);
            CHECK(file_text(entry.path()).find(canary) == std::string::npos);
            ++files;
        }
        CHECK(files == runs.size() + 1);
    }

    TEST_CASE("a session recorded now replays to the same answer") {
        const scratch_folder where;
        const std::string command = "reg query HKLM\\SYSTEM\\Select";
        const auto live = run_emsctl(
            where, with_account({"exec", "sim:healthy?profile=2019", "--record", where / "r.cast", "--", command}));
        const auto again = run_emsctl(where, with_account({"exec", "replay:" + (where / "r.cast"), "--", command}));
        CHECK(live.status == 0);
        CHECK(again.status == 0);
        CHECK(again.out == live.out);
        CHECK(again.err == live.err);
    }

    TEST_CASE("another command than the recorded one is told apart, with what was expected") {
        const scratch_folder where;
        run_emsctl(where, with_account({"exec", "sim:healthy", "--record", where / "r.cast", "--", "ver"}));
        const auto other = run_emsctl(where, with_account({"exec", "replay:" + (where / "r.cast"), "--", "hostname"}));
        CHECK(other.status == 255);
        CHECK(other.err.find("expected") != std::string::npos);
    }

    TEST_CASE("the results of a recording repair the same machine again, through any console and with any password") {
        for (const std::string profile : {"2019", "windows-11", "2016"}) {
            CAPTURE(profile);
            const scratch_folder where;
            auto arguments = repair("rdp-internal-error",
                                    "replay:" + recordings + "/repair-2019.cast?level=commands&profile=" + profile,
                                    "ContosoRelay", where / "journal");
            arguments.insert(arguments.end(), {"--output", "json"});
            const auto ended = run_emsctl(where, arguments, "another password");
            CAPTURE(ended.err);
            CHECK(ended.status == 0);
            const auto report = nlohmann::json::parse(ended.out);
            CHECK(report.at("result") == "repaired");
            CHECK(report.at("changes").size() == 9);
            CHECK(report.at("machine").at("guid") == "5d2f7c1e-9a34-4b60-8f15-2c7be0a9d648");
        }
    }

    TEST_CASE("a result that was not recorded is an error, and never made up") {
        const scratch_folder where;
        const auto recorded = where / "r.cast";
        run_emsctl(where, with_account({"exec", "sim:healthy", "--record", recorded, "--", "hostname"}));
        const auto answered = [&](const std::string& command) {
            return run_emsctl(where, with_account({"exec", "replay:" + recorded + "?level=commands", "--", command}));
        };
        CHECK(answered("hostname").out == "WEB-RDS01\n");
        const auto other = answered("ver");
        CHECK(other.status == 255);
        CHECK(other.out.empty());
        CHECK(other.err.find("the recording does not hold this command: ver") != std::string::npos);
    }

    TEST_CASE("a recording that goes on only in part is replayed from one of its marks") {
        const scratch_folder where;
        const auto recorded = where / "r.cast";
        run_emsctl(where, with_account({"exec", "sim:healthy", "--record", recorded, "--", "hostname"}));
        const auto absent = run_emsctl(where, {"probe", "replay:" + recorded + "?from=nowhere", "--no-record"});
        CHECK(absent.status == 2);
        CHECK(absent.err.find("no such mark") != std::string::npos);
        const auto wrong = run_emsctl(where, {"probe", "replay:" + recorded + "?level=words", "--no-record"});
        CHECK(wrong.status == 2);
        CHECK(wrong.err.find("bytes or commands") != std::string::npos);
    }

    TEST_CASE("a file that is no recording is refused") {
        const scratch_folder where;
        std::ofstream(where / "bad.cast") << "not a recording\n";
        const auto ended =
            run_emsctl(where, with_account({"run", "rdp-internal-error", "replay:" + (where / "bad.cast")}));
        CHECK(ended.status == 2);
        CHECK(ended.err.find("bad.cast") != std::string::npos);
    }
}

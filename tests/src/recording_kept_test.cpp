// What is kept of a session, and what happens when it cannot be.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "src/state_folder.hpp"
#include "tests/src/run_emsctl.hpp"
#include "transport/recording_file.hpp"

using namespace emsctl::test;
namespace transport = emsctl::transport;

namespace {

// A repair with files limited to so many blocks of 512 bytes, as a full disk limits them.
ended_program repair_on_full_disk(const scratch_folder& where, int blocks, const std::string& more = "") {
    std::string command = "trap '' XFSZ; ulimit -f " + std::to_string(blocks) + "; exec " + EMSCTL_PROGRAM;
    for (const auto& word :
         repair("rdp-internal-error", "sim:rdp-internal-error?profile=2019", "ContosoRelay", where / "journal"))
        command += " '" + word + "'";
    command += " --record " + (where / "r.cast") + " --output json " + more;
    return run_program("/bin/sh", {"-c", command}, where, {{"EMS_PASSWORD", canary}});
}

}  // namespace

TEST_SUITE("src/recording kept") {
    TEST_CASE("a recording that cannot go on stops a look before its next step, with the reason") {
        const scratch_folder where;
        const auto ended = repair_on_full_disk(where, 200);
        CHECK(ended.status == 7);
        const auto account = nlohmann::json::parse(ended.out);
        CHECK(account.at("verdict").get<std::string>().find("Nothing was changed: stopped before") == 0);
        CHECK(account.at("verdict").get<std::string>().find("File too large") != std::string::npos);
        CHECK(ended.err.find("the recording ends here") != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(where / "journal"));
        CHECK(transport::load_recording(where / "r.cast").events.size() > 100);
    }

    TEST_CASE("a repair whose recording cannot go on is taken back") {
        const scratch_folder where;
        const auto ended = repair_on_full_disk(where, 500);
        CHECK(ended.status == 3);
        const auto account = nlohmann::json::parse(ended.out);
        CHECK(account.at("result") == "failed_rolled_back");
        CHECK(account.at("verdict").get<std::string>().find("--unrecorded-ok") != std::string::npos);
        for (const auto& change : account.at("changes")) CHECK(change.at("state") != "done");
    }

    TEST_CASE("with the operator's word it goes on unrecorded") {
        const scratch_folder where;
        const auto ended = repair_on_full_disk(where, 200, "--unrecorded-ok");
        CHECK(ended.status == 0);
        CHECK(nlohmann::json::parse(ended.out).at("recording_hash") == "");
    }

    TEST_CASE("of what a person types without seeing it only the length is kept") {
        const scratch_folder where;
        std::ofstream(where / "login.sh") << "stty sane\nprintf 'Name: '\nread name\nstty -echo\nprintf 'Password: '\n"
                                             "read secret\nstty echo\nprintf '\\nhello\\n'\nread command\n";
        program_on_terminal attached(EMSCTL_PROGRAM,
                                     {"attach", "exec:/bin/sh " + (where / "login.sh"), "--record", where / "r.cast"},
                                     where, {});
        CHECK(attached.shows("Name: "));
        attached.type("operator");
        CHECK(attached.shows("operator"));
        attached.type("\r");
        CHECK(attached.shows("Password: "));
        attached.type(canary);
        attached.type("\r");
        CHECK(attached.shows("hello"));
        attached.type("whoami");
        CHECK(attached.shows("whoami"));
        attached.type("\x1d.");
        CHECK(attached.wait().status == 0);
        std::string typed;
        std::size_t hidden = 0;
        for (const auto& event : transport::load_recording(where / "r.cast").events) {
            if (event.what == transport::recording_event::kind::input) typed += event.bytes;
            hidden += event.hole;
        }
        CHECK(typed.find("operator") != std::string::npos);
        CHECK(typed.find("whoami") != std::string::npos);
        CHECK(typed.find(canary) == std::string::npos);
        CHECK(hidden == canary.size() + 1);
        CHECK(file_text(where / "r.cast").find(canary) == std::string::npos);
    }

    TEST_CASE("keys whose echo never came are counted at the end, and what the console said stays") {
        const scratch_folder where;
        std::ofstream(where / "mute.sh") << "stty sane -echo\nprintf 'Password: '\nread secret\n";
        program_on_terminal attached(
            EMSCTL_PROGRAM, {"attach", "exec:/bin/sh " + (where / "mute.sh"), "--record", where / "r.cast"}, where, {});
        CHECK(attached.shows("Password: "));
        attached.type(canary);
        attached.type("\x1d?");
        CHECK(attached.shows("leave"));
        attached.type("\x1d.");
        CHECK(attached.wait().status == 0);
        const auto text = file_text(where / "r.cast");
        CHECK(text.find("Password: ") != std::string::npos);
        CHECK(text.find(canary) == std::string::npos);
        CHECK(text.find("\"ih\",\"" + std::to_string(canary.size()) + "\"") != std::string::npos);
    }

    TEST_CASE("of too many recordings the oldest go, never one of the last day") {
        const scratch_folder where;
        const auto now = std::filesystem::file_time_type::clock::now();
        for (int age = 0; age < 10; ++age) {
            const auto file = where / ("day" + std::to_string(age) + ".cast");
            std::ofstream(file) << "0123456789";
            std::filesystem::last_write_time(file, now - std::chrono::hours(24 * age + 1));
        }
        std::ofstream(where / "other.txt") << "stays";
        CHECK(emsctl::forget_oldest(where.path(), ".cast", 10, 1000).empty());
        const auto gone = emsctl::forget_oldest(where.path(), ".cast", 8, 1000);
        REQUIRE(gone.size() == 2);
        CHECK(gone[0].filename() == "day9.cast");
        CHECK(emsctl::forget_oldest(where.path(), ".cast", 100, 25).size() == 6);
        CHECK(emsctl::forget_oldest(where.path(), ".cast", 0, 0).size() == 1);
        CHECK(std::filesystem::exists(where / "day0.cast"));
        CHECK(std::filesystem::exists(where / "other.txt"));
    }

    TEST_CASE("on a terminal each step is a line that says how it went, elsewhere each event is") {
        const scratch_folder where;
        program_on_terminal shown(EMSCTL_PROGRAM,
                                  with_account({"run", "rdp-internal-error", "sim:rdp-port-conflict", "--no-record"}),
                                  where, {{"EMS_PASSWORD", canary}});
        // In virtual time nothing lives: the same lines as in a pipe.
        CHECK(shown.shows("found: Port 3389"));
        shown.wait();
        const auto events = run_emsctl(where, with_account({"run", "rdp-internal-error", "sim:rdp-port-conflict",
                                                            "--no-record", "--output", "jsonl"}));
        std::istringstream lines(events.out);
        std::vector<nlohmann::json> all;
        for (std::string line; std::getline(lines, line);) all.push_back(nlohmann::json::parse(line));
        REQUIRE(all.size() > 20);
        CHECK(all.front().at("event") == "phase_started");
        CHECK(all.back().at("event") == "report");
        CHECK(all.back().at("report").at("exit_status") == 1);
    }
}

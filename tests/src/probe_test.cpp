// What is at the other end of a line, without a login.
#include <doctest/doctest.h>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

nlohmann::json probe(const std::string& address, int status) {
    const scratch_folder where;
    const auto ended = run_emsctl(where, {"probe", address, "--output", "json"});
    CAPTURE(ended.err);
    CHECK(ended.status == status);
    return nlohmann::json::parse(ended.out);
}

}  // namespace

TEST_SUITE("src/probe") {
    TEST_CASE("SAC is identified on every profile, and only its own channel is left there") {
        for (const auto* profile : {"windows-11", "2025", "2022", "2019", "2016", "2012r2", "2008r2"}) {
            CAPTURE(profile);
            const auto seen = probe("sim:healthy?profile=" + std::string(profile), 0);
            CHECK(seen.at("sac") == true);
            CHECK(seen.at("identification").at("Computer Name") == "WEB-RDS01");
            CHECK(seen.at("channels").size() == 1);
        }
    }

    TEST_CASE("a machine that boots is waited for, and nothing is typed into its boot menu") {
        const auto seen = probe("sim:healthy?boot=yes&profile=2016", 0);
        CHECK(seen.at("waited_for_boot") == true);
        CHECK(seen.at("sac") == true);
    }

    TEST_CASE("a silent line is no SAC, and the answer says what may be the reason") {
        const auto seen = probe("exec:sleep 60", 5);
        CHECK(seen.at("sac") == false);
        CHECK(seen.at("bytes_received") == 0);
        CHECK(seen.at("why_no_sac").get<std::string>().find("EMS may be off") != std::string::npos);
    }

    TEST_CASE("a limit ends what takes too long") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, {"probe", "sim:healthy?boot=yes&profile=2016", "--limit", "5s"});
        CHECK(ended.status == 7);
        CHECK(ended.err.find("the limit of 5 s has passed") != std::string::npos);
    }

    TEST_CASE("a probe leaves the line to the next session") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, {"probe", "sim:healthy", "--record", where / "r.cast"});
        CHECK(ended.status == 0);
        // What it typed last is a SAC command, answered and followed by an empty prompt.
        const auto recording = file_text(where / "r.cast");
        CHECK(recording.find("SAC>", recording.rfind("\"i\"")) != std::string::npos);
    }
}

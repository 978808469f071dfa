// SAC's own commands as somebody types them, without a login.
#include <doctest/doctest.h>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

ended_program ask_sac(const std::string& command, std::vector<std::string> more = {},
                      const std::string& address = "sim:healthy") {
    const scratch_folder where;
    std::vector<std::string> words = {"sac", address};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), {"--", command});
    return run_emsctl(where, words);
}

nlohmann::json json_of(const std::string& command, const std::string& profile) {
    const auto ended = ask_sac(command, {"--output", "json"}, "sim:healthy?profile=" + profile);
    CHECK(ended.status == 0);
    return nlohmann::json::parse(ended.out);
}

}  // namespace

TEST_SUITE("src/sac") {
    TEST_CASE("what SAC tells is read twice and comes as fields, on every kind of console") {
        for (const auto* profile : {"windows-11", "2019", "2016", "2008r2"}) {
            CAPTURE(profile);
            CHECK(json_of("ch", profile).at("channels").at(0).at("name") == "SAC");
            CHECK(json_of("id", profile).at("identification").at("Computer Name") == "WEB-RDS01");
            CHECK(json_of("i", profile).at("addresses").at(0).at("gateway") == "10.0.0.1");
            CHECK(json_of("s", profile).at("time").at("zone") == "GMT");
            const auto processes = json_of("t", profile);  // more than a page
            CHECK(processes.at("processes").size() > 15);
            CHECK(processes.at("proof") == "read twice and equal");
            CHECK(processes.at("raw").get<std::string>().find("Press <Enter>") == std::string::npos);
        }
    }

    TEST_CASE("a person gets a table, and help as it is") {
        const auto ended = ask_sac("ch");
        CHECK(ended.out == "#  state   type     name\n0  active  VT-UTF8  SAC\n");
        CHECK(ask_sac("help").out.find("Crash the system.") != std::string::npos);
    }

    TEST_CASE("an answer whose form is not known is not proved") {
        const auto ended = ask_sac("d");
        CHECK(ended.status == 1);
        CHECK(ended.err.find("not proved") != std::string::npos);
    }

    TEST_CASE("what acts on the machine wants its address twice, and nothing is sent without it") {
        for (const auto* command : {"restart", "shutdown", "crashdump", "k 4", "lock", "cmd", "livedump"}) {
            CAPTURE(command);
            const auto unasked = ask_sac(command);
            CHECK(unasked.status == 2);
            CHECK(unasked.err.find("--yes-really sim:healthy") != std::string::npos);
            CHECK(ask_sac(command, {"--yes-really", "sim:other"}).status == 2);
        }
        CHECK(ask_sac("restart", {"--yes-really", "sim:healthy"}).status == 0);
        CHECK(ask_sac("crashdump", {"--yes-really", "sim:healthy"}).status == 0);
        CHECK(ask_sac("k 999", {"--yes-really", "sim:healthy"}).status == 1);
    }

    TEST_CASE("a line that holds a second one, or would only look elsewhere, is refused") {
        CHECK(ask_sac("id\rrestart").status == 2);
        CHECK(ask_sac("ch -sn Cmd0001").status == 2);
        CHECK(ask_sac("ch", {}, "sim:healthy?door=shell").status == 2);
    }
}

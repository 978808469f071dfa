// `emsctl inspect` as its user sees it.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

const std::string recordings = std::string(EMSCTL_SOURCE_DIR) + "/recordings/";

}  // namespace

TEST_SUITE("src/inspect") {
    TEST_CASE("a recording is told with its commands, their exit codes and the first lines of their output") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, {"inspect", recordings + "repair-2019.cast"});
        CHECK(ended.status == 0);
        CHECK(ended.out.find("SAC command cmd\n") != std::string::npos);
        CHECK(ended.out.find("command     hostname (exit 0, ") != std::string::npos);
        CHECK(ended.out.find("             | WEB-RDS01\n") != std::string::npos);
        CHECK(ended.out.find(" more lines\n") != std::string::npos);
    }

    TEST_CASE("as JSON it is whole") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, {"inspect", recordings + "repair-2019.cast", "--output", "json"});
        const auto told = nlohmann::json::parse(ended.out);
        CHECK(told.at("schema") == 1);
        bool seen = false;
        for (const auto& command : told.at("commands"))
            if (command.at("text") == "hostname") seen = command.at("stdout") == "WEB-RDS01\n";
        CHECK(seen);
    }

    TEST_CASE("the raw log of another tool is told too, and what is no file is refused") {
        const scratch_folder where;
        std::ofstream(where / "log") << "SAC>id\r\nComputer Name: X\r\nSAC>";
        CHECK(run_emsctl(where, {"inspect", "--raw", where / "log"}).out.find("SAC command id") != std::string::npos);
        for (const auto& arguments :
             {std::vector<std::string>{"inspect", where / "log"}, std::vector<std::string>{"inspect", where / "absent"},
              std::vector<std::string>{"inspect", "--raw", where / "absent"}}) {
            const auto ended = run_emsctl(where, arguments);
            CHECK(ended.status == 2);
            CHECK(ended.err.find("emsctl: ") == 0);
            CHECK(ended.out.empty());
        }
    }
}

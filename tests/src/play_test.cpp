// `emsctl play` on a terminal and into a pipe.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/src/run_emsctl.hpp"
#include "transport/recording_stream.hpp"

using namespace emsctl::test;
namespace transport = emsctl::transport;

namespace {

const std::string recordings = std::string(EMSCTL_SOURCE_DIR) + "/recordings/";

}  // namespace

TEST_SUITE("src/play") {
    TEST_CASE("keys pause, step, jump between marks and quit, and the terminal is as it was") {
        const scratch_folder where;
        program_on_terminal played(EMSCTL_PROGRAM, {"play", recordings + "repair-2019.cast", "--speed", "16"}, where,
                                   {});
        CHECK(played.shows("Special Administration Console"));
        played.type("]");
        CHECK(played.shows("\x1b[2J"));  // the picture of a mark
        played.type(" ]]]+-.[0");
        CHECK(played.shows("\x1b[2J"));
        played.type("q");
        CHECK(played.wait().status == 0);
        CHECK(played.is_as_before());
    }

    TEST_CASE("a recording without pictures is played from a mark all the same") {
        const scratch_folder where;
        {
            transport::recording_writer writer(where / "r.cast", {});
            writer.output("first part\r\n");
            writer.mark("middle");
            writer.output("second part\r\n");
        }
        program_on_terminal played(EMSCTL_PROGRAM, {"play", where / "r.cast", "--from", "mid"}, where, {});
        CHECK(played.shows("first part"));
        CHECK(played.shows("second part"));
        played.type("q");
        CHECK(played.wait().status == 0);
    }

    TEST_CASE("into a pipe goes what the console sent; an unknown mark and a file that is none are refused") {
        const scratch_folder where;
        const auto piped = run_emsctl(where, {"play", recordings + "exec-winpe-healthy.cast"});
        run_emsctl(where,
                   {"recording", "export", recordings + "exec-winpe-healthy.cast", where / "raw", "--format", "raw"});
        CHECK(piped.out == file_text(where / "raw"));
        std::ofstream(where / "noise") << "noise";
        CHECK(run_emsctl(where, {"play", where / "noise"}).status == 2);
        program_on_terminal played(EMSCTL_PROGRAM, {"play", recordings + "repair-2019.cast", "--from", "nowhere"},
                                   where, {});
        CHECK(played.shows("no mark is called so"));
        CHECK(played.wait().status == 2);
        CHECK(played.is_as_before());
    }
}

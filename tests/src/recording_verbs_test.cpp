// `emsctl recording ...` as its user sees it, with other people's players at the other end.
#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

#include "tests/src/run_emsctl.hpp"
#include "tests/support/peer.hpp"

using namespace emsctl::test;

namespace {

std::string recorded(const scratch_folder& where) {
    run_emsctl(where, with_account({"exec", "sim:healthy?profile=2019", "--record", where / "r.cast", "--", "ver"}));
    return where / "r.cast";
}

}  // namespace

TEST_SUITE("src/recording") {
    TEST_CASE("a recording verifies with its hash; cut, edited or sealed anew it does not") {
        const scratch_folder where;
        const auto file = recorded(where);
        const auto whole = run_emsctl(where, {"recording", "verify", file, "--output", "json"});
        CHECK(whole.status == 0);
        const auto hash = nlohmann::json::parse(whole.out).at("last_hash").get<std::string>();
        CHECK(run_emsctl(where, {"recording", "verify", file, "--hash", hash}).status == 0);
        const auto other = run_emsctl(where, {"recording", "verify", file, "--hash", std::string(64, '0')});
        CHECK(other.status == 1);
        CHECK(other.out.find("sealed again") != std::string::npos);
        auto text = file_text(file);
        std::ofstream(where / "cut.cast") << text.substr(0, text.size() / 2);
        CHECK(run_emsctl(where, {"recording", "verify", where / "cut.cast"}).out.find("cut off") != std::string::npos);
        text[text.find("\"o\",\"") + 5] ^= 1;
        std::ofstream(where / "edited.cast") << text;
        const auto edited = run_emsctl(where, {"recording", "verify", where / "edited.cast"});
        CHECK(edited.status == 1);
        CHECK(edited.out.find("changed: the hash in line ") == 0);
    }

    TEST_CASE("a program that is killed leaves a recording that is read up to its last event") {
        const scratch_folder where;
        program_on_terminal attached(EMSCTL_PROGRAM, {"attach", "exec:cat", "--record", where / "r.cast"}, where, {});
        CHECK(attached.shows("attached to"));
        attached.type("before it died\r");
        CHECK(attached.shows("before it died"));
        attached.signal(SIGKILL);
        attached.wait();
        const auto shown = run_emsctl(where, {"recording", "export", where / "r.cast", where / "t", "--format", "raw"});
        CHECK(shown.status == 0);
        CHECK(file_text(where / "t").find("before it died") != std::string::npos);
        const auto verdict = run_emsctl(where, {"recording", "verify", where / "r.cast"});
        CHECK(verdict.status == 1);
    }

    TEST_CASE("it says of itself what it is, and where its marks are") {
        const scratch_folder where;
        const auto shown = run_emsctl(where, {"recording", "show", recorded(where), "--output", "json"});
        const auto told = nlohmann::json::parse(shown.out);
        CHECK(told.at("facts").at("profile") == "2019");
        CHECK(told.at("marks").front().at("label") == "looking for the SAC prompt");
        CHECK(told.at("marks").back().at("label") == "ver");
        CHECK(told.at("bytes_hidden") == 9);
        CHECK(told.at("bytes_received") > 10'000);
    }

    TEST_CASE("what asciinema and scriptreplay show of it is what the console sent") {
        if (!peers_are_there({"asciinema", "script", "scriptreplay"})) return;
        const scratch_folder where;
        const auto file = recorded(where);
        CHECK(run_emsctl(where, {"recording", "export", file, where / "raw", "--format", "raw"}).status == 0);
        CHECK(run_emsctl(where, {"recording", "export", file, where / "ts", "--format", "script"}).status == 0);
        const auto raw = file_text(where / "raw");
        // asciinema reads a terminal; script gives it one, and shows line feeds as a terminal does.
        const auto played = run_program("/usr/bin/script", {"-q", "-c", "stty raw; asciinema cat " + file, "/dev/null"},
                                        where, {{"TERM", "xterm"}, {"HOME", where.path().string()}});

        CHECK(played.out.find(raw) != std::string::npos);
        const auto replayed = run_program(
            "/usr/bin/scriptreplay", {"--divisor", "100000", "--timing", where / "ts.timing", where / "ts"}, where, {});
        CHECK(replayed.out.find(raw) != std::string::npos);
    }

    TEST_CASE("what script(1) recorded can be imported, inspected and verified") {
        if (!peers_are_there({"script"})) return;
        const scratch_folder where;
        run_program("/usr/bin/script",
                    {"-q", "-c", "printf 'SAC>id\\n'", "--log-timing", where / "timing", "--log-out", where / "ts"},
                    where, {});
        CHECK(run_emsctl(where, {"recording", "import", where / "ts", where / "r.cast", "--format", "script",
                                 "--timing", where / "timing"})
                  .status == 0);
        CHECK(run_emsctl(where, {"recording", "verify", where / "r.cast"}).status == 0);
        CHECK(run_emsctl(where, {"inspect", where / "r.cast"}).out.find("SAC command id") != std::string::npos);
    }

    TEST_CASE("every export has its form, and nothing is ever overwritten") {
        const scratch_folder where;
        const auto file = recorded(where);
        for (const std::string format : {"cast2", "cast3", "raw", "text", "script"}) {
            CAPTURE(format);
            CHECK(run_emsctl(where, {"recording", "export", file, where / format, "--format", format}).status == 0);
            CHECK(file_text(where / format).find("SAC>") != std::string::npos);
            const auto again = run_emsctl(where, {"recording", "export", file, where / format, "--format", format});
            CHECK(again.status == 2);
            CHECK(again.err.find("File exists") != std::string::npos);
        }
        CHECK(file_text(where / "text").find("] == ver\n") != std::string::npos);
        CHECK(
            run_emsctl(where, {"recording", "import", where / "cast3", where / "3.cast", "--format", "cast3"}).status ==
            0);
        CHECK(run_emsctl(where, {"recording", "export", where / "3.cast", where / "raw3", "--format", "raw"}).status ==
              0);
        CHECK(file_text(where / "raw3") == file_text(where / "raw"));
    }

    TEST_CASE("a scrubbed repair shows nothing of its machine, and still repairs when its results are replayed") {
        for (const std::string file : {"repair-2019.cast", "repair-windows-11.cast"}) {
            CAPTURE(file);
            const scratch_folder where;
            const auto ended =
                run_emsctl(where, {"recording", "scrub", EMSCTL_SOURCE_DIR "/recordings/" + file, where / "s.cast",
                                   "--name", "ContosoRelay", "--pattern", "relay\\.exe"});
            CAPTURE(ended.err);
            CHECK(ended.status == 0);
            CHECK(ended.err.find("web-rds01 -> ") != std::string::npos);
            CHECK(run_emsctl(where, {"recording", "verify", where / "s.cast"}).status == 0);
            auto shown =
                run_emsctl(where, {"inspect", where / "s.cast", "--output", "json"}).out + file_text(where / "s.cast");
            for (const char* word : {"WEB-RDS01", "web-rds01", "ContosoRelay", "5d2f7c1e-9a34", "relay.exe"})
                CHECK(shown.find(word) == std::string::npos);
            auto again = repair("rdp-internal-error", "replay:" + (where / "s.cast") + "?level=commands",
                                "xxxxxxxxxxx1", where / "journal");
            again.insert(again.end(), {"--output", "json"});
            const auto repaired = run_emsctl(where, again);
            CAPTURE(repaired.err);
            CHECK(nlohmann::json::parse(repaired.out).at("result") == "repaired");
        }
    }

    TEST_CASE("files that are none are refused with their names") {
        const scratch_folder where;
        std::ofstream(where / "noise") << std::string(
            "\x7f"
            "ELF\0\x01",
            6);
        for (const auto& arguments :
             {std::vector<std::string>{"recording", "verify", where / "noise"},
              std::vector<std::string>{"recording", "show", where / "absent"},
              std::vector<std::string>{"recording", "export", where / "noise", where / "x", "--format", "raw"},
              std::vector<std::string>{"recording", "import", where / "noise", where / "x", "--format", "cast3"},
              std::vector<std::string>{"recording", "import", where / "noise", where / "x", "--format", "script"},
              std::vector<std::string>{"recording", "import", where / "absent", where / "x", "--format", "raw"}}) {
            const auto ended = run_emsctl(where, arguments);
            CAPTURE(ended.err);
            CHECK(ended.status == 2);
            CHECK(ended.err.starts_with("emsctl: "));
        }
        CHECK_FALSE(std::filesystem::exists(where / "x"));
    }
}

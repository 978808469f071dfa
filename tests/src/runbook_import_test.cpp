// emsctl runbook import through the built program.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

const std::string article =
    "# Zeit\n\nZuerst:\n\n```cmd\nsc query <ServiceName>\nsc stop spooler sc start spooler\n```\n";

std::string written(const scratch_folder& where, const std::string& name, const std::string& text) {
    const auto path = where / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("src/runbook_import") {
    TEST_CASE("an article becomes a draft that lints clean, with what was found as file and line") {
        const scratch_folder where;
        const auto from = written(where, "Zeit Dienst.md", article);
        const auto to = where / "zeit.yaml";
        const auto made = run_emsctl(where, {"runbook", "import", from, "--draft", to});
        CHECK(made.status == 1);
        CHECK(has(made.err, from + ":7: warning: two commands seem to stand on one line"));
        CHECK(has(made.err, "2 commands: 1 reads, 1 changes; 1 variables"));
        CHECK(run_emsctl(where, {"runbook", "lint", to}).status == 0);
        CHECK(has(run_emsctl(where, {"runbook", "show", to}).out, "zeit"));

        const auto again = run_emsctl(where, {"runbook", "import", from, "--draft", to});
        CHECK(again.status == 2);
        CHECK(has(again.err, "exists"));
        const auto plain = run_emsctl(where, {"runbook", "import", from});
        CHECK(has(plain.out, "\nname: zeit-dienst\n"));
    }

    TEST_CASE("a program gets the steps, the variables and the findings") {
        const scratch_folder where;
        const auto from = written(where, "a.md", article);
        const auto made = run_emsctl(where, {"runbook", "import", from, "--output", "json"});
        const auto account = nlohmann::json::parse(made.out);
        CHECK(account.at("exit_status") == 1);
        CHECK(account.at("steps").size() == 2);
        CHECK(account.at("steps")[0].at("kind") == "reads");
        CHECK(account.at("variables")[0].at("name") == "service_name");
        bool is_glued = false;
        for (const auto& finding : account.at("findings"))
            is_glued = is_glued || (finding.at("code") == "glued" && finding.at("line") == 7);
        CHECK(is_glued);
        CHECK(has(account.at("draft").get<std::string>(), "steps:\n"));
    }

    TEST_CASE("nothing of a draft that nobody reviewed is carried out, even when everything is agreed to") {
        const scratch_folder where;
        const auto from =
            written(where, "a.md", "```cmd\nhostname\nsc stop spooler\nreg add HKLM\\A /v B /t REG_SZ /d x /f\n```\n");
        const auto to = where / "a.yaml";
        REQUIRE(run_emsctl(where, {"runbook", "import", from, "--draft", to}).status == 0);
        const auto ran =
            run_emsctl(where, with_account({"run", to, "sim:healthy", "--apply", "--yes", "--no-snapshot", "a test",
                                            "--no-record", "--journal", where / "j", "--output", "json"}));
        const auto account = nlohmann::json::parse(ran.out);
        CHECK(ran.status == 1);
        CHECK(has(account.dump(), "done:s2-sc-stop"));
        for (const auto& change : account.at("changes")) CHECK(change.at("state") != "done");
    }

    TEST_CASE("what is no article, and what cannot be written, is refused with the reason") {
        const scratch_folder where;
        const auto refused = [&](std::vector<std::string> words, const std::string& reason) {
            words.insert(words.begin(), {"runbook", "import"});
            const auto ended = run_emsctl(where, words);
            CHECK(ended.status == 2);
            CHECK(has(ended.err, reason));
        };
        refused({where / "missing.md"}, "no file that can be read");
        refused({where / "."}, "no file that can be read");
        refused({written(where, "b.md", std::string("a\0b", 3))}, "NUL bytes");
        refused({written(where, "u.md", "\xff\xfe\x41")}, "UTF-16");
        refused({written(where, "big.md", std::string(3u << 20, 'a'))}, "2 MiB");
        refused({written(where, "c.md", article), "--draft", where / "Not A Name.yaml"}, "called as the runbook");
        const auto words = run_emsctl(where, {"runbook", "import", written(where, "w.md", "# only words\n")});
        CHECK(words.status == 1);
        CHECK(has(words.err, "no command is in it"));
    }
}

// A canary password goes through the whole program and may turn up nowhere.
#include <doctest/doctest.h>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

// Every file below the folder, by name, that contains the text.
std::vector<std::string> files_with(const std::filesystem::path& folder, const std::string& text) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && file_text(entry.path()).find(text) != std::string::npos)
            found.push_back(entry.path().string());
    return found;
}

}  // namespace

TEST_SUITE("src/secrets") {
    TEST_CASE("the password is in no output, log, recording or journal") {
        const scratch_folder where;
        auto arguments = repair("rdp-internal-error", "sim:tls12-off", "", where / "journal");
        arguments.insert(arguments.begin(), {"-vv", "--log-file", where / "log"});
        const auto ended = run_emsctl(where, arguments);
        CHECK(ended.status == 0);
        CHECK((ended.out + ended.err).find(canary) == std::string::npos);
        CHECK(files_with(where.path(), canary).empty());
        CHECK_FALSE(file_text(where / "journal").empty());
        CHECK_FALSE(file_text(where / "log").empty());
    }

    TEST_CASE("a password that the guest shows in its output is a hole in the recording") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, with_account({"exec", "sim:healthy", "--record", where / "r.cast", "--",
                                                           "echo the account has " + canary}));
        CHECK(ended.out == "the account has " + canary + "\n");
        // On the line it travels in base64, which the recording keeps: only the plain text is searched for.
        CHECK(file_text(where / "r.cast").find(canary) == std::string::npos);
    }

    TEST_CASE("a refused password is not told") {
        const scratch_folder where;
        const std::string wrong = "Canary-7-wrong";
        const auto ended = run_emsctl(where, with_account({"exec", "sim:healthy", "ver"}), wrong);
        CHECK(ended.status == 255);
        CHECK((ended.out + ended.err).find(wrong) == std::string::npos);
        CHECK(files_with(where.path(), wrong).empty());
    }

    TEST_CASE("recordings and journals are private to their owner") {
        const scratch_folder where;
        CHECK(run_emsctl(where, with_account({"exec", "sim:healthy", "ver"})).status == 0);
        int seen = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(where.path() / "state")) {
            const auto mode = entry.status().permissions();
            if (entry.is_regular_file()) ++seen;
            if (entry.is_regular_file())
                CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
                      std::filesystem::perms::none);
        }
        CHECK(seen == 1);
    }
}

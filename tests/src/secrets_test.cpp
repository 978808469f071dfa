// A canary password goes through the whole program and may turn up nowhere.
#include <doctest/doctest.h>

#include <fstream>
#include <regex>

#include "tests/src/run_emsctl.hpp"
#include "transport/detail/base64.hpp"
#include "transport/recording_file.hpp"

using namespace emsctl::test;
namespace transport = emsctl::transport;

namespace {

// The letters that a text becomes in base64, at each of its three places in a group.
std::vector<std::string> base64_forms(const std::string& text) {
    std::vector<std::string> forms;
    for (std::size_t shift = 0; shift < 3; ++shift) {
        const auto all = transport::detail::to_base64(std::string(shift, 'x') + text);
        forms.push_back(all.substr((8 * shift + 5) / 6, 8 * text.size() / 6 - 1));
    }
    return forms;
}

// Every file below the folder, by name, that contains the text.
std::vector<std::string> files_with(const std::filesystem::path& folder, const std::string& text) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && file_text(entry.path()).find(text) != std::string::npos)
            found.push_back(entry.path().string());
    return found;
}

// How many base64 texts of the recording, with the breaks that frames put into them taken out, hold the canary; and how
// often it stands there as it is.
int secrets_in(const std::string& recording, const std::string& secret = canary) {
    std::string shown;
    int found = 0;
    for (const auto& event : transport::load_recording(recording).events) {
        found += event.bytes.find(secret) != std::string::npos;
        if (event.what != transport::recording_event::kind::picture) shown += event.bytes;
    }
    found += shown.find(secret) != std::string::npos;
    // All base64 in order, without titles, escape sequences, line numbers and what is typed around it.
    const std::regex around(
        R"(\x1b\][^\x07]*\x07|\x1b\[[^@-~]*[@-~]|\d+\.[oe]:\d+:|(#> )?>?>u\.64 echo |[^A-Za-z0-9+/=])");
    const auto letters = std::regex_replace(shown, around, "");
    for (const auto& form : base64_forms(secret)) found += letters.find(form) != std::string::npos;
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

    TEST_CASE("a new password that a runbook sets is nowhere but in the guest") {
        const std::string secret = "Fr3sh-canary!";
        for (const std::string profile : {"2019", "windows-11"}) {
            const scratch_folder where;
            std::ofstream(where / "given") << secret << "\n";
            const auto ended = run_emsctl(
                where, with_account({"run", "account", "sim:account-password?profile=" + profile, "--apply", "--yes",
                                     "--var", "user=helpdesk", "--var", "reset_password=yes", "--secret",
                                     "new_password=file:" + (where / "given"), "--no-snapshot", "a test", "--journal",
                                     where / "journal", "--record", where / "r.cast", "--report", where / "r.html"}));
            CAPTURE(ended.err);
            CHECK(ended.status == 0);
            CHECK((ended.out + ended.err).find(secret) == std::string::npos);
            CHECK(files_with(where.path(), secret) == std::vector<std::string>{where / "given"});
            CHECK(secrets_in(where / "r.cast", secret) == 0);
        }
    }

    TEST_CASE("a password that the guest shows in its output is a hole in the recording") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, with_account({"exec", "sim:healthy", "--record", where / "r.cast", "--",
                                                           "echo the account has " + canary}));
        CHECK(ended.out == "the account has " + canary + "\n");
        CHECK(secrets_in(where / "r.cast") == 0);
    }

    TEST_CASE("a password in a command or its output is nowhere in the recording, on any console, in any form") {
        // Answers come in lines of 48 bytes, typed lines hold at most 174: both are to cut it in two.
        std::vector<std::vector<std::string>> commands{
            {"--shell", "cmd", "--", "echo " + std::string(200, '-') + canary + "& ver"},
            {"--shell", "cmd", "--", "echo " + std::string(44, '-') + canary},
            {"--shell", "powershell", "--",
             "'" + std::string(43, '-') + canary.substr(0, 5) + "' + '" + canary.substr(5) + "'"},
            {"--shell", "powershell", "--", "'" + canary.substr(0, 5) + "' + '" + canary.substr(5) + "'"}};
        for (const std::string profile : {"windows-11", "2016", "2008r2"})
            for (const auto& command : commands) {
                CAPTURE(profile);
                CAPTURE(command.back());
                const scratch_folder where;
                auto arguments = with_account({"exec", "sim:healthy?profile=" + profile, "--record", where / "r.cast"});
                arguments.insert(arguments.end(), command.begin(), command.end());
                const auto ended = run_emsctl(where, arguments);
                CAPTURE(ended.err);
                CHECK(ended.out.find(canary) != std::string::npos);
                CHECK(secrets_in(where / "r.cast") == 0);
                // What came before and after is all there.
                CHECK(file_text(where / "r.cast").find("SAC>") != std::string::npos);
            }
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

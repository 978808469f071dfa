// Each source of a key for AWS, and what is said when it gives none.
#include "transport/aws_credentials.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/cloud_double.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/transport_error.hpp"

using namespace emsctl::transport;
using emsctl::test::cloud_double;
using emsctl::test::scratch_folder;

namespace {

using variable_map = std::map<std::string, std::string>;

// No aws in PATH, no home but this: what the machine has does not matter.
struct account {
    scratch_folder home;
    variable_map variables;
    std::string path_before = std::getenv("PATH");

    account() {
        variables["HOME"] = home.path().string();
        std::filesystem::create_directory(home.path() / ".aws");
        ::setenv("PATH", (home.path().string() + ":/usr/bin:/bin").c_str(), 1);
    }
    ~account() { ::setenv("PATH", path_before.c_str(), 1); }
    account(const account&) = delete;
    account& operator=(const account&) = delete;

    void write(const std::string& name, const std::string& text) { std::ofstream(home / (".aws/" + name)) << text; }
    // A program that prints `text` and writes its arguments to the file `arguments`.
    void program(const std::string& name, const std::string& text) {
        std::ofstream(home / name) << "#!/bin/sh\necho \"$@\" >" << (home / "arguments") << "\ncat <<'END'\n"
                                   << text << "\nEND\n";
        std::filesystem::permissions(home / name, std::filesystem::perms::owner_all);
    }

    aws_credentials get(const std::string& source = "auto", const std::string& profile = "") const {
        const environment_reader reader = [this](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        boost::asio::io_context io;
        return emsctl::tests::spin(io, get_aws_credentials(source, profile, reader, {}));
    }
    std::string problem(const std::string& source = "auto", const std::string& profile = "") const {
        try {
            get(source, profile);
        } catch (const boost::system::system_error& error) {
            CHECK(error.code() == transport_error::login_refused);
            const std::string text = error.what();
            CAPTURE(text);
            CHECK(text.find("canary") == std::string::npos);
            return text;
        }
        return "";
    }
};

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

constexpr const char* process_answer =
    R"({"Version": 1, "AccessKeyId": "AKIDPROCESS", "SecretAccessKey": "canary-4", "SessionToken": "canary-5",
        "Expiration": "2099-01-01T00:00:00Z"})";

}  // namespace

TEST_SUITE("transport/aws_credentials") {
    TEST_CASE("a shared file gives the settings of one section, as AWS's tools write and people edit it") {
        const std::string file =
            "# comment\r\n[default]\r\naws_access_key_id=A\r\n\n[ profile  rescue ]\n region = eu\n"
            "aws_access_key_id = B\naws_session_token = a=b==\ns3 =\n  aws_access_key_id = "
            "nested\n[default]\nregion=x\n";
        CHECK(read_aws_profile(file, "default") == aws_profile{{"aws_access_key_id", "A"}, {"region", "x"}});
        CHECK(read_aws_profile(file, "profile rescue")->at("aws_access_key_id") == "B");
        CHECK(read_aws_profile(file, "profile rescue")->at("aws_session_token") == "a=b==");
        CHECK(!read_aws_profile(file, "rescue"));
        CHECK(!read_aws_profile("", "default"));
    }

    TEST_CASE("the environment's key goes first; half of one, or one that has expired, is said") {
        account here;
        here.write("credentials", "[default]\naws_access_key_id=AKIDFILE\naws_secret_access_key=canary-1\n");
        here.variables["AWS_ACCESS_KEY_ID"] = "AKIDENV";
        CHECK(has(here.problem(), "AWS_SECRET_ACCESS_KEY are both needed"));
        here.variables["AWS_SECRET_ACCESS_KEY"] = "canary-2";
        here.variables["AWS_SESSION_TOKEN"] = "canary-3";
        CHECK(here.get().key.id == "AKIDENV");
        CHECK(here.get().key.session_token == "canary-3");
        CHECK(here.get().source == "the environment");
        here.variables["AWS_CREDENTIAL_EXPIRATION"] = "2020-01-01T00:00:00Z";
        CHECK(has(here.problem(), "expired at 2020-01-01T00:00:00Z"));
        here.variables["AWS_CREDENTIAL_EXPIRATION"] = "2099-01-01T00:00:00Z";
        here.variables["AWS_SECRET_ACCESS_KEY"] = "canary-2\r\nX-Other: 1";
        CHECK(has(here.problem(), "odd characters"));
    }

    TEST_CASE("a profile comes from either file, by parameter, by AWS_PROFILE, or as the default one") {
        account here;
        here.write("credentials",
                   "[default]\naws_access_key_id=AKIDFILE\naws_secret_access_key=canary-1\n"
                   "[half]\naws_access_key_id=AKIDHALF\n");
        here.write("config", "[profile rescue]\naws_access_key_id = AKIDCONFIG\naws_secret_access_key = canary-2\n");
        CHECK(here.get().key.id == "AKIDFILE");
        CHECK(here.get("auto", "rescue").key.id == "AKIDCONFIG");
        CHECK(here.get("auto", "rescue").source == "the profile rescue");
        CHECK(has(here.problem("auto", "half"), "no whole key"));
        here.variables["AWS_PROFILE"] = "rescue";
        CHECK(here.get().key.secret == "canary-2");
        here.variables["AWS_PROFILE"] = "typo";
        CHECK(has(here.problem(), "the profile typo is neither in "));
        here.variables["AWS_ACCESS_KEY_ID"] = "AKIDENV";
        here.variables["AWS_SECRET_ACCESS_KEY"] = "canary-3";
        CHECK(here.get().key.id == "AKIDENV");
        CHECK(here.get("auto", "rescue").key.id == "AKIDCONFIG");
        here.variables["AWS_SHARED_CREDENTIALS_FILE"] = here.home / "elsewhere";
        std::ofstream(here.home / "elsewhere") << "[ops]\naws_access_key_id=AKIDOPS\naws_secret_access_key=canary-6\n";
        CHECK(here.get("profile", "ops").key.id == "AKIDOPS");
    }

    TEST_CASE("a credential process is asked, and its failure is told in its own words") {
        account here;
        here.program("give", process_answer);
        here.write("config", "[default]\ncredential_process = " + (here.home / "give") + " 'a b'\n");
        CHECK(here.get().key.id == "AKIDPROCESS");
        CHECK(here.get().key.session_token == "canary-5");
        CHECK(emsctl::test::file_text(here.home / "arguments") == "a b\n");
        here.write("config", "[default]\ncredential_process = /bin/ls /no/such/folder\n");
        CHECK(has(here.problem(), "No such file"));
        here.write("config", "[default]\ncredential_process = /bin/echo canary\n");
        CHECK(has(here.problem(), "does not answer in JSON"));
    }

    TEST_CASE("single sign-on and roles are left to the aws command line, where there is one") {
        account here;
        here.write("config",
                   "[profile sso]\nsso_start_url = https://example.awsapps.com/start\n"
                   "[profile role]\nrole_arn = arn:aws:iam::1:role/r\naws_access_key_id = AKIDBASE\n"
                   "aws_secret_access_key = canary-1\n[default]\nregion = eu-west-1\n");
        CHECK(has(here.problem("auto", "sso"), "no aws to ask"));
        CHECK(has(here.problem(), "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile"));
        here.program("aws", process_answer);
        CHECK(here.get("auto", "sso").key.id == "AKIDPROCESS");
        CHECK(emsctl::test::file_text(here.home / "arguments") ==
              "configure export-credentials --format process --profile sso\n");
        CHECK(here.get("auto", "role").key.id == "AKIDPROCESS");
        CHECK(here.get().source == "the aws command line");
        std::ofstream(here.home / "aws") << "#!/bin/sh\necho 'The SSO session has expired' >&2\nexit 255\n";
        CHECK(has(here.problem(), "The SSO session has expired; aws sso login"));
    }

    TEST_CASE("a container's service is asked with its token, and by no plain road to another host") {
        if (!cloud_double::can_run()) return;
        cloud_double cloud("ec2");
        account here;
        here.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = cloud.url("/container");
        CHECK(has(here.problem(), "answers 403"));
        here.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = here.home / "token";
        std::ofstream(here.home / "token") << "container-canary\n";
        CHECK(here.get().key.id == "AKIDDOUBLE");
        CHECK(here.get().source == "the container's role");
        here.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://198.51.100.1/x";
        CHECK(has(here.problem(), "another host without TLS"));
    }

    TEST_CASE("a machine's role is had by the session-oriented metadata service, where the environment names it") {
        if (!cloud_double::can_run()) return;
        cloud_double cloud("ec2", {"token=session-canary"});
        account here;
        here.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = cloud.url();
        CHECK(here.get().source == "the machine's role rescuer");
        CHECK(here.get().key.session_token == "session-canary");
        cloud.set({{"role", ""}});
        CHECK(has(here.problem("instance"), "no instance profile"));
    }
}

// Each source of a token for Azure, and what is said when it gives none.
#include "transport/azure_token.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>

#include "tests/support/azure_double.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/transport_error.hpp"

using namespace emsctl::transport;
using emsctl::test::azure_double;
using emsctl::test::peers_are_there;

namespace {

using variable_map = std::map<std::string, std::string>;

// Variables for one case; afterwards they are as before.
class environment {
  public:
    explicit environment(const variable_map& variables) {
        for (const auto& [name, value] : variables) {
            const char* before = std::getenv(name.c_str());
            before_[name] = before ? std::optional<std::string>(before) : std::nullopt;
            ::setenv(name.c_str(), value.c_str(), 1);
        }
    }
    ~environment() {
        for (const auto& [name, value] : before_) {
            if (value)
                ::setenv(name.c_str(), value->c_str(), 1);
            else
                ::unsetenv(name.c_str());
        }
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

  private:
    std::map<std::string, std::optional<std::string>> before_;
};

bool can_run() {
    return peers_are_there({"/usr/bin/python3", "/usr/lib/python3/dist-packages/websockets"});
}

azure_token token_from(const std::string& source) {
    boost::asio::io_context io;
    return emsctl::tests::spin(io, get_azure_token(source, "https://management.azure.com", "a-subscription", {}));
}

std::string problem_of(const std::string& source) {
    try {
        token_from(source);
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == transport_error::login_refused);
        return error.what();
    }
    return "";
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

variable_map application(const std::string& authority) {
    return {{"AZURE_TENANT_ID", "99999999-8888-7777-6666-555555555555"},
            {"AZURE_CLIENT_ID", "app"},
            {"AZURE_AUTHORITY_HOST", authority}};
}

}  // namespace

TEST_SUITE("transport/azure_token") {
    TEST_CASE("a client secret gives a token; a wrong one says so and is not shown") {
        if (!can_run()) return;
        azure_double azure;
        auto variables = application(azure.url());
        variables["AZURE_CLIENT_SECRET"] = "s3cret-canary";
        {
            const environment set(variables);
            CHECK(token_from("auto").value.starts_with("eyJ"));
            CHECK(token_from("auto").source == "the client secret");
        }
        variables["AZURE_CLIENT_SECRET"] = "wrong-canary";
        const environment set(variables);
        const auto text = problem_of("secret");
        CHECK(has(text, "the client secret is wrong"));
        CHECK(text.find("canary") == std::string::npos);
    }

    TEST_CASE("a client certificate proves the application, in PEM and PKCS#12, and its passphrase is not shown") {
        if (!can_run() || !peers_are_there({"openssl"})) return;
        const emsctl::test::scratch_folder where;
        const std::string make =
            "cd " + where.path().string() +
            " && openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -days 2 -subj /CN=app && "
            "cat key certificate > both.pem && "
            "openssl rsa -in key -aes256 -passout pass:Pass-canary -out locked && cat certificate locked > locked.pem "
            "&& "
            "openssl pkcs12 -export -inkey key -in certificate -passout pass:Pass-canary -out locked.pfx && "
            "openssl pkcs12 -export -inkey key -in certificate -passout pass: -out open.pfx && "
            "openssl req -x509 -newkey rsa:2048 -nodes -keyout k2 -out c2 -days 2 -subj /CN=b && cat k2 c2 > other.pem "
            "&& "
            "cat k2 certificate > mixed.pem";
        REQUIRE(std::system(("( " + make + " ) >/dev/null 2>&1").c_str()) == 0);
        azure_double azure({"certificate=" + (where / "certificate")});
        auto variables = application(azure.url());
        for (const std::string file : {"both.pem", "locked.pem", "locked.pfx", "open.pfx"}) {
            CAPTURE(file);
            variables["AZURE_CLIENT_CERTIFICATE_PATH"] = where / file;
            variables["AZURE_CLIENT_CERTIFICATE_PASSWORD"] = file.starts_with("locked") ? "Pass-canary" : "";
            const environment set(variables);
            CHECK(token_from("auto").source == "the client certificate");
            CHECK(azure.violations().empty());
        }
        const auto problem_with = [&](const std::string& file, const std::string& passphrase) {
            variables["AZURE_CLIENT_CERTIFICATE_PATH"] = where / file;
            variables["AZURE_CLIENT_CERTIFICATE_PASSWORD"] = passphrase;
            const environment set(variables);
            const auto text = problem_of("certificate");
            CHECK(text.find("canary") == std::string::npos);
            return text;
        };
        CHECK(has(problem_with("locked.pem", "Wrong-canary"), "may be wrong"));
        CHECK(has(problem_with("locked.pfx", "Wrong-canary"), "may be wrong"));
        CHECK(has(problem_with("locked.pem", ""), "may be wrong"));
        CHECK(has(problem_with("key", ""), "cannot be read"));
        CHECK(has(problem_with("nowhere", ""), "cannot be read"));
        CHECK(has(problem_with("mixed.pem", ""), "do not belong together"));
        CHECK(!problem_with("other.pem", "").empty());
    }

    TEST_CASE("a token comes with its end, however its source writes that") {
        if (!can_run()) return;
        const emsctl::test::scratch_folder where;
        azure_double azure({"lifetime=1200"}, where.path().string());
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto is_right = [&](const azure_token& token) {
            const auto length = token.ends - now;
            return length >= std::chrono::seconds(1200) && length <= std::chrono::seconds(1260);
        };
        auto variables = application(azure.url());
        variables["AZURE_CLIENT_SECRET"] = "s3cret-canary";
        variables["IMDS_ENDPOINT"] = azure.url();
        variables["PATH"] = where.path().string() + ":/usr/bin:/bin";
        const environment set(variables);
        CHECK(is_right(token_from("secret")));
        CHECK(is_right(token_from("az")));
        ::unsetenv("AZURE_CLIENT_ID");
        CHECK(is_right(token_from("managed")));
    }

    TEST_CASE("a workload's federated token is read anew each time") {
        if (!can_run()) return;
        azure_double azure;
        const emsctl::test::scratch_folder where;
        auto variables = application(azure.url());
        variables["AZURE_FEDERATED_TOKEN_FILE"] = where / "token";
        const environment set(variables);
        std::ofstream(where / "token") << "stale-canary";
        CHECK(problem_of("auto").find("canary") == std::string::npos);
        std::ofstream(where / "token") << "s3cret-canary";
        CHECK(token_from("auto").source == "the workload's federated token");
    }

    TEST_CASE("a managed identity gives a token, on a machine and in an App Service") {
        if (!can_run()) return;
        azure_double azure;
        {
            const environment set(variable_map{{"IMDS_ENDPOINT", azure.url()}});
            CHECK(token_from("auto").source == "the managed identity");
        }
        const environment set(variable_map{{"IDENTITY_ENDPOINT", azure.url() + "/app-service/token"},
                                           {"IDENTITY_HEADER", "header-canary"}});
        CHECK(token_from("managed").value.starts_with("eyJ"));
    }

    TEST_CASE("a variable may hold the token, and one that does not exist is named") {
        const environment set(variable_map{{"EMSCTL_TEST_READY", "ready made"}});
        CHECK(token_from("env:EMSCTL_TEST_READY").value == "ready made");
        CHECK(has(problem_of("env:EMSCTL_NO_SUCH"), "EMSCTL_NO_SUCH"));
    }

    TEST_CASE("az gives a token, and whatever it says instead comes with what to do") {
        if (!can_run()) return;
        const emsctl::test::scratch_folder where;
        azure_double azure({}, where.path().string());
        const environment set(variable_map{{"PATH", where.path().string() + ":/usr/bin:/bin"}});
        CHECK(token_from("az").source == "the az command line");
        for (const auto* said : {"not-logged-in", "expired", "revoked"}) {
            azure.set({{"az", said}});
            CHECK(has(problem_of("az"), "az login"));
        }
        for (const auto* said : {"garbage", "empty", "crash", "subscription"}) {
            azure.set({{"az", said}});
            CHECK(has(problem_of("az"), "az gave no token"));
        }
    }
}

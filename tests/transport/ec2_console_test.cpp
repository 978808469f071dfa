// EC2's serial console against a double that verifies signatures with an implementation of its own.
#include "transport/ec2_console.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/cloud_double.hpp"
#include "tests/support/cloud_session.hpp"
#include "tests/support/program.hpp"
#include "transport/ec2_error.hpp"

using namespace emsctl::transport;
using emsctl::test::cloud_double;
using emsctl::test::cloud_outcome;
using emsctl::test::scratch_folder;
using emsctl::test::try_cloud;

namespace {

constexpr const char* secret = "double/secret+canary";

struct ec2 {
    scratch_folder files;
    cloud_double cloud;

    explicit ec2(std::vector<std::string> settings = {}) : cloud("ec2", settings) {
        ::setenv("AWS_ACCESS_KEY_ID", "AKIDDOUBLE", 1);
        ::setenv("AWS_SECRET_ACCESS_KEY", secret, 1);
        ::setenv("AWS_ENDPOINT_URL", cloud.url().c_str(), 1);
        ::setenv("TMPDIR", files.path().c_str(), 1);
    }
    ~ec2() {
        for (const auto* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "TMPDIR"})
            ::unsetenv(name);
    }
    ec2(const ec2&) = delete;
    ec2& operator=(const ec2&) = delete;

    std::string address(const std::string& more = "") const {
        return "ec2:eu-central-1/i-0123456789abcdef0?gateway=" + cloud.gateway() + "&host_key=" + cloud.fingerprint() +
               more;
    }
    cloud_outcome open(const std::vector<out_of_band>& signals = {}) const {
        const auto out = try_cloud(address(), signals);
        std::string all = out.text;
        for (const auto& text : out.told) all += text;
        for (const auto& text : out.found) all += text;
        CAPTURE(all);
        CHECK(all.find("canary") == std::string::npos);
        CHECK(all.find("PRIVATE KEY") == std::string::npos);
        return out;
    }
};

http_reply reply_of(unsigned status, const std::string& body) {
    http_reply reply;
    reply.status = status;
    reply.body = body;
    return reply;
}

std::string problem_of(const std::string& address) {
    const auto parsed = standard_openers().parse(address);
    return parsed ? "" : parsed.error().text;
}

}  // namespace

TEST_SUITE("transport/ec2_console") {
    TEST_CASE("an ec2 address names a region and an instance, and nothing secret") {
        CHECK(problem_of("ec2:eu-central-1/i-0123456789abcdef0") == "");
        CHECK(problem_of("ec2:us-gov-west-1/i-01234567?profile=rescue&credentials=cli&via=ssh") == "");
        for (const auto* bad : {"ec2:eu-central-1", "ec2:i-0123456789abcdef0", "ec2:eu-central-1/web1",
                                "ec2:eu-central-1/i-xyz0123456789", "ec2:EU/i-0123456789abcdef0",
                                "ec2:evil.example/x-1-2/i-0123456789abcdef0"}) {
            CAPTURE(bad);
            CHECK(problem_of(bad).find("REGION/INSTANCE") != std::string::npos);
        }
        const std::string right = "ec2:eu-central-1/i-0123456789abcdef0";
        CHECK(problem_of(right + "?credentials=AKIA").find("does not stand in an address") != std::string::npos);
        CHECK(problem_of(right + "?endpoint=http://aws.example").find("https") != std::string::npos);
        CHECK(problem_of(right + "?gateway=x").find("HOST:PORT") != std::string::npos);
        CHECK(problem_of(right + "?host_key=MD5:00").find("SHA256") != std::string::npos);
        CHECK(problem_of(right + "?region=x").find("has no parameter region") != std::string::npos);
    }

    TEST_CASE("the published host keys are those of the user guide") {
        CHECK(published_ec2_host_key("eu-central-1") == "SHA256:aCMFS/yIcOdOlkXvOl8AmZ1Toe+bBnrJJ3Fy0k0De2c");
        CHECK(published_ec2_host_key("us-gov-west-1") == "SHA256:kfOFRWLaOZfB+utbd3bRf8OlPf8nGO2YZLqXZiIw5DQ");
        CHECK(published_ec2_host_key("mars-north-1") == "");
    }

    TEST_CASE("a refusal of AWS becomes a code and what to do, and never repeats a signed header") {
        const auto off = explain_ec2(reply_of(403, R"({"__type":"SerialConsoleAccessDisabledException"})"));
        CHECK(off.code == transport_error::forbidden);
        CHECK(off.text.find("enable-serial-console-access") != std::string::npos);
        CHECK_FALSE(off.may_pass());
        const auto fault = explain_ec2(reply_of(500, R"({"__type":"com.amazonaws#ServiceException","Message":"x"})"));
        CHECK(fault.may_pass());
        const auto odd =
            explain_ec2(reply_of(400, R"({"__type":"NewSignatureThing","message":"signature of canary"})"));
        CHECK(odd.text == "AWS answers 400 NewSignatureThing");
        const auto page = explain_ec2(reply_of(200, "<html>Please log in</html>"));
        CHECK(page.code == transport_error::bad_protocol);
        CHECK(page.text.find("proxy") != std::string::npos);
        const auto query = explain_ec2(
            reply_of(403, "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>m</Message>"));
        CHECK(query.code == transport_error::forbidden);
    }

    TEST_CASE("a pushed key opens EC2's console, and NMI and reset go by the API") {
        if (!cloud_double::can_run()) return;
        const ec2 there;
        out_of_band nmi;
        nmi.what = out_of_band::kind::nmi;
        out_of_band reset;
        reset.what = out_of_band::kind::reset;
        const auto out = there.open({nmi, reset});
        CHECK(out.text == "");
        const auto seen = there.cloud.seen();
        CHECK(seen.at("oob").dump() == R"(["SendDiagnosticInterrupt","RebootInstances"])");
        CHECK(seen.at("logins").dump() == R"(["i-0123456789abcdef0.port0"])");
        CHECK(seen.at("violations").empty());
    }

    TEST_CASE("a gateway that libssh2 cannot speak to is reached by the system's ssh, with its key pinned") {
        if (!cloud_double::can_run() || !emsctl::test::peers_are_there({"/usr/bin/ssh", "/usr/bin/ssh-keyscan"}))
            return;
        const ec2 there({"host_key=rsa"});
        const auto out = there.open();
        CHECK(out.text == "");
        REQUIRE(out.told.size() == 1);
        CHECK(out.told[0].find("the system's ssh is used instead") != std::string::npos);
        CHECK(there.cloud.seen().at("violations").empty());
        // The session's key was a file for ssh's sake, and is none any more.
        CHECK(std::filesystem::is_empty(there.files.path()));
    }

    TEST_CASE("a gateway with another host key than the pinned one gets no login, by either road") {
        if (!cloud_double::can_run() || !emsctl::test::peers_are_there({"/usr/bin/ssh", "/usr/bin/ssh-keyscan"}))
            return;
        for (const auto* kind : {"host_key=ed25519", "host_key=rsa"}) {
            const ec2 there({kind});
            const auto out = try_cloud("ec2:eu-central-1/i-0123456789abcdef0?host_key=SHA256:other&gateway=" +
                                       there.cloud.gateway());
            CAPTURE(out.text);
            CHECK(out.code == transport_error::not_trusted);
            CHECK(out.has(there.cloud.fingerprint()));
            CHECK(there.cloud.seen().at("logins").empty());
            CHECK(std::filesystem::is_empty(there.files.path()));
        }
    }

    TEST_CASE("a gateway nobody vouches for is not trusted, by either road") {
        if (!cloud_double::can_run() || !emsctl::test::peers_are_there({"/usr/bin/ssh"})) return;
        for (const auto* kind : {"host_key=ed25519", "host_key=rsa"}) {
            const ec2 there({kind});
            const auto out = try_cloud("ec2:eu-central-1/i-0123456789abcdef0?gateway=" + there.cloud.gateway());
            CAPTURE(out.text);
            CHECK(out.code == transport_error::not_trusted);
            CHECK(out.has("host_key=SHA256:"));
        }
    }

    TEST_CASE("a console that is just being left is asked for again") {
        if (!cloud_double::can_run()) return;
        const ec2 there({"fail=push:SerialConsoleSessionLimitExceededException:1"});
        const auto out = there.open();
        CHECK(out.text == "");
        REQUIRE(out.told.size() == 1);
        CHECK(out.told[0].find("one at a time") != std::string::npos);
        CHECK(there.cloud.seen().at("calls").dump() == R"(["push","push"])");
    }

    TEST_CASE("a console that stays taken is busy in the end") {
        if (!cloud_double::can_run()) return;
        const ec2 there({"fail=push:SerialConsoleSessionLimitExceededException"});
        auto settings = parse_ec2_settings(standard_openers().parse(there.address()).value()).value();
        settings.patience = std::chrono::milliseconds(0);
        asio::io_context io;
        boost::system::error_code code;
        try {
            emsctl::tests::spin(io, connect_ec2(settings, {}));
        } catch (const boost::system::system_error& error) {
            code = error.code();
        }
        CHECK(code == transport_error::busy);
    }

    TEST_CASE("every documented refusal of EC2 is one message with what to do") {
        if (!cloud_double::can_run()) return;
        ec2 there;
        const std::vector<std::pair<std::string, std::pair<transport_error, std::string>>> refusals = {
            {"AuthException", {transport_error::forbidden, "SendSerialConsoleSSHPublicKey"}},
            {"SerialConsoleAccessDisabledException", {transport_error::forbidden, "enable-serial-console-access"}},
            {"EC2InstanceNotFoundException", {transport_error::not_found, "describe-instances"}},
            {"EC2InstanceStateInvalidException", {transport_error::wrong_state, "start-instances"}},
            {"EC2InstanceTypeInvalidException", {transport_error::unsupported, "Nitro"}},
            {"SerialConsoleSessionUnsupportedException", {transport_error::wrong_state, "reboot"}},
            {"ExpiredTokenException", {transport_error::login_refused, "expired"}},
            {"not-json", {transport_error::bad_protocol, "proxy"}},
        };
        for (const auto& [name, wanted] : refusals) {
            there.cloud.set({{"fail", "push:" + name}});
            const auto out = there.open();
            CAPTURE(out.text);
            CHECK(out.code == wanted.first);
            CHECK(out.has(wanted.second));
        }
        there.cloud.set({{"fail", ""}, {"secret", "another"}});
        const auto wrong = there.open();
        CHECK(wrong.code == transport_error::login_refused);
        CHECK(wrong.has("clock"));
    }

    TEST_CASE("a key that died before the login is told apart from a wrong one of the account") {
        if (!cloud_double::can_run()) return;
        const ec2 there({"key_life=0"});
        const auto out = there.open();
        CHECK(out.code == transport_error::login_refused);
        CHECK(out.has("60 s"));
    }
}

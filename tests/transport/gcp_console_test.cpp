// Google Cloud's serial console against a double of its gateway and of the place of its host key.
#include "transport/gcp_console.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/cloud_double.hpp"
#include "tests/support/cloud_session.hpp"
#include "tests/support/program.hpp"
#include "transport/ssh_key.hpp"

using namespace emsctl::transport;
using emsctl::test::cloud_double;
using emsctl::test::cloud_outcome;
using emsctl::test::scratch_folder;
using emsctl::test::try_cloud;

namespace {

struct gcp {
    scratch_folder files;
    cloud_double cloud;

    explicit gcp(std::vector<std::string> settings = {}) : cloud("gcp", settings) {
        const auto key = make_ssh_key();
        std::ofstream(files / "key") << key.private_text;
        std::filesystem::permissions(files / "key", std::filesystem::perms(0600));
        cloud.set({{"ssh_keys", "alice:" + key.public_line}});
    }
    std::string address(const std::string& more = "&user=alice") const {
        return "gcp:rescue/us-central1-f/win1?agent=no&gateway=" + cloud.gateway() +
               "&keys=" + cloud.url("/host-key.pub") + "&identity=" + (files / "key") + more;
    }
};

std::string problem_of(const std::string& address) {
    const auto parsed = standard_openers().parse(address);
    return parsed ? "" : parsed.error().text;
}

}  // namespace

TEST_SUITE("transport/gcp_console") {
    TEST_CASE("a gcp address becomes the login and the gateway of Google's documentation") {
        const auto where = standard_openers().parse("gcp:example.com:rescue/us-central1-f/win1?user=alice&replay=20");
        const auto settings = parse_gcp_settings(where.value()).value();
        CHECK(settings.login() == "example.com:rescue.us-central1-f.win1.alice.port=2.replay-lines=20");
        CHECK(settings.host_key_url() ==
              "https://cloud-certs.storage.googleapis.com/google-cloud-serialport-host-key.pub");
        const auto regional = standard_openers().parse("gcp:rescue/us-central1-f/win1?region=auto&port=1");
        CHECK(parse_gcp_settings(regional.value())->host_key_url() ==
              "https://www.gstatic.com/vm_serial_port/us-central1/us-central1.pub");
        for (const auto* bad : {"gcp:rescue", "gcp:rescue/us-central1-f", "gcp:rescue/nowhere/win1",
                                "gcp:rescue/us-central1-f/win1.alice", "gcp:rescue/us-central1-f/win1/x"}) {
            CAPTURE(bad);
            CHECK(problem_of(bad).find("PROJECT/ZONE/INSTANCE") != std::string::npos);
        }
        const std::string right = "gcp:rescue/us-central1-f/win1";
        CHECK(problem_of(right + "?port=5").find("1 to 4") != std::string::npos);
        CHECK(problem_of(right + "?user=a.port=1").find("user is a name") != std::string::npos);
        CHECK(problem_of(right + "?keys=http://evil.example/k").find("https") != std::string::npos);
    }

    TEST_CASE("a key in the metadata opens Google's console, whose host key is fetched") {
        if (!cloud_double::can_run()) return;
        const gcp there;
        const auto out = try_cloud(there.address());
        CHECK(out.text == "");
        const auto seen = there.cloud.seen();
        CHECK(seen.at("logins").dump() == R"(["rescue.us-central1-f.win1.alice.port=2.replay-lines=0"])");
        CHECK(seen.at("calls").dump() == R"(["keys"])");
    }

    TEST_CASE("Google's RSA host key is met by the system's ssh, and still checked") {
        if (!cloud_double::can_run() || !emsctl::test::peers_are_there({"/usr/bin/ssh", "/usr/bin/ssh-keyscan"}))
            return;
        const gcp there({"host_key=rsa"});
        const auto out = try_cloud(there.address());
        CHECK(out.text == "");
        const auto wrong = try_cloud(there.address("&user=alice&host_key=SHA256:other"));
        CHECK(wrong.code == transport_error::not_trusted);
        CHECK(wrong.has(there.cloud.fingerprint()));
        const auto refused = try_cloud(there.address("&user=mallory"));
        CHECK(refused.code == transport_error::login_refused);
        CHECK(refused.has("serial-port-enable"));
    }

    TEST_CASE("a refusal of Google's gateway says everything that it may mean") {
        if (!cloud_double::can_run()) return;
        gcp there;
        there.cloud.set({{"enabled", false}});
        const auto out = try_cloud(there.address());
        CAPTURE(out.text);
        CHECK(out.code == transport_error::login_refused);
        CHECK(out.has("serial-port-enable=TRUE"));
        CHECK(out.has("ssh-keys as USER:KEY"));
        CHECK(out.has("rescue.us-central1-f.win1.alice.port=2"));
    }

    TEST_CASE("without the published host key nothing is trusted") {
        if (!cloud_double::can_run()) return;
        gcp there;
        there.cloud.set({{"fail", "keys:404"}});
        const auto out = try_cloud(there.address());
        CAPTURE(out.text);
        CHECK(out.code == transport_error::not_trusted);
        CHECK(out.has("host_key=SHA256:"));
        CHECK(there.cloud.seen().at("logins").empty());
    }

    TEST_CASE("what Google's gateway cannot do is said with the command that can") {
        if (!cloud_double::can_run()) return;
        const gcp there;
        out_of_band nmi;
        nmi.what = out_of_band::kind::nmi;
        const auto out = try_cloud(there.address(), {nmi});
        CHECK(out.code == transport_error::unsupported);
        CHECK(out.has("send-diagnostic-interrupt win1 --project rescue"));
    }
}

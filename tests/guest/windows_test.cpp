#include "sac/guest/windows.hpp"

#include <doctest/doctest.h>

#include "sac/guest/service_duties.hpp"
#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;
using namespace std::chrono_literals;

namespace {

const std::string tls12 =
    "\"HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\"";

bool has_event(const windows& os, const char* provider, unsigned id) {
    for (const auto& e : os.events.records())
        if (e.provider.find(provider) != std::string::npos && e.id == id) return true;
    return false;
}

}  // namespace

TEST_SUITE("guest/windows") {
    TEST_CASE("a healthy machine lacks nothing, whatever the seed") {
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            CAPTURE(seed);
            windows os(load_scenario("healthy", seed));
            os.boot(0s);
            CHECK(os.what_is_broken().empty());
            CHECK(has_rdp_listener(os));
        }
    }

    TEST_CASE("each scenario is broken in the way it says") {
        const auto broken = [](const char* name) {
            windows os(load_scenario(name, 5));
            os.boot(0s);
            return os.what_is_broken();
        };
        using list = std::vector<std::string>;
        CHECK(broken("rdp-port-conflict") == list{"rdp_listener"});
        CHECK(broken("rdp-cert-expired") == list{"rdp_certificate"});
        CHECK(broken("machinekeys-acl") == list{"rdp_certificate", "rdp_key_readable"});
        CHECK(broken("tls12-off") == list{"tls 1.2"});
        CHECK(broken("rdp-internal-error") == list{"rdp_listener", "rdp_certificate", "rdp_key_readable", "tls 1.2"});
    }

    TEST_CASE("a taken port is Remote Desktop's again when its holder has stopped and TermService starts afresh") {
        cmd_bench bench("rdp-port-conflict");
        auto& os = bench.os;
        CHECK(os.svc.find("TermService")->state == service_state::running);
        CHECK(!has_rdp_listener(os));
        bench.type("sc stop ContosoRelay");
        bench.pass(5s);
        CHECK(!has_rdp_listener(os));
        bench.type("net stop TermService /y");
        bench.type("net start TermService");
        CHECK(has_rdp_listener(os));
        // It comes back at the next boot as long as it starts automatically.
        os.shut_down();
        os.boot(os.now() + 30s);
        CHECK(!has_rdp_listener(os));
        bench.restart_shell();
        bench.type("sc config ContosoRelay start= demand");
        os.shut_down();
        os.boot(os.now() + 30s);
        CHECK(has_rdp_listener(os));
        CHECK(os.what_is_broken().empty());
    }

    TEST_CASE("TLS settings count from the next boot") {
        cmd_bench bench("tls12-off");
        auto& os = bench.os;
        CHECK(has_event(os, "Schannel", 36871));
        bench.type("reg add " + tls12 + " /v Enabled /t REG_DWORD /d 1 /f");
        bench.type("reg add " + tls12 + " /v DisabledByDefault /t REG_DWORD /d 0 /f");
        CHECK(!os.tls.tls12);
        CHECK(os.tls_in_registry().tls12);
        bench.type("shutdown /r /t 5 /d p:2:4 /c \"repair\"");
        REQUIRE(os.power());
        CHECK(os.power()->is_restart);
        CHECK(os.power()->due <= os.now() + 5s);
        CHECK(os.next_event() == os.power()->due);
        os.advance(os.power()->due);
        os.shut_down();
        CHECK(!os.power());
        os.boot(os.now() + 60s);
        CHECK(os.tls.tls12);
        CHECK(os.what_is_broken().empty());
        CHECK(os.boot_count() == 2);
    }

    TEST_CASE("an expired certificate is replaced only when the key may be read and written") {
        windows os(load_scenario("rdp-internal-error"));
        os.boot(0s);
        CHECK(has_event(os, "RemoteConnectionManager", 1058));
        CHECK(!has_event(os, "RemoteConnectionManager", 1056));
        const auto old = os.certs.in("Remote Desktop").at(0).text.thumbprint;
        os.files.set_security(os.rdp_key_file(), *parse_sddl("D:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;BA)"));
        look_after_rdp_certificate(os);
        CHECK(has_event(os, "RemoteConnectionManager", 1056));
        REQUIRE(os.certs.in("Remote Desktop").size() == 1);
        CHECK(os.certs.in("Remote Desktop")[0].text.thumbprint != old);
    }

    TEST_CASE("a certificate that ran out after the boot is replaced when SessionEnv starts again") {
        cmd_bench bench("rdp-cert-expired");
        CHECK(bench.os.boot_time() == parse_time("2024-04-23T03:12:00Z"));
        bench.type("net stop SessionEnv /y");
        CHECK(!bench.os.what_is_broken().empty());
        bench.type("net start SessionEnv");
        CHECK(bench.os.what_is_broken().empty());
        CHECK(bench.os.certs.in("Remote Desktop").at(0).text.not_after > bench.os.clock.utc() + std::chrono::days(182));
    }

    TEST_CASE("a certificate that was deleted comes back with the key, also when the key file is gone") {
        windows os(load_scenario("healthy"));
        os.boot(0s);
        os.certs.remove("Remote Desktop", os.certs.in("Remote Desktop").at(0).text.thumbprint);
        os.files.erase(os.rdp_key_file());
        CHECK(os.what_is_broken().size() == 2);
        const auto who = local_system();
        CHECK(os.svc.stop("SessionEnv", who) == 0);
        os.advance(5s);
        CHECK(os.svc.start("SessionEnv", who) == 0);
        os.advance(10s);
        CHECK(os.what_is_broken().empty());
    }

    TEST_CASE("TermService that may not read its key says so") {
        windows os(load_scenario("machinekeys-acl"));
        os.boot(0s);
        CHECK(has_event(os, "Schannel", 36870));
        CHECK(os.files.read(os.rdp_key_file(), network_service()).error == win32::access_denied);
        CHECK(os.files.read(os.rdp_key_file(), *os.users.log_on("", "administrator", "Passw0rd!", os.clock.utc()))
                  .error == win32::success);
    }

    TEST_CASE("the same scenario and seed make the same machine, another seed another one") {
        const auto state = [](std::uint64_t seed) {
            windows os(load_scenario("rdp-internal-error", seed));
            os.boot(0s);
            return os.state().dump();
        };
        CHECK(state(7) == state(7));
        CHECK(state(7) != state(8));
    }

    TEST_CASE("a second restart is refused until the first was called off") {
        cmd_bench bench;
        bench.type("shutdown /r /t 60");
        CHECK(bench.type("shutdown /r /t 60") == "A system shutdown has already been scheduled.(1190)\r\n");
        CHECK(bench.errorlevel() == "1190\r\n");
        CHECK(bench.type("shutdown /a") == "");
        CHECK(bench.type("shutdown /a") ==
              "Unable to abort the system shutdown because no shutdown was in progress.(1116)\r\n");
    }

    TEST_CASE("the log holds what was executed and what was refused, with its time") {
        cmd_bench bench;
        bench.type("echo a");
        bench.type("nltest /enum");
        REQUIRE(bench.os.log.size() == 3);
        CHECK(bench.os.log[0].text == "echo a");
        CHECK(bench.os.log[0].shell == "cmd");
        CHECK(bench.os.log[2].what == executed_line::kind::refused);
        CHECK(bench.os.log[2].text == "not simulated: nltest");
        CHECK(bench.os.log[2].boot == 1);
    }
}

// Remote Desktop seen from outside: Debian's xrdp, and a double for every odd reply.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "src/rdp_verdict.hpp"
#include "tests/src/run_emsctl.hpp"
#include "tests/support/peer.hpp"

using namespace emsctl::test;

namespace {

const std::string double_script = EMSCTL_SOURCE_DIR "/tests/support/rdp_double.py";

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

// A self-signed certificate (cert.pem, key.pem); `days` may be negative for an expired one.
void make_certificate(const scratch_folder& where, const std::string& days = "30", const std::string& how = "") {
    const std::string script = "cd " + where.path().string() +
                               " && openssl req -new -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj "
                               "'/O=Contoso/CN=web1.test' && printf 'subjectAltName=DNS:web1.test,IP:127.0.0.1' "
                               ">extensions && openssl x509 -req -in request.pem -signkey key.pem -days " +
                               days + " " + how + " -extfile extensions -out cert.pem";
    REQUIRE(std::system(("( " + script + " ) >/dev/null 2>&1").c_str()) == 0);
}

struct seen {
    int status = -1;
    nlohmann::json report;
    std::string text;  // of a second probe, for people
};

seen probe(const std::string& target, const std::string& timeout = "20") {
    const scratch_folder where;
    const auto json = run_emsctl(where, {"rdp-probe", target, "--timeout", timeout, "--output", "json"});
    CAPTURE(json.err);
    seen all{json.status, nlohmann::json::parse(json.out), ""};
    const auto text = run_emsctl(where, {"rdp-probe", target, "--timeout", timeout});
    CHECK(text.status == json.status);
    all.text = text.out;
    return all;
}

std::vector<std::string> double_command(const std::string& mode, const scratch_folder& where, const std::string& tls) {
    return {"/usr/bin/python3", double_script, mode, "--cert", where / "cert.pem", "--key",
            where / "key.pem",  "--tls",       tls};
}

seen probe_double(const std::string& mode, const std::string& tls = "1.2,1.3", const std::string& days = "30",
                  const std::string& how = "") {
    const scratch_folder where;
    make_certificate(where, days, how);
    const peer server(double_command(mode, where, tls), "listening");
    // Those that wait for the limit need a short one.
    const bool is_silent = mode == "silent" || mode == "tls-silent" || mode == "full";
    return probe("127.0.0.1:" + server.port(), is_silent ? "1" : "20");
}

std::string answer(const nlohmann::json& report, const std::string& protocol) {
    for (const auto& one : report.at("negotiation").at("protocols"))
        if (one.at("protocol") == protocol) return one.at("answer").get<std::string>();
    return "absent";
}

std::string versions(const nlohmann::json& report) {
    std::string text;
    for (const auto& one : report.at("tls").at("versions"))
        text += one.at("version").get<std::string>() + " " + one.at("answer").get<std::string>() + "; ";
    return text;
}

// The only problem: its station, and both texts have the words.
void one_problem(const seen& found, const std::string& station, const std::string& words) {
    CHECK(found.status == 1);
    REQUIRE(found.report.at("problems").size() == 1);
    const auto& problem = found.report.at("problems")[0];
    CHECK(problem.at("station") == station);
    CHECK(has(problem.at("seen"), words));
    CHECK(!problem.at("advice").get<std::string>().empty());
    CHECK(has(found.text, "Wrong at " + station + ": "));
    CHECK(has(found.text, words));
}

bool is_internal_error(const seen& found) {
    return found.report.at("problems")[0].at("internal_error") && has(found.text, "An internal error has occurred");
}

bool peers() {
    return peers_are_there({"/usr/bin/python3", "openssl"});
}

std::string xrdp_settings(const scratch_folder& where, const std::string& port, const std::string& layer) {
    return "[Globals]\nini_version=1\nfork=true\nport=tcp://127.0.0.1:" + port + "\nsecurity_layer=" + layer +
           "\ncertificate=" + (where / "cert.pem") + "\nkey_file=" + (where / "key.pem") +
           "\nssl_protocols=TLSv1.2\n[Logging]\nLogFile=" + (where / "xrdp.log") +
           "\nLogLevel=INFO\nEnableSyslog=false\nEnableConsole=true\nConsoleLevel=INFO\n[Channels]\n";
}

// Its log goes to standard output, which it would write only at its end.
std::vector<std::string> xrdp_command(const scratch_folder& where) {
    return {"stdbuf", "-oL", "/usr/sbin/xrdp", "--nodaemon", "--config", where / "xrdp.ini"};
}

}  // namespace

TEST_SUITE("src/rdp_probe") {
    TEST_CASE("xrdp is seen with its protocols, its version of TLS and its certificate") {
        if (!peers_are_there({"/usr/sbin/xrdp", "openssl"})) return;
        const scratch_folder where;
        make_certificate(where);
        const auto port = free_port();
        std::ofstream(where / "xrdp.ini") << xrdp_settings(where, port, "tls");
        const peer server(xrdp_command(where), "xrdp_listen_pp done");
        const auto found = probe("localhost:" + port);
        CAPTURE(found.text);
        CHECK(found.status == 0);
        CHECK(found.report.at("works") == true);
        CHECK(found.report.at("negotiation").at("selected") == "tls");
        CHECK(found.report.at("negotiation").at("requires_tls") == true);
        CHECK(found.report.at("negotiation").at("requires_nla") == false);
        CHECK(answer(found.report, "standard") == "refused");
        CHECK(answer(found.report, "tls") == "offered");
        CHECK(answer(found.report, "credssp") == "refused");
        CHECK(found.report.at("tls").at("version") == "TLSv1.2");
        CHECK(versions(found.report) == "1.0 refused; 1.1 refused; 1.2 accepted; 1.3 refused; ");
        const auto& certificate = found.report.at("certificate");
        CHECK(has(certificate.at("subject"), "web1.test"));
        CHECK(certificate.at("self_signed") == true);
        CHECK(certificate.at("names") == nlohmann::json({"web1.test", "127.0.0.1"}));
        CHECK(std::system(("openssl x509 -in " + (where / "cert.pem") +
                           " -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr -d '\\n' >" + (where / "print"))
                              .c_str()) == 0);
        CHECK(certificate.at("sha256") == file_text(where / "print"));
    }

    TEST_CASE("xrdp set to standard security only works, and its way is named") {
        if (!peers_are_there({"/usr/sbin/xrdp", "openssl"})) return;
        const scratch_folder where;
        make_certificate(where);
        const auto port = free_port();
        std::ofstream(where / "xrdp.ini") << xrdp_settings(where, port, "rdp");
        const peer server(xrdp_command(where), "xrdp_listen_pp done");
        const auto found = probe("127.0.0.1:" + port);
        CAPTURE(found.text);
        CHECK(found.status == 0);
        CHECK(answer(found.report, "standard") == "offered");
        CHECK(answer(found.report, "tls") == "refused");
        CHECK(found.report.at("certificate").is_null());
        CHECK(versions(found.report).empty());
    }

    TEST_CASE("a server that insists on network level authentication is seen to, whole or byte by byte") {
        if (!peers()) return;
        for (const auto* mode : {"nla", "drip"}) {
            CAPTURE(mode);
            const auto found = probe_double(mode);
            CHECK(found.status == 0);
            CHECK(found.report.at("negotiation").at("requires_nla") == true);
            CHECK(found.report.at("negotiation").at("selected") == "credssp_early_auth");
            CHECK(answer(found.report, "standard") == "refused");
            CHECK(answer(found.report, "tls") == "refused");
            CHECK(answer(found.report, "credssp") == "offered");
            CHECK(answer(found.report, "credssp_early_auth") == "offered");
            CHECK(has(found.text, "HYBRID_REQUIRED_BY_SERVER"));
            CHECK(has(found.text, "Network Level Authentication is required."));
            CHECK(versions(found.report) == "1.0 refused; 1.1 refused; 1.2 accepted; 1.3 accepted; ");
        }
    }

    TEST_CASE("a reset or an end right after the request is the internal error of the clients") {
        if (!peers()) return;
        for (const auto* mode : {"reset", "close"}) {
            const auto found = probe_double(mode);
            one_problem(found, "negotiation", "right after the X.224 connection request");
            CHECK(is_internal_error(found));
            CHECK(has(found.text, "rdp-internal-error"));
        }
    }

    TEST_CASE("a reset or an end during TLS is the internal error of the clients") {
        if (!peers()) return;
        for (const auto* mode : {"tls-reset", "tls-close"}) {
            const auto found = probe_double(mode);
            one_problem(found, "TLS", "during the TLS handshake");
            CHECK(is_internal_error(found));
            CHECK(has(found.text, "MachineKeys"));
            CHECK(versions(found.report) == "1.0 refused; 1.1 refused; 1.2 refused; 1.3 refused; ");
        }
    }

    TEST_CASE("a refusal is told by its code, and what it means") {
        if (!peers()) return;
        const auto no_certificate = probe_double("failure=3");
        one_problem(no_certificate, "negotiation", "SSL_CERT_NOT_ON_SERVER");
        CHECK(has(no_certificate.text, "private key"));
        one_problem(probe_double("failure=6"), "negotiation", "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER");
        one_problem(probe_double("failure=99"), "negotiation", "failure code 99");
    }

    TEST_CASE("servers of standard security are no fault, with or without negotiation") {
        if (!peers()) return;
        const auto old = probe_double("plain");
        CHECK(old.status == 0);
        CHECK(old.report.at("negotiation").at("negotiates") == false);
        const auto set = probe_double("standard");
        CHECK(set.status == 0);
        CHECK(has(set.text, "SSL_NOT_ALLOWED_BY_SERVER"));
    }

    TEST_CASE("what is no RDP is called by its name") {
        if (!peers()) return;
        one_problem(probe_double("ssh"), "negotiation", "an SSH server: SSH-2.0-OpenSSH_9.2p1");
        one_problem(probe_double("web"), "negotiation", "a web server: HTTP/1.1 400 Bad Request");
        one_problem(probe_double("garbage"), "negotiation", "not RDP; it answers: 80 81 82");
        one_problem(probe_double("cut"), "negotiation", "in the middle of an answer");
        one_problem(probe_double("tls-garbage"), "TLS", "what came is no TLS");
    }

    TEST_CASE("silence is not waited out nine times") {
        if (!peers()) return;
        one_problem(probe_double("silent"), "negotiation", "nothing came for 1 s");
        const auto later = probe_double("tls-silent");
        one_problem(later, "TLS", "nothing came for 1 s");
        CHECK(versions(later.report) == "1.0 untried; 1.1 untried; 1.2 untried; 1.3 untried; ");
    }

    TEST_CASE("a server with nothing but TLS 1.0 or 1.1 is found out, though clients of today see only an end") {
        if (!peers()) return;
        const auto found = probe_double("tls", "1.0,1.1");
        one_problem(found, "TLS", "no version of TLS after 1.1");
        CHECK(is_internal_error(found));
        CHECK(versions(found.report) == "1.0 accepted; 1.1 accepted; 1.2 refused; 1.3 refused; ");
        one_problem(probe_double("tls", "1.0"), "TLS", "no version of TLS after 1.0");
        const auto both = probe_double("tls", "1.0,1.2");
        CHECK(both.status == 0);
        CHECK(has(both.text, "still accepted"));
    }

    TEST_CASE("an expired certificate is a fault, an old signature a note") {
        if (!peers()) return;
        const auto found = probe_double("tls", "1.2,1.3", "-1");
        one_problem(found, "certificate", "expired on 20");
        CHECK(has(found.text, "web1.test"));
        const auto old = probe_double("tls", "1.2", "30", "-sha1");
        CHECK(old.status == 0);
        CHECK(has(old.text, "RSA-SHA1"));
        CHECK(has(probe_double("tls", "1.2", "2").text, "within a week"));
    }

    TEST_CASE("what cannot be reached has a status of its own") {
        const auto refused = probe("127.0.0.1:" + free_port());
        CHECK(refused.status == 5);
        CHECK(has(refused.text, "refused"));
        CHECK(refused.report.at("problems")[0].at("station") == "connection");
        const auto unknown = probe("no-such-host.invalid");
        CHECK(unknown.status == 5);
        CHECK(unknown.report.at("problems")[0].at("station") == "name");
        if (!peers()) return;
        const auto full = probe_double("full");
        CHECK(full.status == 5);
        CHECK(has(full.text, "nothing came for 1 s"));
    }

    TEST_CASE("an IPv6 address stands in brackets") {
        if (!peers()) return;
        const scratch_folder where;
        make_certificate(where);
        auto command = double_command("nla", where, "1.3");
        command.insert(command.end(), {"--host", "::1"});
        const peer server(command, "listening");
        const auto found = probe("[::1]:" + server.port());
        CHECK(found.status == 0);
        CHECK(found.report.at("address") == "[::1]:" + server.port());
    }

    TEST_CASE("a target that is none is a matter of usage") {
        const scratch_folder where;
        const auto refuses = [&](const std::string& target, const std::string& words) {
            const auto ended = run_emsctl(where, {"rdp-probe", target});
            CAPTURE(target);
            CHECK(ended.status == 2);
            CHECK(has(ended.err, words));
        };
        refuses("2001:db8::7", "did you mean [2001:db8::7]?");
        refuses("host:port", "a number from 1 to 65535");
        refuses("host:0", "a number from 1 to 65535");
        refuses("host:65536", "a number from 1 to 65535");
        refuses("rdp://host", "");
        refuses("user@host", "no HOST or HOST:PORT");
        refuses("", "");
        refuses("[::1", "no HOST:PORT");
        CHECK(run_emsctl(where, {"rdp-probe"}).status == 2);
        CHECK(run_emsctl(where, {"rdp-probe", "host", "--timeout", "0"}).status == 2);
        CHECK(run_emsctl(where, {"rdp-probe", "host", "--output", "xml"}).status == 2);
    }

    TEST_CASE("a clock that is wrong is suspected when a certificate is of tomorrow") {
        using namespace std::chrono;
        emsctl::transport::rdp_findings findings;
        findings.end = {};
        findings.tls.emplace();
        auto& certificate = findings.tls->certificate.emplace();
        certificate.not_before = sys_seconds(seconds(2'000'000'000));
        certificate.not_after = sys_seconds(seconds(2'100'000'000));
        const auto early = emsctl::judge_rdp(findings, system_clock::from_time_t(1'900'000'000));
        REQUIRE(early.problems.size() == 1);
        CHECK(has(early.problems[0].seen, "not valid before 2033-05-18T03:33:20Z"));
        CHECK(emsctl::judge_rdp(findings, system_clock::from_time_t(2'050'000'000)).problems.empty());
    }
}

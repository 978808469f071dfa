// What is read out of a certificate, compared with what OpenSSL's own program says of it.
#include "transport/certificate_facts.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "tests/support/peer.hpp"
#include "tests/support/program.hpp"

using namespace emsctl::transport;
using emsctl::test::file_text;
using emsctl::test::peers_are_there;
using emsctl::test::scratch_folder;

namespace {

// The DER bytes of a certificate made by `commands`, which leave it in cert.pem.
std::string made_by(const scratch_folder& where, const std::string& commands) {
    const std::string script = "cd " + where.path().string() + " && " + commands +
                               " && openssl x509 -in cert.pem -outform DER -out cert.der"
                               " && openssl x509 -in cert.pem -noout -fingerprint -sha1 | sed 's/.*=//; s/://g' >print";
    REQUIRE(std::system(("( " + script + " ) >/dev/null 2>&1").c_str()) == 0);
    return file_text(where / "cert.der");
}

}  // namespace

TEST_SUITE("transport/certificate_facts") {
    TEST_CASE("a self-signed certificate tells its subject, dates, key and thumbprint") {
        if (!peers_are_there({"openssl"})) return;
        const scratch_folder where;
        const auto der = made_by(where,
                                 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout k "
                                 "-out cert.pem -days 2 -subj '/O=Contoso/CN=web1' -addext "
                                 "subjectAltName=DNS:web1.test,IP:127.0.0.1,IP:::1,email:a@b.test");
        const auto facts = read_certificate(der);
        REQUIRE(facts);
        CHECK(facts->subject == "O=Contoso, CN=web1");
        CHECK(facts->is_self_signed);
        CHECK(facts->key == "EC 256");
        CHECK(facts->signature == "ecdsa-with-SHA256");
        CHECK(facts->names == std::vector<std::string>{"web1.test", "127.0.0.1", "::1"});
        CHECK(facts->not_after - facts->not_before == std::chrono::hours(48));
        CHECK(facts->sha1 + "\n" == file_text(where / "print"));
        CHECK(facts->sha256.size() == 64);
    }

    TEST_CASE("the same name as issuer does not make a certificate self-signed; its own key does") {
        if (!peers_are_there({"openssl"})) return;
        const scratch_folder where;
        const auto der = made_by(where,
                                 "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=same"
                                 " && openssl req -new -newkey rsa:2048 -nodes -keyout k -out r.pem -subj /CN=same"
                                 " && openssl x509 -req -in r.pem -CA ca.pem -CAkey ca.key -set_serial 7 -out "
                                 "cert.pem");
        const auto facts = read_certificate(der);
        REQUIRE(facts);
        CHECK(facts->subject == facts->issuer);
        CHECK(!facts->is_self_signed);
        CHECK(facts->key == "RSA 2048");
    }

    TEST_CASE("a hostile name cannot write to the terminal") {
        if (!peers_are_there({"openssl"})) return;
        const scratch_folder where;
        const auto der = made_by(where,
                                 "openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out cert.pem -utf8 -subj "
                                 "\"/CN=$(printf 'evil\\033[2Jname')\"");
        const auto facts = read_certificate(der);
        REQUIRE(facts);
        CHECK(facts->subject.find('\x1b') == std::string::npos);
        CHECK(facts->subject.find("evil") != std::string::npos);
    }

    TEST_CASE("what is no certificate is none, and a damaged one never harms") {
        CHECK(!read_certificate(""));
        CHECK(!read_certificate("no certificate at all"));
        if (!peers_are_there({"openssl"})) return;
        const scratch_folder where;
        const auto der =
            made_by(where,
                    "openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out cert.pem -subj /CN=x -addext "
                    "subjectAltName=DNS:x.test,IP:127.0.0.1");
        std::mt19937 random(7);
        for (int round = 0; round < 5000; ++round) {
            std::string damaged = der.substr(0, round % 3 ? der.size() : random() % der.size());
            if (!damaged.empty()) damaged[random() % damaged.size()] = static_cast<char>(random());
            read_certificate(damaged);
        }
    }

    TEST_CASE("times are written as ISO 8601 says") {
        CHECK(iso_time(std::chrono::sys_seconds(std::chrono::seconds(1'767'225'600))) == "2026-01-01T00:00:00Z");
    }
}

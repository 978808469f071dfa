// The known_hosts format with what libssh2's reader gets wrong: revoked keys, certificate authorities, short names.
#include "transport/known_hosts.hpp"

#include <doctest/doctest.h>

#include "transport/detail/base64.hpp"

using namespace emsctl::transport;
using kind = known_hosts_verdict::kind;

namespace {

const host_key key{"ssh-ed25519", "first key"};
const host_key other{"ssh-ed25519", "another key"};

kind verdict(const std::string& file, const std::string& name, const host_key& shown = key) {
    return look_up(file, name, shown).what;
}

std::string line(const std::string& names, const host_key& of = key) {
    return known_hosts_line(names, of);
}

}  // namespace

TEST_SUITE("transport/known_hosts") {
    TEST_CASE("names, lists, ports, wildcards and negations are found") {
        CHECK(verdict(line("vm1"), "vm1") == kind::known);
        CHECK(verdict(line("h"), "h") == kind::known);
        CHECK(verdict(line("a,vm1,b"), "vm1") == kind::known);
        CHECK(verdict(line("[vm1]:2200"), "[vm1]:2200") == kind::known);
        CHECK(verdict(line("[vm1]:2200"), "vm1") == kind::unknown);
        CHECK(verdict(line("*.example"), "vm1.example") == kind::known);
        CHECK(verdict(line("*.example,!vm1.example"), "vm1.example") == kind::unknown);
        CHECK(verdict(line("*a*?.*"), "xxab.example") == kind::known);
        CHECK(verdict(line("*a*?.*"), "xxa.example") == kind::unknown);
        CHECK(verdict("", "vm1") == kind::unknown);
    }

    TEST_CASE("a pattern of many stars takes no longer than another") {
        std::string stars;
        for (int i = 0; i < 2000; ++i) stars += "*a";
        CHECK(verdict(line(stars + "b"), std::string(3000, 'a')) == kind::unknown);
        CHECK(verdict(line(stars + std::string(100'000, '*')), std::string(3000, 'a')) == kind::known);
    }

    TEST_CASE("a hashed name is found") {
        // HMAC-SHA1 of "vm1.example" with the salt "0123456789abcdefghij", computed with Python's hmac.
        const std::string hashed = "|1|MDEyMzQ1Njc4OWFiY2RlZmdoaWo=|lJTkZFqCSoWbnRaZTH5i7IDTgN8=";
        CHECK(verdict(line(hashed), "vm1.example") == kind::known);
        CHECK(verdict(line(hashed), "vm2.example") == kind::unknown);
    }

    TEST_CASE("another key of the same type is a change, with the old fingerprint and its line") {
        const auto found = look_up("# comment\n" + line("vm1"), "vm1", other);
        CHECK(found.what == kind::changed);
        CHECK(found.line == 2);
        REQUIRE(found.known_fingerprints.size() == 1);
        CHECK(found.known_fingerprints[0] == fingerprint_of(key.blob));
        CHECK(verdict(line("vm1", other) + line("vm1"), "vm1") == kind::known);
        CHECK(verdict(line("vm1", {"ssh-rsa", "an RSA key"}), "vm1") == kind::unknown);
    }

    TEST_CASE("a revoked key is refused even when it also stands there as known") {
        CHECK(verdict(line("vm1") + "@revoked " + line("*"), "vm1") == kind::revoked);
        CHECK(verdict("@revoked " + line("*") + line("vm1"), "vm1") == kind::revoked);
        CHECK(verdict("@cert-authority " + line("*"), "vm1") == kind::unknown);
    }

    TEST_CASE("one bad line does not hide the good ones") {
        CHECK(verdict("nonsense\nvm1 ssh-ed25519 ***\n\n" + line("vm1"), "vm1") == kind::known);
        const auto types =
            known_types(line("vm1") + line("vm1", {"ssh-rsa", "x"}) + line("vm2", {"ecdsa", "y"}), "vm1");
        CHECK(types == std::vector<std::string>{"ssh-ed25519", "ssh-rsa"});
    }
}

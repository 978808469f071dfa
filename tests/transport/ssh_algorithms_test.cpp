#include "transport/ssh_algorithms.hpp"

#include <doctest/doctest.h>

using namespace emsctl::transport;

namespace {

std::string number(std::size_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
    return out;
}

std::string name_list(const std::string& text) {
    return number(text.size()) + text;
}

std::string packet(const std::string& payload, std::size_t padding = 8) {
    return number(payload.size() + padding + 1) + static_cast<char>(padding) + payload + std::string(padding, 'x');
}

std::string kexinit(const std::string& kex, const std::string& keys, const std::string& ciphers,
                    const std::string& macs) {
    std::string payload(1, '\x14');
    payload += std::string(16, 'c');
    for (const auto& list : {kex, keys, ciphers, ciphers, macs, macs}) payload += name_list(list);
    for (const char* list : {"none", "none", "", ""}) payload += name_list(list);
    return payload + std::string(5, '\0');
}

const std::string banner = "SSH-2.0-Old_1.0\r\n";
const std::string lists = packet(kexinit("curve25519-sha256,x", "ssh-rsa", "aes128-ctr", "hmac-md5"));

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("transport/ssh_algorithms") {
    TEST_CASE("a greeting is read however it is cut, with lines before the banner") {
        const std::string whole = "hello\r\nthere\n" + banner + lists;
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            CAPTURE(cut);
            REQUIRE(read_greeting(whole.substr(0, cut)).what == ssh_greeting::kind::incomplete);
        }
        const auto read = read_greeting(whole + "more");
        CHECK(read.what == ssh_greeting::kind::complete);
        CHECK(read.banner == "SSH-2.0-Old_1.0");
        CHECK(joined(read.offers.kex) == "curve25519-sha256, x");
        CHECK(joined(read.offers.host_keys) == "ssh-rsa");
        CHECK(joined(read.offers.macs) == "hmac-md5");
    }

    TEST_CASE("what is no SSH is told as such, without trusting any length") {
        using kind = ssh_greeting::kind;
        CHECK(read_greeting(banner + number(0)).what == kind::no_ssh);
        CHECK(read_greeting(banner + number(0xffffffff) + "x").what == kind::no_ssh);
        CHECK(read_greeting(banner + packet("\x14 short")).what == kind::no_ssh);
        CHECK(read_greeting(banner + packet("\x15" + std::string(100, 'x'))).what == kind::no_ssh);
        CHECK(read_greeting(banner + number(3) + "\xff\x14x").what == kind::no_ssh);
        std::string lying(1, '\x14');
        lying += std::string(16, 'c') + number(0xfffffff0) + "abc";
        CHECK(read_greeting(banner + packet(lying)).what == kind::no_ssh);
        CHECK(read_greeting(std::string(70000, 'x')).what == kind::no_ssh);
        CHECK(read_greeting("").what == kind::incomplete);
    }

    TEST_CASE("each list without anything in common is named with what either side has") {
        const auto theirs = read_greeting(banner + lists).offers;
        const auto text = nothing_in_common(theirs, wanted_algorithms(false), "libssh2 1.10.0");
        CHECK(has(text, "no host key algorithm in common (the server has ssh-rsa; libssh2 1.10.0 has ssh-ed25519"));
        CHECK(has(text, "; no MAC in common (the server has hmac-md5; "));
        CHECK(text.find("key exchange") == std::string::npos);
        CHECK(nothing_in_common(theirs, wanted_algorithms(true), "we").empty());
    }

    TEST_CASE("no MAC is needed with a cipher that proves its bytes, and a server's names cannot paint a terminal") {
        ssh_algorithms theirs = wanted_algorithms(false);
        theirs.macs = {"umac\x1b[2J"};
        CHECK(nothing_in_common(theirs, wanted_algorithms(false), "we").empty());
        theirs.ciphers = {"aes128-ctr"};
        const auto text = nothing_in_common(theirs, wanted_algorithms(false), "we");
        CHECK(has(text, "umac?[2J"));
    }

    TEST_CASE("weak algorithms are those that only the old offer has") {
        CHECK(joined(weak_among("diffie-hellman-group14-sha1, ssh-rsa, aes128-ctr, hmac-sha2-256")) ==
              "diffie-hellman-group14-sha1, ssh-rsa");
        CHECK(weak_among("curve25519-sha256, ssh-ed25519, aes128-ctr, hmac-sha1").empty());
    }
}

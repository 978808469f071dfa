// The first exchange of RDP: what we send, byte for byte, and every kind of answer, also those that are none.
#include "transport/rdp_negotiation.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace emsctl::transport;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text.push_back(static_cast<char>(value));
    return text;
}

std::string confirmation(std::initializer_list<int> negotiation) {
    const int size = 11 + static_cast<int>(negotiation.size());
    return bytes({3, 0, 0, size, size - 5, 0xd0, 0, 0, 0x12, 0x34, 0}) + bytes(negotiation);
}

std::string complaint(const std::string& packet) {
    const auto reply = parse_rdp_reply(packet);
    REQUIRE(reply.has_error());
    return reply.error().seen;
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("transport/rdp_negotiation") {
    TEST_CASE("the request is the 19 bytes of the specification, its protocols in little-endian order") {
        CHECK(rdp_connection_request(rdp_protocol::tls | rdp_protocol::credssp | rdp_protocol::credssp_early_auth) ==
              bytes({3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0x0b, 0, 0, 0}));
        CHECK(rdp_connection_request(0x04030201).substr(15) == bytes({1, 2, 3, 4}));
    }

    TEST_CASE("a chosen protocol is read with its flags") {
        const auto reply = parse_rdp_reply(confirmation({2, 0x1f, 8, 0, 8, 0, 0, 0})).value();
        CHECK(reply.negotiates);
        CHECK(reply.selected == rdp_protocol::credssp_early_auth);
        CHECK(reply.flags == 0x1f);
        CHECK(!reply.failure);
    }

    TEST_CASE("a confirmation without negotiation data means standard security") {
        const auto reply = parse_rdp_reply(confirmation({})).value();
        CHECK(!reply.negotiates);
        CHECK(reply.selected == rdp_protocol::standard);
    }

    TEST_CASE("every documented refusal has its name and a meaning, an undocumented one its number") {
        const std::vector<std::string> names = {"SSL_REQUIRED_BY_SERVER",    "SSL_NOT_ALLOWED_BY_SERVER",
                                                "SSL_CERT_NOT_ON_SERVER",    "INCONSISTENT_FLAGS",
                                                "HYBRID_REQUIRED_BY_SERVER", "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER"};
        for (int code = 1; code <= 6; ++code) {
            const auto reply = parse_rdp_reply(confirmation({3, 0, 8, 0, code, 0, 0, 0})).value();
            REQUIRE(reply.failure);
            CHECK(name_of(*reply.failure) == names[static_cast<std::size_t>(code - 1)]);
            CHECK(!meaning_of(*reply.failure).empty());
        }
        const auto odd = parse_rdp_reply(confirmation({3, 0, 8, 0, 77, 0, 0, 0})).value();
        CHECK(name_of(*odd.failure) == "failure code 77");
        CHECK(has(meaning_of(*odd.failure), "does not know"));
        CHECK(name_of(static_cast<rdp_protocol>(16)) == "0x10");
    }

    TEST_CASE("the length of a packet is known from its fourth byte on, and not before") {
        const auto packet = confirmation({2, 0, 8, 0, 1, 0, 0, 0});
        for (std::size_t n = 0; n < 4; ++n) CHECK(rdp_packet_length(packet.substr(0, n)).value() == 0);
        for (std::size_t n = 4; n <= packet.size(); ++n) CHECK(rdp_packet_length(packet.substr(0, n)).value() == 19);
    }

    TEST_CASE("what is no RDP is called by its name") {
        CHECK(has(rdp_packet_length("SSH-2.0-OpenSSH_9.2p1\r\n").error().seen, "an SSH server: SSH-2.0-OpenSSH_9.2p1"));
        CHECK(has(rdp_packet_length("HTTP/1.1 400 Bad Request\r\n").error().seen, "a web server: HTTP/1.1 400"));
        CHECK(has(rdp_packet_length("220 mail.example ESMTP\r\n").error().seen, "it says: 220 mail.example"));
        CHECK(has(rdp_packet_length(bytes({0x15, 3, 1, 0, 2, 2, 70})).error().seen, "TLS from the first byte"));
        CHECK(has(rdp_packet_length(bytes({0, 1, 0xff})).error().seen, "00 01 ff"));
        CHECK(has(rdp_packet_length(bytes({3, 0, 0xff, 0xff})).error().seen, "not RDP"));
        CHECK(has(rdp_packet_length(bytes({3, 0, 0, 4})).error().seen, "not RDP"));
    }

    TEST_CASE("no escape sequence of a hostile server reaches the message") {
        const auto seen = rdp_packet_length("evil\x1b]0;title\x07\r\n").error().seen;
        CHECK(seen == "not RDP; it says: evil");
        CHECK(rdp_packet_length("\x1b[2J\x1b[H").error().seen.find('\x1b') == std::string::npos);
    }

    TEST_CASE("a damaged confirmation is refused, and its bytes are shown") {
        CHECK(has(complaint(confirmation({2, 0, 8, 0, 1, 0, 0})), "03 00 00 12"));
        CHECK(has(complaint(confirmation({2, 0, 9, 0, 1, 0, 0, 0})), "wrong length"));
        CHECK(has(complaint(confirmation({9, 0, 8, 0, 1, 0, 0, 0})), "unknown type"));
        CHECK(has(complaint(confirmation({}) + "x"), "wrong"));
        CHECK(has(complaint(bytes({3, 0, 0, 11, 6, 0xe0, 0, 0, 0, 0, 0})), "no connection confirmation"));
        CHECK(has(complaint(bytes({3, 0, 0, 11, 9, 0xd0, 0, 0, 0, 0, 0})), "length inside"));
        CHECK(has(complaint(bytes({3, 0, 0, 11, 6, 0x80, 0, 0, 0, 0, 0x80})), "disconnect request, reason 128"));
        CHECK(has(complaint(""), "length is wrong"));
    }

    TEST_CASE("a hundred thousand random and half-right packets are read or refused, never worse") {
        std::mt19937 random(20260101);
        std::size_t read = 0;
        for (int round = 0; round < 100'000; ++round) {
            std::string packet = round % 2 ? confirmation({2, 0, 8, 0, 1, 0, 0, 0}) : std::string(random() % 40, '\0');
            if (round % 2)
                packet[random() % packet.size()] = static_cast<char>(random());
            else
                for (auto& c : packet) c = static_cast<char>(random());
            const auto length = rdp_packet_length(packet);
            if (length && *length > 512) FAIL("a length that is too long");
            if (parse_rdp_reply(packet)) ++read;
        }
        CHECK(read > 1000);
    }
}

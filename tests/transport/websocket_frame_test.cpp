// RFC 6455 frames: every length form, fragments, control frames, violations; cut anywhere with the same result.
#include "transport/websocket_frame.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace emsctl::transport;
using opcode = websocket_frame::opcode;

namespace {

// A server's frame: as ours, without a mask.
std::string served(opcode what, const std::string& payload, bool is_last = true) {
    std::string out(1, static_cast<char>((is_last ? 0x80 : 0) | static_cast<int>(what)));
    if (payload.size() <= 125) {
        out.push_back(static_cast<char>(payload.size()));
    } else if (payload.size() <= 0xFFFF) {
        out.push_back(126);
        out.push_back(static_cast<char>(payload.size() >> 8));
        out.push_back(static_cast<char>(payload.size()));
    } else {
        out.push_back(127);
        for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(payload.size() >> shift));
    }
    return out + payload;
}

std::vector<std::string> decoded(const std::vector<std::string>& pieces, unsigned* problem = nullptr) {
    websocket_decoder decoder(1 << 20);
    std::vector<std::string> all;
    for (const auto& piece : pieces) {
        decoder.feed(piece);
        while (auto frame = decoder.next())
            all.push_back(std::to_string(static_cast<int>(frame->what)) + ":" + frame->payload);
    }
    if (problem) *problem = decoder.problem() ? decoder.problem()->code : 0;
    return all;
}

unsigned violation(const std::string& bytes) {
    unsigned code = 0;
    decoded({bytes}, &code);
    return code;
}

std::vector<std::string> bytes_of(const std::string& text) {
    std::vector<std::string> all;
    for (const char c : text) all.emplace_back(1, c);
    return all;
}

}  // namespace

TEST_SUITE("transport/websocket_frame") {
    TEST_CASE("a client's frame is masked and has the shortest length form") {
        const std::string hello = encode_frame({opcode::text, true, "Hello"}, {0x37, 0xfa, 0x21, 0x3d});
        CHECK(hello == "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");  // RFC 6455 section 5.7
        CHECK(encode_frame({opcode::binary, true, std::string(126, 'x')}, {}).substr(0, 4) ==
              std::string("\x82\xfe\0\x7e", 4));
        CHECK(encode_frame({opcode::binary, true, std::string(65536, 'x')}, {}).substr(0, 10) ==
              std::string("\x82\xff\0\0\0\0\0\1\0\0", 10));
    }

    TEST_CASE("a session is read alike whole and byte by byte, and in any two pieces") {
        const std::string session = served(opcode::text, "SA", false) + served(opcode::ping, "are you there") +
                                    served(opcode::continuation, "C>") + served(opcode::binary, "") +
                                    served(opcode::binary, std::string(300, 'b')) +
                                    served(opcode::text, std::string(70000, 't')) +
                                    served(opcode::close, std::string("\x03\xf3", 2) + "Connection not trusted");
        const auto whole = decoded({session});
        REQUIRE(whole.size() == 6);
        CHECK(whole[0] == "9:are you there");
        CHECK(whole[1] == "1:SAC>");
        CHECK(decoded(bytes_of(session)) == whole);
        for (std::size_t cut = 1; cut < 400; ++cut)
            CHECK(decoded({session.substr(0, cut), session.substr(cut)}) == whole);
        const auto cause = read_close_payload(whole[5].substr(2));
        CHECK(cause.code == 1011);
        CHECK(cause.reason == "Connection not trusted");
    }

    TEST_CASE("text that is no UTF-8 passes") {
        CHECK(decoded({served(opcode::text, "\xff\xc3(")}) == std::vector<std::string>{"1:\xff\xc3("});
    }

    TEST_CASE("what the protocol forbids is refused with the right code") {
        CHECK(violation("\xc2\x01x") == 1002);                          // a reserved bit
        CHECK(violation("\x83\x01x") == 1002);                          // an unknown kind
        CHECK(violation(std::string("\x82\x81\0\0\0\0x", 7)) == 1002);  // masked by a server
        CHECK(violation(std::string("\x09\x00", 2)) == 1002);           // a ping in pieces
        CHECK(violation(std::string("\x89\x7e\0\x80", 4)) == 1002);     // a long ping
        CHECK(violation(std::string("\x82\x7e\0\x05", 4)) == 1002);     // a length in too many bytes
        CHECK(violation("\x80\x01x") == 1002);                          // continues nothing
        CHECK(violation(served(opcode::text, "a", false) + served(opcode::text, "b")) == 1002);
        CHECK(violation(std::string("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10)) == 1009);
        CHECK(violation(served(opcode::binary, std::string(600'000, 'a'), false) +
                        served(opcode::continuation, std::string(600'000, 'b'))) == 1009);
    }

    TEST_CASE("random bytes are read alike however they are cut, and never keep more than a message") {
        std::mt19937 random(7);
        for (int round = 0; round < 300; ++round) {
            std::string bytes(1 + random() % 200, '\0');
            for (auto& b : bytes) b = static_cast<char>(random() % 4 ? random() % 16 : random());
            unsigned whole = 0;
            unsigned pieces = 0;
            CHECK(decoded({bytes}, &whole) == decoded(bytes_of(bytes), &pieces));
            CHECK(whole == pieces);
        }
    }
}

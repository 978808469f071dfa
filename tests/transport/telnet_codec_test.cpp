// Telnet's bytes: real servers' greetings, stubborn ones, and every cut.
#include "transport/telnet_codec.hpp"

#include <doctest/doctest.h>

#include <random>

#include "transport/com_port.hpp"

using namespace emsctl::transport;

namespace {

// Greetings of ser2net 4.3.11 with telnet(rfc2217), and of QEMU 7.2, as they came over the wire.
const std::string ser2net("\xFF\xFB\x03\xFF\xFD\x03\xFF\xFB\x01\xFF\xFE\x01\xFF\xFD\x00\xFF\xFB\x00\xFF\xFD\x2C", 21);
const std::string qemu("\xFF\xFB\x01\xFF\xFB\x03\xFF\xFB\x00\xFF\xFD\x00", 12);

telnet_codec::received fed(telnet_codec& codec, const std::string& bytes, bool byte_by_byte) {
    if (!byte_by_byte) return codec.feed(bytes);
    telnet_codec::received all;
    for (const char c : bytes) {
        auto one = codec.feed({&c, 1});
        all.data += one.data;
        all.answer += one.answer;
        for (auto& sub : one.com_port) all.com_port.push_back(sub);
    }
    return all;
}

}  // namespace

TEST_SUITE("transport/telnet_codec") {
    TEST_CASE("after a real server's greeting everything is binary both ways") {
        for (const auto& greeting : {ser2net, qemu}) {
            telnet_codec codec(greeting == ser2net);
            codec.opening();
            codec.feed(greeting);
            CHECK(codec.has_heard_telnet());
            CHECK(codec.encode("a\r\xff") == "a\r\xff\xff");
            CHECK(codec.feed(std::string("x\r\0y\xff\xff", 6)).data == std::string("x\r\0y\xff", 5));
        }
        telnet_codec codec(true);
        codec.opening();
        codec.feed(ser2net);
        CHECK(codec.may_send_com_port());
    }

    TEST_CASE("without binary a CR travels as CR NUL") {
        telnet_codec codec(false);
        CHECK(codec.encode("dir\r") == std::string("dir\r\0", 5));
        CHECK(codec.feed(std::string("a\r\0b\r\nc", 7)).data == "a\rb\r\nc");
    }

    TEST_CASE("what is not wanted is refused once, and two stubborn sides come to an end") {
        telnet_codec codec(false);
        CHECK(codec.feed("\xff\xfd\x18").answer == "\xff\xfc\x18");  // DO TTYPE: WONT
        CHECK(codec.feed("\xff\xfb\x22").answer == "\xff\xfe\x22");  // WILL LINEMODE: DONT
        std::size_t said = 0;
        for (int i = 0; i < 1000; ++i) said += codec.feed("\xff\xfd\x18\xff\xfb\x01\xff\xfc\x01").answer.size();
        CHECK(said < 60);
    }

    TEST_CASE("an answer about the option we asked for is not answered again") {
        telnet_codec codec(true);
        codec.opening();
        CHECK(!codec.is_settled());
        CHECK(
            codec.feed(std::string("\xff\xfd\x00\xff\xfb\x00\xff\xfd\x03\xff\xfb\x03\xff\xfd\x2c", 15)).answer.empty());
        CHECK(codec.is_settled());
    }

    TEST_CASE("a sub-negotiation may be cut anywhere, hold doubled IACs, and never end") {
        const std::string sub = telnet_sub(telnet::com_port, std::string("\x65\x00\xff\xff\x80", 5));
        CHECK(sub == std::string("\xff\xfa\x2c\x65\x00\xff\xff\xff\xff\x80\xff\xf0", 12));
        for (const bool one_by_one : {false, true}) {
            telnet_codec codec(true);
            const auto got = fed(codec, "a" + sub + "b", one_by_one);
            CHECK(got.data == "ab");
            REQUIRE(got.com_port.size() == 1);
            CHECK(got.com_port[0] == std::string("\x65\x00\xff\xff\x80", 5));
        }
        telnet_codec codec(true);
        codec.feed("\xff\xfa\x2c");
        for (int i = 0; i < 1000; ++i) codec.feed(std::string(1000, 'x'));
        CHECK(codec.feed("\xff\xf0z").data == "z");
    }

    TEST_CASE("random bytes are read alike whole and one by one") {
        std::mt19937 random(3);
        for (int round = 0; round < 500; ++round) {
            std::string bytes(random() % 300, '\0');
            for (auto& b : bytes) b = static_cast<char>(random() % 3 ? 240 + random() % 16 : random());
            telnet_codec first(true);
            telnet_codec second(true);
            const auto whole = fed(first, bytes, false);
            const auto pieces = fed(second, bytes, true);
            CHECK(whole.data == pieces.data);
            CHECK(whole.answer == pieces.answer);
            CHECK(whole.com_port == pieces.com_port);
        }
    }

    TEST_CASE("a raw port's bytes pass untouched") {
        telnet_codec codec(false, true);
        CHECK(codec.opening().empty());
        CHECK(codec.encode("\xff\r") == "\xff\r");
        CHECK(codec.feed("\xff\xfd\x18").data == "\xff\xfd\x18");
    }
}

TEST_SUITE("transport/com_port") {
    TEST_CASE("each setting is asked for in its own words, and an answer is compared") {
        const auto requests = com_port_requests({});
        REQUIRE(requests.size() == 8);
        CHECK(requests[0].content == std::string("\x01\x00\x01\xc2\x00", 5));
        CHECK(read_com_port(std::string("\x65\x00\x01\xc2\x00", 5), requests[0])->is_what_was_asked);
        CHECK(read_com_port(std::string("\x65\x00\x01\xc2\x00\0\0\0\0", 9), requests[0])->is_what_was_asked);
        CHECK(!read_com_port(std::string("\x65\x00\x00\x25\x80", 5), requests[0])->is_what_was_asked);
        CHECK(!read_com_port("\x66\x08", requests[0]));
        CHECK(read_com_port("\x6b\x10", requests[6])->is_what_was_asked);
        CHECK(*suspends("\x6c"));
        CHECK(!*suspends("\x6d"));
        CHECK(!suspends("\x6b"));
    }
}

#include "sac/session_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sac/encoding.hpp"
#include "transport/recording_file.hpp"

using namespace emsctl;
using namespace emsctl::sac;

namespace {

using kind = transport::recording_event::kind;

// The recording in pieces of at most `most` bytes.
told_session told(const std::string& recording, std::size_t most) {
    session_reader reader;
    transport::recording_file file(std::string(EMSCTL_SOURCE_DIR) + "/recordings/" + recording);
    while (const auto event = file.next()) {
        if (event->hole > 0) reader.hidden(event->hole, event->what == kind::input, event->at);
        if (event->what == kind::mark) reader.mark(event->bytes, event->at);
        for (std::size_t at = 0; at < event->bytes.size(); at += most) {
            if (event->what == kind::output) reader.output(std::string_view(event->bytes).substr(at, most), event->at);
            if (event->what == kind::input) reader.input(std::string_view(event->bytes).substr(at, most), event->at);
        }
    }
    return reader.finish();
}

bool same(const told_command& a, const told_command& b) {
    return a.text == b.text && a.out_bytes == b.out_bytes && a.err_bytes == b.err_bytes && a.exit_code == b.exit_code &&
           a.how == b.how && a.began == b.began && a.in_powershell == b.in_powershell;
}

std::vector<std::string> texts(const told_session& session, told_event::kind what) {
    std::vector<std::string> out;
    for (const auto& event : session.events)
        if (event.what == what) out.push_back(event.text);
    return out;
}

}  // namespace

TEST_SUITE("sac/session_reader") {
    TEST_CASE("every command of a recorded repair is told with its proved result, however the bytes are cut") {
        for (const std::string recording : {"repair-2019.cast", "repair-windows-11.cast"}) {
            CAPTURE(recording);
            const auto session = told(recording, 1'000'000);
            CHECK(session.commands.size() > 50);
            for (const auto& command : session.commands) {
                CAPTURE(command.text);
                CHECK(command.how == told_command::proof::hashed);
                CHECK(command.ended > command.began);
            }
            const auto by_byte = told(recording, 1);
            CHECK(std::equal(session.commands.begin(), session.commands.end(), by_byte.commands.begin(),
                             by_byte.commands.end(), same));
            CHECK(texts(session, told_event::kind::boot).size() == 1);
            CHECK(texts(session, told_event::kind::login).size() == 2);
            CHECK(texts(session, told_event::kind::hidden).front() == "9 bytes typed, not kept");
        }
    }

    TEST_CASE("the console's way of drawing makes no difference to what a session did") {
        const auto painted = told("repair-2019.cast", 4096);
        const auto streamed = told("repair-windows-11.cast", 4096);
        REQUIRE(painted.commands.size() == streamed.commands.size());
        for (std::size_t i = 0; i < painted.commands.size(); ++i) {
            CHECK(painted.commands[i].text == streamed.commands[i].text);
            CHECK(painted.commands[i].exit_code == streamed.commands[i].exit_code);
        }
    }

    TEST_CASE("a log of another tool, without what was typed, tells places, channels and commands") {
        session_reader reader;
        const std::string log =
            "\r\nSAC>cmd\r\nThe Command Prompt session was successfully launched.\r\nSAC>\r\n"
            "EVENT:   A new channel has been created.  Use \"ch -?\" for channel help.\r\nChannel: Cmd0001\r\nSAC>"
            "ch -sn Cmd0001\r\n"
            "<?xml version=\"1.0\"?>\r\n<channel-switch>\r\n<name>Cmd0001</name>\r\n<guid>1</guid>\r\n"
            "<application-type>2</application-type>\r\n</channel-switch>\r\n"
            "Microsoft Windows [Version 10.0.17763.1]\r\n\r\nC:\\Windows\\system32>ipconfig\r\n\r\nWindows IP "
            "Configuration\r\nC:\\Windows\\system32>exit\r\n";
        for (const char c : log) reader.output({&c, 1}, {});
        const auto session = reader.finish();
        CHECK(texts(session, told_event::kind::sac_command) == std::vector<std::string>{"cmd", "ch -sn Cmd0001"});
        CHECK(texts(session, told_event::kind::channel) == std::vector<std::string>{"Cmd0001"});
        REQUIRE(session.commands.size() == 2);
        CHECK(session.commands[0].text == "ipconfig");
        CHECK(session.commands[0].how == told_command::proof::as_shown);
        CHECK(session.commands[0].out_bytes.find("Windows IP Configuration\n") != std::string::npos);
        CHECK(session.commands[1].text == "exit");
    }

    TEST_CASE("bytes that mean nothing are read without harm") {
        session_reader reader;
        std::string noise;
        for (int i = 0; i < 4096; ++i) noise += static_cast<char>(i * 7919 >> 3);
        reader.output(noise, {});
        reader.input(noise, {});
        reader.input("md %SystemRoot%\\Temp\\emsABCDEF& cd\rk run 1 1\rk up x\rk page 2 9.o 1\rk run 99999999999 1\r",
                     {});
        reader.output("ABCDEF:1.\r\n", {});
        for (const auto& command : reader.finish().commands) CHECK(command.how != told_command::proof::hashed);
    }
}

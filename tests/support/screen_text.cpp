#include "tests/support/screen_text.hpp"

#include <random>

namespace emsctl::test {

std::string screen_text(const sac::screen& picture) {
    return picture.dump() + "\n@" + std::to_string(picture.cursor_row()) + "," +
           std::to_string(picture.cursor_column());
}

void feed_whole(sac::far_end& end, std::string_view bytes) {
    end.feed(bytes);
}

void feed_bytewise(sac::far_end& end, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) end.feed(bytes.substr(i, 1));
}

void feed_cut(sac::far_end& end, std::string_view bytes, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    while (!bytes.empty()) {
        const auto count = std::min<std::size_t>(bytes.size(), random() % 40);
        end.feed(bytes.substr(0, count));
        bytes.remove_prefix(count);
    }
}

std::string everything_seen(const sac::far_end& end) {
    return screen_text(end.picture()) + "\ntitle " + end.picture().title_text() + "\nplace " +
           std::string(name_of(end.now())) + "\ntext " + std::string(end.text_since(0)) + "\nchannel " +
           end.channel().name + " " + end.channel().instance + " " + end.channel().application + "\nswitches " +
           std::to_string(end.switches()) + " boots " + std::to_string(end.boots()) + " offset " +
           std::to_string(end.offset());
}

namespace golden {
namespace {

std::string with_nul(std::string_view text) {
    return std::string(text) + '\0';
}

std::string announced(std::string_view name, std::string_view shown, std::string_view full, std::string_view instance,
                      std::string_view application) {
    const std::string prelude = "\x1b[2J\x1b[1;1H\x1b[40;37m\x1b[0m";
    std::string s = prelude + "<?xml version=\"1.0\"?>\r\n<channel-switch>\r\n";
    s.append("<name>").append(name).append("</name>\r\n<description>").append(full).append("</description>\r\n");
    s.append("<type>VT-UTF8</type>\r\n<guid>").append(instance).append("</guid>\r\n<application-type>");
    s.append(application).append("</application-type>\r\n</channel-switch>\r\n").append(prelude);
    s.append("Name:                  ").append(name).append("\r\nDescription:           ").append(shown);
    s.append("\r\nType:                  VT-UTF8\r\nChannel GUID:          ").append(instance);
    s.append("\r\nApplication Type GUID: ").append(application);
    return s +
           "\r\n\r\nPress <esc><tab> for next channel.\r\n"
           "Press <esc><tab>0 to return to the SAC channel.\r\n"
           "Use any other key to view this channel.\r\n\r\n";
}

}  // namespace

std::string channel_list() {
    return "ch\r\nChannel List\r\n\r\n(Use \"ch -?\" for information on using channels)\r\n\r\n"
           "# Status  Channel Name\r\n0 (AV)    SAC\r\nSAC>";
}

std::string new_channel() {
    return "cmd\r\nThe Command Prompt session was successfully launched.\r\nSAC>\r\n"
           "EVENT:   A new channel has been created.  Use \"ch -?\" for channel help.\r\nChannel: Cmd0002\r\nSAC>";
}

std::string switch_screen() {
    return announced("Cmd0002", "Command", "Command Prompt", guid, sac::cmd_application);
}

std::string sac_switch_screen() {
    return announced("SAC", "Special Adminis", "Special Administration Console", "026cf060-84b0-11f1-a428-525400619c68",
                     sac::sac_application);
}

std::string login(std::string_view user, std::string_view stars) {
    return with_nul("\x1b[2J\x1b[0;0H\r\nPlease enter login credentials.\r\n") + with_nul("Username: ") +
           std::string(user) + with_nul("\r\nDomain  : ") + with_nul("\r\nPassword: ") + std::string(stars);
}

std::string conpty_shell() {
    const std::string banner = "Microsoft Windows [Version 10.0.22621.2283]";
    const std::string rights = "(c) Microsoft Corporation. All rights reserved.";
    const std::string prompt = "C:\\Windows\\System32>";
    std::string s = "\x1b[18t\x1b[18t\x1b[?25l\x1b[2J\x1b[m\x1b[H" + banner + "\r\n" + rights + "\x1b[4;1H" + prompt +
                    "\x1b]0;Administrator: C:\\Windows\\system32\\cmd.exe\a\x1b[?25h\x1b[?25l\x1b[H" + banner +
                    "\x1b[K\r\n" + rights + "\x1b[K\r\n\x1b[K\r\n" + prompt + "\x1b[K";
    for (int row = 4; row < 24; ++row) s += "\r\n\x1b[K";
    return s + "\x1b[4;21H\x1b[?25h";
}

std::string sac_repaint() {
    const auto row = [](int number) { return "\x1b[" + std::to_string(number) + ";1H"; };
    std::string s = "\x1b[2J\x1b[1;1H\x1b[0m\x1b[22m\x1b[25m\x1b[27m\x1b[40m\x1b[37m";
    const std::vector<std::string> full = {"", "Computer is booting, SAC started and initialized.", "",
                                           "EVENT: The CMD command is now available."};
    for (int i = 0; i < 22; ++i) {
        std::string text = i < 4 ? full[static_cast<std::size_t>(i)] : "";
        text.resize(80, ' ');
        s += (i == 0 ? "" : row(i + 1)) + text;
    }
    s += row(23) + "SAC>ch -sn Cmd0001\x1b[0m\x1b[0m";
    return s + row(24) + "\x1b[40m\x1b[37mSAC>\x1b[0m\x1b[0m\x1b[24;5H\x1b[22m\x1b[25m\x1b[27m\x1b[40m\x1b[37m";
}

std::string machine_info() {
    return "<?xml version=\"1.0\"?>\r\n<machine-info>\r\n<name>WIN-ABC</name>\r\n"
           "<guid>00000000-0000-0000-0000-000000000000</guid>\r\n"
           "<processor-architecture>AMD64</processor-architecture>\r\n<os-version>10.0</os-version>\r\n"
           "<os-build-number>20348</os-build-number>\r\n</machine-info>\r\n";
}

std::string stop_error() {
    return "<?xml>\r\n<BP>\r\n<INSTANCE CLASSNAME=\"BLUESCREEN\">\r\n"
           "<PROPERTY NAME=\"STOPCODE\" TYPE=\"string\"><VALUE>\"0xE2\"</VALUE>\r\n</PROPERTY>\r\n<machine-info>\r\n"
           "<name>WIN-ABC</name>\r\n</machine-info>\r\n</INSTANCE>\r\n</BP>\r\n";
}

std::vector<part> dialogue() {
    using sac::place;
    return {
        {"kernel opens the port", "\x1b[2J\x1b[H", place::loading},
        {"machine info", machine_info(), place::other},
        {"banner",
         "\x1b[2J\r\n\r\nComputer is booting, SAC started and initialized.\r\n\r\nUse the \"ch -?\" command for "
         "information about using channels.\r\nUse the \"?\" command for general help.\r\n\r\n\r\nSAC>",
         place::sac_prompt},
        {"CMD event", "\r\nEVENT: The CMD command is now available.\r\nSAC>", place::sac_prompt},
        {"ch", channel_list(), place::sac_prompt},
        {"cmd", new_channel(), place::sac_prompt},
        {"ch -sn", "ch -sn Cmd0002\r\n" + switch_screen(), place::switch_screen},
        {"user field", login("", "").substr(0, login("", "").find("\r\nDomain")), place::login_user},
        {"domain field", "skills\r\nDomain  : " + std::string(1, '\0'), place::login_domain},
        {"password field", "\r\nPassword: " + std::string(1, '\0'), place::login_password},
        {"password", "******", place::login_password},
        {"entered", "\r\n\r\nAttempting to authenticate...\r\n" + std::string(1, '\0'), place::other},
        {"shell", conpty_shell(), place::cmd_shell},
        {"exit",
         "exit\r\n\x1b]0;C:\\Windows\\system32\\cmd.exe\a\r\nThe Command Console session is exiting.\r\n" +
             std::string(1, '\0') + sac_switch_screen(),
         place::switch_screen},
        {"repaint", sac_repaint(), place::sac_prompt},
        {"Enter", "\r\nSAC>", place::sac_prompt},
    };
}

}  // namespace golden
}  // namespace emsctl::test

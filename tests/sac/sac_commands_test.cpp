// SAC's own commands: which of them act, and what their answers say.
#include <doctest/doctest.h>

#include "sac/sac_commands.hpp"

using namespace emsctl::sac;

TEST_SUITE("sac/sac_commands") {
    TEST_CASE("a command is one line that can be proved, and no second one hides in it") {
        CHECK(sac_command({"CH", "-CN", "Cmd0001"}) == "ch -cn cmd0001");
        CHECK(sac_command({"  id  "}) == "id");
        CHECK_FALSE(sac_command({}));
        CHECK_FALSE(sac_command({" "}));
        CHECK_FALSE(sac_command({"id\rrestart"}));
        CHECK_FALSE(sac_command({"id\x03"}));
        CHECK_FALSE(sac_command({"\xc3\xa4"}));
        CHECK_FALSE(sac_command({std::string(76, 'i')}));
    }

    TEST_CASE("only what is known to read is taken for reading") {
        for (const auto* reads : {"ch", "ch -?", "d", "help", "?", "i", "id", "s", "t"})
            CHECK(effect_of(reads) == sac_effect::reads);
        for (const auto* acts : {"restart", "shutdown", "crashdump", "k 4", "l 4", "r 4", "m 4 10", "lock", "cmd",
                                 "ch -cn cmd0001", "ch -ci 1", "s 07/24/2026 10:00", "i 11 10.0.0.5 255.0.0.0 10.0.0.1",
                                 "type", "ping", "livedump", "restartx"})
            CHECK(effect_of(acts) == sac_effect::acts);
        CHECK(effect_of("f") == sac_effect::toggles);
        CHECK(effect_of("ch -sn cmd0001") == sac_effect::switches);
    }

    TEST_CASE("addresses are read by their form, in any language") {
        const auto all = parse_addresses(
            "SAC is retrieving IP Addresses...\nNet: 11, Ip=192.168.0.10  Subnet=255.255.255.0  Gateway=192.168.0.1\n"
            "Netz: 12, IP=10.0.0.4  Subnetz=255.0.0.0  Gateway=10.0.0.1\nThere are no IP Addresses available.\n");
        REQUIRE(all.size() == 2);
        CHECK(all[0] == sac_address{11, "192.168.0.10", "255.255.255.0", "192.168.0.1"});
        CHECK(all[1].interface == 12);
        CHECK(parse_addresses("Net: 11, Ip=  Subnet=  Gateway=\n").empty());
    }

    TEST_CASE("a process whose working set is wide stands against its time") {
        const auto all = parse_processes(
            "    User Time   Kernel Time    Ws   Faults  Commit Pri Hnd Thd  Pid Name\n"
            "                           123456    12345                          File Cache\n"
            "  0:00:01.250   1:02:03.0041234567    12345     678  8  123  45  696 a program.exe\n");
        REQUIRE(all.size() == 1);
        CHECK(all[0].pid == 696);
        CHECK(all[0].name == "a program.exe");
        CHECK(all[0].kernel_time == "1:02:03.004");
        CHECK(all[0].working_set_kb == 1234567);
    }

    TEST_CASE("the time is one that exists") {
        const auto time = parse_time("Date: 07/24/2026  Time (GMT): 15:04:05:0123\n");
        REQUIRE(time);
        CHECK(time->date == "2026-07-24");
        CHECK(time->time == "15:04:05.123");
        CHECK_FALSE(parse_time("Date: 13/24/2026  Time (GMT): 15:04:05:0123\n"));
        CHECK_FALSE(parse_time("Date: 07/24/2026  Time (GMT): 25:04:05:0123\n"));
        CHECK_FALSE(parse_time("Date: 07/24/2026\n"));
    }

    TEST_CASE("two answers are the same but for what passes between them") {
        const auto same = [](const std::string& command, const std::string& a, const std::string& b) {
            return say_the_same(read_sac_answer(command, a), read_sac_answer(command, b));
        };
        const std::string name = "  Computer Name: A\n";
        CHECK(same("id", name + "  Time since last reboot: 0:01:02\n", name + "  Time since last reboot: 0:01:03\n"));
        CHECK_FALSE(same("id", name, "  Computer Name: B\n"));
        CHECK(same("s", "Date: 07/24/2026  Time (GMT): 15:04:05:0123\n",
                   "Date: 07/24/2026  Time (GMT): 15:04:06:0000\n"));
        CHECK_FALSE(same("s", "Date: 07/24/2026  Time (GMT): 15:04:05:0123\n",
                         "Date: 07/24/2026  Time (GMT): 15:04:04:0000\n"));
        CHECK_FALSE(same("ch", "0 (AV)    SAC\n", "0 (AV)    SAC\n1 (AV)    Cmd0001\n"));
        CHECK(same("d", "a\n", "a\n"));
        CHECK_FALSE(same("d", "a\n", "b\n"));
    }

    TEST_CASE("what was done is what SAC says was done") {
        CHECK(says_done("k 4", "SAC successfully terminated the process.\n"));
        CHECK_FALSE(says_done("k 4", "SAC failed to terminate the process.\n"));
        CHECK(says_done("lock", "Locked access to all Command Prompt channels.\n"));
        CHECK_FALSE(says_done("livedump", "SAC successfully did something.\n"));
    }
}

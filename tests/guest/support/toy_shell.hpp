// A shell of a few words for tests of what surrounds one: `exit`, `many N` (N numbered lines), `wait N` (milliseconds),
// `cls`; anything else is echoed as its output.
#pragma once

#include <string>

#include "sac/guest/accounts.hpp"
#include "sac/guest/console.hpp"
#include "sac/guest/task.hpp"

namespace emsctl::guest::support {

inline const std::string toy_prompt = "C:\\Windows\\System32>";
inline const std::string toy_title = "Administrator: C:\\Windows\\system32\\cmd.exe";

inline task<int> toy_command(console& con, std::string line) {
    if (line.rfind("many ", 0) == 0) {
        for (int i = 1; i <= std::stoi(line.substr(5)); ++i) con.write("line " + std::to_string(i) + "\r\n");
    } else if (line.rfind("wait ", 0) == 0) {
        const instant length = std::chrono::milliseconds(std::stoi(line.substr(5)));
        co_await con.pause(length);
    } else {
        con.write(line + "\r\n");
    }
    co_return 0;
}

inline task<int> toy_shell(console& con, account) {
    con.set_title(toy_title);
    con.write("Microsoft Windows [Version 10.0.22621.2283]\r\n(c) Microsoft Corporation. All rights reserved.\r\n\r\n" +
              toy_prompt);
    while (true) {
        bool is_interrupted = false;
        try {
            const std::string line = co_await con.read_line();
            if (line == "exit") co_return 0;
            if (line == "cls") con.clear();
            if (!line.empty() && line != "cls") {
                con.set_title(toy_title + " - " + line);
                const instant start_up = std::chrono::milliseconds(40);
                co_await con.pause(start_up);
                task<int> command = toy_command(con, line);
                co_await command;
                con.set_title(toy_title);
            }
            con.write(line.empty() || line == "cls" ? toy_prompt : "\r\n" + toy_prompt);
        } catch (const interrupted&) {
            is_interrupted = true;
        }
        if (is_interrupted) {
            con.set_title(toy_title);
            con.write("\r\n" + toy_prompt);
        }
    }
}

}  // namespace emsctl::guest::support

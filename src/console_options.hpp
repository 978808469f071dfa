// What every verb that talks to a guest is told about the console: where it is, who logs in, what is kept.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "src/password.hpp"

namespace emsctl {

struct console_options {
    std::string name;     // in the file of named consoles; empty: the address was given itself
    std::string address;  // or a name, until resolve_name() was here
    std::string user;
    std::string domain;
    password_source password;
    password_source road_password;  // of the road to the console: an SSH login, a key's passphrase
    std::string ca_file;
    std::map<std::string, std::string> variables;  // of runbooks, from the file of named consoles
    std::string profile;
    std::optional<std::uint64_t> seed;
    int wait_seconds = 0;
    int limit_seconds = 0;  // of the whole conversation; 0: none
    std::string record;
    bool no_record = false;
    bool unrecorded_ok = false;  // go on when the recording cannot
    std::string output = "text";

    bool json() const { return output == "json"; }
    bool streams_events() const { return output == "jsonl"; }
};

// Declares them; `with_login` adds who logs in, `with_events` the output of events as they happen.
void add_console_options(CLI::App& verb, console_options& options, bool with_login, bool with_events = false);

// An option that takes a length of time: 90, 90s, 5min, 2h.
CLI::Option* add_duration(CLI::App& verb, const std::string& name, int& seconds, const std::string& help);

}  // namespace emsctl

// What every verb that talks to a guest is told about the console: where it is, who logs in, what is kept.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "src/password.hpp"

namespace emsctl {

struct console_options {
    std::string address;
    std::string user;
    std::string domain;
    password_source password;
    std::string profile;
    std::optional<std::uint64_t> seed;
    int wait_seconds = 0;
    int limit_seconds = 0;  // of the whole conversation; 0: none
    std::string record;
    bool no_record = false;
    std::string output = "text";

    bool json() const { return output == "json"; }
};

// Declares them; `with_login` adds who logs in.
void add_console_options(CLI::App& verb, console_options& options, bool with_login);

// An option that takes a length of time: 90, 90s, 5min, 2h.
CLI::Option* add_duration(CLI::App& verb, const std::string& name, int& seconds, const std::string& help);

}  // namespace emsctl

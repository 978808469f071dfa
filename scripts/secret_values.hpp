// Values of a runbook that nobody is to read: passwords. Expressions, texts, plans and journals hold a mark in the
// place of each; only what is sent to the machine holds the value. Pure.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace emsctl::scripts {

using secret_values = std::map<std::string, std::string>;  // by the full name of the variable

// What an expression sees of it: a table, which no text and no command takes for a value by mistake.
nlohmann::json secret_in_expressions(std::string_view full_name);
// The variable's full name, if an expression's answer is a secret.
std::optional<std::string> secret_in(const nlohmann::json& answer);

// In the text of a command: "{{secret NAME}}". No value from elsewhere can make one, because "{{" never gets into a
// command from a value.
std::string secret_mark(std::string_view full_name);
bool holds_secret(std::string_view text);

// Marks to values, before it is sent; nullopt: one of them is not known.
std::optional<std::string> with_secrets(std::string_view text, const secret_values& known);
// Values to stars, in what comes back.
std::string without_secrets(std::string text, const secret_values& known);

}  // namespace emsctl::scripts

// Lua 5.4 expressions over JSON values, in a box: no files, no system, no loading of code, bounded steps and memory.
// Pure: the same names and text give the same answer.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace emsctl::scripts {

using scope = std::map<std::string, nlohmann::json, std::less<>>;

struct evaluation {
    nlohmann::json value;
    std::optional<std::string> error;
};

// A name that is neither in `names` nor one of the functions is an error, not nil.
evaluation evaluate(std::string_view expression, const scope& names);

// What is wrong with the text as an expression; nullopt: it compiles.
std::optional<std::string> expression_error(std::string_view expression);

// As Lua has it: null and false are not true, everything else is.
bool is_true(const nlohmann::json& value);

// Numbers and booleans as Lua writes them, lists joined by ", "; nullopt for null and for tables with names.
std::optional<std::string> as_text(const nlohmann::json& value);

}  // namespace emsctl::scripts

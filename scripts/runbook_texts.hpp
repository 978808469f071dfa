// Every text of a runbook that holds Lua, in the order in which it may be used, with what is known there.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct lua_text {
    place at;                     // where it begins
    std::set<std::string> names;  // that it takes from outside (lua_names.hpp)
    std::set<std::string> given;  // names that exist for this text only: item, result, proof, readings before
};

// Of one step; of the variables' proposals.
std::vector<lua_text> lua_texts_of(const step& s);
std::vector<lua_text> lua_texts_of(const std::vector<variable>& variables);

}  // namespace emsctl::scripts

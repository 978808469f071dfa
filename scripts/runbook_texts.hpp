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
    std::set<std::string> facts;  // members of `facts` that it names
};

// Of one step, without the steps inside it; of the variables' proposals.
std::vector<lua_text> lua_texts_of(const step& s);
std::vector<lua_text> lua_texts_of(const std::vector<variable>& variables);

// The facts that a step asks for, without the steps inside it: to know whether it is carried out, and to do so.
std::set<std::string> facts_of_condition(const step& s);
std::set<std::string> facts_of(const step& s);

}  // namespace emsctl::scripts

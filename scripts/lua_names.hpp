// Which names a Lua expression takes from outside: neither its own locals nor members of tables. Pure; reads the text
// only, so a local's name counts as the expression's own everywhere in it.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace emsctl::scripts {

// Of an expression that compiles. Names of functions that the box has (`same`, `string`) are among them.
std::set<std::string> names_from_outside(std::string_view expression);

// The members of `table` that are named in it: of `facts`, "build" in `facts.build`.
std::set<std::string> members_named(std::string_view expression, std::string_view table);

// `end` and its like can be no name.
bool is_lua_keyword(std::string_view word);

// Whether every expression knows the name: a function of the box, or a word such as `nil`.
bool is_known_to_lua(const std::string& name);

}  // namespace emsctl::scripts

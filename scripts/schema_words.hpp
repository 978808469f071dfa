// The words that a JSON Schema of ours (draft-07) is written in. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace emsctl::scripts::schema {

using json = nlohmann::ordered_json;
using names = std::vector<std::string>;

inline constexpr const char* name_pattern = "^[A-Za-z_][A-Za-z0-9_]*$";

// The words of an enum, from the first to `last`.
template <class Enum>
names words_of(Enum last) {
    names all;
    for (int i = 0; i <= static_cast<int>(last); ++i) all.emplace_back(to_string(static_cast<Enum>(i)));
    return all;
}

json described(json what, const char* description);
// A plain scalar of YAML that looks like a number or a boolean is a text to the parser all the same.
json text(const char* description);
json full_text(const char* description);
json lua(const char* description);
json name(const char* description);
json flag(const char* description);
json seconds(const char* description);  // at most a day
json one_of(names words, const char* description);
json reference(const std::string& definition);
// A reference with words of its own: draft-07 ignores what stands beside a $ref.
json referring(const std::string& definition, const char* description);
json one_or_list(json item, const char* description);
json texts(const char* description);

json closed(json properties, names required);  // a map with these members and no others
json needs(names keys);
json when_then(json condition, json consequence);
json when_is(const char* key, json value, json consequence);

}  // namespace emsctl::scripts::schema

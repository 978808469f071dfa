#include "scripts/schema_words.hpp"

namespace emsctl::scripts::schema {

namespace {
constexpr int longest_wait = 24 * 3600;
}

json described(json what, const char* description) {
    what["description"] = description;
    return what;
}

json text(const char* description) {
    return described({{"type", {"string", "number", "boolean"}}}, description);
}
json full_text(const char* description) {
    return described({{"type", {"string", "number", "boolean"}}, {"minLength", 1}}, description);
}
json lua(const char* description) {
    return text(description);
}
json name(const char* description) {
    return described({{"type", "string"}, {"pattern", name_pattern}}, description);
}
json flag(const char* description) {
    return described({{"enum", {true, false, "yes", "no"}}}, description);
}
json seconds(const char* description) {
    return described({{"type", "integer"}, {"minimum", 0}, {"maximum", longest_wait}}, description);
}
json one_of(names words, const char* description) {
    return described({{"enum", std::move(words)}}, description);
}
json reference(const std::string& definition) {
    return {{"$ref", "#/definitions/" + definition}};
}
json one_or_list(json item, const char* description) {
    json list = {{"type", "array"}, {"items", item}};
    return described({{"anyOf", {std::move(item), std::move(list)}}}, description);
}
json texts(const char* description) {
    return one_or_list({{"type", {"string", "number", "boolean"}}}, description);
}
json referring(const std::string& definition, const char* description) {
    return described({{"allOf", json::array({reference(definition)})}}, description);
}

json closed(json properties, names required) {
    json map = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) map["required"] = required;
    map["additionalProperties"] = false;
    return map;
}

json needs(names keys) {
    return {{"required", keys}};
}
json when_then(json condition, json consequence) {
    return {{"if", std::move(condition)}, {"then", std::move(consequence)}};
}
json when_is(const char* key, json value, json consequence) {
    json condition = {{"properties", {{key, {{"const", std::move(value)}}}}}, {"required", {key}}};
    return when_then(std::move(condition), std::move(consequence));
}

}  // namespace emsctl::scripts::schema

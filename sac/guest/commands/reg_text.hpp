// Registry scripts (".reg", version 5.00): the text of a key and what is below it, and back to changes. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/registry.hpp"

namespace emsctl::guest {

struct reg_change {
    std::string key;
    std::optional<std::string> name;      // without one: the key is made
    std::optional<registry_value> value;  // with a name and without a value: the value goes
    bool removes_key = false;
};

std::string to_reg_text(const registry_key& key, const std::string& path);     // lines end in CR LF
std::optional<std::vector<reg_change>> parse_reg_text(std::string_view utf8);  // nullopt when it is no such script

}  // namespace emsctl::guest

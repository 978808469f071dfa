// What the contexts of netsh share: "name=value" words, refusals and the answer to a session without elevation.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sac/guest/process.hpp"

namespace emsctl::guest {

// A word without an equals sign has no value; names are in small letters.
using netsh_words = std::vector<std::pair<std::string, std::string>>;

netsh_words netsh_words_from(const process& self, std::size_t from);
std::string value_in(const netsh_words& all, std::string_view name);
bool knows_all(const netsh_words& all, std::initializer_list<std::string_view> known);

int netsh_refused(process& self);  // names the whole line in the guest's log
int netsh_not_elevated(process& self);

int netsh_interface(process& self);

}  // namespace emsctl::guest

// The registry: typed values under keys whose names keep their case and are found in any. HKLM\SYSTEM\CurrentControlSet
// is the control set that Select\Current names. It holds no meaning: who reads which value is the business of others.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sac/guest/accounts.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/win32.hpp"

namespace emsctl::guest {

enum class value_type : std::uint32_t {
    none = 0,
    sz = 1,
    expand_sz = 2,
    binary = 3,
    dword = 4,
    dword_big_endian = 5,
    multi_sz = 7,
    qword = 11
};
const char* name_of(value_type type);  // "REG_DWORD"
std::optional<value_type> value_type_named(std::string_view name);

struct registry_value {
    value_type type = value_type::none;
    std::uint64_t number = 0;       // dword, dword_big_endian, qword
    std::string text;               // sz, expand_sz (UTF-8); binary, none (bytes)
    std::vector<std::string> list;  // multi_sz
    bool operator==(const registry_value&) const = default;
};
registry_value reg_dword(std::uint32_t number);
registry_value reg_qword(std::uint64_t number);
registry_value reg_sz(std::string text, value_type type = value_type::sz);
registry_value reg_multi_sz(std::vector<std::string> list);
registry_value reg_binary(std::string bytes);

struct registry_key {
    std::string name;
    std::vector<std::pair<std::string, registry_value>>
        values;  // in order of creation, as Windows lists them; "" is the default
    std::map<std::string, registry_key, text::less_no_case> keys;
    std::vector<std::string> writers;  // when not empty: only these SIDs may change this key and what is below

    const registry_value* find(std::string_view value_name) const;
    void set(std::string_view value_name, registry_value value);
    bool remove(std::string_view value_name);
};

class registry {
  public:
    // Paths begin with a root, short or long, in any case: "HKLM\...", "HKEY_LOCAL_MACHINE\...", without "\\machine".
    // full_name spells the root out and keeps the rest as typed; nullopt when there is no such root.
    static std::optional<std::string> full_name(std::string_view path);

    const registry_key* find(std::string_view path) const;
    registry_key* find(std::string_view path);
    registry_key& create(std::string_view path);  // and the keys above; throws std::invalid_argument for no root

    const registry_value* value(std::string_view path, std::string_view name) const;
    std::optional<std::uint32_t> dword(std::string_view path, std::string_view name) const;
    std::optional<std::string> text(std::string_view path, std::string_view name) const;

    // For programs, which act for somebody: success, file_not_found, access_denied.
    bool may_write(std::string_view path, const account& who) const;
    win32_error set(std::string_view path, std::string_view name, registry_value value, const account& who);
    win32_error remove_value(std::string_view path, std::string_view name, const account& who);
    win32_error remove_key(std::string_view path, const account& who);  // with everything below

    nlohmann::json state() const;

  private:
    std::vector<std::string> split(std::string_view path) const;  // root spelled out, CurrentControlSet resolved

    std::map<std::string, registry_key, text::less_no_case> roots_;
};

}  // namespace emsctl::guest

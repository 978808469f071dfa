#include "sac/guest/registry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace emsctl::guest {

namespace {

struct type_name {
    value_type type;
    const char* name;
};
constexpr type_name type_names[] = {
    {value_type::none, "REG_NONE"},           {value_type::sz, "REG_SZ"},
    {value_type::expand_sz, "REG_EXPAND_SZ"}, {value_type::binary, "REG_BINARY"},
    {value_type::dword, "REG_DWORD"},         {value_type::dword_big_endian, "REG_DWORD_BIG_ENDIAN"},
    {value_type::multi_sz, "REG_MULTI_SZ"},   {value_type::qword, "REG_QWORD"}};

constexpr std::pair<const char*, const char*> roots[] = {{"HKLM", "HKEY_LOCAL_MACHINE"},
                                                         {"HKCU", "HKEY_CURRENT_USER"},
                                                         {"HKCR", "HKEY_CLASSES_ROOT"},
                                                         {"HKU", "HKEY_USERS"},
                                                         {"HKCC", "HKEY_CURRENT_CONFIG"}};

// The root's full name and what follows it, or nothing.
std::optional<std::pair<std::string, std::string_view>> take_root(std::string_view path) {
    const auto slash = path.find('\\');
    const auto first = path.substr(0, slash);
    const auto rest = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    for (const auto& [brief, full] : roots)
        if (text::equal_no_case(first, brief) || text::equal_no_case(first, full))
            return std::pair(std::string(full), rest);
    return std::nullopt;
}

nlohmann::json json_of(const registry_value& value) {
    auto out = nlohmann::json::array({name_of(value.type)});
    switch (value.type) {
        case value_type::dword:
        case value_type::dword_big_endian:
        case value_type::qword:
            out.push_back(value.number);
            break;
        case value_type::multi_sz:
            out.push_back(value.list);
            break;
        case value_type::sz:
        case value_type::expand_sz:
            out.push_back(value.text);
            break;
        default:
            out.push_back(text::hex(value.text));
    }
    return out;
}

void collect(const registry_key& key, const std::string& path, nlohmann::json& out) {
    auto values = nlohmann::json::object();
    for (const auto& [name, value] : key.values) values[name] = json_of(value);
    out[path] = std::move(values);
    for (const auto& [name, child] : key.keys) collect(child, path + "\\" + child.name, out);
}

}  // namespace

const char* name_of(value_type type) {
    for (const auto& t : type_names)
        if (t.type == type) return t.name;
    return "REG_NONE";
}

std::optional<value_type> value_type_named(std::string_view name) {
    for (const auto& t : type_names)
        if (text::equal_no_case(name, t.name)) return t.type;
    return std::nullopt;
}

registry_value reg_dword(std::uint32_t number) {
    return {value_type::dword, number, {}, {}};
}
registry_value reg_qword(std::uint64_t number) {
    return {value_type::qword, number, {}, {}};
}
registry_value reg_sz(std::string text, value_type type) {
    return {type, 0, std::move(text), {}};
}
registry_value reg_multi_sz(std::vector<std::string> list) {
    return {value_type::multi_sz, 0, {}, std::move(list)};
}
registry_value reg_binary(std::string bytes) {
    return {value_type::binary, 0, std::move(bytes), {}};
}

const registry_value* registry_key::find(std::string_view value_name) const {
    for (const auto& [have, value] : values)
        if (text::equal_no_case(have, value_name)) return &value;
    return nullptr;
}

void registry_key::set(std::string_view value_name, registry_value value) {
    for (auto& [have, old] : values)
        if (text::equal_no_case(have, value_name)) {
            old = std::move(value);
            return;
        }
    values.emplace_back(value_name, std::move(value));
}

bool registry_key::remove(std::string_view value_name) {
    return std::erase_if(values, [&](const auto& v) { return text::equal_no_case(v.first, value_name); }) != 0;
}

std::optional<std::string> registry::full_name(std::string_view path) {
    const auto root = take_root(path);
    if (!root) return std::nullopt;
    auto out = root->first;
    if (!root->second.empty()) out += "\\" + std::string(root->second);
    while (out.ends_with('\\')) out.pop_back();
    return out;
}

std::vector<std::string> registry::split(std::string_view path) const {
    const auto root = take_root(path);
    if (!root) return {};
    std::vector<std::string> parts{root->first};
    for (auto rest = root->second; !rest.empty();) {
        const auto end = rest.find('\\');
        if (end != 0) parts.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (parts.size() >= 3 && parts[0] == "HKEY_LOCAL_MACHINE" && text::equal_no_case(parts[1], "SYSTEM") &&
        text::equal_no_case(parts[2], "CurrentControlSet")) {
        const auto number = dword("HKLM\\SYSTEM\\Select", "Current").value_or(1);
        const auto digits = std::to_string(number);
        parts[2] = "ControlSet" + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
    }
    return parts;
}

const registry_key* registry::find(std::string_view path) const {
    const auto parts = split(path);
    if (parts.empty()) return nullptr;
    const auto root = roots_.find(parts[0]);
    if (root == roots_.end()) return nullptr;
    const auto* at = &root->second;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto found = at->keys.find(parts[i]);
        if (found == at->keys.end()) return nullptr;
        at = &found->second;
    }
    return at;
}

registry_key* registry::find(std::string_view path) {
    return const_cast<registry_key*>(static_cast<const registry*>(this)->find(path));
}

registry_key& registry::create(std::string_view path) {
    const auto parts = split(path);
    if (parts.empty()) throw std::invalid_argument("no registry root in " + std::string(path));
    auto* at = &roots_[parts[0]];
    at->name = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) {
        auto& child = at->keys[parts[i]];
        if (child.name.empty()) child.name = parts[i];
        at = &child;
    }
    return *at;
}

const registry_value* registry::value(std::string_view path, std::string_view name) const {
    const auto* key = find(path);
    return key ? key->find(name) : nullptr;
}

std::optional<std::uint32_t> registry::dword(std::string_view path, std::string_view name) const {
    const auto* found = value(path, name);
    if (!found || found->type != value_type::dword) return std::nullopt;
    return static_cast<std::uint32_t>(found->number);
}

std::optional<std::string> registry::text(std::string_view path, std::string_view name) const {
    const auto* found = value(path, name);
    if (!found || (found->type != value_type::sz && found->type != value_type::expand_sz)) return std::nullopt;
    return found->text;
}

bool registry::may_write(std::string_view path, const account& who) const {
    const auto parts = split(path);
    if (parts.empty()) return false;
    const auto is_one_of = [&](const std::vector<std::string>& sids) {
        return std::any_of(sids.begin(), sids.end(), [&](const std::string& sid) {
            return sid == who.sid || std::find(who.groups.begin(), who.groups.end(), sid) != who.groups.end();
        });
    };
    const std::vector<std::string> usual = {"S-1-5-18", "S-1-5-32-544"};
    const bool is_own = parts[0] == "HKEY_CURRENT_USER";
    const std::vector<std::string>* writers = nullptr;
    const auto root = roots_.find(parts[0]);
    if (root != roots_.end()) {
        const auto* at = &root->second;
        for (std::size_t i = 1; at; ++i) {
            if (!at->writers.empty()) writers = &at->writers;
            if (i >= parts.size()) break;
            const auto found = at->keys.find(parts[i]);
            at = found == at->keys.end() ? nullptr : &found->second;
        }
    }
    if (writers) return is_one_of(*writers);
    return is_own || is_one_of(usual);
}

win32_error registry::set(std::string_view path, std::string_view name, registry_value value, const account& who) {
    if (!full_name(path)) return win32::invalid_parameter;
    if (!may_write(path, who)) return win32::access_denied;
    create(path).set(name, std::move(value));
    return win32::success;
}

win32_error registry::remove_value(std::string_view path, std::string_view name, const account& who) {
    auto* key = find(path);
    if (!key || !key->find(name)) return win32::file_not_found;
    if (!may_write(path, who)) return win32::access_denied;
    key->remove(name);
    return win32::success;
}

win32_error registry::remove_key(std::string_view path, const account& who) {
    const auto parts = split(path);
    if (!find(path) || parts.size() < 2) return win32::file_not_found;
    if (!may_write(path, who)) return win32::access_denied;
    std::string above = parts[0];
    for (std::size_t i = 1; i + 1 < parts.size(); ++i) above += "\\" + parts[i];
    auto& siblings = find(above)->keys;
    siblings.erase(siblings.find(parts.back()));
    return win32::success;
}

nlohmann::json registry::state() const {
    auto out = nlohmann::json::object();
    for (const auto& [name, root] : roots_) collect(root, name, out);
    return out;
}

}  // namespace emsctl::guest

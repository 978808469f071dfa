#include "sac/guest/security.hpp"

#include <algorithm>
#include <charconv>

#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

using namespace rights;

// The file-specific meaning of the generic bits.
std::uint32_t map_generic(std::uint32_t mask) {
    if (mask & generic_all) mask |= file_all;
    if (mask & generic_read) mask |= file_read;
    if (mask & generic_write) mask |= file_write;
    if (mask & generic_execute) mask |= file_execute;
    return mask & ~(generic_all | generic_read | generic_write | generic_execute);
}

bool is_in(const account& who, const std::string& sid) {
    return who.sid == sid || std::find(who.groups.begin(), who.groups.end(), sid) != who.groups.end();
}

bool has_privilege(const account& who, const char* name) {
    return std::find(who.privileges.begin(), who.privileges.end(), name) != who.privileges.end();
}

struct named_right {
    const char* name;
    std::uint32_t mask;
};
// icacls /? lists these letters.
constexpr named_right simple_rights[] = {{"F", file_all},  {"M", file_modify}, {"RX", file_read_execute},
                                         {"R", file_read}, {"W", file_write},  {"D", remove}};
constexpr named_right specific_rights[] = {
    {"DE", remove},      {"RC", read_control}, {"WDAC", write_dac},  {"WO", write_owner},     {"S", synchronize},
    {"AS", 0x1000000},   {"MA", 0x2000000},    {"GR", generic_read}, {"GW", generic_write},   {"GE", generic_execute},
    {"GA", generic_all}, {"RD", read_data},    {"WD", write_data},   {"AD", append_data},     {"REA", read_ea},
    {"WEA", write_ea},   {"X", execute},       {"DC", delete_child}, {"RA", read_attributes}, {"WA", write_attributes}};

}  // namespace

std::uint32_t granted_access(const security_descriptor& what, const account& who, std::uint32_t wanted) {
    wanted = map_generic(wanted);
    if (!what.has_dacl) return wanted;
    std::uint32_t granted = 0, denied = 0;
    if (is_in(who, what.owner)) granted |= read_control | write_dac;
    if (has_privilege(who, "SeTakeOwnershipPrivilege")) granted |= write_owner;
    for (const auto& entry : what.dacl) {
        if ((entry.flags & ace_flag::inherit_only) || !is_in(who, entry.sid)) continue;
        const auto mask = map_generic(entry.mask);
        if (entry.is_deny)
            denied |= mask & ~granted;
        else
            granted |= mask & ~denied;
    }
    return granted & wanted;
}

bool may(const security_descriptor& what, const account& who, std::uint32_t wanted) {
    return granted_access(what, who, wanted) == map_generic(wanted);
}

void put_in_canonical_order(std::vector<ace>& dacl) {
    std::stable_sort(dacl.begin(), dacl.end(), [](const ace& a, const ace& b) {
        const auto rank = [](const ace& e) { return ((e.flags & ace_flag::inherited) ? 2 : 0) + (e.is_deny ? 0 : 1); };
        return rank(a) < rank(b);
    });
}

namespace {

// The ACEs that `folder` hands down. [MS-DTYP] 2.5.3.4
std::vector<ace> handed_down(const security_descriptor& folder, bool is_folder, const std::string& owner) {
    using namespace ace_flag;
    std::vector<ace> out;
    for (auto entry : folder.dacl) {
        const bool for_files = entry.flags & object_inherit, for_folders = entry.flags & container_inherit;
        if (is_folder ? !for_files && !for_folders : !for_files) continue;
        const bool stops = entry.flags & no_propagate;
        const bool applies = is_folder ? for_folders : true;
        if (stops && !applies) continue;
        std::uint8_t flags = inherited;
        if (is_folder && !stops) flags |= entry.flags & (object_inherit | container_inherit);
        if (!applies) flags |= inherit_only;
        entry.flags = flags;
        if (entry.sid == "S-1-3-0" && applies) {
            if (is_folder && !stops) {
                auto later = entry;
                later.flags |= inherit_only;
                out.push_back(later);
            }
            entry.flags = inherited;
            entry.sid = owner;
        }
        if (applies) entry.mask = map_generic(entry.mask);
        out.push_back(entry);
    }
    return out;
}

}  // namespace

security_descriptor inherited_from(const security_descriptor& folder, bool is_folder, const account& creator) {
    security_descriptor out;
    out.owner = is_in(creator, "S-1-5-32-544") ? "S-1-5-32-544" : creator.sid;
    const auto dash = creator.sid.rfind('-');
    out.group = creator.sid.starts_with("S-1-5-21-") ? creator.sid.substr(0, dash) + "-513" : "S-1-5-18";
    out.is_auto_inherited = true;
    out.dacl = handed_down(folder, is_folder, out.owner);
    if (out.dacl.empty()) out.dacl = {{false, 0, file_all, "S-1-5-18"}, {false, 0, file_all, out.owner}};
    return out;
}

security_descriptor with_inheritance(const security_descriptor& own, const security_descriptor& folder,
                                     bool is_folder) {
    if (own.is_protected || !own.has_dacl) return own;
    auto out = own;
    std::erase_if(out.dacl, [](const ace& entry) { return (entry.flags & ace_flag::inherited) != 0; });
    for (auto& entry : handed_down(folder, is_folder, own.owner)) out.dacl.push_back(std::move(entry));
    out.is_auto_inherited = true;
    return out;
}

std::string icacls_rights(const ace& what) {
    std::string out;
    if (what.flags & ace_flag::inherited) out += "(I)";
    if (what.flags & ace_flag::object_inherit) out += "(OI)";
    if (what.flags & ace_flag::container_inherit) out += "(CI)";
    if (what.flags & ace_flag::inherit_only) out += "(IO)";
    if (what.flags & ace_flag::no_propagate) out += "(NP)";
    if (what.is_deny) out += "(DENY)";
    if (what.mask == 0) return out + "(N)";
    std::string list;
    const auto add = [&](const char* name) { list += (list.empty() ? "" : ",") + std::string(name); };
    auto left = what.mask;
    for (const auto& right : simple_rights)
        if ((what.mask & right.mask) == right.mask && (left & right.mask) != 0 &&
            (right.mask == remove || (left & 0x1ff))) {
            add(right.name);
            left &= ~right.mask;
        }
    for (const auto& right : specific_rights)
        if (left & right.mask) {
            add(right.name == std::string_view("RC") ? "Rc" : right.name);
            left &= ~right.mask;
        }
    return out + "(" + list + ")";
}

std::optional<icacls_permission> parse_icacls_permission(std::string_view text) {
    icacls_permission out;
    bool has_rights = false;
    const auto take = [&](std::string_view word) {
        if (text::equal_no_case(word, "N")) return has_rights = true;
        for (const auto& right : simple_rights)
            if (text::equal_no_case(word, right.name)) return out.mask |= right.mask, has_rights = true;
        for (const auto& right : specific_rights)
            if (text::equal_no_case(word, right.name)) return out.mask |= right.mask, has_rights = true;
        return false;
    };
    const auto flag = [&](std::string_view word) {
        constexpr std::pair<const char*, std::uint8_t> flags[] = {
            {"OI", 1}, {"CI", 2}, {"NP", 4}, {"IO", 8}, {"I", 16}};
        for (const auto& [name, bit] : flags)
            if (text::equal_no_case(word, name)) {
                out.flags = static_cast<std::uint8_t>(out.flags | bit);
                return true;
            }
        return false;
    };
    while (!text.empty()) {
        std::string_view group = text;
        const bool in_parentheses = text.front() == '(';
        if (in_parentheses) {
            const auto end = text.find(')');
            if (end == std::string_view::npos) return std::nullopt;
            group = text.substr(1, end - 1);
            text.remove_prefix(end + 1);
        } else {
            const auto end = text.find('(');
            group = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end);
        }
        if (in_parentheses && flag(group)) continue;
        while (!group.empty()) {
            const auto comma = group.find(',');
            if (!take(group.substr(0, comma))) return std::nullopt;
            group.remove_prefix(comma == std::string_view::npos ? group.size() : comma + 1);
        }
    }
    if (!has_rights) return std::nullopt;
    return out;
}

}  // namespace emsctl::guest

// SDDL text, [MS-DTYP] 2.5.1.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

#include "sac/guest/security.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

struct sid_letters {
    const char* letters;
    const char* sid;
};
constexpr sid_letters known_sids[] = {
    {"WD", "S-1-1-0"},      {"CO", "S-1-3-0"},      {"CG", "S-1-3-1"},      {"OW", "S-1-3-4"},
    {"NU", "S-1-5-2"},      {"IU", "S-1-5-4"},      {"SU", "S-1-5-6"},      {"AN", "S-1-5-7"},
    {"AU", "S-1-5-11"},     {"SY", "S-1-5-18"},     {"LS", "S-1-5-19"},     {"NS", "S-1-5-20"},
    {"BA", "S-1-5-32-544"}, {"BU", "S-1-5-32-545"}, {"BG", "S-1-5-32-546"}, {"PU", "S-1-5-32-547"},
    {"BO", "S-1-5-32-551"}, {"RD", "S-1-5-32-555"}, {"AC", "S-1-15-2-1"}};

struct mask_letters {
    const char* letters;
    std::uint32_t mask;
};
constexpr mask_letters whole_masks[] = {
    {"FA", rights::file_all}, {"FR", rights::file_read}, {"FW", rights::file_write}, {"FX", rights::file_execute}};
constexpr mask_letters mask_bits[] = {
    {"CC", 0x1},     {"DC", 0x2},        {"LC", 0x4},        {"SW", 0x8},        {"RP", 0x10},      {"WP", 0x20},
    {"DT", 0x40},    {"LO", 0x80},       {"CR", 0x100},      {"SD", 0x10000},    {"RC", 0x20000},   {"WD", 0x40000},
    {"WO", 0x80000}, {"GA", 0x10000000}, {"GX", 0x20000000}, {"GW", 0x40000000}, {"GR", 0x80000000}};
constexpr std::pair<const char*, std::uint8_t> flag_letters[] = {
    {"OI", 1}, {"CI", 2}, {"NP", 4}, {"IO", 8}, {"ID", 16}};

std::string sid_text(const std::string& sid, std::string_view machine_sid) {
    for (const auto& known : known_sids)
        if (sid == known.sid) return known.letters;
    if (!machine_sid.empty() && sid.starts_with(machine_sid)) {
        if (sid == std::string(machine_sid) + "-500") return "LA";
        if (sid == std::string(machine_sid) + "-501") return "LG";
    }
    return sid;
}

std::string mask_text(std::uint32_t mask) {
    for (const auto& whole : whole_masks)
        if (mask == whole.mask) return whole.letters;
    std::string out;
    auto left = mask;
    for (const auto& bit : mask_bits)
        if (mask & bit.mask) {
            out += bit.letters;
            left &= ~bit.mask;
        }
    if (left == 0) return out;
    char hex[16];
    std::snprintf(hex, sizeof hex, "0x%x", mask);
    return hex;
}

// Takes a SID, spelt or as letters, off the front.
std::optional<std::string> take_sid(std::string_view& s, std::string_view machine_sid) {
    if (s.starts_with("S-") || s.starts_with("s-")) {
        std::size_t end = 2;
        while (end < s.size() && (std::isdigit(static_cast<unsigned char>(s[end])) || s[end] == '-')) ++end;
        std::string sid = "S-" + std::string(s.substr(2, end - 2));
        s.remove_prefix(end);
        if (!is_sid(sid)) return std::nullopt;
        return sid;
    }
    const auto letters = s.substr(0, 2);
    if (!machine_sid.empty() && (letters == "LA" || letters == "LG")) {
        s.remove_prefix(2);
        return std::string(machine_sid) + (letters == "LA" ? "-500" : "-501");
    }
    for (const auto& known : known_sids)
        if (letters == known.letters) {
            s.remove_prefix(2);
            return known.sid;
        }
    return std::nullopt;
}

std::optional<std::uint32_t> parse_mask(std::string_view s) {
    if (s.empty()) return 0;
    if (std::isdigit(static_cast<unsigned char>(s[0]))) {
        char* end = nullptr;
        const std::string text(s);
        const auto mask = std::strtoul(text.c_str(), &end, 0);
        if (*end != '\0' || mask > 0xffffffffUL) return std::nullopt;
        return static_cast<std::uint32_t>(mask);
    }
    std::uint32_t mask = 0;
    for (; s.size() >= 2; s.remove_prefix(2)) {
        const auto before = mask;
        for (const auto& list : {std::pair(std::begin(whole_masks), std::end(whole_masks)),
                                 std::pair(std::begin(mask_bits), std::end(mask_bits))})
            for (auto m = list.first; m != list.second; ++m)
                if (s.substr(0, 2) == m->letters) mask |= m->mask;
        if (mask == before) return std::nullopt;
    }
    return s.empty() ? std::optional(mask) : std::nullopt;
}

std::optional<ace> parse_ace(std::string_view s, std::string_view machine_sid) {
    std::vector<std::string_view> fields;
    for (std::size_t from = 0;;) {
        const auto end = s.find(';', from);
        fields.push_back(s.substr(from, end - from));
        if (end == std::string_view::npos) break;
        from = end + 1;
    }
    if (fields.size() != 6 || (fields[0] != "A" && fields[0] != "D") || !fields[3].empty() || !fields[4].empty())
        return std::nullopt;
    ace out;
    out.is_deny = fields[0] == "D";
    for (auto flags = fields[1]; !flags.empty(); flags.remove_prefix(2)) {
        const auto known = std::find_if(std::begin(flag_letters), std::end(flag_letters),
                                        [&](const auto& f) { return flags.substr(0, 2) == f.first; });
        if (known == std::end(flag_letters)) return std::nullopt;
        out.flags = static_cast<std::uint8_t>(out.flags | known->second);
    }
    const auto mask = parse_mask(fields[2]);
    auto sid_field = fields[5];
    const auto sid = take_sid(sid_field, machine_sid);
    if (!mask || !sid || !sid_field.empty()) return std::nullopt;
    out.mask = *mask;
    out.sid = *sid;
    return out;
}

}  // namespace

bool is_sid(std::string_view s) {
    if (!s.starts_with("S-1-") || s.ends_with('-')) return false;
    return s.size() > 4 && s.find("--") == std::string_view::npos &&
           s.find_first_not_of("0123456789-", 2) == std::string_view::npos;
}

std::string to_sddl(const security_descriptor& what, bool with_owner, bool with_dacl, std::string_view machine_sid) {
    std::string out;
    if (with_owner && !what.owner.empty()) out += "O:" + sid_text(what.owner, machine_sid);
    if (with_owner && !what.group.empty()) out += "G:" + sid_text(what.group, machine_sid);
    if (!with_dacl) return out;
    out += "D:";
    if (!what.has_dacl) return out + "NO_ACCESS_CONTROL";
    if (what.is_protected) out += "P";
    if (what.is_auto_inherited) out += "AI";
    for (const auto& entry : what.dacl) {
        out += entry.is_deny ? "(D;" : "(A;";
        for (const auto& [letters, bit] : flag_letters)
            if (entry.flags & bit) out += letters;
        out += ";" + mask_text(entry.mask) + ";;;" + sid_text(entry.sid, machine_sid) + ")";
    }
    return out;
}

std::optional<security_descriptor> parse_sddl(std::string_view s, std::string_view machine_sid) {
    security_descriptor out;
    out.has_dacl = false;
    while (!s.empty()) {
        const auto part = s.substr(0, 2);
        s.remove_prefix(std::min<std::size_t>(2, s.size()));
        if (part == "O:" || part == "G:") {
            const auto sid = take_sid(s, machine_sid);
            if (!sid) return std::nullopt;
            (part == "O:" ? out.owner : out.group) = *sid;
        } else if (part == "D:") {
            if (s.starts_with("NO_ACCESS_CONTROL")) {
                s.remove_prefix(17);
                continue;
            }
            out.has_dacl = true;
            for (; !s.empty() && s[0] != '(' && s.substr(1, 1) != ":";) {
                if (s.starts_with("AI"))
                    out.is_auto_inherited = true;
                else if (s.starts_with("AR"))
                    ;
                else if (s[0] == 'P')
                    out.is_protected = true;
                else
                    return std::nullopt;
                s.remove_prefix(s[0] == 'P' ? 1 : 2);
            }
            while (s.starts_with('(')) {
                const auto end = s.find(')');
                if (end == std::string_view::npos) return std::nullopt;
                const auto entry = parse_ace(s.substr(1, end - 1), machine_sid);
                if (!entry) return std::nullopt;
                out.dacl.push_back(*entry);
                s.remove_prefix(end + 1);
            }
        } else {
            return std::nullopt;
        }
    }
    return out;
}

}  // namespace emsctl::guest

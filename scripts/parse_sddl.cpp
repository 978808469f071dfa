#include <array>
#include <cctype>
#include <charconv>

#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

// [MS-DTYP] 2.5.1.1: two-letter names of rights and SIDs, as they are used for files.
constexpr std::pair<std::string_view, std::uint32_t> rights[] = {
    {"FA", 0x1f01ff},   {"FR", 0x120089},   {"FW", 0x120116},   {"FX", 0x1200a0}, {"GA", 0x10000000},
    {"GR", 0x80000000}, {"GW", 0x40000000}, {"GX", 0x20000000}, {"RC", 0x20000},  {"SD", 0x10000},
    {"WD", 0x40000},    {"WO", 0x80000},    {"CC", 0x1},        {"DC", 0x2},      {"LC", 0x4},
    {"SW", 0x8},        {"RP", 0x10},       {"WP", 0x20},       {"DT", 0x40},     {"LO", 0x80},
    {"CR", 0x100},      {"KA", 0xf003f},    {"KR", 0x20019},    {"KW", 0x20006},  {"KX", 0x20019}};
constexpr std::pair<std::string_view, std::string_view> sids[] = {
    {"SY", "S-1-5-18"},     {"LS", "S-1-5-19"},     {"NS", "S-1-5-20"},     {"BA", "S-1-5-32-544"},
    {"BU", "S-1-5-32-545"}, {"BG", "S-1-5-32-546"}, {"PU", "S-1-5-32-547"}, {"BO", "S-1-5-32-551"},
    {"WD", "S-1-1-0"},      {"CO", "S-1-3-0"},      {"CG", "S-1-3-1"},      {"OW", "S-1-3-4"},
    {"AU", "S-1-5-11"},     {"IU", "S-1-5-4"},      {"NU", "S-1-5-2"},      {"SU", "S-1-5-6"},
    {"AN", "S-1-5-7"},      {"RC", "S-1-5-12"},     {"RD", "S-1-5-32-555"}, {"AC", "S-1-15-2-1"},
    {"WR", "S-1-5-33"},     {"PS", "S-1-5-10"},     {"ED", "S-1-5-9"}};

std::string full_sid(std::string_view text) {
    for (const auto& [letters, sid] : sids)
        if (text == letters) return std::string(sid);
    return std::string(text);
}

// Generic rights of a file: reading, writing, executing, all.
std::uint32_t specific(std::uint32_t mask) {
    std::uint32_t out = mask & 0x0fffffff;
    if (mask & 0x10000000) out |= 0x1f01ff;
    if (mask & 0x80000000) out |= 0x120089;
    if (mask & 0x40000000) out |= 0x120116;
    if (mask & 0x20000000) out |= 0x1200a0;
    return out & ~0x10000000u;
}

std::optional<std::uint32_t> mask_of(std::string_view text) {
    std::uint32_t mask = 0;
    if (text.starts_with("0x")) {
        const auto* end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + 2, end, mask, 16);
        if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
        return specific(mask);
    }
    if (text.size() % 2) return std::nullopt;
    for (; !text.empty(); text.remove_prefix(2)) {
        bool known = false;
        for (const auto& [letters, bits] : rights)
            if (text.substr(0, 2) == letters) {
                mask |= bits;
                known = true;
            }
        if (!known) return std::nullopt;
    }
    return specific(mask);
}

// Where the next "X:" part begins that is not inside parentheses.
std::size_t next_part(std::string_view text, std::size_t from) {
    int depth = 0;
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '(') ++depth;
        if (text[i] == ')') --depth;
        if (depth == 0 && i + 1 < text.size() && text[i + 1] == ':' &&
            std::string_view("OGDS").find(text[i]) != std::string_view::npos)
            return i;
    }
    return text.size();
}

bool read_aces(std::string_view list, nlohmann::json& aces) {
    while (!list.empty()) {
        const auto end = list.find(')');
        if (list.front() != '(' || end == std::string_view::npos) return false;
        auto body = list.substr(1, end - 1);
        list.remove_prefix(end + 1);
        std::array<std::string_view, 6> part{};
        for (std::size_t i = 0; i < part.size(); ++i) {
            const auto at = body.find(';');
            part[i] = body.substr(0, at);
            if (at == std::string_view::npos) {
                if (i != 5) return false;
                break;
            }
            body.remove_prefix(at + 1);
        }
        const auto mask = mask_of(part[2]);
        if (!mask || part[5].empty()) return false;
        aces.push_back({{"type", std::string(part[0])},
                        {"flags", std::string(part[1])},
                        {"rights", std::string(part[2])},
                        {"mask", *mask},
                        {"sid", full_sid(part[5])},
                        {"inherited", part[1].find("ID") != std::string_view::npos}});
    }
    return true;
}

}  // namespace

parsed parse_sddl(std::string_view text) {
    const auto whole = trimmed(text);
    nlohmann::json value{{"text", std::string(whole)}, {"aces", nlohmann::json::array()}, {"protected", false}};
    if (whole.empty() || next_part(whole, 0) != 0) return not_understood(1, "not a security descriptor", whole);
    for (std::size_t at = 0; at < whole.size();) {
        const auto end = next_part(whole, at + 2);
        const auto body = whole.substr(at + 2, end - at - 2);
        if (whole[at] == 'O' || whole[at] == 'G') {
            value[whole[at] == 'O' ? "owner" : "group"] = full_sid(body);
        } else if (whole[at] == 'D') {
            const auto flags = body.substr(0, body.find('('));
            value["protected"] = flags.find('P') != std::string_view::npos;
            if (!read_aces(body.substr(flags.size()), value["aces"]))
                return not_understood(1, "an access list in an unknown form", body);
        }
        at = end;
    }
    return {std::move(value), {}};
}

int sddl_grants(std::string_view sddl, std::string_view right, std::string_view sid) noexcept try {
    constexpr std::pair<std::string_view, std::uint32_t> simple[] = {
        {"F", 0x1f01ff}, {"M", 0x1301bf}, {"RX", 0x1200a9}, {"R", 0x120089}, {"W", 0x100116}};
    std::uint32_t wanted = 0;
    for (const auto& [name, mask] : simple)
        if (name == right) wanted = mask;
    const auto read = parse_sddl(sddl);
    if (read.error || !wanted) return -1;
    const auto who = full_sid(sid);
    std::uint32_t allowed = 0;
    for (const auto& ace : read.value["aces"]) {
        if (ace["sid"] != who || ace["flags"].get<std::string>().find("IO") != std::string::npos) continue;
        const auto mask = ace["mask"].get<std::uint32_t>();
        if (ace["type"] == "D" && (mask & wanted & ~allowed)) return 0;
        if (ace["type"] == "A") allowed |= mask;
    }
    return (allowed & wanted) == wanted ? 1 : 0;
} catch (...) {
    return -1;
}

}  // namespace emsctl::scripts

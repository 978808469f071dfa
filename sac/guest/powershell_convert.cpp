// Casts and dates.
#include <array>
#include <cstdio>
#include <map>
#include <set>

#include "sac/guest/base64.hpp"
#include "sac/guest/powershell_value.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest::powershell {

std::string normal_type(std::string_view name) {
    auto out = text::lower(text::trim(name));
    if (out.starts_with("system.")) out.erase(0, 7);
    static const std::map<std::string, std::string> aliases = {
        {"int32", "int"},
        {"int64", "long"},
        {"boolean", "bool"},
        {"uint", "uint32"},
        {"single", "float"},
        {"object[]", "array"},
        {"switchparameter", "switch"},
        {"collections.hashtable", "hashtable"},
        {"management.automation.pscustomobject", "pscustomobject"},
        {"psobject", "pscustomobject"},
        {"management.automation.psobject", "pscustomobject"},
        {"management.automation.switchparameter", "switch"},
        {"management.automation.scriptblock", "scriptblock"}};
    const auto known = aliases.find(out);
    return known == aliases.end() ? out : known->second;
}

bool is_known_type(const std::string& name) {
    static const std::set<std::string> known = {"string",        "int",
                                                "long",          "uint32",
                                                "uint64",        "byte",
                                                "bool",          "double",
                                                "float",         "datetime",
                                                "timespan",      "char",
                                                "array",         "string[]",
                                                "int[]",         "byte[]",
                                                "hashtable",     "pscustomobject",
                                                "void",          "switch",
                                                "scriptblock",   "object",
                                                "convert",       "io.file",
                                                "io.path",       "io.directory",
                                                "text.encoding", "console",
                                                "environment",   "math",
                                                "type",          "int16",
                                                "uint16",        "management.automation.errorrecord",
                                                "exception",     "serviceprocess.servicecontroller",
                                                "ordered",       "regex",
                                                "bitconverter",  "char[]"};
    return known.contains(name);
}

namespace {

value_error cannot_convert(const value& what, const std::string& type) {
    return {"Cannot convert the \"" + to_text(what) + "\" value of type \"" + type_name(what) + "\" to type \"" + type +
                "\".",
            "ConvertToFinalInvalidCastException", "RuntimeException", "InvalidArgument"};
}

value whole_number(const value& what, width kind, const char* type, std::int64_t least, std::int64_t most) {
    value number;
    try {
        number = to_number(what);
    } catch (value_error& failed) {
        if (what.as<std::string>())
            failed.message = "Cannot convert value \"" + to_text(what) + "\" to type \"" + type +
                             "\". Error: \"Input string was not in a correct format.\"";
        throw;
    }
    const auto n = to_integer(number);
    if (n < least || n > most)
        throw value_error{"Cannot convert value \"" + to_text(what) + "\" to type \"" + type +
                              "\". Error: \"Value was either too large or too small for an " +
                              std::string(type).substr(7) + ".\"",
                          "InvalidCastIConvertible", "RuntimeException", "InvalidArgument"};
    return value(integer{n, kind});
}

}  // namespace

value cast_to(const std::string& type, const value& what, int zone_minutes) {
    if (type == "string") return value(to_text(what));
    if (type == "bool" || type == "switch") return value(to_bool(what));
    if (type == "int") return whole_number(what, width::int32, "System.Int32", INT32_MIN, INT32_MAX);
    if (type == "int16") return whole_number(what, width::int32, "System.Int16", INT16_MIN, INT16_MAX);
    if (type == "uint16") return whole_number(what, width::int32, "System.UInt16", 0, UINT16_MAX);
    if (type == "byte") return whole_number(what, width::byte, "System.Byte", 0, 255);
    if (type == "uint32") return whole_number(what, width::uint32, "System.UInt32", 0, UINT32_MAX);
    if (type == "long") return whole_number(what, width::int64, "System.Int64", INT64_MIN, INT64_MAX);
    if (type == "uint64") return whole_number(what, width::uint64, "System.UInt64", 0, INT64_MAX);
    if (type == "double" || type == "float") {
        const auto number = to_number(what);
        const auto* n = number.as<integer>();
        return n ? value(static_cast<double>(n->number)) : number;
    }
    if (type == "char") {
        if (const auto* n = what.as<integer>()) {
            const std::string unit{static_cast<char>(n->number & 0xff), static_cast<char>((n->number >> 8) & 0xff)};
            return value(text::from_utf16le(unit));
        }
        const auto s = to_text(what);
        if (s.size() == 1) return value(s);
        throw cannot_convert(what, "System.Char");
    }
    if (type == "void") return value();
    if (type == "object" || type == "psobject") return what;
    if (type == "array" || type == "string[]" || type == "int[]" || type == "char[]") {
        values out;
        if (type == "char[]" && what.as<std::string>()) {
            for (const char c : std::get<std::string>(what.is)) out.emplace_back(std::string(1, c));
            return make_array(std::move(out));
        }
        for (const auto& one : items_of(what))
            out.push_back(type == "string[]" ? value(to_text(one))
                          : type == "int[]"  ? cast_to("int", one, zone_minutes)
                                             : one);
        return make_array(std::move(out));
    }
    if (type == "byte[]") {
        if (what.as<bytes_ptr>()) return what;
        auto bytes = std::make_shared<std::string>();
        for (const auto& one : items_of(what)) *bytes += static_cast<char>(to_integer(cast_to("byte", one, 0)));
        return value(bytes);
    }
    if (type == "datetime") {
        if (what.as<date_time>()) return what;
        if (const auto* s = what.as<std::string>()) {
            if (const auto read = parse_date(*s, zone_minutes)) return value(*read);
            throw value_error{
                "Cannot convert value \"" + *s +
                    "\" to type \"System.DateTime\". Error: \"String was not recognized as a valid DateTime.\"",
                "InvalidCastParseTargetInvocation", "RuntimeException", "InvalidArgument"};
        }
        throw cannot_convert(what, "System.DateTime");
    }
    if (type == "timespan" && what.as<time_span>()) return what;
    if (type == "hashtable" && what.as<table_ptr>()) return what;
    if (type == "ordered" && what.as<table_ptr>()) return what;
    if (type == "scriptblock" && what.as<block_ref>()) return what;
    if (type == "pscustomobject") {
        if (const auto* t = what.as<table_ptr>()) {
            auto made = make_object("System.Management.Automation.PSCustomObject");
            for (const auto& [key, v] : (*t)->entries) made->set(to_text(key), v);
            return value(made);
        }
        return what;
    }
    throw cannot_convert(what, type);
}

date_time to_utc(const date_time& what) {
    if (what.kind == date_kind::utc) return what;
    auto out = what;
    out.clock -= std::chrono::minutes(what.zone_minutes);
    out.kind = date_kind::utc;
    return out;
}

date_time to_local(const date_time& what) {
    if (what.kind == date_kind::local) return what;
    auto out = what;
    out.clock += std::chrono::minutes(what.zone_minutes);
    out.kind = date_kind::local;
    return out;
}

std::optional<date_time> parse_date(std::string_view given, int zone_minutes) {
    const auto s = text::trim(given);
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, used = 0;
    unsigned second = 0;
    char mark = 0;
    date_time out;
    out.zone_minutes = zone_minutes;
    std::size_t at = 0;
    if (std::sscanf(s.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) == 3 ||
        std::sscanf(s.c_str(), "%2d/%2d/%4d%n", &month, &day, &year, &used) == 3)
        at = static_cast<std::size_t>(used);
    else
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    out.clock = std::chrono::sys_days(date);
    if (at == s.size()) return out;
    if (std::sscanf(s.c_str() + at, "%1c%2d:%2d%n", &mark, &hour, &minute, &used) != 3 || (mark != ' ' && mark != 'T'))
        return std::nullopt;
    at += static_cast<std::size_t>(used);
    std::int64_t micro = 0;
    if (std::sscanf(s.c_str() + at, ":%2u%n", &second, &used) == 1) {
        at += static_cast<std::size_t>(used);
        if (at < s.size() && s[at] == '.') {
            std::int64_t unit = 100000;
            for (++at; at < s.size() && s[at] >= '0' && s[at] <= '9'; ++at, unit /= 10) micro += unit * (s[at] - '0');
        }
    }
    auto rest = text::trim(std::string_view(s).substr(at));
    if (text::equal_no_case(rest, "PM") || text::equal_no_case(rest, "AM")) {
        if (hour < 1 || hour > 12) return std::nullopt;
        hour = hour % 12 + (text::equal_no_case(rest, "PM") ? 12 : 0);
        rest.clear();
    }
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    out.clock += std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
                 std::chrono::microseconds(micro);
    if (rest.empty()) return out;
    int offset_hours = 0, offset_minutes = 0;
    if (rest == "Z") {
        out.kind = date_kind::utc;
        return to_local(out);
    }
    if (std::sscanf(rest.c_str(), "%3d:%2d%n", &offset_hours, &offset_minutes, &used) == 2 &&
        static_cast<std::size_t>(used) == rest.size()) {
        const auto offset = offset_hours * 60 + (rest[0] == '-' ? -offset_minutes : offset_minutes);
        out.clock -= std::chrono::minutes(offset);
        out.kind = date_kind::utc;
        return to_local(out);
    }
    return std::nullopt;
}

}  // namespace emsctl::guest::powershell

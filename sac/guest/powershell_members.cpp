// The properties and methods of values. Objects carry their properties; text, dates, arrays and tables have theirs
// here.
#include <algorithm>
#include <map>

#include "sac/guest/powershell_interpreter.hpp"

namespace emsctl::guest::powershell {

namespace {

bool is(const std::string& name, const char* wanted) {
    return text::equal_no_case(name, wanted);
}

value int_of(std::int64_t n) {
    return value(integer{n, width::int32});
}

constexpr std::int64_t ticks_of_1970 = 621355968000000000;

std::optional<value> date_property(const date_time& d, const std::string& name) {
    const auto day = std::chrono::floor<std::chrono::days>(d.clock);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(d.clock - day);
    if (is(name, "Year")) return int_of(static_cast<int>(date.year()));
    if (is(name, "Month")) return int_of(static_cast<unsigned>(date.month()));
    if (is(name, "Day")) return int_of(static_cast<unsigned>(date.day()));
    if (is(name, "Hour")) return int_of(time.hours().count());
    if (is(name, "Minute")) return int_of(time.minutes().count());
    if (is(name, "Second")) return int_of(time.seconds().count());
    if (is(name, "Millisecond")) return int_of(time.subseconds().count() / 1000);
    if (is(name, "Ticks")) return value(std::int64_t{d.clock.time_since_epoch().count() * 10 + ticks_of_1970});
    if (is(name, "TimeOfDay")) return value(time_span{d.clock - day});
    if (is(name, "Date")) {
        auto out = d;
        out.clock = day;
        return value(out);
    }
    if (is(name, "Kind")) {
        const char* names[] = {"Unspecified", "Utc", "Local"};
        return value(enumeration{"System.DateTimeKind", static_cast<int>(d.kind), names[static_cast<int>(d.kind)]});
    }
    return std::nullopt;
}

std::optional<value> span_property(const time_span& s, const std::string& name) {
    const auto us = s.length.count();
    if (is(name, "Days")) return int_of(us / 86400000000);
    if (is(name, "Hours")) return int_of(us / 3600000000 % 24);
    if (is(name, "Minutes")) return int_of(us / 60000000 % 60);
    if (is(name, "Seconds")) return int_of(us / 1000000 % 60);
    if (is(name, "Milliseconds")) return int_of(us / 1000 % 1000);
    if (is(name, "Ticks")) return value(std::int64_t{us * 10});
    const auto total = [&](double unit) { return value(static_cast<double>(us) / unit); };
    if (is(name, "TotalDays")) return total(86400e6);
    if (is(name, "TotalHours")) return total(3600e6);
    if (is(name, "TotalMinutes")) return total(60e6);
    if (is(name, "TotalSeconds")) return total(1e6);
    if (is(name, "TotalMilliseconds")) return total(1e3);
    return std::nullopt;
}

std::optional<value> table_property(const table& t, const std::string& name) {
    if (const auto* found = const_cast<table&>(t).find(value(name))) return *found;
    if (is(name, "Count")) return int_of(static_cast<std::int64_t>(t.entries.size()));
    if (is(name, "Keys") || is(name, "Values")) {
        values out;
        for (const auto& [key, what] : t.entries) out.push_back(is(name, "Keys") ? key : what);
        return make_array(std::move(out));
    }
    return std::nullopt;
}

std::int64_t whole(const values& args, std::size_t i) {
    return to_integer(args.at(i));
}

std::optional<value> date_method(const date_time& d, const std::string& name, const values& args) {
    if (is(name, "ToUniversalTime") && args.empty()) return value(to_utc(d));
    if (is(name, "ToLocalTime") && args.empty()) return value(to_local(d));
    if (is(name, "ToString") && args.size() <= 1) return value(format_date(d, args.empty() ? "" : to_text(args[0])));
    static const std::map<std::string, double, text::less_no_case> units = {{"AddDays", 86400e6},
                                                                            {"AddHours", 3600e6},
                                                                            {"AddMinutes", 60e6},
                                                                            {"AddSeconds", 1e6},
                                                                            {"AddMilliseconds", 1e3}};
    const auto unit = units.find(name);
    if (unit != units.end() && args.size() == 1) {
        auto out = d;
        const auto count = std::get<double>(cast_to("double", args[0], 0).is);
        out.clock += std::chrono::microseconds(static_cast<std::int64_t>(count * unit->second));
        return value(out);
    }
    if (is(name, "Subtract") && args.size() == 1) {
        if (const auto* other = args[0].as<date_time>()) return value(time_span{d.clock - other->clock});
        if (const auto* span = args[0].as<time_span>()) {
            auto out = d;
            out.clock -= span->length;
            return value(out);
        }
    }
    return std::nullopt;
}

std::optional<value> array_method(const array_ptr& a, const std::string& name, const values& args) {
    if (args.size() != 1) return std::nullopt;
    if (is(name, "Contains")) {
        for (const auto& item : a->items)
            if (equal_values(item, args[0], true)) return value(true);
        return value(false);
    }
    if (is(name, "IndexOf")) {
        for (std::size_t i = 0; i < a->items.size(); ++i)
            if (equal_values(a->items[i], args[0], true)) return int_of(static_cast<std::int64_t>(i));
        return int_of(-1);
    }
    return std::nullopt;
}

std::optional<value> table_method(const table_ptr& t, const std::string& name, const values& args) {
    if ((is(name, "ContainsKey") || is(name, "Contains")) && args.size() == 1)
        return value(t->find(args[0]) != nullptr);
    if (is(name, "Add") && args.size() == 2) {
        if (t->find(args[0]))
            throw value_error{"Item has already been added. Key in dictionary: '" + to_text(args[0]) +
                                  "'  Key being added: '" + to_text(args[0]) + "'",
                              "ArgumentException", "ArgumentException"};
        t->set(args[0], args[1]);
        return value();
    }
    if (is(name, "Remove") && args.size() == 1) {
        std::erase_if(t->entries, [&](const auto& entry) { return equal_values(entry.first, args[0], false); });
        return value();
    }
    return std::nullopt;
}

std::string trimmed(const std::string& s, const values& args, bool at_front, bool at_back) {
    std::string set = " \t\r\n";
    if (!args.empty()) {
        set.clear();
        for (const auto& one : items_of(args[0])) set += to_text(one);
    }
    std::string_view rest = s;
    while (at_front && !rest.empty() && set.find(rest.front()) != std::string::npos) rest.remove_prefix(1);
    while (at_back && !rest.empty() && set.find(rest.back()) != std::string::npos) rest.remove_suffix(1);
    return std::string(rest);
}

// Split(char[]): any of the characters; a longer text counts as its characters, as .NET Framework does.
value split(const std::string& s, const values& args) {
    std::string set;
    std::int64_t most = 0;
    bool drops_empty = false;
    for (const auto& arg : args) {
        if (arg.as<integer>())
            most = to_integer(arg);
        else if (const auto text = to_text(arg); &arg != &args[0] && is(text, "RemoveEmptyEntries"))
            drops_empty = true;
        else
            for (const auto& one : items_of(arg)) set += to_text(one);
    }
    if (set.empty()) set = " \t\r\n";
    values out;
    for (std::size_t at = 0;;) {
        const auto end = most > 0 && static_cast<std::int64_t>(out.size()) + 1 >= most ? std::string::npos
                                                                                       : s.find_first_of(set, at);
        const auto piece = s.substr(at, end == std::string::npos ? end : end - at);
        if (!piece.empty() || !drops_empty) out.emplace_back(piece);
        if (end == std::string::npos) break;
        at = end + 1;
    }
    return make_array(std::move(out));
}

value found_at(std::size_t at) {
    return int_of(at == std::string::npos ? -1 : static_cast<std::int64_t>(at));
}

std::optional<value> text_method(const std::string& s, const std::string& name, const values& args) {
    const auto count = args.size();
    const auto first = count ? to_text(args[0]) : std::string();
    const bool folds = count == 2 && to_text(args[1]).ends_with("IgnoreCase");
    const auto size = static_cast<std::int64_t>(s.size());
    if ((is(name, "ToUpper") || is(name, "ToUpperInvariant")) && !count) return value(text::upper(s));
    if ((is(name, "ToLower") || is(name, "ToLowerInvariant")) && !count) return value(text::lower(s));
    if (is(name, "Trim") && count <= 1) return value(trimmed(s, args, true, true));
    if (is(name, "TrimStart") && count <= 1) return value(trimmed(s, args, true, false));
    if (is(name, "TrimEnd") && count <= 1) return value(trimmed(s, args, false, true));
    if (is(name, "Split")) return split(s, args);
    if (is(name, "StartsWith") && count && count <= 2)
        return value(folds ? text::starts_with_no_case(s, first) : s.starts_with(first));
    if (is(name, "EndsWith") && count && count <= 2)
        return value(folds ? text::ends_with_no_case(s, first) : s.ends_with(first));
    if (is(name, "Contains") && count == 1) return value(s.find(first) != std::string::npos);
    if (is(name, "IndexOf") && count == 1) return found_at(s.find(first));
    if (is(name, "LastIndexOf") && count == 1) return found_at(s.rfind(first));
    if (is(name, "Equals") && count && count <= 2) return value(folds ? text::equal_no_case(s, first) : s == first);
    if (is(name, "Replace") && count == 2) {
        if (first.empty())
            throw value_error{"String cannot be of zero length.", "ArgumentException", "ArgumentException"};
        auto out = s;
        const auto with = to_text(args[1]);
        for (auto at = out.find(first); at != std::string::npos; at = out.find(first, at + with.size()))
            out.replace(at, first.size(), with);
        return value(std::move(out));
    }
    if ((is(name, "Substring") || is(name, "Remove")) && (count == 1 || count == 2)) {
        const auto from = whole(args, 0), length = count == 2 ? whole(args, 1) : size - from;
        if (from < 0 || length < 0 || from + length > size)
            throw value_error{
                count == 2 ? "Index and length must refer to a location within the string.\r\nParameter name: length"
                           : "startIndex cannot be larger than length of string.\r\nParameter name: startIndex",
                "ArgumentOutOfRangeException", "ArgumentOutOfRangeException"};
        const auto at = static_cast<std::size_t>(from), many = static_cast<std::size_t>(length);
        if (is(name, "Substring")) return value(s.substr(at, many));
        auto out = s;
        return value(out.erase(at, many));
    }
    if ((is(name, "PadLeft") || is(name, "PadRight")) && (count == 1 || count == 2)) {
        const auto wanted = std::min<std::int64_t>(whole(args, 0), 10000);
        if (wanted <= size) return value(s);
        const std::string pad(static_cast<std::size_t>(wanted - size), count == 2 ? to_text(args[1]).c_str()[0] : ' ');
        return value(is(name, "PadLeft") ? pad + s : s + pad);
    }
    if (is(name, "Insert") && count == 2 && whole(args, 0) >= 0 && whole(args, 0) <= size) {
        auto out = s;
        return value(out.insert(static_cast<std::size_t>(whole(args, 0)), to_text(args[1])));
    }
    if (is(name, "ToCharArray") && !count) return cast_to("char[]", value(s), 0);
    return std::nullopt;
}

}  // namespace

std::optional<value> property_of(const value& what, const std::string& name) {
    if (const auto* o = what.as<object_ptr>()) {
        if (const auto* found = (*o)->find(name)) return *found;
        if (is(name, "PSObject") || is(name, "Count")) return std::nullopt;
        return std::nullopt;
    }
    if (const auto* s = what.as<std::string>())
        if (is(name, "Length")) return int_of(static_cast<std::int64_t>(text::to_utf16le(*s).size() / 2));
    if (const auto* d = what.as<date_time>()) return date_property(*d, name);
    if (const auto* s = what.as<time_span>()) return span_property(*s, name);
    if (const auto* t = what.as<table_ptr>()) return table_property(**t, name);
    if (const auto* e = what.as<enumeration>())
        if (is(name, "value__")) return int_of(e->number);
    if (is_collection(what) && (is(name, "Count") || is(name, "Length") || is(name, "LongLength"))) {
        const auto* b = what.as<bytes_ptr>();
        return int_of(static_cast<std::int64_t>(b ? (*b)->size() : (*what.as<array_ptr>())->items.size()));
    }
    if (const auto* t = what.as<type_ref>()) {
        if (is(name, "FullName") || is(name, "Name")) return value(t->name);
    }
    return std::nullopt;
}

std::optional<value> method_of(interpreter& shell, const value& what, const std::string& name, const values& args) {
    if (what.is_null()) return std::nullopt;
    if (is(name, "GetType") && args.empty()) {
        const auto full = type_name(what);
        auto made = make_object("System.RuntimeType", full);
        made->set("Name", full.substr(full.rfind('.') + 1));
        made->set("FullName", full);
        return value(made);
    }
    std::optional<value> answer;
    if (const auto* s = what.as<std::string>()) answer = text_method(*s, name, args);
    if (const auto* d = what.as<date_time>()) answer = date_method(*d, name, args);
    if (const auto* a = what.as<array_ptr>()) answer = array_method(*a, name, args);
    if (const auto* t = what.as<table_ptr>()) answer = table_method(*t, name, args);
    if (const auto* o = what.as<object_ptr>(); o && (*o)->type.starts_with("System.Text.")) {
        if (is(name, "GetBytes") && args.size() == 1)
            return value(std::make_shared<std::string>(encoded(to_text(args[0]), what, false)));
        if (is(name, "GetString") && args.size() == 1)
            return value(decoded(*std::get<bytes_ptr>(cast_to("byte[]", args[0], 0).is), what));
    }
    if (const auto* o = what.as<object_ptr>(); o && (*o)->type == "console stream") {
        auto& to = (*o)->text == "error" ? shell.self().err : shell.self().out;
        if (is(name, "WriteLine") && args.size() <= 1) {
            to.line(args.empty() ? "" : display_text(args[0]));
            return value();
        }
        if (is(name, "Write") && args.size() == 1) {
            to.write(display_text(args[0]));
            return value();
        }
        if (is(name, "Flush") && args.empty()) return value();
    }
    if (!answer && is(name, "ToString")) {
        if (args.empty()) return value(to_text(what));
        if (args.size() == 1 && (what.as<integer>() || what.as<double>() || what.as<enumeration>()))
            return value(format_one(what, to_text(args[0])));
    }
    if (!answer && is(name, "Equals") && args.size() == 1) return value(equal_values(what, args[0], true));
    if (!answer && is(name, "CompareTo") && args.size() == 1) return int_of(compare_values(what, args[0], true));
    return answer;
}

}  // namespace emsctl::guest::powershell

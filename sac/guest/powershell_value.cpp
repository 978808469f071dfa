#include "sac/guest/powershell_value.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>

#include "sac/guest/text.hpp"

namespace emsctl::guest::powershell {

value* table::find(const value& key) {
    for (auto& [name, what] : entries)
        if (equal_values(name, key, false)) return &what;
    return nullptr;
}

void table::set(const value& key, value what) {
    if (auto* found = find(key))
        *found = std::move(what);
    else
        entries.emplace_back(key, std::move(what));
}

const value* object::find(std::string_view name) const {
    for (const auto& [known, what] : properties)
        if (text::equal_no_case(known, name)) return &what;
    return nullptr;
}

void object::set(std::string_view name, value what) {
    for (auto& [known, old] : properties)
        if (text::equal_no_case(known, name)) {
            old = std::move(what);
            return;
        }
    properties.emplace_back(name, std::move(what));
}

value make_array(values items) {
    auto made = std::make_shared<array>();
    made->items = std::move(items);
    return value(made);
}

object_ptr make_object(std::string type, std::string text) {
    auto made = std::make_shared<object>();
    made->type = std::move(type);
    made->text = std::move(text);
    return made;
}

namespace {

const char* width_name(width kind) {
    switch (kind) {
        case width::byte:
            return "System.Byte";
        case width::int32:
            return "System.Int32";
        case width::uint32:
            return "System.UInt32";
        case width::int64:
            return "System.Int64";
        case width::uint64:
            return "System.UInt64";
    }
    return "";
}

std::string double_text(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
    std::array<char, 40> out{};
    std::snprintf(out.data(), out.size(), "%.15G", number);
    std::string text = out.data();
    const auto e = text.find('E');  // .NET writes at least two digits, as C does
    return e == std::string::npos ? text : text.substr(0, e) + text.substr(e);
}

std::string span_text(const time_span& span) {
    auto rest = span.length.count();
    const bool is_negative = rest < 0;
    if (is_negative) rest = -rest;
    const auto us = rest % 1000000;
    rest /= 1000000;
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), "%02lld:%02lld:%02lld", static_cast<long long>(rest / 3600 % 24),
                  static_cast<long long>(rest / 60 % 60), static_cast<long long>(rest % 60));
    std::string text =
        (is_negative ? "-" : "") + (rest >= 86400 ? std::to_string(rest / 86400) + "." : std::string()) + out.data();
    if (us) {
        std::snprintf(out.data(), out.size(), ".%06lld0", static_cast<long long>(us));
        text += out.data();
    }
    return text;
}

}  // namespace

std::string type_name(const value& what) {
    struct visitor {
        std::string operator()(std::monostate) const { return ""; }
        std::string operator()(bool) const { return "System.Boolean"; }
        std::string operator()(const integer& n) const { return width_name(n.kind); }
        std::string operator()(double) const { return "System.Double"; }
        std::string operator()(const std::string&) const { return "System.String"; }
        std::string operator()(const date_time&) const { return "System.DateTime"; }
        std::string operator()(const time_span&) const { return "System.TimeSpan"; }
        std::string operator()(const enumeration& e) const { return e.type; }
        std::string operator()(const type_ref&) const { return "System.RuntimeType"; }
        std::string operator()(const block_ref&) const { return "System.Management.Automation.ScriptBlock"; }
        std::string operator()(const array_ptr&) const { return "System.Object[]"; }
        std::string operator()(const table_ptr&) const { return "System.Collections.Hashtable"; }
        std::string operator()(const object_ptr& o) const { return o->type; }
        std::string operator()(const bytes_ptr&) const { return "System.Byte[]"; }
    };
    return std::visit(visitor{}, what.is);
}

bool to_bool(const value& what) {
    if (what.is_null()) return false;
    if (const auto* b = what.as<bool>()) return *b;
    if (const auto* n = what.as<integer>()) return n->number != 0;
    if (const auto* d = what.as<double>()) return *d != 0;
    if (const auto* s = what.as<std::string>()) return !s->empty();
    if (const auto* e = what.as<enumeration>()) return e->number != 0;
    if (is_collection(what)) {
        const auto items = items_of(what);
        return items.size() > 1 || (items.size() == 1 && to_bool(items[0]));
    }
    return true;
}

std::string to_text(const value& what) {
    struct visitor {
        std::string operator()(std::monostate) const { return ""; }
        std::string operator()(bool b) const { return b ? "True" : "False"; }
        std::string operator()(const integer& n) const {
            return n.kind == width::uint64 ? std::to_string(static_cast<std::uint64_t>(n.number))
                                           : std::to_string(n.number);
        }
        std::string operator()(double d) const { return double_text(d); }
        std::string operator()(const std::string& s) const { return s; }
        std::string operator()(const date_time& d) const { return format_date(d, "MM/dd/yyyy HH:mm:ss"); }
        std::string operator()(const time_span& s) const { return span_text(s); }
        std::string operator()(const enumeration& e) const { return e.name; }
        std::string operator()(const type_ref& t) const { return t.name; }
        std::string operator()(const block_ref&) const { return ""; }
        std::string operator()(const array_ptr& a) const {
            std::string out;
            for (std::size_t i = 0; i < a->items.size(); ++i) out += (i ? " " : "") + to_text(a->items[i]);
            return out;
        }
        std::string operator()(const bytes_ptr& b) const {
            std::string out;
            for (const char c : *b) out += (out.empty() ? "" : " ") + std::to_string(static_cast<unsigned char>(c));
            return out;
        }
        std::string operator()(const table_ptr&) const { return "System.Collections.Hashtable"; }
        std::string operator()(const object_ptr& o) const {
            if (!o->text.empty()) return o->text;
            if (o->type != "System.Management.Automation.PSCustomObject") return o->type;
            std::string out;
            for (const auto& [name, v] : o->properties) out += (out.empty() ? "" : "; ") + name + "=" + to_text(v);
            return "@{" + out + "}";
        }
    };
    return std::visit(visitor{}, what.is);
}

std::string display_text(const value& what) {
    if (const auto* d = what.as<date_time>()) return format_date(*d, "G");
    return to_text(what);
}

std::optional<value> parse_number(std::string_view given) {
    auto digits = text::lower(text::trim(given));
    if (digits.empty()) return std::nullopt;
    bool is_negative = false;
    if (digits[0] == '-' || digits[0] == '+') {
        is_negative = digits[0] == '-';
        digits.erase(0, 1);
    }
    double scale = 1;
    for (const auto& [unit, size] :
         {std::pair{"kb", 1024.0}, {"mb", 1048576.0}, {"gb", 1073741824.0}, {"tb", 1099511627776.0}})
        if (digits.ends_with(unit)) {
            scale = size;
            digits.resize(digits.size() - 2);
        }
    const bool is_hex = digits.starts_with("0x");
    bool is_long = false;
    if (!digits.empty() && digits.back() == 'l') {
        is_long = true;
        digits.pop_back();
    }
    if (digits.size() <= (is_hex ? 2U : 0U)) return std::nullopt;
    const char* begin = digits.data() + (is_hex ? 2 : 0);
    const char* end = digits.data() + digits.size();
    std::uint64_t number = 0;
    const auto whole = std::from_chars(begin, end, number, is_hex ? 16 : 10);
    if (whole.ec == std::errc() && whole.ptr == end && (is_hex || number <= 0x7fffffffffffffffU)) {
        auto signed_number = static_cast<std::int64_t>(number);
        const bool is_small_hex = is_hex && !is_long && number <= 0xffffffffU;
        if (is_small_hex) signed_number = static_cast<std::int32_t>(number);  // 0xffffffff is -1
        signed_number = (is_negative ? -signed_number : signed_number) * static_cast<std::int64_t>(scale);
        const bool fits = signed_number >= INT32_MIN && signed_number <= INT32_MAX;
        return value(integer{signed_number, fits && !is_long ? width::int32 : width::int64});
    }
    if (is_hex) return std::nullopt;
    double real = 0;
    const auto read = std::from_chars(begin, end, real);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(real)) return std::nullopt;
    return value((is_negative ? -real : real) * scale);
}

value to_number(const value& what) {
    if (what.is_null()) return value(0);
    if (const auto* b = what.as<bool>()) return value(*b ? 1 : 0);
    if (what.as<integer>() || what.as<double>()) return what;
    if (const auto* e = what.as<enumeration>()) return value(integer{e->number, width::int32});
    if (const auto* s = what.as<std::string>()) {
        if (text::trim(*s).empty()) return value(0);
        if (auto number = parse_number(*s)) return *number;
        throw value_error{"Cannot convert value \"" + *s +
                              "\" to type \"System.Int32\". Error: \"Input string was not in a correct format.\"",
                          "InvalidCastFromStringToInteger", "RuntimeException", "InvalidArgument"};
    }
    throw value_error{"Cannot convert the \"" + to_text(what) + "\" value of type \"" + type_name(what) +
                          "\" to type \"System.Int32\".",
                      "ConvertToFinalInvalidCastException", "RuntimeException", "InvalidArgument"};
}

std::int64_t to_integer(const value& what) {
    const auto number = to_number(what);
    if (const auto* n = number.as<integer>()) return n->number;
    const auto real = std::nearbyint(std::get<double>(number.is));
    if (!(real >= -9.2e18 && real <= 9.2e18))
        throw value_error{
            "Cannot convert value \"" + to_text(what) +
            "\" to type \"System.Int64\". Error: \"Value was either too large or too small for an Int64.\""};
    return static_cast<std::int64_t>(real);
}

bool is_collection(const value& what) {
    return what.as<array_ptr>() || what.as<bytes_ptr>();
}

values items_of(const value& what) {
    if (what.is_null()) return {};
    if (const auto* a = what.as<array_ptr>()) return (*a)->items;
    if (const auto* b = what.as<bytes_ptr>()) {
        values out;
        for (const char c : **b) out.emplace_back(integer{static_cast<unsigned char>(c), width::byte});
        return out;
    }
    return {what};
}

bool equal_values(const value& a, const value& b, bool is_case_sensitive) {
    if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
    if (a.as<object_ptr>() && b.as<object_ptr>()) return *a.as<object_ptr>() == *b.as<object_ptr>();
    if (const auto* flag = a.as<bool>()) return *flag == to_bool(b);
    try {
        return compare_values(a, b, is_case_sensitive) == 0;
    } catch (const value_error&) {
        return false;
    }
}

int compare_values(const value& a, const value& b, bool is_case_sensitive) {
    const auto order = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
    if (const auto* s = a.as<std::string>()) {
        const auto other = to_text(b);
        if (is_case_sensitive) return order(std::string_view(*s), std::string_view(other));
        const auto x = text::lower(*s), y = text::lower(other);
        return order(std::string_view(x), std::string_view(y));
    }
    if (const auto* d = a.as<date_time>()) {
        const auto other = cast_to("datetime", b, d->zone_minutes);
        return order(d->clock, std::get<date_time>(other.is).clock);
    }
    if (const auto* t = a.as<time_span>()) {
        const auto* other = b.as<time_span>();
        if (!other) throw value_error{"Could not compare \"" + to_text(a) + "\" to \"" + to_text(b) + "\"."};
        return order(t->length, other->length);
    }
    if (const auto* e = a.as<enumeration>(); e && b.as<std::string>())
        return text::equal_no_case(e->name, std::get<std::string>(b.is)) ? 0
                                                                         : order(e->name, std::get<std::string>(b.is));
    if (a.is_null()) return b.is_null() ? 0 : -1;
    if (a.as<object_ptr>() || a.as<type_ref>() || a.as<array_ptr>() || a.as<table_ptr>()) {
        const auto x = text::lower(to_text(a)), y = text::lower(to_text(b));
        return order(std::string_view(x), std::string_view(y));
    }
    const auto x = to_number(a), y = to_number(b);
    const auto *m = x.as<integer>(), *n = y.as<integer>();
    if (m && n) return order(m->number, n->number);
    const auto real = [](const value& v) {
        const auto* i = v.as<integer>();
        return i ? static_cast<double>(i->number) : std::get<double>(v.is);
    };
    return order(real(x), real(y));
}

}  // namespace emsctl::guest::powershell

// The values of the simulated PowerShell 5.1 and what they turn into: text, numbers, truth, order. Pure; objects are
// named bags of properties. Not .NET: a type or member that is not listed here or in powershell_members does not exist.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sac/guest/win32.hpp"

namespace emsctl::guest::powershell {

struct node;
struct value;
struct error_record;
using values = std::vector<value>;

enum class width { byte, int32, uint32, int64, uint64 };
struct integer {
    std::int64_t number = 0;
    width kind = width::int32;
};
enum class date_kind { unspecified, utc, local };
struct date_time {
    wall_time clock{};  // what the clock of its kind shows
    date_kind kind = date_kind::unspecified;
    int zone_minutes = 0;  // the machine's, for %K and conversions
};
struct time_span {
    std::chrono::microseconds length{};
};
struct enumeration {
    std::string type;
    std::int64_t number = 0;
    std::string name;
};
struct type_ref {
    std::string name;  // lower case, without System.
};
struct block_ref {
    const node* body = nullptr;  // a script block; its script lives as long as the interpreter
};
struct array;
struct table;
struct object;
using array_ptr = std::shared_ptr<array>;
using table_ptr = std::shared_ptr<table>;
using object_ptr = std::shared_ptr<object>;
using bytes_ptr = std::shared_ptr<std::string>;  // byte[]

struct value {
    std::variant<std::monostate, bool, integer, double, std::string, date_time, time_span, enumeration, type_ref,
                 block_ref, array_ptr, table_ptr, object_ptr, bytes_ptr>
        is;

    value() = default;
    template <class T>
    requires(!std::is_same_v<std::decay_t<T>, value>) value(T&& v) : is(std::forward<T>(v)) {}
    value(const char* text) : is(std::string(text)) {}
    value(std::string_view text) : is(std::string(text)) {}
    value(int n) : is(integer{n, width::int32}) {}
    value(unsigned n) : is(integer{n, width::uint32}) {}
    value(std::int64_t n) : is(integer{n, width::int64}) {}

    template <class T>
    const T* as() const {
        return std::get_if<T>(&is);
    }
    bool is_null() const { return std::holds_alternative<std::monostate>(is); }
};

struct array {
    values items;
};
struct table {
    std::vector<std::pair<value, value>> entries;  // string keys are found in any case
    value* find(const value& key);
    void set(const value& key, value what);
};
struct object {
    std::string type;  // "System.ServiceProcess.ServiceController"
    std::vector<std::pair<std::string, value>> properties;
    std::string text;                  // what ToString gives; empty: @{a=1; b=2}
    std::vector<std::string> columns;  // of the default table; empty: all properties
    std::shared_ptr<error_record> record;

    const value* find(std::string_view name) const;
    void set(std::string_view name, value what);
};

value make_array(values items);
object_ptr make_object(std::string type, std::string text = {});

// A conversion or operation that .NET would refuse; becomes an error record where it is evaluated.
struct value_error {
    std::string message;
    std::string id = "RuntimeException";
    std::string type = "RuntimeException";
    std::string category = "InvalidOperation";
};

std::string type_name(const value& what);  // "System.Int32"
bool to_bool(const value& what);
std::string to_text(const value& what);                    // as in "$x": invariant dates, arrays joined by blanks
std::string display_text(const value& what);               // as printed: dates of the en-US culture
std::optional<value> parse_number(std::string_view text);  // 12, -3, 0x1f, 1.5, 1e3, 10kb, 5L
value to_number(const value& what);                        // integer or double; throws value_error
std::int64_t to_integer(const value& what);                // rounds half to even
value cast_to(const std::string& type, const value& what, int zone_minutes);
bool is_known_type(const std::string& name);
std::string normal_type(std::string_view name);  // lower case, without "System." and blanks

// Enumerated by a pipeline or foreach; anything else is a single item. $null is none for foreach.
bool is_collection(const value& what);
values items_of(const value& what);

bool equal_values(const value& a, const value& b, bool is_case_sensitive);
int compare_values(const value& a, const value& b, bool is_case_sensitive = false);  // throws value_error

// Dates.
date_time to_utc(const date_time& what);
date_time to_local(const date_time& what);
std::string format_date(const date_time& what, const std::string& pattern);
std::optional<date_time> parse_date(std::string_view text, int zone_minutes);
std::string format_number(const value& what, const std::string& pattern);  // D4 X N0 F2 o.., custom 0.00
std::string format_one(const value& what, const std::string& pattern);     // what {0:pattern} gives
std::string format_text(const std::string& format, const values& args);    // the -f operator; throws value_error

}  // namespace emsctl::guest::powershell

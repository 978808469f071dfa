// reg query, add, delete; the verbs that read or write files are in reg_files.cpp. Exit code 1 is everything that went
// wrong; errors go to standard error.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/commands/reg_files.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

constexpr const char* not_found = "ERROR: The system was unable to find the specified registry key or value.";

std::string data_text(const registry_value& value) {
    char number[32];
    switch (value.type) {
        case value_type::dword:
        case value_type::dword_big_endian:
        case value_type::qword:
            std::snprintf(number, sizeof number, "0x%llx", static_cast<unsigned long long>(value.number));
            return number;
        case value_type::multi_sz: {
            std::string out;
            for (const auto& line : value.list) out += (out.empty() ? "" : "\\0") + line;
            return out;
        }
        case value_type::sz:
        case value_type::expand_sz:
            return value.text;
        default:
            return text::upper(text::hex(value.text));
    }
}

struct arguments {
    std::string key;
    std::optional<std::string> value;  // "" is the default value
    std::optional<std::string> data;
    std::optional<value_type> type;
    char separator = '\0';
    bool all_values = false, is_forced = false, is_deep = false, is_good = true;
    std::string refused;
};

arguments parse(const process& self) {
    arguments out;
    for (std::size_t i = 1; i < self.args.size(); ++i) {
        const auto& word = self.args[i];
        const auto next = [&]() -> std::string {
            if (i + 1 < self.args.size()) return self.args[++i];
            out.is_good = false;
            return {};
        };
        const auto is = [&](std::string_view name) { return text::equal_no_case(word, name); };
        if (is("/v")) {
            out.value = next();
        } else if (is("/ve")) {
            out.value = "";
        } else if (is("/va")) {
            out.all_values = true;
        } else if (is("/t")) {
            out.type = value_type_named(next());
            if (!out.type) out.is_good = false;
        } else if (is("/d")) {
            out.data = next();
        } else if (is("/f")) {
            out.is_forced = true;
            if (text::equal_no_case(self.args[0], "query")) out.refused = "reg query /f";
        } else if (is("/s")) {
            if (text::equal_no_case(self.args[0], "add")) {
                const auto sign = next();
                out.separator = sign.empty() ? '\0' : sign[0];
            } else {
                out.is_deep = true;
            }
        } else if (is("/reg:64")) {
        } else if (word.starts_with('/')) {
            out.refused = "reg " + self.args[0] + " " + word;
        } else if (out.key.empty()) {
            out.key = word;
        } else {
            out.is_good = false;
        }
    }
    return out;
}

int invalid_syntax(process& self) {
    self.err.line("ERROR: Invalid syntax.");
    self.err.line("Type \"REG " + text::upper(self.args.empty() ? "" : self.args[0]) + " /?\" for usage.");
    return 1;
}

int failed(process& self, win32_error error) {
    self.err.line(error == win32::file_not_found ? not_found : "ERROR: " + message_of(error));
    return 1;
}

void print_value(process& self, const std::string& name, const registry_value& value) {
    self.out.line("    " + (name.empty() ? "(Default)" : name) + "    " + name_of(value.type) + "    " +
                  data_text(value));
}

struct query {
    process& self;
    const arguments& want;
    unsigned matches = 0;

    void key(const registry_key& key, const std::string& path, bool is_top) {
        std::vector<const std::pair<std::string, registry_value>*> shown;
        for (const auto& value : key.values)
            if (!want.value || text::equal_no_case(*want.value, value.first)) shown.push_back(&value);
        matches += static_cast<unsigned>(shown.size());
        const bool is_shown = !shown.empty() || (!want.value && want.is_deep && !is_top);
        if (is_shown) {
            self.out.write("\r\n" + path + "\r\n");
            for (const auto* value : shown) print_value(self, value->first, value->second);
        }
        if (want.is_deep) {
            for (const auto& [name, child] : key.keys) this->key(child, path + "\\" + child.name, false);
        } else if (!want.value) {
            self.out.write("\r\n");
            for (const auto& [name, child] : key.keys) self.out.line(path + "\\" + child.name);
            // The name of a link to a control set is listed like a key.
            if (text::equal_no_case(path, "HKEY_LOCAL_MACHINE\\SYSTEM")) self.out.line(path + "\\CurrentControlSet");
        }
    }
};

int run_query(process& self, const arguments& want) {
    const auto path = registry::full_name(want.key);
    const auto* key = path ? self.os.reg.find(want.key) : nullptr;
    if (!path) {
        self.err.line("ERROR: Invalid key name.");
        self.err.line("Type \"REG QUERY /?\" for usage.");
        return 1;
    }
    if (!key) return failed(self, win32::file_not_found);
    query run{self, want};
    if (want.value && !want.is_deep && !key->find(*want.value)) {
        if (!want.value->empty()) return failed(self, win32::file_not_found);
        self.out.write("\r\n" + *path + "\r\n    (Default)    REG_SZ    (value not set)\r\n\r\n");
        return 0;
    }
    run.key(*key, *path, true);
    if (want.value && want.is_deep)
        self.out.write("\r\nEnd of search: " + std::to_string(run.matches) + " match(es) found.\r\n");
    else if (want.value || want.is_deep)
        self.out.write("\r\n");
    return want.value && run.matches == 0 ? 1 : 0;
}

std::optional<std::uint64_t> number_of(const std::string& data) {
    char* end = nullptr;
    const bool is_hex = data.size() > 2 && data[0] == '0' && (data[1] == 'x' || data[1] == 'X');
    const auto out = std::strtoull(data.c_str() + (is_hex ? 2 : 0), &end, is_hex ? 16 : 10);
    if (data.empty() || *end != '\0') return std::nullopt;
    return out;
}

std::optional<registry_value> value_of(const arguments& want) {
    const auto type = want.type.value_or(value_type::sz);
    const auto data = want.data.value_or("");
    switch (type) {
        case value_type::sz:
        case value_type::expand_sz:
            return reg_sz(data, type);
        case value_type::dword:
        case value_type::dword_big_endian:
        case value_type::qword: {
            const auto number = number_of(want.data ? data : "0");
            if (!number || (type != value_type::qword && *number > 0xffffffffULL)) return std::nullopt;
            auto out = reg_qword(*number);
            out.type = type;
            return out;
        }
        case value_type::multi_sz: {
            std::vector<std::string> list;
            const std::string separator = want.separator ? std::string(1, want.separator) : "\\0";
            for (std::size_t from = 0; from <= data.size() && !data.empty();) {
                const auto end = std::min(data.find(separator, from), data.size());
                list.push_back(data.substr(from, end - from));
                from = end + separator.size();
            }
            return reg_multi_sz(std::move(list));
        }
        default: {
            if (data.size() % 2 || data.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
                return std::nullopt;
            std::string bytes;
            for (std::size_t i = 0; i < data.size(); i += 2)
                bytes += static_cast<char>(std::strtoul(data.substr(i, 2).c_str(), nullptr, 16));
            auto out = reg_binary(bytes);
            out.type = type;
            return out;
        }
    }
}

// Asks until it is answered; the end of redirected input is a no.
task<bool> confirmed(process& self, std::string question) {
    for (;;) {
        self.out.write(question);
        const auto line = co_await read_line(self);
        if (!line) co_return false;
        if (text::starts_with_no_case(*line, "y")) co_return true;
        if (text::starts_with_no_case(*line, "n")) co_return false;
    }
}

task<int> cancelled(process& self) {
    self.out.line("The operation was canceled by the user.");
    co_return 0;
}

task<int> run_add(process& self, arguments want) {
    if (!registry::full_name(want.key)) {
        self.err.line("ERROR: Invalid key name.");
        self.err.line("Type \"REG ADD /?\" for usage.");
        co_return 1;
    }
    if (!self.os.reg.may_write(want.key, self.who)) co_return failed(self, win32::access_denied);
    if (!want.value && !want.data && !want.type) {
        self.os.reg.create(want.key);
        self.out.line("The operation completed successfully.");
        co_return 0;
    }
    const auto name = want.value.value_or("");
    const auto value = value_of(want);
    if (!value) {
        self.err.line("ERROR: Invalid syntax. Specify valid numeric value for '/d'.");
        self.err.line("Type \"REG ADD /?\" for usage.");
        co_return 1;
    }
    if (!want.is_forced && self.os.reg.value(want.key, name)) {
        const auto question = "Value " + name + " exists, overwrite(Yes/No)? ";
        const bool yes = co_await confirmed(self, question);
        if (!yes) co_return co_await cancelled(self);
    }
    if (const auto error = self.os.reg.set(want.key, name, *value, self.who)) co_return failed(self, error);
    self.out.line("The operation completed successfully.");
    co_return 0;
}

task<int> run_delete(process& self, arguments want) {
    const auto path = registry::full_name(want.key);
    if (!path) {
        self.err.line("ERROR: Invalid key name.");
        self.err.line("Type \"REG DELETE /?\" for usage.");
        co_return 1;
    }
    auto* key = self.os.reg.find(want.key);
    if (!key || (want.value && !key->find(*want.value))) co_return failed(self, win32::file_not_found);
    if (!want.is_forced) {
        const auto question = want.value        ? "Delete the registry value " + *want.value + " (Yes/No)? "
                              : want.all_values ? "Delete all values under the registry key " + *path + " (Yes/No)? "
                                                : "Permanently delete the registry key " + *path + " (Yes/No)? ";
        const bool yes = co_await confirmed(self, question);
        if (!yes) co_return co_await cancelled(self);
    }
    win32_error error = 0;
    if (want.value) {
        error = self.os.reg.remove_value(want.key, *want.value, self.who);
    } else if (want.all_values) {
        error = self.os.reg.may_write(want.key, self.who) ? win32::success : win32::access_denied;
        if (!error) key->values.clear();
    } else {
        error = self.os.reg.remove_key(want.key, self.who);
    }
    if (error) co_return failed(self, error);
    self.out.line("The operation completed successfully.");
    co_return 0;
}

task<int> reg_main(process& self) {
    if (self.args.empty()) co_return invalid_syntax(self);
    const auto verb = text::lower(self.args[0]);
    if (is_reg_file_verb(verb)) co_return reg_with_files(self);
    if (verb != "query" && verb != "add" && verb != "delete") {
        self.os.log_refused("reg", "reg " + verb);
        co_return invalid_syntax(self);
    }
    auto want = parse(self);
    if (!want.refused.empty()) {
        self.os.log_refused("reg", want.refused);
        co_return invalid_syntax(self);
    }
    if (!want.is_good || want.key.empty()) co_return invalid_syntax(self);
    if (verb == "query") co_return run_query(self, want);
    if (verb == "add") co_return co_await run_add(self, want);
    co_return co_await run_delete(self, want);
}

}  // namespace

void add_reg_programs(program_table& table) {
    add_program(table, "reg", reg_main);
}

}  // namespace emsctl::guest

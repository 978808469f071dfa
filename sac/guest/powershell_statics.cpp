// The static members the repairs use: [Convert], [IO.File], [Text.Encoding], [Console], [Environment], [datetime],
// [math].
#include <algorithm>
#include <cmath>

#include "sac/guest/base64.hpp"
#include "sac/guest/powershell_interpreter.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest::powershell {

namespace {

bool is(const std::string& name, const char* wanted) {
    return text::equal_no_case(name, wanted);
}

value encoding(const char* type, const char* name) {
    return value(make_object(std::string("System.Text.") + type, name));
}

value_error file_error(win32_error code, const std::string& path) {
    const auto wrap = [](const char* type, std::string message) { return value_error{std::move(message), type, type}; };
    switch (code) {
        case win32::file_not_found:
            return wrap("FileNotFoundException", "Could not find file '" + path + "'.");
        case win32::path_not_found:
            return wrap("DirectoryNotFoundException", "Could not find a part of the path '" + path + "'.");
        case win32::access_denied:
            return wrap("UnauthorizedAccessException", "Access to the path '" + path + "' is denied.");
        case win32::invalid_name:
            return wrap("ArgumentException", "Illegal characters in path.");
        default:
            return wrap("IOException", message_of(code));
    }
}

std::string bytes_of(const value& what) {
    return *std::get<bytes_ptr>(cast_to("byte[]", what, 0).is);
}

std::optional<value> file_method(interpreter& shell, const std::string& name, const values& args) {
    if (args.empty()) return std::nullopt;
    const auto path = shell.full_path(to_text(args[0]));
    const auto& who = shell.self().who;
    auto& files = shell.os().files;
    const auto check = [&](win32_error code) {
        if (code) throw file_error(code, path);
        return value();
    };
    const auto text_of = [&](const value& from) {
        return args.size() > 2 ? encoded(to_text(from), args[2], true) : to_text(from);
    };
    if (is(name, "Exists") && args.size() == 1) {
        const auto* found = files.find(path);
        return value(found && !found->is_folder());
    }
    if (is(name, "WriteAllBytes") && args.size() == 2) return check(files.write(path, bytes_of(args[1]), who));
    if (is(name, "WriteAllText") && (args.size() == 2 || args.size() == 3))
        return check(files.write(path, text_of(args[1]), who));
    if (is(name, "AppendAllText") && args.size() == 2) return check(files.append(path, to_text(args[1]), who));
    if (is(name, "Delete") && args.size() == 1) {
        const auto code = files.remove_file(path, who);
        return check(code == win32::file_not_found ? win32::success : code);
    }
    const bool reads_text = is(name, "ReadAllText") || is(name, "ReadAllLines");
    if ((reads_text && args.size() <= 2) || (is(name, "ReadAllBytes") && args.size() == 1)) {
        const auto read = files.read(path, who);
        if (!read) check(read.error);
        if (!reads_text) return value(std::make_shared<std::string>(read.value));
        const auto all = args.size() == 2 ? decoded(read.value, args[1]) : text::decode_file(read.value, 65001);
        if (is(name, "ReadAllText")) return value(all);
        values lines;
        for (auto& line : text::split_lines(all)) lines.emplace_back(std::move(line));
        return make_array(std::move(lines));
    }
    return std::nullopt;
}

std::optional<value> convert_method(const std::string& name, const values& args) {
    if (is(name, "ToBase64String") && args.size() == 1) return value(to_base64(bytes_of(args[0])));
    if (is(name, "FromBase64String") && args.size() == 1) {
        auto bytes = from_base64(to_text(args[0]));
        if (!bytes)
            throw value_error{
                "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding "
                "characters, or an illegal character among the padding characters. ",
                "FormatException", "FormatException"};
        return value(std::make_shared<std::string>(std::move(*bytes)));
    }
    if (is(name, "ToInt32") && args.size() == 1) return cast_to("int", args[0], 0);
    if ((is(name, "ToInt32") || is(name, "ToInt64")) && args.size() == 2 && to_integer(args[1]) == 16) {
        const auto number = parse_number("0x" + to_text(args[0]));
        if (!number) throw value_error{"Could not find any recognizable digits.", "FormatException", "FormatException"};
        return *number;
    }
    if (is(name, "ToString") && args.size() == 1) return value(to_text(args[0]));
    return std::nullopt;
}

std::optional<value> math_method(const std::string& name, const values& args) {
    const auto real = [&](std::size_t i) { return std::get<double>(cast_to("double", args[i], 0).is); };
    if ((is(name, "Max") || is(name, "Min")) && args.size() == 2)
        return (compare_values(to_number(args[0]), to_number(args[1])) < 0) == is(name, "Max") ? args[1] : args[0];
    if (args.size() == 1) {
        if (is(name, "Floor")) return value(std::floor(real(0)));
        if (is(name, "Ceiling")) return value(std::ceil(real(0)));
        if (is(name, "Truncate")) return value(std::trunc(real(0)));
        if (is(name, "Round")) return value(std::nearbyint(real(0)));
        if (is(name, "Abs"))
            return compare_values(args[0], value(0)) < 0 ? value(integer{-to_integer(args[0]), width::int32}) : args[0];
    }
    return std::nullopt;
}

std::optional<value> path_method(const std::string& name, const values& args) {
    if (args.empty()) return std::nullopt;
    const auto path = to_text(args[0]);
    if (is(name, "GetFileName")) return value(file_system::name_of(path));
    if (is(name, "GetDirectoryName")) return value(file_system::parent_of(path));
    if (is(name, "Combine") && args.size() == 2)
        return value(path + (path.ends_with('\\') ? "" : "\\") + to_text(args[1]));
    return std::nullopt;
}

}  // namespace

value encoding_named(std::string_view given) {
    const std::string name(given);
    if (is(name, "Unicode") || is(name, "UTF-16")) return encoding("UnicodeEncoding", "unicode");
    if (is(name, "UTF8") || is(name, "UTF-8")) return encoding("UTF8Encoding", "utf8");
    if (is(name, "ASCII") || is(name, "String")) return encoding("ASCIIEncoding", "ascii");
    if (is(name, "Default") || is(name, "OEM"))
        return encoding("SBCSCodePageEncoding", is(name, "OEM") ? "oem" : "ansi");
    return {};
}

std::string encoded(const std::string& utf8, const value& encoding, bool with_mark) {
    const auto name = to_text(encoding);
    if (name == "unicode") return (with_mark ? "\xff\xfe" : "") + text::to_utf16le(utf8);
    if (name == "utf8") return (with_mark ? "\xef\xbb\xbf" : "") + utf8;
    if (name == "ansi") return text::to_code_page(utf8, 1252);
    if (name == "oem") return text::to_code_page(utf8, 437);
    std::string out;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto c = static_cast<unsigned char>(utf8[i]);
        if (c < 0x80) out += utf8[i];
        if (c >= 0xc0) out += '?';
    }
    return out;
}

std::string decoded(const std::string& bytes, const value& encoding) {
    const auto name = to_text(encoding);
    const std::string_view view = bytes;
    if (name == "unicode") return text::from_utf16le(view.starts_with("\xff\xfe") ? view.substr(2) : view);
    if (name == "utf8") return std::string(view.starts_with("\xef\xbb\xbf") ? view.substr(3) : view);
    if (name == "ansi") return text::from_code_page(bytes, 1252);
    if (name == "oem") return text::from_code_page(bytes, 437);
    auto out = bytes;
    for (auto& c : out)
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    return out;
}

std::optional<value> static_property(interpreter& shell, const std::string& type, const std::string& name) {
    const auto& os = shell.os();
    if (type == "text.encoding")
        if (auto known = encoding_named(name); !known.is_null() && !is(name, "OEM") && !is(name, "String"))
            return known;
    if (type == "console" && is(name, "Out")) return value(make_object("console stream", "output"));
    if (type == "console" && is(name, "Error")) return value(make_object("console stream", "error"));
    if (type == "environment") {
        if (is(name, "MachineName")) return value(os.name);
        if (is(name, "NewLine")) return value("\r\n");
        if (is(name, "UserName")) return value(shell.self().who.name);
        if (is(name, "SystemDirectory")) return value(os.system_root + "\\System32");
        if (is(name, "Is64BitOperatingSystem") || is(name, "Is64BitProcess")) return value(true);
        if (is(name, "CurrentDirectory")) return value(shell.self().cwd);
    }
    if (type == "datetime") {
        if (is(name, "Now")) return value(date_time{os.clock.local(), date_kind::local, shell.zone()});
        if (is(name, "UtcNow")) return value(date_time{os.clock.utc(), date_kind::utc, shell.zone()});
        if (is(name, "Today"))
            return value(
                date_time{std::chrono::floor<std::chrono::days>(os.clock.local()), date_kind::local, shell.zone()});
    }
    if (type == "int" && is(name, "MaxValue")) return value(integer{INT32_MAX, width::int32});
    if (type == "int" && is(name, "MinValue")) return value(integer{INT32_MIN, width::int32});
    if (type == "string" && is(name, "Empty")) return value("");
    return std::nullopt;
}

std::optional<value> static_method(interpreter& shell, const std::string& type, const std::string& name,
                                   const values& args) {
    if (type == "io.file") return file_method(shell, name, args);
    if (type == "io.path") return path_method(name, args);
    if (type == "convert") return convert_method(name, args);
    if (type == "math") return math_method(name, args);
    if (type == "io.directory" && is(name, "Exists") && args.size() == 1) {
        const auto* found = shell.os().files.find(shell.full_path(to_text(args[0])));
        return value(found && found->is_folder());
    }
    if (type == "console" && args.size() <= 1 && (is(name, "Write") || is(name, "WriteLine"))) {
        shell.host().flush();
        shell.self().out.write((args.empty() ? "" : display_text(args[0])) + (is(name, "WriteLine") ? "\r\n" : ""));
        return value();
    }
    if (type == "environment") {
        if (is(name, "GetEnvironmentVariable") && args.size() == 1) {
            const auto found = shell.self().env.find(to_text(args[0]));
            return found == shell.self().env.end() ? value() : value(found->second);
        }
        if (is(name, "ExpandEnvironmentVariables") && args.size() == 1) {
            auto out = to_text(args[0]);
            for (const auto& [variable, what] : shell.self().env)
                for (auto at = text::find_no_case(out, "%" + variable + "%"); at != std::string::npos;
                     at = text::find_no_case(out, "%" + variable + "%", at + what.size()))
                    out.replace(at, variable.size() + 2, what);
            return value(out);
        }
    }
    if (type == "string") {
        if (is(name, "IsNullOrEmpty") && args.size() == 1) return value(to_text(args[0]).empty());
        if (is(name, "IsNullOrWhiteSpace") && args.size() == 1) return value(text::trim(to_text(args[0])).empty());
        if (is(name, "Join") && args.size() == 2) return binary_result(shell, "-join", args[1], args[0]);
        if (is(name, "Format") && args.size() >= 2)
            return value(format_text(to_text(args[0]), values(args.begin() + 1, args.end())));
    }
    if (type == "datetime" && is(name, "Parse") && args.size() == 1) return cast_to("datetime", args[0], shell.zone());
    if (type == "int" && is(name, "Parse") && args.size() == 1) return cast_to("int", args[0], 0);
    return std::nullopt;
}

}  // namespace emsctl::guest::powershell

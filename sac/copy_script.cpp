#include "sac/copy_script.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace emsctl::sac {
namespace {

constexpr std::string_view mark = "emsctl:";
constexpr std::size_t hash_digits = 64;

std::string doubled_percent(std::string_view path) {
    std::string out;
    for (const char c : path) out += c == '%' ? std::string("%%") : std::string(1, c);
    return out;
}

// NAME in `text` becomes `value`, everywhere.
void fill(std::string& text, std::string_view name, const std::string& value) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
        text.replace(at, name.size(), value);
}

constexpr std::string_view get_text = R"(@echo off
set "F=THE_PATH"
set "A="
set "S="
if exist "%F%" goto there
echo emsctl:missing
exit /b 1
:there
for %%f in ("%F%") do set "A=%%~af"
if /i "%A:~0,1%"=="d" goto folder
for %%f in ("%F%") do set "S=%%~zf"
LIMIT
if exist 0.f del /f /q /a 0.f
if exist 0.f.64 del /f /q /a 0.f.64
set "G=0.f"
copy /b /y "%F%" 0.f
if not exist 0.f set "G=%F%"
for %%f in ("%G%") do set "S=%%~zf"
echo emsctl:size:%S%
if "%S%"=="0" exit /b 0
certutil -f -encode "%G%" 0.f.64
if not exist 0.f.64 goto unreadable
certutil -hashfile "%G%" SHA256
exit /b 0
:folder
echo emsctl:is-folder
exit /b 1
:large
echo emsctl:large
echo emsctl:size:%S%
exit /b 1
:unreadable
echo emsctl:unreadable
exit /b 1
)";

constexpr std::string_view place_text = R"(@echo off
set "D=THE_TARGET"
set "N=THE_NAME"
set "A="
set "S="
if "%D:~-1%"=="\" set "D=%D%%N%"
if not exist "%D%" goto named
for %%f in ("%D%") do set "A=%%~af"
if /i "%A:~0,1%"=="d" set "D=%D%\%N%"
:named
echo emsctl:target:"%D%"
for %%f in ("%D%") do set "P=%%~dpf"
if not exist "%P%." goto nofolder
if not exist "%D%" goto free
set "A="
for %%f in ("%D%") do set "A=%%~af"
if /i "%A:~0,1%"=="d" goto folder
echo emsctl:exists
:free
echo emsctl:free-here
dir u.64
cd /d "%P%"
set "T=ems-THE_TOKEN.tmp"
break>%T%
if not exist %T% goto unwritable
echo emsctl:free-there
dir %T%
del /f /q %T%
echo emsctl:part
if not exist "THE_PART" exit /b 0
for %%f in ("THE_PART") do set "S=%%~zf"
echo emsctl:size:%S%
certutil -hashfile "THE_PART" SHA256
exit /b 0
:nofolder
echo emsctl:no-folder
exit /b 1
:folder
echo emsctl:is-folder
exit /b 1
:unwritable
echo emsctl:unwritable
exit /b 1
)";

constexpr std::string_view first_text = R"(@echo off
set "S="
copy /b /y 0.f "THE_PART"
for %%f in ("THE_PART") do set "S=%%~zf"
echo emsctl:size:%S%
)";

constexpr std::string_view next_text = R"(@echo off
set "S="
copy /b /y "THE_PART"+0.f "THE_PART"
for %%f in ("THE_PART") do set "S=%%~zf"
echo emsctl:size:%S%
)";

// In the folder itself, so that the line inside "for /f" holds no path: it is expanded once more there.
constexpr std::string_view finish_text = R"(@echo off
set "D=THE_TARGET"
set "K=%~dp0"
set "T=ems-THE_TOKEN.tmp"
set "S="
set "H="
for %%f in ("%D%") do cd /d "%%~dpf"
MAKE
if not exist "%T%" goto unwritable
for %%f in ("%T%") do set "S=%%~zf"
if not "%S%"=="THE_SIZE" goto differs
COMPARE
OCCUPIED
move /y "%T%" "%D%"
if exist "%T%" goto unmoved
echo emsctl:placed
for %%f in ("%D%") do echo emsctl:size:%%~zf
if exist "THE_PART" del /f /q "THE_PART"
certutil -hashfile "%D%" SHA256
exit /b 0
:differs
echo emsctl:arrived-bad
if exist "THE_PART" del /f /q "THE_PART"
goto remove
:exists
echo emsctl:exists
goto remove
:unmoved
echo emsctl:unwritable
:remove
del /f /q "%T%"
exit /b 1
:unwritable
echo emsctl:unwritable
exit /b 1
)";

constexpr std::string_view compare_text =
    R"(for /f "delims=" %%h in ('certutil -hashfile %T% SHA256 ^| findstr /v ":"') do set "H=%%h"
if /i not "%H: =%"=="THE_HASH" goto differs)";

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// The last line of `dir`, "  2 Dir(s)  43,034,234 bytes free": the digits behind the first number, whatever stands
// between them in this language.
std::optional<std::uint64_t> free_bytes(std::string_view line) {
    const auto first = line.find_first_of("0123456789");
    const auto behind = first == line.npos ? line.npos : line.find(' ', first);
    if (behind == line.npos) return std::nullopt;
    std::string digits;
    for (const char c : line.substr(behind))
        if (std::isdigit(static_cast<unsigned char>(c))) digits += c;
    return number(digits);
}

// SHA-256 in hex, also in pairs with blanks between them (2012 R2 and before).
std::string hash_in(std::string_view line) {
    std::string digits;
    for (const char c : line) {
        if (c == ' ' || c == '\r') continue;
        if (!std::isxdigit(static_cast<unsigned char>(c))) return {};
        digits += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return digits.size() == hash_digits ? digits : std::string{};
}

// certutil names the error by its number in every language.
copy_refusal refusal_in(std::string_view text, copy_refusal otherwise) {
    const auto says = [&](std::string_view code) { return text.find(code) != text.npos; };
    if (says("0x80070005")) return copy_refusal::denied;
    if (says("0x80070020")) return copy_refusal::in_use;
    if (says("0x80070070")) return copy_refusal::no_space;
    return otherwise;
}

void read_word(std::string_view word, copy_answer& into) {
    for (const auto refusal :
         {copy_refusal::missing, copy_refusal::large, copy_refusal::is_folder, copy_refusal::no_folder,
          copy_refusal::unreadable, copy_refusal::unwritable, copy_refusal::arrived_bad})
        if (word == to_string(refusal)) into.refusal = refusal;
    if (word == "exists") into.exists = true;
    if (word == "placed") into.is_placed = true;
    if (word.starts_with("size:")) into.size = number(word.substr(5));
    if (word.starts_with("target:\"") && word.size() > 9) into.target = word.substr(8, word.size() - 9);
}

}  // namespace

std::string_view to_string(copy_refusal refusal) {
    switch (refusal) {
        case copy_refusal::none:
            return "none";
        case copy_refusal::missing:
            return "missing";
        case copy_refusal::large:
            return "large";
        case copy_refusal::is_folder:
            return "is-folder";
        case copy_refusal::no_folder:
            return "no-folder";
        case copy_refusal::exists:
            return "exists";
        case copy_refusal::denied:
            return "denied";
        case copy_refusal::in_use:
            return "in-use";
        case copy_refusal::no_space:
            return "no-space";
        case copy_refusal::unreadable:
            return "unreadable";
        case copy_refusal::unwritable:
            return "unwritable";
        case copy_refusal::arrived_bad:
            return "arrived-bad";
        case copy_refusal::not_proved:
            return "not-proved";
    }
    return "none";
}

std::optional<std::string> absolute_path(std::string_view typed) {
    std::string path(typed);
    std::replace(path.begin(), path.end(), '/', '\\');
    const bool has_drive =
        path.size() > 2 && std::isalpha(static_cast<unsigned char>(path[0])) && path[1] == ':' && path[2] == '\\';
    const bool is_plain = std::none_of(path.begin() + (has_drive ? 2 : 0), path.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || std::string_view("\"<>|?*:").find(c) != std::string_view::npos;
    });
    if (!has_drive || !is_plain) return std::nullopt;
    return path;
}

std::string leaf_of(std::string_view path) {
    return std::string(path.substr(path.rfind('\\') + 1));
}

std::string get_script(const std::string& path, bool may_be_large) {
    std::string text(get_text);
    // A number of eight digits; cmd's own comparison ends at 2^31.
    fill(text, "LIMIT\n", may_be_large ? "" : "if not \"%S:~7,1%\"==\"\" goto large\n");
    fill(text, "THE_PATH", doubled_percent(path));
    return text;
}

std::string place_script(const copy_paths& where) {
    std::string text(place_text);
    fill(text, "THE_TOKEN", where.token);
    fill(text, "THE_PART", where.partial);
    fill(text, "THE_NAME", doubled_percent(where.name));
    fill(text, "THE_TARGET", doubled_percent(where.target));
    return text;
}

std::string join_script(const copy_paths& where, bool is_first) {
    std::string text(is_first ? first_text : next_text);
    fill(text, "THE_PART", where.partial);
    return text;
}

std::string finish_script(const copy_paths& where, const std::string& source, std::uint64_t size,
                          const std::string& sha256, bool replaces) {
    std::string text(finish_text);
    fill(text, "MAKE", size == 0 ? "break>\"%T%\"" : "copy /b /y \"" + source + "\" \"%T%\"");
    fill(text, "COMPARE\n", size == 0 ? std::string() : std::string(compare_text) + "\n");
    fill(text, "OCCUPIED\n", replaces ? "" : "if exist \"%D%\" goto exists\n");
    fill(text, "THE_SIZE", std::to_string(size));
    fill(text, "THE_HASH", sha256);
    fill(text, "THE_TOKEN", where.token);
    fill(text, "THE_PART", where.partial);
    fill(text, "THE_TARGET", doubled_percent(where.target));
    return text;
}

copy_answer read_copy_answer(std::string_view out, std::string_view err) {
    copy_answer answer;
    std::string last_word, last_line;
    const auto end_of_part = [&] {
        if (last_word == "free-there") answer.free_there = free_bytes(last_line);
        if (last_word == "free-here") answer.free_here = free_bytes(last_line);
    };
    for (std::size_t at = 0; at < out.size();) {
        const auto end = std::min(out.find('\n', at), out.size());
        auto line = out.substr(at, end - at);
        at = end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with(mark)) {
            end_of_part();
            last_word = line.substr(mark.size());
            last_line.clear();
            read_word(last_word, answer);
            continue;
        }
        if (const auto hash = hash_in(line); !hash.empty()) answer.hash = hash;
        if (line.find_first_not_of(' ') == line.npos) continue;
        last_line = line;
        answer.guest_says += std::string(line) + "\n";
    }
    end_of_part();
    answer.guest_says += err;
    if (answer.refusal == copy_refusal::unreadable || answer.refusal == copy_refusal::unwritable)
        answer.refusal = refusal_in(answer.guest_says, answer.refusal);
    return answer;
}

}  // namespace emsctl::sac

#include "sac/command_frame.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "sac/encoding.hpp"

namespace emsctl::sac {
namespace {

constexpr std::size_t encoded_width = 64;  // certutil -encode
constexpr std::size_t bytes_a_line = encoded_width / 4 * 3;

// NONCE stands for the nonce. Two streams of at most this many bytes fit on one 24-line screen with their facts.
constexpr std::string_view runner = R"(@echo off
cd /d "%~dp0"
set "ERRORLEVEL="
cls
goto %1
:up
if exist %3 del %3
certutil -f -decode u.64 %3 >nul
set "H="
for /f "delims=" %%h in ('certutil -hashfile %3 SHA256 ^| findstr /v ":"') do set "H=%%h"
echo NONCE:u:%H: =%
goto done
:run
if exist %3.b goto used
>%3.b echo %2
if not exist %3.b goto full
if exist %3.ps1 goto ps
cmd /q /d /c %3.cmd <nul >%3.o 2>%3.e
>%3.x echo %ERRORLEVEL%
goto show
:ps
powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File w.ps1 %3 <nul >%3.o 2>%3.e
>%3.x echo %ERRORLEVEL%
:show
if not exist %3.x goto unknown
set "X="
set /p X=<%3.x
echo NONCE:%3:x:%X%
call :one %3 o 380
call :one %3 e 190
goto done
:one
if not exist %1.%2 goto :eof
for %%f in (%1.%2) do set "S=%%~zf"
echo NONCE:%1:%2:s:%S%
if %S%==0 goto :eof
set "H="
for /f "delims=" %%h in ('certutil -hashfile %1.%2 SHA256 ^| findstr /v ":"') do set "H=%%h"
echo NONCE:%1:%2:h:%H: =%
certutil -f -encode %1.%2 %1.%2.64 >nul
if %S% leq %3 call :lines %1.%2 2 10
goto :eof
:page
call :lines %3 %4 %5
goto done
:lines
set /a A=%2,B=%2+%3
for /f "tokens=1* delims=:" %%a in ('findstr /n "^" %1.64') do if %%a geq %A% if %%a lss %B% echo %1:%%a:%%b
goto :eof
:used
echo NONCE:%3:used
goto done
:full
echo NONCE:%3:full
goto done
:unknown
echo NONCE:%3:noend
:done
echo NONCE:%2.
)";

constexpr std::string_view wrapper = R"(param($n)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$global:LASTEXITCODE = 0
$code = 0
try {
    & ".\$n.ps1"
    $ok = $?
    $code = $LASTEXITCODE
    if (-not $ok -and -not $code) { $code = 1 }
} catch {
    [Console]::Error.WriteLine($_.ToString())
    $code = 1
}
exit $code
)";

std::string dos_lines(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\n') result.push_back('\r');
        result.push_back(c);
    }
    return result;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

bool is_base64(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) || c == '+' || c == '/' || c == '=';
    });
}

// A garbled size may be any number; the last line's number stays an int.
int data_lines(std::uint64_t size) {
    const std::uint64_t lines = size / bytes_a_line + (size % bytes_a_line != 0);
    return static_cast<int>(std::min<std::uint64_t>(lines, std::numeric_limits<int>::max() - 1));
}

}  // namespace

std::string command_frame::make_nonce(std::uint64_t seed) {
    // No vowels and no look-alikes; a linear congruential step is enough, a nonce only has to differ.
    constexpr std::string_view alphabet = "BCDFGHJKLMNPQRSTVWXZ2345679";
    std::string nonce;
    while (nonce.size() < 6) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const char c = alphabet[(seed >> 33) % alphabet.size()];
        const bool first_is_digit = nonce.empty() && c <= '9';
        if (!first_is_digit && (nonce.empty() || nonce.back() != c)) nonce.push_back(c);
    }
    return nonce;
}

std::string command_frame::runner_script() const {
    std::string text = dos_lines(runner);
    for (auto at = text.find("NONCE"); at != std::string::npos; at = text.find("NONCE", at))
        text.replace(at, 5, nonce_);
    return text;
}

std::string command_frame::powershell_wrapper() {
    return dos_lines(wrapper);
}

std::vector<std::string> command_frame::upload_lines(std::string_view bytes, std::size_t width) {
    constexpr std::string_view first = ">u.64 echo ";
    constexpr std::string_view next = ">>u.64 echo ";
    const std::string text = base64(bytes);
    const std::size_t chunk = (width - next.size()) / 4 * 4;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at += chunk)
        lines.push_back(std::string(at == 0 ? first : next) + text.substr(at, chunk));
    return lines;
}

std::string command_frame::accept_line(int tick, std::string_view file) {
    return "k up " + std::to_string(tick) + " " + std::string(file);
}

std::string command_frame::run_line(int tick, int id) {
    return "k run " + std::to_string(tick) + " " + std::to_string(id);
}

std::string command_frame::show_line(int tick, int id) {
    return "k show " + std::to_string(tick) + " " + std::to_string(id);
}

std::string command_frame::page_line(int tick, int id, char stream, int from, int count) {
    return "k page " + std::to_string(tick) + " " + std::to_string(id) + "." + stream + " " + std::to_string(from) +
           " " + std::to_string(count);
}

void command_frame::read(const std::vector<std::string>& rows, int id, answer& into) const {
    for (const auto& row : rows) read_line(row, id, into);
}

void command_frame::read_line(std::string_view row, int id, answer& into) const {
    const std::string number_text = std::to_string(id);
    if (row.starts_with(nonce_ + ":u:")) {
        into.accepted_hash = row.substr(nonce_.size() + 3);
        std::transform(into.accepted_hash.begin(), into.accepted_hash.end(), into.accepted_hash.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return;
    }
    for (const char letter : {'o', 'e', 'f'}) {
        const std::string prefix = number_text + "." + letter + ":";
        if (!row.starts_with(prefix)) continue;
        auto& facts = letter == 'o' ? into.out : letter == 'e' ? into.err : into.file;
        const auto rest = row.substr(prefix.size());
        const auto colon = rest.find(':');
        if (colon == std::string_view::npos) return;
        const auto line = number<int>(rest.substr(0, colon));
        const auto text = rest.substr(colon + 1);
        if (line && *line >= 2 && text.size() <= encoded_width && is_base64(text)) facts.lines[*line] = text;
        return;
    }
    const std::string prefix = nonce_ + ":" + number_text + ":";
    if (!row.starts_with(prefix)) return;
    const auto rest = row.substr(prefix.size());
    if (rest == "used") into.used_before = true;
    if (rest == "full") into.disk_full = true;
    if (rest == "noend") into.no_result = true;
    if (rest.starts_with("x:")) into.exit_code = number<std::int64_t>(rest.substr(2));
    if (rest.size() > 4 && (rest[0] == 'o' || rest[0] == 'e') && rest[1] == ':' && rest[3] == ':') {
        auto& facts = rest[0] == 'o' ? into.out : into.err;
        if (rest[2] == 's') facts.size = number<std::uint64_t>(rest.substr(4));
        if (rest[2] == 'h' && rest.size() == 4 + 64) {
            facts.hash = rest.substr(4);
            std::transform(facts.hash.begin(), facts.hash.end(), facts.hash.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        }
    }
}

std::optional<std::pair<int, int>> command_frame::missing(const stream_facts& facts) {
    const int last = 1 + data_lines(facts.size.value_or(0));
    int wanted = 2;
    for (const auto& [line, text] : facts.lines) {
        if (line > wanted || wanted > last) break;
        wanted = line + 1;
    }
    if (wanted > last) return std::nullopt;
    const auto next = facts.lines.lower_bound(wanted);
    return std::pair(wanted, next == facts.lines.end() ? last : std::min(next->first - 1, last));
}

std::optional<std::string> command_frame::bytes_of(const stream_facts& facts) {
    if (!facts.size || missing(facts)) return std::nullopt;
    if (*facts.size == 0) return std::string{};
    std::string text;
    for (const auto& [line, part] : facts.lines)
        if (line <= 1 + data_lines(*facts.size)) text += part;
    auto bytes = from_base64(text);
    if (!bytes || bytes->size() != *facts.size || sha256_hex(*bytes) != facts.hash) return std::nullopt;
    return bytes;
}

}  // namespace emsctl::sac

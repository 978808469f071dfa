#include "transport/foreign_recording.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "transport/detail/utf8.hpp"
#include "transport/detail/whole_number.hpp"

namespace emsctl::transport {
namespace {

using kind = recording_event::kind;
using nlohmann::json;
using std::chrono::microseconds;

constexpr std::size_t raw_piece = 256;
constexpr int bits_a_byte = 10;  // 8N1
constexpr microseconds latest = std::chrono::hours(24 * 36500);

std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

std::string_view take_word(std::string_view& line) {
    const auto start = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(start);
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Whole characters, as every player shows them; secrets as stars.
class shown_text {
  public:
    std::string of(const recording_event& event) {
        if (event.hole > 0) return std::exchange(pending_, "") + std::string(event.hole, '*');
        return detail::take_characters(pending_, event.bytes);
    }

  private:
    std::string pending_;
};

struct shown_event {
    microseconds at{};
    const char* code;
    std::string text;
};

std::vector<shown_event> shown(const recording& what) {
    std::vector<shown_event> out;
    shown_text output, input;
    for (const auto& event : what.events) {
        if (event.what == kind::picture) continue;
        if (event.what == kind::mark) {
            std::string none;
            out.push_back({event.at, "m", detail::take_characters(none, event.bytes)});
            continue;
        }
        const bool is_output = event.what == kind::output;
        auto text = (is_output ? output : input).of(event);
        if (!text.empty()) out.push_back({event.at, is_output ? "o" : "i", std::move(text)});
    }
    return out;
}

std::string seconds(microseconds at) {
    auto fraction = std::to_string(at.count() % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    return std::to_string(at.count() / 1'000'000) + "." + fraction;
}

}  // namespace

recording read_raw(std::string_view bytes, unsigned baud) {
    recording out;
    for (std::size_t at = 0; at < bytes.size(); at += raw_piece) {
        recording_event event;
        event.bytes = bytes.substr(at, raw_piece);
        const auto arrived = static_cast<std::int64_t>(at + event.bytes.size());
        event.at = microseconds(arrived * bits_a_byte * 1'000'000 / static_cast<std::int64_t>(std::max(baud, 1u)));
        out.events.push_back(std::move(event));
    }
    return out;
}

boost::system::result<recording, bad_recording> read_script(std::string_view typescript, std::string_view timing) {
    recording out;
    // `script` writes what it is before what was said; the timing does not count that line.
    if (typescript.starts_with("Script started on ")) take_line(typescript);
    microseconds now{};
    std::size_t number_of_line = 0;
    while (!timing.empty()) {
        ++number_of_line;
        auto line = take_line(timing);
        auto first = take_word(line);
        if (first.empty()) continue;
        char stream = 'O';
        if (first.size() == 1 && std::string_view("OISH").find(first[0]) != std::string_view::npos) {
            stream = first[0];
            first = take_word(line);
        }
        const auto wait = number<double>(first);
        if (!wait || !(*wait >= 0 && *wait < 1e9))
            return bad_recording{number_of_line, "no time: " + std::string(first)};
        now += microseconds(std::llround(*wait * 1e6));
        if (now > latest) return bad_recording{number_of_line, "the time makes no sense"};
        if (stream == 'S' || stream == 'H') continue;  // signals; the header's own facts
        const auto size = number<std::size_t>(take_word(line));
        if (!size) return bad_recording{number_of_line, "no number of bytes"};
        if (*size > typescript.size())
            return bad_recording{number_of_line, "the typescript ends before the timing does"};
        recording_event event;
        event.at = now;
        event.what = stream == 'I' ? kind::input : kind::output;
        event.bytes = typescript.substr(0, *size);
        typescript.remove_prefix(*size);
        if (*size > 0) out.events.push_back(std::move(event));
    }
    return out;
}

boost::system::result<recording, bad_recording> read_asciicast3(std::string_view text) {
    recording out;
    const auto header = json::parse(take_line(text), nullptr, false);
    if (!header.is_object() || header.value("version", json()) != 3) return bad_recording{1, "no asciicast v3 header"};
    const auto terminal = header.value("term", json::object());
    const auto width = detail::whole_number(terminal, "cols", 80, 10'000);
    const auto height = detail::whole_number(terminal, "rows", 24, 10'000);
    const auto timestamp = detail::whole_number(header, "timestamp", 0, 1e12);
    if (!terminal.is_object() || !width || !height || !timestamp)
        return bad_recording{1, "a size or the time of the header is no number that makes sense"};
    out.header.width = static_cast<int>(*width);
    out.header.height = static_cast<int>(*height);
    out.header.timestamp = *timestamp;
    try {
        out.header.title = header.value("title", "");
    } catch (const json::exception&) {
        return bad_recording{1, "a field of the header has a wrong type"};
    }
    microseconds now{};
    for (std::size_t line = 2; !text.empty(); ++line) {
        const auto row = take_line(text);
        if (row.empty() || row[0] == '#') continue;  // comments are part of the format
        const auto value = json::parse(row, nullptr, false);
        const bool is_event = value.is_array() && value.size() == 3 && value[0].is_number() && value[1].is_string() &&
                              value[2].is_string() && value[0].get<double>() >= 0 && value[0].get<double>() < 1e9;
        if (!is_event) return bad_recording{line, "an event is [seconds since the last one, code, text]"};
        now += microseconds(std::llround(value[0].get<double>() * 1e6));
        if (now > latest) return bad_recording{line, "the time makes no sense"};
        const auto code = value[1].get<std::string>();
        recording_event event;
        event.at = now;
        event.bytes = value[2].get<std::string>();
        event.what = code == "i" ? kind::input : code == "m" ? kind::mark : kind::output;
        if (code == "o" || code == "i" || code == "m") out.events.push_back(std::move(event));
    }
    return out;
}

std::string as_asciicast2(const recording& what) {
    recording_header header = what.header;
    header.facts.clear();
    std::string out = header_line(header);
    for (const auto& event : shown(what)) out += event_line(event.at, event.code, event.text);
    return out;
}

std::string as_asciicast3(const recording& what) {
    json header{{"version", 3}, {"term", {{"cols", what.header.width}, {"rows", what.header.height}}}};
    if (what.header.timestamp != 0) header["timestamp"] = what.header.timestamp;
    if (!what.header.title.empty()) header["title"] = what.header.title;
    std::string out = header.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    microseconds last{};
    for (const auto& event : shown(what)) {
        out += event_line(event.at - last, event.code, event.text);
        last = event.at;
    }
    return out;
}

std::string as_raw(const recording& what) {
    std::string out;
    for (const auto& event : what.events)
        if (event.what == kind::output) out += event.hole > 0 ? std::string(event.hole, '*') : event.bytes;
    return out;
}

script_files as_script(const recording& what) {
    script_files out;
    std::tm when{};
    const auto began = static_cast<std::time_t>(what.header.timestamp);
    gmtime_r(&began, &when);
    std::string text(64, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S+00:00", &when));
    out.typescript = "Script started on " + text + " [COLUMNS=\"" + std::to_string(what.header.width) + "\" LINES=\"" +
                     std::to_string(what.header.height) + "\"]\n";
    microseconds last{};
    for (const auto& event : what.events) {
        if (event.what != kind::output) continue;
        const auto bytes = event.hole > 0 ? std::string(event.hole, '*') : event.bytes;
        out.timing += seconds(event.at - last) + " " + std::to_string(bytes.size()) + "\n";
        out.typescript += bytes;
        last = event.at;
    }
    out.typescript += "\nScript done on " + text + "\n";
    return out;
}

}  // namespace emsctl::transport

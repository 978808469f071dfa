#include "transport/recording.hpp"

#include <boost/system/system_error.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "transport/detail/base64.hpp"
#include "transport/detail/utf8.hpp"
#include "transport/detail/whole_number.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

using nlohmann::json;
using kind = recording_event::kind;

// JSON's quoting of text that is UTF-8 already, in runs: nlohmann's looks at each character and takes most of the time
// of a recording.
void append_quoted(std::string& out, std::string_view utf8) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    std::size_t from = 0;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        const auto byte = static_cast<unsigned char>(utf8[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out += utf8.substr(from, at - from);
        from = at + 1;
        out += '\\';
        switch (byte) {
            case '"':
            case '\\':
                out += static_cast<char>(byte);
                break;
            case '\b':
                out += 'b';
                break;
            case '\f':
                out += 'f';
                break;
            case '\n':
                out += 'n';
                break;
            case '\r':
                out += 'r';
                break;
            case '\t':
                out += 't';
                break;
            default:
                out += "u00";
                out += digits[byte >> 4];
                out += digits[byte & 15];
        }
    }
    out += utf8.substr(from);
    out += '"';
}

// Seconds with microseconds, built from integers: no rounding between writing and reading.
std::string seconds(std::chrono::microseconds at) {
    auto fraction = std::to_string(at.count() % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    return std::to_string(at.count() / 1'000'000) + "." + fraction;
}

std::string valid_utf8(std::string_view bytes) {
    std::string pending;
    std::string out = detail::take_characters(pending, bytes);
    return pending.empty() ? out : out + detail::replacement;
}

struct decoded {
    std::string code;
    recording_event event;
    bool is_known = false;
};

bool kind_of(const std::string& code, kind& what) {
    if (code == "o" || code == "ob" || code == "oh")
        what = kind::output;
    else if (code == "i" || code == "ib" || code == "ih")
        what = kind::input;
    else if (code == "m")
        what = kind::mark;
    else if (code == "k")
        what = kind::picture;
    else
        return false;
    return true;
}

boost::system::result<decoded, bad_recording> decode(const json& value) {
    if (!value.is_array() || value.size() != 3 || !value[0].is_number() || !value[1].is_string())
        return bad_recording{0, "an event is [seconds, code, data]"};
    decoded out;
    out.code = value[1].get<std::string>();
    const double at = value[0].get<double>();
    if (!(at >= 0 && at < 1e10)) return bad_recording{0, "the time makes no sense"};
    out.event.at = std::chrono::microseconds(std::llround(at * 1e6));
    out.is_known = kind_of(out.code, out.event.what);
    if (!out.is_known) return out;
    if (!value[2].is_string()) return bad_recording{0, "the data of \"" + out.code + "\" is a string"};
    out.event.bytes = value[2].get<std::string>();
    if (out.code == "ob" || out.code == "ib") {
        auto exact = detail::from_base64(out.event.bytes);
        if (!exact) return bad_recording{0, "broken base64"};
        out.event.bytes = std::move(*exact);
    } else if (out.code == "oh" || out.code == "ih") {
        const auto digits = std::exchange(out.event.bytes, "");
        if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != digits.npos)
            return bad_recording{0, "a hole is a count of bytes"};
        out.event.hole = std::stoul(digits);
        if (out.event.hole == 0) return bad_recording{0, "a hole of no bytes"};
    }
    return out;
}

boost::system::result<recording_header, bad_recording> decode_header(const json& value) {
    if (!value.is_object() || !value.contains("version"))
        return bad_recording{0, "the first line is no asciicast header"};
    if (value["version"] != 2) return bad_recording{0, "only asciicast version 2 is understood"};
    recording_header out;
    const auto width = detail::whole_number(value, "width", 80, 10'000);
    const auto height = detail::whole_number(value, "height", 24, 10'000);
    const auto timestamp = detail::whole_number(value, "timestamp", 0, 1e12);
    if (!width || !height || !timestamp)
        return bad_recording{0, "a size or the time of the header is no number that makes sense"};
    out.width = static_cast<int>(*width);
    out.height = static_cast<int>(*height);
    out.timestamp = *timestamp;
    try {
        out.title = value.value("title", "");
        if (value.contains("emsctl"))
            for (const auto& [name, fact] : value["emsctl"].items())
                out.facts[name] = fact.is_string() ? fact.get<std::string>() : fact.dump();
    } catch (const json::exception&) {
        return bad_recording{0, "a field of the header has a wrong type"};
    }
    return out;
}

}  // namespace

void throw_exception_from_error(const bad_recording& problem, const boost::source_location&) {
    fail(transport_error::bad_recording, "line " + std::to_string(problem.line) + ": " + problem.text);
}

std::string header_line(const recording_header& header) {
    json out{{"version", 2}, {"width", header.width}, {"height", header.height}, {"timestamp", header.timestamp}};
    if (!header.title.empty()) out["title"] = valid_utf8(header.title);
    if (!header.facts.empty()) out["emsctl"] = header.facts;
    return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string event_line(std::chrono::microseconds at, const char* code, const std::string& utf8) {
    std::string out = "[" + seconds(at) + ",\"" + code + "\",";
    out.reserve(out.size() + utf8.size() + utf8.size() / 8 + 4);
    append_quoted(out, utf8);
    return out += "]\n";
}

std::string recording_encoder::player_text(std::string& pending, std::string_view bytes) {
    return detail::take_characters(pending, bytes);
}

std::string recording_encoder::encode(const recording_event& event) {
    if (event.what == kind::mark) return event_line(event.at, "m", valid_utf8(event.bytes));
    if (event.what == kind::picture) return event_line(event.at, "k", valid_utf8(event.bytes));
    const bool out = event.what == kind::output;
    auto& pending = out ? pending_output_ : pending_input_;
    if (event.hole > 0) {
        pending.clear();
        return event_line(event.at, out ? "oh" : "ih", std::to_string(event.hole));
    }
    if (event.bytes.empty()) return "";
    const auto text = player_text(pending, event.bytes);
    const auto shown = event_line(event.at, out ? "o" : "i", text);
    if (text == event.bytes) return shown;
    return event_line(event.at, out ? "ob" : "ib", detail::to_base64(event.bytes)) + shown;
}

boost::system::result<recording_header, bad_recording> parse_header(std::string_view row) {
    const auto value = json::parse(row, nullptr, false);
    if (value.is_discarded()) return bad_recording{1, "no JSON"};
    auto header = decode_header(value);
    if (!header) return bad_recording{1, header.error().text};
    return header;
}

boost::system::result<std::optional<recording_event>, bad_recording> recording_decoder::read(std::string_view row) {
    const auto value = json::parse(row, nullptr, false);
    if (value.is_discarded()) return bad_recording{0, "no JSON"};
    auto one = decode(value);
    if (!one) return one.error();
    std::optional<recording_event> nothing;
    const auto superseded = std::exchange(superseded_, "");
    if (!superseded.empty() && one->code == superseded) return nothing;
    if (one->code == "ob" || one->code == "ib") superseded_ = one->code.substr(0, 1);
    if (one->event.at < last_) return bad_recording{0, "time runs backwards"};
    last_ = one->event.at;
    const bool says_something = one->event.what == kind::mark || one->event.hole > 0 || !one->event.bytes.empty();
    if (!one->is_known || !says_something) return nothing;
    return std::optional(std::move(one->event));
}

boost::system::result<recording, bad_recording> parse_recording(std::string_view text) {
    recording out;
    recording_decoder decoder;
    std::size_t number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = text.find('\n');
        const bool whole = end != text.npos;
        const auto row = text.substr(0, end);
        text.remove_prefix(whole ? end + 1 : text.size());
        if (!whole && number > 1) {
            out.notices.push_back("line " + std::to_string(number) + " is cut off; it was ignored");
            break;
        }
        if (number == 1) {
            auto header = parse_header(row);
            if (!header) return header.error();
            out.header = *header;
            continue;
        }
        auto event = decoder.read(row);
        if (!event) return bad_recording{number, event.error().text};
        if (*event) out.events.push_back(std::move(**event));
    }
    if (number == 0) return bad_recording{1, "the file is empty"};
    return out;
}

}  // namespace emsctl::transport

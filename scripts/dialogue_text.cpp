#include "scripts/dialogue_text.hpp"

#include <charconv>

#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

std::chrono::seconds seconds_in(const std::string& text) {
    long seconds = 30;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds(seconds);
}

}  // namespace

std::string written_dialogue(const std::vector<dialogue_part>& parts) {
    std::string text;
    const auto line = [&](const char* word, const std::string& rest) {
        text += (text.empty() ? "" : "\n") + std::string(word) + " " + rest;
    };
    for (const auto& part : parts) {
        line("turn", std::to_string(part.within.count()));
        if (part.idle) line("idle", std::to_string(part.idle->count()));
        for (const auto& one : part.expect) {
            const bool is_hoped_for = one.fail.empty();
            line(one.is_regex ? (is_hoped_for ? "match" : "never") : (is_hoped_for ? "expect" : "unless"), one.text);
            if (!one.fail.empty()) line("means", one.fail);
        }
        if (!part.send.empty()) line("send", part.send);
    }
    return text;
}

std::vector<dialogue_part> read_dialogue(std::string_view text) {
    std::vector<dialogue_part> parts;
    for (const auto line : lines_of(text)) {
        const auto blank = std::min(line.find(' '), line.size());
        const auto word = line.substr(0, blank);
        const std::string rest(line.substr(std::min(blank + 1, line.size())));
        if (word == "turn") {
            parts.emplace_back().within = seconds_in(rest);
        } else if (!parts.empty()) {
            auto& part = parts.back();
            if (word == "send") part.send = rest;
            if (word == "idle") part.idle = seconds_in(rest);
            if (word == "expect" || word == "unless") part.expect.push_back({rest, {}, false});
            if (word == "match" || word == "never") part.expect.push_back({rest, {}, true});
            if (word == "means" && !part.expect.empty()) part.expect.back().fail = rest;
        }
    }
    return parts;
}

}  // namespace emsctl::scripts

#include "scripts/dialogue_text.hpp"

#include <charconv>

#include "scripts/parsers.hpp"

namespace emsctl::scripts {

std::string written_dialogue(const std::vector<dialogue_part>& parts) {
    std::string text;
    const auto line = [&](const char* word, const std::string& rest) {
        text += (text.empty() ? "" : "\n") + std::string(word) + " " + rest;
    };
    for (const auto& part : parts) {
        line("turn", std::to_string(part.within.count()));
        for (const auto& one : part.expect) {
            line(one.fail.empty() ? "expect" : "unless", one.text);
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
            auto& part = parts.emplace_back();
            long seconds = 30;
            std::from_chars(rest.data(), rest.data() + rest.size(), seconds);
            part.within = std::chrono::seconds(seconds);
        } else if (!parts.empty()) {
            auto& part = parts.back();
            if (word == "send") part.send = rest;
            if (word == "expect" || word == "unless") part.expect.push_back({rest, {}});
            if (word == "means" && !part.expect.empty()) part.expect.back().fail = rest;
        }
    }
    return parts;
}

}  // namespace emsctl::scripts

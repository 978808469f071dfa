#include "sac/tag_reader.hpp"

#include <algorithm>
#include <cctype>

namespace emsctl::sac {
namespace {

constexpr std::size_t kept_text = 1 << 20;
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_fields = 32;

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

}  // namespace

std::string_view tag_reader::text_since(std::uint64_t offset) const {
    const auto from = offset > forgotten_ ? static_cast<std::size_t>(offset - forgotten_) : 0;
    return std::string_view(text_).substr(std::min(from, text_.size()));
}

void tag_reader::print(char32_t character) {
    append_utf8(text_, character);
    if (line_.size() < longest_line) append_utf8(line_, character);
}

void tag_reader::control(char byte) {
    if (byte == '\n') end_line();
    if (byte == '\b' && !text_.empty() && text_.back() != '\n') {
        // An echoed correction (BS SP BS) takes the character away here as it does on the screen.
        text_.pop_back();
        if (!line_.empty()) line_.pop_back();
    }
}

void tag_reader::sequence(const control_sequence& s) {
    if (s.final == 'H' || s.final == 'f' || s.final == 'J' || (s.final >= 'A' && s.final <= 'F')) end_line();
}

void tag_reader::end_line() {
    if (!text_.empty() && text_.back() != '\n') text_.push_back('\n');
    if (text_.size() > 2 * kept_text) {
        forgotten_ += text_.size() - kept_text;
        text_.erase(0, text_.size() - kept_text);
    }
    read_line(line_);
    line_.clear();
}

void tag_reader::read_line(std::string_view line) {
    const std::string folded = lower(line);
    for (const std::string_view blob : {"channel-switch", "machine-info", "bp"}) {
        if (folded == "<" + std::string(blob) + ">" && (open_.empty() || blob == "bp")) {
            open_ = blob;
            fields_.clear();
            // A STOP blob counts from its first line: the machine is dead, and the rest may never come.
            if (blob == "bp") on_event_({tag_event::kind::bugcheck, {}});
            return;
        }
        if (open_ == blob && folded == "</" + std::string(blob) + ">") {
            open_.clear();
            if (blob == "channel-switch") on_event_({tag_event::kind::channel_switch, std::move(fields_)});
            if (blob == "machine-info") on_event_({tag_event::kind::machine_info, std::move(fields_)});
            fields_.clear();
            return;
        }
    }
    if (open_.empty() || !folded.starts_with('<')) return;
    const auto name_end = folded.find('>');
    if (name_end == std::string::npos) return;
    const std::string name = folded.substr(1, name_end - 1);
    const auto closing = folded.rfind("</" + name + ">");
    if (closing == std::string::npos || closing < name_end + 1 || fields_.size() >= most_fields) return;
    fields_[name] = std::string(line.substr(name_end + 1, closing - name_end - 1));
}

}  // namespace emsctl::sac

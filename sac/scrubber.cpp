#include "sac/scrubber.hpp"

#include <algorithm>

#include "sac/encoding.hpp"

namespace emsctl::sac {
namespace {

constexpr std::size_t answer_width = 64;  // letters of a line of certutil -encode
constexpr std::size_t look_every = 32;    // bytes; nothing scrolls away unseen in so few
constexpr int rows_around = 4;            // a text may begin so many rows before its changed part

// Every line of a coding whose content changes, and the hash of the content.
void learn_coding(identifiers& what, const std::string& bytes, const std::vector<std::string>& lines) {
    const auto scrubbed = what.scrub(bytes);
    if (scrubbed == bytes) return;
    const auto after = base64(scrubbed);
    std::size_t at = 0;
    for (const auto& line : lines) {
        what.hide_exactly(line, after.substr(at, line.size()));
        at += line.size();
    }
    what.hide_exactly(sha256_hex(bytes), sha256_hex(scrubbed));
}

// As certutil -encode cuts it.
std::vector<std::string> answer_lines(const std::string& bytes) {
    const auto all = base64(bytes);
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < all.size(); at += answer_width) lines.push_back(all.substr(at, answer_width));
    return lines;
}

}  // namespace

void learn(identifiers& what, const told_session& session) {
    for (const auto& name : session.machine_names) what.hide_name(name);
    for (const auto& command : session.commands) {
        const auto answer = windows_text(command.out_bytes, session.code_page);
        if (command.text == "hostname") what.hide_name(answer.substr(0, answer.find('\n')));
    }
    for (const auto& command : session.commands) {
        learn_coding(what, command.file, command.file_lines);
        learn_coding(what, command.out_bytes, answer_lines(command.out_bytes));
        learn_coding(what, command.err_bytes, answer_lines(command.err_bytes));
    }
}

scrubber::scrubber(identifiers& what, bool has_screen) : identifiers_(what), has_screen_(has_screen) {
    rows_.resize(static_cast<std::size_t>(text_.rows()));
}

void scrubber::print(char32_t character, std::size_t from, std::size_t size) {
    const auto id = static_cast<char32_t>(letters_.size() + 1);  // 0 is a cell that was cleared
    letters_.push_back({from, static_cast<std::uint8_t>(size)});
    replaced_.push_back(0);
    text_.print(character);
    ids_.print(id);
}

void scrubber::sink::print(char32_t c) {
    owner.print(c, owner.character_at_, owner.all_.size() - owner.character_at_);
}
void scrubber::sink::control(char b) {
    owner.text_.control(b);
    owner.ids_.control(b);
}
void scrubber::sink::sequence(const control_sequence& s) {
    owner.text_.sequence(s);
    owner.ids_.sequence(s);
}
void scrubber::sink::escape(char i, char f) {
    owner.text_.escape(i, f);
    owner.ids_.escape(i, f);
}

void scrubber::pass(std::string_view bytes) {
    for (const char c : bytes) {
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) character_at_ = all_.size();
        all_ += c;
        if (!has_screen_) {
            key(c);
            continue;
        }
        parser_.feed(std::string_view(&c, 1), sink_);
        if (++since_look_ >= look_every) look();
    }
    if (has_screen_) look();
}

void scrubber::pass_hidden(std::size_t bytes) {
    pass(std::string(bytes, '*'));
}

// Keys make a line; backspace takes the last one back, Enter ends it.
void scrubber::key(char c) {
    if (c == '\b' || c == '\x7f') {
        if (!line_.text.empty()) {
            line_.text.pop_back();
            line_.ids.pop_back();
        }
        return;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
        look_at(line_);
        line_ = {};
        return;
    }
    letters_.push_back({all_.size() - 1, 1});
    replaced_.push_back(0);
    line_.text += c;
    line_.ids.push_back(static_cast<std::uint32_t>(letters_.size()));
}

scrubber::letters scrubber::joined(int first, int last, bool wraps) const {
    letters out;
    for (int row = first; row <= last; ++row) {
        for (int column = 0; column < text_.columns(); ++column) {
            const auto character = text_.at(row, column).character;
            out.text += character < 0x80 ? static_cast<char>(character) : '?';
            out.ids.push_back(static_cast<std::uint32_t>(ids_.at(row, column).character));
        }
        const bool is_full = text_.at(row, text_.columns() - 1).character != U' ';
        if (wraps && is_full) continue;
        out.text += '\n';
        out.ids.push_back(0);
    }
    return out;
}

void scrubber::look() {
    since_look_ = 0;
    int first = text_.rows(), last = -1;
    for (int row = 0; row < text_.rows(); ++row) {
        auto now = text_.row_text(row);
        auto& before = rows_[static_cast<std::size_t>(row)];
        if (now == before) continue;
        before = std::move(now);
        first = std::min(first, row);
        last = row;
    }
    if (last < 0) return;
    first = std::max(first - rows_around, 0);
    last = std::min(last + rows_around, text_.rows() - 1);
    look_at(joined(first, last, true));
    look_at(joined(first, last, false));
}

void scrubber::look_at(const letters& what) {
    for (const auto& one : identifiers_.find(what.text))
        for (std::size_t i = 0; i < one.replacement.size(); ++i) {
            const auto id = what.ids[one.at + i];
            if (id > 0 && id <= replaced_.size()) replaced_[id - 1] = one.replacement[i];
        }
}

std::string scrubber::result() {
    if (!has_screen_) look_at(line_);
    for (std::size_t i = 0; i < letters_.size(); ++i)
        if (replaced_[i] != 0 && letters_[i].size == 1) all_[letters_[i].at] = replaced_[i];
    return std::move(all_);
}

}  // namespace emsctl::sac

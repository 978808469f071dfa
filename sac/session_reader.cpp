#include "sac/session_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "sac/encoding.hpp"

namespace emsctl::sac {
namespace {

constexpr std::string_view folder_line = "md %SystemRoot%\\Temp\\ems";
constexpr std::string_view own_prompt_line = "prompt #$G$S";  // this program's first line in a shell
constexpr std::size_t nonce_size = 6;

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < line.size();) {
        const auto end = std::min(line.find(' ', at), line.size());
        if (end > at) words.emplace_back(line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

// What stands after a shell's prompt: `C:\Windows>dir`, `PS C:\>Get-Date`. Nothing: the line is no prompt.
std::optional<std::string> after_prompt(std::string_view line) {
    std::string_view rest = line.starts_with("PS ") ? line.substr(3) : line;
    const bool is_path =
        rest.size() > 3 && std::isalpha(static_cast<unsigned char>(rest[0])) && rest.substr(1, 2) == ":\\";
    const auto end = rest.find('>');
    if (!is_path || end == rest.npos || rest.substr(0, end).find_first_of("<|\"*?") != rest.npos) return std::nullopt;
    rest.remove_prefix(end + 1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    while (rest.ends_with(' ')) rest.remove_suffix(1);
    return std::string(rest);
}

}  // namespace

std::string command_text(std::string_view file, bool in_powershell, int code_page) {
    const bool marked = file.starts_with("\xEF\xBB\xBF");
    std::string text = in_powershell ? std::string(file.substr(marked ? 3 : 0)) : windows_text(file, code_page);
    std::erase(text, '\r');
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

std::string_view to_string(told_command::proof how) {
    static constexpr std::array names = {"hashed", "incomplete", "as shown"};
    return names[static_cast<std::size_t>(how)];
}

std::string_view to_string(told_event::kind what) {
    static constexpr std::array names = {"place",       "boot",   "channel", "login", "command",
                                         "SAC command", "notice", "stop",    "mark",  "hidden"};
    return names[static_cast<std::size_t>(what)];
}

void session_reader::tell(told_event::kind what, std::string text, std::optional<std::size_t> command) {
    out_.events.push_back({at_, what, std::move(text), command});
}

void session_reader::output(std::string_view bytes, microseconds at) {
    at_ = at;
    model_.feed(bytes);
    if (model_.boots() != boots_) {
        boots_ = model_.boots();
        const auto name = model_.machine().field("name");
        if (!name.empty()) out_.machine_names.emplace_back(name);
        tell(told_event::kind::boot,
             name.empty() ? "the machine came up" : "the machine came up: " + std::string(name));
    }
    if (model_.switches() != switches_) {
        switches_ = model_.switches();
        tell(told_event::kind::channel, model_.channel().name);
    }
    notice_place();
    read_text();
    read_answers();
}

// Passing text is no place; a prompt with something typed behind it is the same one.
void session_reader::notice_place() {
    const auto now = model_.now();
    if (now == last_place_ || now == place::other || now == place::nothing) return;
    // A screen is also cleared before each channel is shown.
    if (now == place::loading && !model_.channel().name.empty()) return;
    const bool in_shell = now == place::cmd_shell || now == place::powershell;
    if (in_shell && last_place_ == place::login_password) tell(told_event::kind::login, "logged in");
    if (now == place::bugcheck || now == place::kernel_sac)
        tell(told_event::kind::stop, std::string(name_of(now)));
    else
        tell(told_event::kind::place, std::string(name_of(now)));
    last_place_ = now;
}

void session_reader::read_text() {
    auto text = model_.text_since(text_offset_);
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
        const std::string line(text.substr(0, end));
        text_offset_ += end + 1;
        text_line(line);
        text = model_.text_since(text_offset_);
    }
    // What was forgotten meanwhile is not read any more.
    text_offset_ = std::max(text_offset_, model_.offset() - text.size());
}

void session_reader::text_line(std::string_view line) {
    const auto event = line.find("EVENT:");
    if (event != line.npos)
        tell(told_event::kind::notice, std::string(line.substr(event, line.find_last_not_of(' ') + 1 - event)));
    if (awaits_code_page_) {
        const auto digits = line.find_last_not_of("0123456789", line.find_last_of("0123456789"));
        const auto value =
            number(line.substr(digits == line.npos ? 0 : digits + 1, line.find_last_of("0123456789") - digits));
        if (value && *value > 0) out_.code_page = *value;
        awaits_code_page_ = !value;
    }
    const auto command = after_prompt(line);
    if (typed_command_ && command) {
        out_.commands[*typed_command_].ended = at_;
        typed_command_.reset();
    } else if (typed_command_) {
        out_.commands[*typed_command_].out_bytes += std::string(line) + "\n";
    }
    if (saw_input_) return;
    const auto asked = line.starts_with("SAC>") ? line.substr(4, line.find_last_not_of(' ') - 3) : "";
    if (!asked.empty()) tell(told_event::kind::sac_command, std::string(asked));
    if (command && !command->empty()) entered_at_prompt(*command);
}

// Lines as they stood when Enter came: backspaces and ^C have done their work.
void session_reader::input(std::string_view bytes, microseconds at) {
    at_ = at;
    saw_input_ = true;
    for (const char key : bytes) {
        if (in_switch_key_) {  // the digit of <esc><tab>0
            in_switch_key_ = false;
            if (key == '0') continue;
        }
        if (escaped_) {
            escaped_ = false;
            in_switch_key_ = key == '\t';
            continue;
        }
        if (key == '\x1b') {
            escaped_ = true;
            typed_.clear();
        } else if (key == '\b' || key == '\x7f') {
            if (!typed_.empty()) typed_.pop_back();
        } else if (key == '\r' || key == '\n') {
            if (!typed_.empty()) entered(std::exchange(typed_, {}));
        } else if (static_cast<unsigned char>(key) < 0x20) {
            typed_.clear();
        } else {
            typed_ += key;
        }
    }
}

void session_reader::hidden(std::size_t bytes, bool was_typed, microseconds at) {
    at_ = at;
    typed_.clear();
    auto& hidden = was_typed ? hidden_typed_ : hidden_shown_;
    const bool goes_on = !out_.events.empty() && out_.events.back().what == told_event::kind::hidden && hidden > 0;
    hidden = goes_on ? hidden + bytes : bytes;
    (was_typed ? hidden_shown_ : hidden_typed_) = 0;
    if (goes_on) out_.events.pop_back();
    tell(told_event::kind::hidden,
         std::to_string(hidden) + (was_typed ? " bytes typed" : " bytes received") + ", not kept");
}

void session_reader::mark(std::string_view label, microseconds at) {
    at_ = at;
    tell(told_event::kind::mark, std::string(label));
}

void session_reader::entered(std::string line) {
    const auto now = model_.now();
    if (now == place::sac_prompt) return tell(told_event::kind::sac_command, std::move(line));
    if (line.starts_with(folder_line) && line.size() >= folder_line.size() + nonce_size) {
        frame_.emplace(line.substr(folder_line.size(), nonce_size));
        files_.clear();
        running_.clear();
        return;
    }
    if (frame_) return entered_in_frame(line);
    const bool in_shell = now == place::cmd_shell || now == place::powershell;
    if (in_shell && line != own_prompt_line) entered_at_prompt(std::move(line));
}

void session_reader::entered_in_frame(const std::string& line) {
    for (const std::string_view first : {">u.64 echo ", ">>u.64 echo "})
        if (line.starts_with(first)) {
            if (first[1] != '>') upload_.clear();
            upload_.push_back(line.substr(first.size()));
            return;
        }
    if (line == "chcp") awaits_code_page_ = true;
    if (line == "exit") frame_.reset();
    const auto words = words_of(line);
    if (words.size() < 4 || words[0] != "k" || !frame_) return;
    const auto tick = number(words[2]);
    if (!tick) return;
    if (words[1] == "up") {
        std::string all;
        for (const auto& part : upload_) all += part;
        if (auto bytes = from_base64(all)) files_[words[3]] = {std::move(*bytes), upload_};
        return;
    }
    const auto id = number(words[3].substr(0, words[3].find('.')));
    if (!id) return;
    if (words[1] == "run") {
        told_command command;
        command.began = command.ended = at_;
        const auto name = std::to_string(*id);
        command.in_powershell = files_.contains(name + ".ps1");
        const auto file = files_.find(name + (command.in_powershell ? ".ps1" : ".cmd"));
        if (file != files_.end()) {
            command.file = file->second.bytes;
            command.file_lines = file->second.lines;
            command.text = command_text(command.file, command.in_powershell, out_.code_page);
        }
        running_.insert_or_assign(*id, framed{out_.commands.size(), *id, {}});
        tell(told_event::kind::command, command.text, out_.commands.size());
        out_.commands.push_back(std::move(command));
    }
    end_mark_ = frame_->end_mark(*tick);
    entered_at_ = model_.offset();
}

void session_reader::entered_at_prompt(std::string line) {
    told_command command;
    command.began = command.ended = at_;
    command.in_powershell = last_place_ == place::powershell;
    command.text = std::move(line);
    command.how = told_command::proof::as_shown;
    tell(told_event::kind::command, command.text, out_.commands.size());
    typed_command_ = out_.commands.size();
    out_.commands.push_back(std::move(command));
}

void session_reader::read_answers() {
    if (end_mark_.empty() || !frame_) return;
    auto rows = model_.picture().lines();
    if (std::find(rows.begin(), rows.end(), end_mark_) == rows.end()) return;
    auto text = model_.text_since(entered_at_);
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        rows.emplace_back(text.substr(at, end - at));
        at = end + 1;
    }
    end_mark_.clear();
    for (auto one = running_.begin(); one != running_.end();) {
        frame_->read(rows, one->second.id, one->second.answer);
        settle(one->second);
        const bool is_whole = out_.commands[one->second.command].how == told_command::proof::hashed;
        one = is_whole ? running_.erase(one) : std::next(one);
    }
}

void session_reader::settle(framed& one) {
    auto& command = out_.commands[one.command];
    if (one.answer.exit_code && !command.exit_code) {
        command.exit_code = one.answer.exit_code;
        command.ended = at_;
    }
    const auto out = command_frame::bytes_of(one.answer.out);
    const auto err = command_frame::bytes_of(one.answer.err);
    if (out) command.out_bytes = *out;
    if (err) command.err_bytes = *err;
    if (out && err && command.exit_code) command.how = told_command::proof::hashed;
}

told_session session_reader::finish() {
    return std::move(out_);
}

}  // namespace emsctl::sac

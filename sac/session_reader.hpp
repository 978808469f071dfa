// What happened in a session, read afterwards from its bytes: boots, places, channels, logins, and each command with
// its result. It reads this program's own recordings (both directions, marks) and, with less to see, what any other
// tool logged of a console. Bytes go in; it holds no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/command_frame.hpp"
#include "sac/far_end.hpp"

namespace emsctl::sac {

struct told_command {
    enum class proof {
        hashed,      // length and SHA-256 of both streams, computed in the guest, agree with what was read here
        incomplete,  // framed, and not all of the answer is there
        as_shown,    // typed at a prompt; the output is the text that ran by
    };
    using microseconds = std::chrono::microseconds;

    microseconds began{}, ended{};
    bool in_powershell = false;
    std::string text;  // UTF-8; of a framed command the file that travelled, without its last line end
    std::string file;  // those exact bytes
    std::vector<std::string> file_lines;  // their base64, as it was typed
    std::string out_bytes, err_bytes;
    std::optional<std::int64_t> exit_code;
    proof how = proof::incomplete;
};
std::string_view to_string(told_command::proof);

// The text of the file that carries a command: the same for what was recorded and what is sent again.
std::string command_text(std::string_view file, bool in_powershell, int code_page);

struct told_event {
    enum class kind { place, boot, channel, login, command, sac_command, notice, stop, mark, hidden };

    std::chrono::microseconds at{};
    kind what = kind::place;
    std::string text;
    std::optional<std::size_t> command;  // of told_session::commands
};
std::string_view to_string(told_event::kind);

struct told_session {
    std::vector<told_event> events;
    std::vector<told_command> commands;
    int code_page = 437;                     // as chcp said in the session; the decoder of the outputs
    std::vector<std::string> machine_names;  // as the machine told them when it came up
};

class session_reader {
  public:
    using microseconds = std::chrono::microseconds;

    explicit session_reader(console_texts texts = {}) : model_(std::move(texts)) {}

    void output(std::string_view bytes, microseconds at);
    void input(std::string_view bytes, microseconds at);
    void hidden(std::size_t bytes, bool was_typed, microseconds at);  // a hole in a recording
    void mark(std::string_view label, microseconds at);

    const far_end& model() const { return model_; }
    told_session finish();

  private:
    struct framed {
        std::size_t command;
        int id;
        command_frame::answer answer;
    };

    void tell(told_event::kind what, std::string text, std::optional<std::size_t> command = {});
    void notice_place();
    void read_text();
    void text_line(std::string_view line);
    void entered(std::string line);
    void entered_in_frame(const std::string& line);
    void entered_at_prompt(std::string line);
    void read_answers();
    void settle(framed& one);

    far_end model_;
    told_session out_;
    microseconds at_{};
    bool saw_input_ = false;
    bool escaped_ = false, in_switch_key_ = false;
    std::string typed_;

    place last_place_ = place::nothing;
    std::uint64_t boots_ = 0, switches_ = 0, text_offset_ = 0;
    std::size_t hidden_typed_ = 0, hidden_shown_ = 0;  // of the hole that the last event tells
    std::optional<std::size_t> typed_command_;         // whose output runs by

    std::optional<command_frame> frame_;
    struct file {
        std::string bytes;
        std::vector<std::string> lines;
    };
    std::vector<std::string> upload_;    // base64 in u.64, line by line
    std::map<std::string, file> files_;  // accepted in the session's folder
    std::map<int, framed> running_;      // by command number, until its answer is whole
    std::string end_mark_;               // awaited; empty: none
    std::uint64_t entered_at_ = 0;       // text offset of the line whose answer is awaited
    bool awaits_code_page_ = false;
};

}  // namespace emsctl::sac

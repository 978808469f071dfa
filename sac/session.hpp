// A logged-in session on the console: from whatever the line was left in to a shell in a channel of our own, commands
// with proved results there, through restarts, and back to SAC> with everything closed that it opened.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sac/channel_login.hpp"
#include "sac/command_frame.hpp"
#include "sac/console.hpp"
#include "sac/dialogue.hpp"
#include "sac/sac_line.hpp"
#include "sac/typist.hpp"

namespace emsctl::sac {

enum class shell_kind { cmd, powershell };

struct command_result {
    std::int64_t exit_code = 0;
    std::string out;  // UTF-8, "\n" line ends
    std::string err;
    std::string out_bytes;  // exactly as the guest wrote them
    std::string err_bytes;
    span_of_time took{};  // from Enter to the last line of the answer
};

struct boot_proof {
    span_of_time took{};
    std::string evidence;
    std::string refusal;  // why there is no new boot: nothing was restarted; empty: there is one
};

// What the road ends at: the SAC prompt of a machine, or a shell that somebody (an SSH server) logged us on to.
enum class entry { sac, shell };

struct session_options {
    entry door = entry::sac;
    credentials who;
    std::uint64_t seed = 0;              // of nonces; a replay takes it from the recording
    std::optional<std::string> profile;  // instead of the one that the shell's banner suggests
    span_of_time boot_limit = std::chrono::minutes(15);
    span_of_time channel_limit = std::chrono::minutes(5);
    span_of_time login_limit = std::chrono::seconds(60);
    std::function<void(const std::string&)> progress = [](const std::string&) {};
};

class session {
  public:
    session(console& c, session_options options);

    asio::awaitable<void> open();

    // Runs `text`, as it would stand in a .cmd or .ps1 file, and returns its proved result. On an error
    // run_has_begun() tells whether the guest may have started it. Of a secret command, and of one that says or shows
    // the password, a recording keeps only lengths.
    asio::awaitable<command_result> run(shell_kind shell, std::string text, span_of_time limit, bool is_secret = false);
    bool run_has_begun() const { return begun_; }
    // Where in the guest the next command's files stand, without their endings: .b when it began, .x with the exit code
    // when it ended. They live as long as the session's folder.
    std::string next_trace() const { return frame_.folder() + "\\" + std::to_string(id_ + 1); }

    // Talks with a program that asks; the first line starts it at the shell's prompt. Typed lines are proved on the
    // screen before they are entered, what the program says is not. Ends with the shell's prompt, by ^C if it must;
    // throws timed_out when that does not come either.
    asio::awaitable<dialogue_end> converse(std::vector<dialogue_turn> turns);

    // Puts `bytes`, at least one, into the session's folder as `file`, proved by the guest's hash of them. Of secret
    // ones a recording keeps only lengths.
    asio::awaitable<void> store(std::string bytes, std::string file, bool is_secret);

    // The bytes of which 0.f.64 in the session's folder is the encoded form. `known`: their size, their hash as the
    // guest said it, and the lines that are here already; `heard` is told all lines after each page. A recording keeps
    // them when they do not show the password.
    using line_listener = std::function<void(const command_frame::stream_facts&)>;
    asio::awaitable<std::string> fetch_file(command_frame::stream_facts known, line_listener heard);

    bool shows_password(std::string_view bytes) const;

    // Has Windows restart, or, when `outside` is there, lets that do it, which answers why it does not or nothing;
    // waits for the proof of the new boot and opens a shell again.
    asio::awaitable<boot_proof> restart(std::string reason, span_of_time limit,
                                        std::function<asio::awaitable<std::string>()> outside = {});

    // Removes the session's folder, ends the shell and leaves an empty SAC> prompt. Does what it can and reports
    // what it could not do as text.
    asio::awaitable<std::string> close();

    // After a cancellation: interrupts what runs in the guest, then closes.
    asio::awaitable<std::string> abandon();

    const windows_profile& profile() const { return keys_->profile(); }
    const std::string& nonce() const { return frame_.nonce(); }
    std::string windows_version() const { return version_; }  // from the shell's banner, empty when it shows none
    const std::string& channel_name() const { return channel_.name; }
    const sac_line::found& found() const { return found_; }
    console& line() { return console_; }

  private:
    asio::awaitable<void> open_shell();
    asio::awaitable<void> enter_shell();
    asio::awaitable<void> prepare_shell();
    asio::awaitable<void> install_kit();
    asio::awaitable<void> make_folder();
    asio::awaitable<command_result> run_framed(shell_kind shell, std::string text, span_of_time limit);
    // `lines_a_screen`: the screen is cleared before each so many; 0: never.
    asio::awaitable<void> send_lines(std::string bytes, std::size_t lines_a_screen);
    asio::awaitable<void> put(std::string bytes, std::string file, std::size_t lines_a_screen);
    asio::awaitable<command_frame::answer> ask_kit(std::string line, int tick, int id, span_of_time limit);
    asio::awaitable<std::string> fetch(int id, char stream, command_frame::stream_facts facts, int page,
                                       line_listener heard);
    asio::awaitable<std::string> ask_for_restart(std::string reason);
    asio::awaitable<patience::verdict> wait_patiently(console::claim holds, wait_limits limits);
    asio::awaitable<void> leave_shell();
    asio::awaitable<void> hang_up();
    std::vector<std::string> rows_since(std::uint64_t mark) const;

    console& console_;
    session_options options_;
    sac_line sac_;
    command_frame frame_;
    std::optional<typist> keys_;
    sac_line::found found_{};
    channel_id channel_;
    std::string version_;
    std::string stale_folder_;  // of the shell that a restart ended
    int code_page_ = 437;
    int tick_ = 0;
    int id_ = 0;
    bool begun_ = false;
    bool in_shell_ = false;
    bool has_wrapper_ = false;
    enum class discretion { none, watched, hidden } discretion_ = discretion::none;
    bool is_inside_powershell_ = false;  // the door opened into PowerShell, and our cmd.exe runs in it
    std::uint64_t shells_ = 0;
};

}  // namespace emsctl::sac

#include "sac/session.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "sac/encoding.hpp"
#include "sac/sac_error.hpp"
#include "sac/shell_screen.hpp"
#include "sac/text_lines.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view our_prompt = "#> ";
constexpr std::string_view our_prompt_line = "prompt #$G$S";
constexpr std::size_t typed_width = 232;
constexpr int most_transfers = 3;
constexpr int lines_on_screen = 18;  // of an answer, that surely fit one

std::string dos_text(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') result.push_back('\r');
        result.push_back(c);
    }
    if (!result.ends_with("\r\n")) result += "\r\n";
    return result;
}

}  // namespace

session::session(console& c, session_options options)
    : console_(c), options_(std::move(options)), sac_(c), frame_(command_frame::make_nonce(options_.seed)) {}

asio::awaitable<void> session::open() {
    if (options_.door == entry::shell) {
        co_await enter_shell();
        co_return;
    }
    options_.progress("looking for the SAC prompt");
    found_ = co_await sac_.attach(options_.boot_limit);
    co_await open_shell();
}

asio::awaitable<void> session::open_shell() {
    options_.progress("opening a command channel");
    const std::string name = co_await sac_.create_channel(options_.channel_limit);
    channel_ = co_await sac_.announce(name);
    options_.progress("logging in on channel " + name);
    co_await log_in(console_, channel_, options_.who, options_.login_limit);
    in_shell_ = true;
    co_await prepare_shell();
}

// The shell is there as soon as the road is; it may be either, as the SSH server's DefaultShell says.
asio::awaitable<void> session::enter_shell() {
    options_.progress("waiting for the shell's prompt");
    const auto is_shell = [](const far_end& end) {
        return end.now() == place::cmd_shell || end.now() == place::powershell;
    };
    co_await console_.wait_for("the prompt of a shell", is_shell, options_.login_limit);
    found_.first = console_.seen().now();
    if (!options_.profile) options_.profile = "conpty";  // Windows' SSH server shows its shells by pseudo-consoles
    if (console_.seen().now() == place::powershell) {
        co_await console_.settle(200ms, 5s);
        keys_.emplace(console_, windows_profile::by_name(*options_.profile));
        keys_->set_prompt(console_.seen().before_cursor());
        co_await keys_->type("cmd");
        const auto is_cmd = [](const far_end& end) { return end.now() == place::cmd_shell; };
        co_await keys_->enter("cmd.exe inside PowerShell", is_cmd, 30s);
        is_inside_powershell_ = true;
    }
    in_shell_ = true;
    co_await prepare_shell();
}

asio::awaitable<void> session::prepare_shell() {
    co_await console_.settle(200ms, 5s);
    if (console_.seen().now() != place::cmd_shell)
        fail(sac_error::not_supported, "the channel's shell is not cmd.exe; " + console_.situation());
    version_ = version_in(console_.seen().picture().dump());
    auto profile =
        options_.profile ? windows_profile::by_name(*options_.profile) : windows_profile::by_build(build_of(version_));
    options_.progress("preparing the shell (" + (version_.empty() ? "no version shown" : "Windows " + version_) +
                      ", console profile " + profile.name + ")");
    keys_.emplace(console_, std::move(profile));
    keys_->set_prompt(console_.seen().before_cursor());
    co_await keys_->type(std::string(our_prompt_line));
    const auto prompted = [](const far_end& end) { return end.before_cursor() == our_prompt; };
    co_await keys_->enter("our own prompt", prompted, 20s);
    keys_->set_prompt(std::string(our_prompt));
    co_await make_folder();
    co_await keys_->run("chcp", 20s);
    const auto code_page = number_above_prompt(console_.seen().picture());
    if (!code_page)
        fail(sac_error::not_supported, "chcp named no code page to read output by; " + console_.situation());
    code_page_ = *code_page;
    co_await install_kit();
    if (!stale_folder_.empty()) {
        co_await keys_->run("rd /s /q " + stale_folder_, 20s);
        stale_folder_.clear();
    }
}

asio::awaitable<void> session::make_folder() {
    if (shells_++ > 0) frame_ = command_frame(command_frame::make_nonce(options_.seed + shells_));
    const auto folder = frame_.folder();
    co_await keys_->run("md " + folder + "& cd /d " + folder, 20s);
    co_await keys_->run("cd", 20s);
    const auto wanted = "\\ems" + frame_.nonce();
    const auto lines = console_.seen().picture().lines();
    const bool there = std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.ends_with(wanted) && line.size() > 2 && line[1] == ':';
    });
    if (!there) fail(sac_error::guest_disk_full, "could not make " + folder + "; " + console_.situation());
}

asio::awaitable<void> session::send_lines(std::string bytes, std::size_t lines_a_screen) {
    const auto lines = command_frame::upload_lines(bytes, typed_width);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines_a_screen > 0 && i % lines_a_screen == 0) co_await keys_->run("cls", 20s);
        co_await keys_->run(lines[i], 20s);
    }
}

asio::awaitable<void> session::install_kit() {
    const std::string script = frame_.runner_script();
    const std::string hash = sha256_hex(script);
    for (int transfer = 0; transfer < most_transfers; ++transfer) {
        co_await send_lines(script, 0);
        co_await keys_->run("certutil -f -decode u.64 k.cmd", 30s);
        co_await keys_->run("cls", 20s);
        co_await keys_->run("certutil -hashfile k.cmd SHA256", 30s);
        if (shows_hash(console_.seen().picture(), hash)) co_return;
    }
    fail(sac_error::guest_cannot_hash,
         "the guest did not confirm the hash of the session's runner (no certutil, or the disk is full); " +
             console_.situation());
}

std::vector<std::string> session::rows_since(std::uint64_t mark) const {
    std::vector<std::string> rows;
    if (keys_->profile().draws == drawing::stream) rows = lines_of(console_.seen().text_since(mark));
    for (auto& line : console_.seen().picture().lines()) rows.push_back(std::move(line));
    return rows;
}

asio::awaitable<command_frame::answer> session::ask_kit(std::string line, int tick, int id, span_of_time limit) {
    co_await keys_->type(line);
    if (discretion_ == discretion::watched) console_.keep(transport::keeping::undecided);
    const auto mark = console_.seen().offset();
    const std::string end_mark = frame_.end_mark(tick);
    const auto answered = [this, &end_mark](const far_end& end) {
        if (!keys_->is_at_prompt(end)) return false;
        const auto lines = end.picture().lines();
        return std::find(lines.begin(), lines.end(), end_mark) != lines.end();
    };
    const std::string what = "the answer to '" + line + "'";
    co_await keys_->enter(what, answered, limit);
    command_frame::answer answer;
    const auto rows = rows_since(mark);
    frame_.read(rows, id, answer);
    co_return answer;
}

asio::awaitable<void> session::put(std::string bytes, std::string file, std::size_t lines_a_screen) {
    const std::string hash = sha256_hex(bytes);
    for (int transfer = 0; transfer < most_transfers; ++transfer) {
        co_await send_lines(bytes, lines_a_screen);
        const int tick = ++tick_;
        const std::string line = command_frame::accept_line(tick, file);
        const auto answer = co_await ask_kit(line, tick, 0, 30s);
        if (answer.accepted_hash == hash) co_return;
    }
    fail(sac_error::transfer_failed, file + " arrived in the guest with another hash; " + console_.situation());
}

bool session::shows_password(std::string_view bytes) const {
    const auto& password = options_.who.password;
    if (password.empty()) return false;
    std::string wide;  // as Windows' own tools write text files
    for (const char c : password) wide += {c, '\0'};
    return bytes.find(password) != bytes.npos || bytes.find(wide) != bytes.npos;
}

// The answer travels in base64, cut into numbered lines, where no filter finds a password: the recording waits until it
// is known whether there is one. The screen is cleared after it, or the next repaint would show it once more.
asio::awaitable<command_result> session::run(shell_kind shell, std::string text, span_of_time limit, bool is_secret) {
    using transport::keeping;
    discretion_ = is_secret || shows_password(text) ? discretion::hidden
                  : options_.who.password.empty()   ? discretion::none
                                                    : discretion::watched;
    if (discretion_ == discretion::hidden) console_.keep(keeping::lengths);
    command_result result;
    try {
        result = co_await run_framed(shell, std::move(text), limit);
    } catch (...) {
        if (discretion_ == discretion::watched) console_.keep(keeping::all);
        throw;
    }
    const bool is_shown =
        discretion_ == discretion::watched && (shows_password(result.out_bytes) || shows_password(result.err_bytes) ||
                                               shows_password(result.out) || shows_password(result.err));
    if (is_shown) console_.keep(keeping::lengths);
    if (is_shown || discretion_ == discretion::hidden) co_await keys_->run("cls", 20s);
    console_.keep(keeping::all);
    co_return result;
}

asio::awaitable<command_result> session::run_framed(shell_kind shell, std::string text, span_of_time limit) {
    begun_ = false;
    if (!in_shell_) fail(sac_error::not_supported, "there is no shell to run a command in");
    if (text.empty()) fail(sac_error::not_supported, "an empty command");
    const int id = ++id_;
    std::string bytes = dos_text(text);
    const bool ascii =
        std::all_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (shell == shell_kind::powershell) {
        if (!has_wrapper_) {
            const std::string wrapper = command_frame::powershell_wrapper();
            co_await put(wrapper, "w.ps1", 0);
            has_wrapper_ = true;
        }
        if (!ascii) bytes = "\xEF\xBB\xBF" + bytes;
    } else if (!ascii) {
        const auto converted = to_code_page(bytes, code_page_);
        if (!converted)
            fail(sac_error::not_supported, "the command has characters that the guest's code page " +
                                               std::to_string(code_page_) + " cannot hold");
        bytes = *converted;
    }
    const std::string file = std::to_string(id) + (shell == shell_kind::powershell ? ".ps1" : ".cmd");
    co_await put(bytes, file, 0);

    const int tick = ++tick_;
    const std::string line = command_frame::run_line(tick, id);
    const auto started = transport::line_clock::now();
    begun_ = true;
    command_frame::answer answer;
    std::exception_ptr late;
    try {
        answer = co_await ask_kit(line, tick, id, limit);
    } catch (const boost::system::system_error& error) {
        if (error.code() != sac_error::timed_out) throw;
        late = std::current_exception();
    }
    if (late) {
        const bool back = co_await keys_->clear(10s);
        fail(sac_error::timed_out,
             std::string("the command did not end in time; ^C ") +
                 (back ? "ended it, its effects up to then are not known" : "did not end it, it may still be running"));
    }
    const auto took = transport::line_clock::now() - started;
    if (answer.disk_full) {
        begun_ = false;
        fail(sac_error::guest_disk_full, "the begin mark could not be written, so the command was not run");
    }
    if (answer.used_before)
        fail(sac_error::transfer_failed, "command number " + std::to_string(id) + " had begun before");
    for (int again = 0; again < most_transfers && (!answer.exit_code || !answer.out.size || !answer.err.size);
         ++again) {
        const int show_tick = ++tick_;
        const std::string show = command_frame::show_line(show_tick, id);
        answer = co_await ask_kit(show, show_tick, id, 60s);
        if (answer.no_result) fail(sac_error::transfer_failed, "the command began and its end was never written");
    }
    if (!answer.exit_code || !answer.out.size || !answer.err.size)
        fail(sac_error::transfer_failed, "the answer cannot be read; " + console_.situation());

    command_result result;
    result.exit_code = *answer.exit_code;
    result.took = took;
    const int page = keys_->profile().page_lines;
    result.out_bytes = co_await fetch(id, 'o', std::move(answer.out), page, {});
    result.err_bytes = co_await fetch(id, 'e', std::move(answer.err), page, {});
    result.out = windows_text(result.out_bytes, code_page_);
    result.err = windows_text(result.err_bytes, code_page_);
    co_return result;
}

asio::awaitable<std::string> session::fetch(int id, char stream, command_frame::stream_facts facts, int page,
                                            line_listener heard) {
    if (*facts.size > 0 && facts.hash.empty())
        fail(sac_error::guest_cannot_hash, "the guest said no hash for the command's output; " + console_.situation());
    int fruitless = 0;
    while (fruitless < most_transfers) {
        if (auto bytes = command_frame::bytes_of(facts)) co_return std::move(*bytes);
        auto gap = command_frame::missing(facts);
        if (!gap) {
            // All lines are there and the hash says that one of them is wrong: ask for all again.
            ++fruitless;
            facts.lines.clear();
            gap = command_frame::missing(facts);
        }
        const auto known = facts.lines.size();
        const int tick = ++tick_;
        const std::string line =
            command_frame::page_line(tick, id, stream, gap->first, std::min(page, gap->second - gap->first + 1));
        command_frame::answer answer;
        answer = co_await ask_kit(line, tick, id, 120s);
        auto& more = stream == 'o' ? answer.out : stream == 'e' ? answer.err : answer.file;
        facts.lines.merge(more.lines);
        if (heard) heard(facts);
        if (facts.lines.size() == known) ++fruitless;
        // A guest that loses lines gets asked for as much as fits its screen.
        if (command_frame::missing(facts) && facts.lines.size() < known + static_cast<std::size_t>(page))
            page = std::max(lines_on_screen, page / 4);
    }
    fail(sac_error::transfer_failed,
         "the output did not arrive with the hash that the guest computed; " + console_.situation());
}

asio::awaitable<std::string> session::ask_for_restart(std::string reason) {
    std::erase_if(reason, [](char c) { return c == '"' || c == '%' || static_cast<unsigned char>(c) < 0x20; });
    // Ten seconds are enough to leave the shell, and the guest's own limit for a comment is 512 characters.
    const std::string command = "shutdown /r /t 10 /d p:2:4 /c \"" + reason.substr(0, 200) + "\"";
    const auto asked = co_await run(shell_kind::cmd, command, 60s);
    constexpr int already_under_way = 1115;
    if (asked.exit_code == 0 || asked.exit_code == already_under_way) co_return "";
    co_return "the guest refused to restart: exit " + std::to_string(asked.exit_code) + " " + asked.err + asked.out;
}

asio::awaitable<boot_proof> session::restart(std::string reason, span_of_time limit,
                                             std::function<asio::awaitable<std::string>()> outside) {
    if (options_.door == entry::shell)
        fail(sac_error::not_supported, "a shell without SAC cannot follow a machine through its restart");
    const auto boots = console_.seen().boots();
    const auto started = transport::line_clock::now();
    boot_proof proof;
    if (outside)
        proof.refusal = co_await outside();
    else
        proof.refusal = co_await ask_for_restart(std::move(reason));
    if (!proof.refusal.empty()) co_return proof;
    stale_folder_ = frame_.folder();
    in_shell_ = false;
    has_wrapper_ = false;
    options_.progress("restarting");
    co_await console_.wait_for(
        "the new boot's <machine-info> and SAC prompt",
        [boots](const far_end& end) { return end.boots() > boots && end.now() == place::sac_prompt; }, limit);
    proof.evidence = "<machine-info> of a new boot";
    proof.took = transport::line_clock::now() - started;
    found_ = co_await sac_.attach(options_.boot_limit);
    co_await open_shell();
    co_return proof;
}

// The end of the last shell is the end of the road.
asio::awaitable<void> session::hang_up() {
    if (is_inside_powershell_) {
        co_await keys_->type("exit");
        const auto is_outside = [](const far_end& end) { return end.now() == place::powershell; };
        co_await keys_->enter("PowerShell after exit", is_outside, 20s);
        keys_->set_prompt(console_.seen().before_cursor());
    }
    co_await keys_->type("exit");
    try {
        co_await keys_->enter(
            "the end of the shell", [](const far_end&) { return false; }, 20s);
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport::transport_error::closed) throw;
    }
    in_shell_ = false;
}

asio::awaitable<void> session::leave_shell() {
    co_await keys_->run("cd \\& rd /s /q " + frame_.folder(), 30s);
    if (options_.door == entry::shell) {
        co_await hang_up();
        co_return;
    }
    co_await keys_->type("exit");
    const auto switches = console_.seen().switches();
    const auto at_sac = [switches](const far_end& end) {
        return end.switches() > switches && end.now() == place::switch_screen;
    };
    co_await keys_->enter("SAC's switch screen after exit", at_sac, 20s);
    in_shell_ = false;
}

asio::awaitable<std::string> session::close() {
    std::string left;
    if (in_shell_ && keys_) {
        try {
            co_await leave_shell();
        } catch (const boost::system::system_error& error) {
            left = "the session's folder " + frame_.folder() + " may still be there (" + error.code().message() + ")";
        }
    }
    if (options_.door == entry::shell) {
        in_shell_ = false;
        co_return left;
    }
    const bool must_close = in_shell_;
    try {
        co_await sac_.come_back();
        if (must_close && !channel_.name.empty()) co_await sac_.close_channel(channel_.name);
    } catch (const boost::system::system_error& error) {
        left += (left.empty() ? "" : "; ") + std::string("the console was not left at SAC> (") +
                error.code().message() + ")";
    }
    in_shell_ = false;
    co_return left;
}

asio::awaitable<std::string> session::abandon() {
    if (in_shell_ && keys_ && begun_) co_await keys_->clear(10s);
    std::string left = co_await close();
    co_return left;
}

}  // namespace emsctl::sac

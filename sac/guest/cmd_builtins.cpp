// The built-in commands that touch only the shell itself, and the table of all of them. Which ones set the error level
// on success was measured by many people and is not what one would guess: `echo` and `rd` never do, `set` only in .cmd.
#include <algorithm>

#include "sac/guest/cmd_files.hpp"
#include "sac/guest/cmd_interpreter.hpp"
#include "sac/guest/local_time.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

std::string without_first(std::string_view tail) {
    return std::string(tail.substr(tail.empty() ? 0 : 1));
}

std::string strip_leading(std::string_view s) {
    while (!s.empty() && is_cmd_delimiter(s.front())) s.remove_prefix(1);
    return std::string(s);
}

task<int> echo(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto word = text::lower(text::trim(tail));
    if (tail.empty() || (is_cmd_delimiter(tail.front()) && (word.empty() || word == "on" || word == "off"))) {
        if (word == "on" || word == "off")
            shell.echo = word == "on";
        else
            h.out->line(shell.echo ? "ECHO is on." : "ECHO is off.");
        co_return 0;
    }
    h.out->line(without_first(tail));
    co_return 0;
}

// set NAME=VALUE: with a quote in front, the value ends at the last quote.
std::string assignment_of(std::string tail) {
    auto s = strip_leading(tail);
    if (s.starts_with('"')) {
        s.erase(0, 1);
        const auto last = s.rfind('"');
        if (last != std::string::npos) s.erase(last);
    }
    return s;
}

task<int> set_from_input(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto s = assignment_of(std::move(tail));
    const auto equals = s.find('=');
    if (equals == std::string::npos || equals == 0) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    auto question = s.substr(equals + 1);
    if (question.size() >= 2 && question.front() == '"' && question.back() == '"')
        question = question.substr(1, question.size() - 2);
    h.out->write(question);
    std::optional<std::string> line;
    if (h.in)
        line = h.in->read_line();
    else
        line = co_await shell.con.read_line();
    if (!line || line->empty()) co_return 1;
    shell.env[s.substr(0, equals)] = *line;
    co_return 0;
}

task<int> set(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto plain = strip_leading(tail);
    if (text::starts_with_no_case(plain, "/p")) co_return co_await set_from_input(shell, plain.substr(2), h);
    if (text::starts_with_no_case(plain, "/a")) {
        const auto answer = evaluate_arithmetic(plain.substr(2), shell.env);
        if (answer.error) {
            h.err->line(answer.message);
            co_return answer.error;
        }
        if (shell.is_interactive && !shell.is_in_batch()) h.out->write(std::to_string(answer.value));
        co_return 0;
    }
    const auto s = assignment_of(tail);
    const auto equals = s.find('=');
    if (equals == 0) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    if (equals == std::string::npos) {
        const auto prefix = text::trim(s);
        bool any = false;
        for (const auto& [name, value] : shell.env)
            if (text::starts_with_no_case(name, prefix)) {
                h.out->line(name + "=" + value);
                any = true;
            }
        if (!any) h.err->line("Environment variable " + prefix + " not defined");
        co_return any ? 0 : 1;
    }
    const auto name = s.substr(0, equals);
    const auto value = s.substr(equals + 1);
    if (value.empty()) co_return shell.env.erase(name) ? 0 : 1;
    shell.env[name] = value;
    co_return 0;
}

task<int> cd(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    auto rest = strip_leading(tail);
    bool changes_drive = false;
    if (text::starts_with_no_case(rest, "/d")) {
        changes_drive = true;
        rest = strip_leading(rest.substr(2));
    }
    std::erase(rest, '"');
    rest = text::trim(rest);
    if (rest.empty()) {
        h.out->line(shell.cwd);
        co_return 0;
    }
    if (rest.size() == 2 && rest[1] == ':' && !changes_drive) {
        const auto path = shell.full_path(rest);
        h.out->line(path);
        co_return 0;
    }
    const auto path = shell.full_path(rest);
    const auto* node = shell.os.files.find(path);
    if (!node || !node->is_folder()) {
        shell.error(h, node ? win32::directory : win32::path_not_found);
        co_return 1;
    }
    if (!may(node->security, shell.who, rights::execute)) {
        shell.error(h, win32::access_denied);
        co_return 1;
    }
    const auto shown = shell.os.files.display_path(path);
    if (shown[0] == shell.cwd[0] || changes_drive) {
        if (shown[0] != shell.cwd[0]) shell.other_cwd[shell.cwd[0]] = shell.cwd;
        shell.cwd = shown;
    } else {
        shell.other_cwd[shown[0]] = shown;
    }
    co_return 0;
}

task<int> pushd(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    if (text::trim(tail).empty()) {
        for (auto it = shell.pushed.rbegin(); it != shell.pushed.rend(); ++it) h.out->line(*it);
        co_return 0;
    }
    const auto before = shell.cwd;
    const auto to = " /d " + tail;
    const auto code = co_await cd(shell, to, h);
    if (code == 0) shell.pushed.push_back(before);
    co_return code;
}

task<int> popd(cmd_interpreter& shell, std::string, const cmd_handles& h) {
    if (shell.pushed.empty()) co_return 1;
    const auto to = " /d " + shell.pushed.back();
    shell.pushed.pop_back();
    co_return co_await cd(shell, to, h);
}

task<int> cls(cmd_interpreter& shell, std::string, const cmd_handles& h) {
    if (h.out->is_console())
        shell.con.clear();
    else
        h.out->write("\f");
    co_return 0;
}

task<int> prompt(cmd_interpreter& shell, std::string tail, const cmd_handles&) {
    const auto codes = strip_leading(tail);
    if (codes.empty())
        shell.env["PROMPT"] = "$P$G";
    else
        shell.env["PROMPT"] = codes;
    co_return 0;
}

task<int> title(cmd_interpreter& shell, std::string tail, const cmd_handles&) {
    shell.title = without_first(tail);
    const auto shown = shell.idle_title();
    shell.con.set_title(shown);
    co_return 0;
}

task<int> ver(cmd_interpreter& shell, std::string, const cmd_handles& h) {
    h.out->write("\r\nMicrosoft Windows [Version " + shell.os.version.text() + "]\r\n");
    co_return 0;
}

task<int> pause(cmd_interpreter& shell, std::string, const cmd_handles& h) {
    h.out->write("Press any key to continue . . . ");
    if (h.in)
        h.in->read_line();
    else
        co_await shell.con.read_key();
    h.out->write("\r\n");
    co_return 0;
}

task<int> path(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto value = strip_leading(tail);
    if (value.empty())
        h.out->line("PATH=" + shell.variable("PATH").value_or("(null)"));
    else
        shell.env["Path"] = value;
    co_return 0;
}

task<int> vol(cmd_interpreter& shell, std::string, const cmd_handles& h) {
    h.out->write(volume_header(shell));
    co_return 0;
}

task<int> date(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    if (!text::equal_no_case(text::trim(tail), "/t")) co_return refuse_built_in(shell, "date without /t", h);
    h.out->line(date_text(shell.os.clock.local(), true) + " ");
    co_return 0;
}

task<int> time(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    if (!text::equal_no_case(text::trim(tail), "/t")) co_return refuse_built_in(shell, "time without /t", h);
    h.out->line(minute_text(shell.os.clock.local()));
    co_return 0;
}

task<int> verify(cmd_interpreter&, std::string, const cmd_handles& h) {
    h.out->line("VERIFY is off.");
    co_return 0;
}

task<int> nothing(cmd_interpreter&, std::string, const cmd_handles&) {
    co_return 0;
}

task<int> not_simulated(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    co_return refuse_built_in(shell, "built-in command" + tail, h);
}

constexpr built_in_entry table[] = {
    {"echo", echo, errorlevel_rule::never},
    {"set", set, errorlevel_rule::on_error},
    {"cd", cd, errorlevel_rule::always},
    {"chdir", cd, errorlevel_rule::always},
    {"pushd", pushd, errorlevel_rule::always},
    {"popd", popd, errorlevel_rule::never},
    {"cls", cls, errorlevel_rule::never},
    {"prompt", prompt, errorlevel_rule::on_error},
    {"title", title, errorlevel_rule::never},
    {"ver", ver, errorlevel_rule::always},
    {"pause", pause, errorlevel_rule::never},
    {"path", path, errorlevel_rule::on_error},
    {"vol", vol, errorlevel_rule::always},
    {"date", date, errorlevel_rule::always},
    {"time", time, errorlevel_rule::always},
    {"verify", verify, errorlevel_rule::always},
    {"rem", nothing, errorlevel_rule::never},
    {"break", nothing, errorlevel_rule::never},
    {"type", type_files, errorlevel_rule::always},
    {"dir", list_folder, errorlevel_rule::always},
    {"del", delete_files, errorlevel_rule::always},
    {"erase", delete_files, errorlevel_rule::always},
    {"md", make_folder, errorlevel_rule::always},
    {"mkdir", make_folder, errorlevel_rule::always},
    {"rd", remove_folder, errorlevel_rule::never},
    {"rmdir", remove_folder, errorlevel_rule::never},
    {"copy", copy_files, errorlevel_rule::always},
    {"move", move_files, errorlevel_rule::always},
    {"ren", rename_files, errorlevel_rule::always},
    {"rename", rename_files, errorlevel_rule::always},
    {"assoc", not_simulated, errorlevel_rule::on_error},
    {"ftype", not_simulated, errorlevel_rule::on_error},
    {"color", not_simulated, errorlevel_rule::always},
    {"mklink", not_simulated, errorlevel_rule::always},
    {"start", not_simulated, errorlevel_rule::always},
};

}  // namespace

const built_in_entry* find_built_in(std::string_view name) {
    for (const auto& entry : table)
        if (text::equal_no_case(name, entry.name)) return &entry;
    return nullptr;
}

int refuse_built_in(cmd_interpreter& shell, const std::string& what, const cmd_handles& handles) {
    shell.os.log_refused("cmd", what);
    handles.err->line("The syntax of the command is incorrect.");
    return 1;
}

// The built-in commands that change the flow, then the table.
task<cmd_flow> cmd_interpreter::built_in(cmd_words words, const cmd_handles& handles) {
    const auto is = [&](std::string_view name) { return text::equal_no_case(words.name, name); };
    const auto rest = text::trim(words.tail);
    if (is("exit")) {
        const bool only_batch = text::starts_with_no_case(rest, "/b");
        const auto code = text::trim(only_batch ? rest.substr(2) : rest);
        if (!code.empty()) errorlevel = static_cast<int>(std::strtol(code.c_str(), nullptr, 10));
        result_ = errorlevel;
        co_return only_batch && !batches_.empty() ? cmd_flow::leave_batch : cmd_flow::leave_shell;
    }
    if (is("goto")) {
        if (batches_.empty()) co_return cmd_flow::next;
        auto label = strip_leading(words.tail);
        const auto end = label.find_first_of(label.starts_with(':') ? " \t,;=+" : " \t,;=+:", 1);
        jump_label_ = label.substr(0, end);
        if (jump_label_.empty()) {
            handles.err->line("No batch label specified to GOTO command.");
            errorlevel = result_ = 1;
            co_return cmd_flow::leave_batch;
        }
        co_return cmd_flow::jump;
    }
    if (is("call")) {
        auto flow = co_await call(std::move(words.tail), handles);
        co_return flow;
    }
    if (is("shift")) {
        if (!batches_.empty()) {
            auto& arguments = batches_.back().arguments;
            const std::size_t from = rest.size() >= 2 && rest[0] == '/' ? static_cast<std::size_t>(rest[1] - '0') : 0;
            if (from < arguments.size()) arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(from));
        }
        co_return cmd_flow::next;
    }
    if (is("setlocal")) {
        if (!batches_.empty()) {
            saved_state state{env, cwd, other_cwd, delayed_expansion};
            batches_.back().saved.push_back(std::move(state));
            if (text::find_no_case(rest, "enabledelayedexpansion") != std::string::npos) delayed_expansion = true;
            if (text::find_no_case(rest, "disabledelayedexpansion") != std::string::npos) delayed_expansion = false;
            errorlevel = 0;
        }
        result_ = 0;
        co_return cmd_flow::next;
    }
    if (is("endlocal")) {
        if (!batches_.empty()) end_local(false);
        result_ = 0;
        co_return cmd_flow::next;
    }
    const auto* entry = find_built_in(words.name);
    if (rest == "/?") {
        result_ = refuse_built_in(*this, words.name + " /?", handles);
        errorlevel = result_;
        co_return cmd_flow::next;
    }
    result_ = co_await entry->run(*this, std::move(words.tail), handles);
    const bool in_cmd_file = !batches_.empty() && text::ends_with_no_case(batches_.back().path, ".cmd");
    if (entry->rule == errorlevel_rule::always ||
        (entry->rule == errorlevel_rule::on_error && (result_ != 0 || in_cmd_file)))
        errorlevel = result_;
    co_return cmd_flow::next;
}

}  // namespace emsctl::guest

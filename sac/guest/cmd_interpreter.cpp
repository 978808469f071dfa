#include "sac/guest/cmd_interpreter.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

// Redirections of one command, left to right, each seeing the ones before it.
class opened_handles {
  public:
    opened_handles(const cmd_handles& outer) : handles(outer) {}

    cmd_handles handles;
    bool is_ok = true;

    void open(cmd_interpreter& shell, const cmd_redirection& r, const std::string& target) {
        using kind = cmd_redirection::kind;
        if (r.what == kind::duplicate) {
            sink* const from = target == "1" ? handles.out : target == "2" ? handles.err : nullptr;
            if (from && r.handle == 1) handles.out = from;
            if (from && r.handle == 2) handles.err = from;
            return;
        }
        if (text::equal_no_case(target, "nul") || text::equal_no_case(target, "nul:")) {
            if (r.what == kind::input)
                handles.in = std::make_shared<input_text>("");
            else
                take(r.handle, std::make_unique<nul_sink>());
            return;
        }
        if (text::equal_no_case(target, "con")) {
            if (r.what == kind::input)
                handles.in = nullptr;
            else
                take(r.handle, std::make_unique<console_sink>(shell.con));
            return;
        }
        const auto path = shell.full_path(target);
        if (r.what == kind::input) {
            auto bytes = shell.os.files.read(path, shell.who);
            if (!bytes) return fail(shell, bytes.error);
            handles.in = std::make_shared<input_text>(text::from_code_page(bytes.value, shell.os.code_page));
            return;
        }
        const auto error = r.what == kind::append && shell.os.files.exists(path)
                               ? shell.os.files.append(path, "", shell.who)
                               : shell.os.files.write(path, "", shell.who);
        if (error) return fail(shell, error);
        take(r.handle, std::make_unique<file_sink>(shell.os, path));
    }

  private:
    void take(int handle, std::unique_ptr<sink> made) {
        if (handle == 1) handles.out = made.get();
        if (handle == 2) handles.err = made.get();
        owned_.push_back(std::move(made));
    }
    void fail(cmd_interpreter& shell, win32_error error) {
        shell.error(handles, error);
        is_ok = false;
    }

    std::vector<std::unique_ptr<sink>> owned_;
};

std::string unquoted(std::string s) {
    std::erase(s, '"');
    return s;
}

std::optional<long> number(std::string_view s) {
    const std::string copy(s);
    char* end = nullptr;
    const auto value = std::strtol(copy.c_str(), &end, 0);
    if (copy.empty() || *end != '\0') return std::nullopt;
    return value;
}

}  // namespace

void cmd_interpreter::error(const cmd_handles& handles, win32_error code) const {
    handles.err->line(message_of(code));
}

std::string cmd_interpreter::idle_title() const {
    const std::string own = title.empty() ? os.system_root + "\\system32\\cmd.exe" : title;
    return who.is_elevated ? "Administrator: " + own : own;
}

std::string cmd_interpreter::file_system_path(std::string_view path) const {
    std::string plain = unquoted(std::string(path));
    if (plain.size() >= 2 && plain[1] == ':' && !cwd.empty() &&
        std::toupper(static_cast<unsigned char>(plain[0])) != cwd[0]) {
        const auto other = other_cwd.find(static_cast<char>(std::toupper(static_cast<unsigned char>(plain[0]))));
        if (other != other_cwd.end()) return file_system::normalize(plain, other->second);
    }
    return file_system::normalize(plain, cwd);
}

cmd_expansion cmd_interpreter::expansion() const {
    cmd_expansion out;
    out.variable = [this](std::string_view name) { return variable(name); };
    out.modify = [this](std::string_view letters, std::string_view value) { return modify(letters, value); };
    out.is_batch = !batches_.empty();
    if (out.is_batch) {
        out.arguments = batches_.back().arguments;
        out.all_arguments = batches_.back().tail;
        out.batch_path = batches_.back().path;
    }
    return out;
}

std::string cmd_interpreter::expanded(std::string_view s) const {
    const auto from = expansion();
    auto out = expand_for_variables(s, for_, from);
    if (delayed_expansion) out = expand_delayed(out, from);
    return out;
}

bool cmd_interpreter::wants_more(std::string_view line) const {
    return parse_cmd(expand_percents(line, expansion())).what == cmd_parse::kind::wants_more;
}

task<cmd_flow> cmd_interpreter::run_line(std::string line, const cmd_handles& handles) {
    // 8191 is the longest line cmd.exe takes, before and after expansion.
    auto expanded_line = expand_percents(line, expansion());
    if (line.size() > 8191 || expanded_line.size() > 8191) {
        handles.err->line("The input line is too long.");
        errorlevel = result_ = 1;
        co_return cmd_flow::next;
    }
    auto flow = co_await run_expanded(std::move(expanded_line), std::move(line), handles);
    co_return flow;
}

task<cmd_flow> cmd_interpreter::run_expanded(std::string line, std::string logged, const cmd_handles& handles) {
    const bool in_batch = !batches_.empty();
    auto parsed = parse_cmd(line);
    if (parsed.what == cmd_parse::kind::wrong) {
        handles.err->line(parsed.message);
        os.log_executed(in_batch ? "cmd batch" : shell_name, logged);
        result_ = 1;
        errorlevel = in_batch ? 255 : 1;
        co_return in_batch ? cmd_flow::leave_batch : cmd_flow::next;
    }
    if (parsed.what == cmd_parse::kind::wants_more || !parsed.node) co_return cmd_flow::next;
    os.log_executed(in_batch ? "cmd batch" : shell_name, logged);
    if (in_batch && echo && !parsed.node->is_quiet) {
        auto shown = "\r\n" + prompt_text() + to_text(*parsed.node) + " \r\n";
        handles.out->write(shown);
    }
    auto flow = co_await execute(*parsed.node, handles);
    co_return flow;
}

task<cmd_flow> cmd_interpreter::execute(const cmd_node& node, const cmd_handles& handles) {
    using kind = cmd_node::kind;
    switch (node.what) {
        case kind::nothing:
            co_return cmd_flow::next;
        case kind::command:
            co_return co_await redirected(node, handles);
        case kind::block:
            co_return co_await redirected(node, handles);
        case kind::pipe:
            co_return co_await pipe(node, handles);
        case kind::loop:
            co_return co_await loop(node, handles);
        case kind::sequence:
        case kind::on_success:
        case kind::on_failure: {
            const auto flow = co_await execute(*node.left, handles);
            if (flow != cmd_flow::next) co_return flow;
            if (node.what == kind::on_success && result_ != 0) co_return flow;
            if (node.what == kind::on_failure && result_ == 0) co_return flow;
            if (node.what == kind::on_failure && errorlevel == 0) errorlevel = result_;
            co_return co_await execute(*node.right, handles);
        }
        case kind::condition: {
            const bool yes = holds(node.test);
            const auto* taken = yes ? node.left.get() : node.right.get();
            if (!taken) co_return cmd_flow::next;
            co_return co_await execute(*taken, handles);
        }
    }
    co_return cmd_flow::next;
}

task<cmd_flow> cmd_interpreter::redirected(const cmd_node& node, const cmd_handles& handles) {
    opened_handles opened(handles);
    for (const auto& r : node.redirections) {
        const auto target = expanded(r.target);
        opened.open(*this, r, target);
        if (!opened.is_ok) {
            result_ = 1;  // for ||, which alone makes it the error level
            co_return cmd_flow::next;
        }
    }
    if (node.what == cmd_node::kind::command) co_return co_await command(node, opened.handles);
    if (!node.left) co_return cmd_flow::next;
    co_return co_await execute(*node.left, opened.handles);
}

task<cmd_flow> cmd_interpreter::command(const cmd_node& node, const cmd_handles& handles) {
    const auto line = expanded(node.text);
    auto words = split_command(line);
    if (words.name.empty()) co_return cmd_flow::next;
    if (words.name.size() == 2 && words.name[1] == ':' && text::trim(words.tail).empty()) {
        const auto letter = static_cast<char>(std::toupper(static_cast<unsigned char>(words.name[0])));
        result_ = 0;
        if (!os.files.has_volume(letter)) {
            handles.err->line("The system cannot find the drive specified.");
            errorlevel = result_ = 1;
        } else if (letter != cwd[0]) {
            other_cwd[cwd[0]] = cwd;
            const auto known = other_cwd.find(letter);
            cwd = known != other_cwd.end() ? known->second : std::string(1, letter) + ":\\";
        }
        co_return cmd_flow::next;
    }
    if (is_built_in(words.name)) {
        auto flow = co_await built_in(std::move(words), handles);
        co_return flow;
    }
    auto flow = co_await external(std::move(words), handles);
    co_return flow;
}

task<cmd_flow> cmd_interpreter::external(cmd_words words, const cmd_handles& handles) {
    const auto name = unquoted(words.name);
    const auto found = find_program(os, env, cwd, name);
    if (!found) {
        const bool has_path = name.find_first_of("\\/:") != std::string::npos;
        if (!has_path) os.log_refused(shell_name, name);
        if (has_path && !os.files.exists(file_system::parent_of(full_path(name)))) {
            error(handles, win32::path_not_found);
            errorlevel = result_ = 1;
            co_return cmd_flow::next;
        }
        const auto said = "'" + words.name + "' is not recognized as an internal or external command,\r\n" +
                          "operable program or batch file.\r\n";
        handles.err->write(said);
        errorlevel = result_ = 9009;
        co_return cmd_flow::next;
    }
    if (text::ends_with_no_case(*found, ".cmd") || text::ends_with_no_case(*found, ".bat")) {
        // Without `call`, a batch file that starts another one is not returned to.
        const bool replaces = !batches_.empty();
        auto flow = co_await run_batch(*found, words.name, words.tail, handles);
        result_ = errorlevel;
        if (replaces && flow == cmd_flow::next) flow = cmd_flow::leave_batch;
        co_return flow;
    }
    process made{os,           who,
                 con,          env,
                 cwd,          name,
                 words.tail,   split_arguments(words.tail),
                 handles.in,   *handles.out,
                 *handles.err, times,
                 *found,       is_child || !batches_.empty()};
    const bool shows_title = is_interactive && !is_child;
    if (shows_title) {
        const auto shown = idle_title() + " - " + words.name + (words.tail.empty() ? "" : " " + words.tail);
        con.set_title(shown);
    }
    std::optional<int> code;
    std::exception_ptr stopped;
    try {
        code = co_await run_program(made);
    } catch (const interrupted&) {
        stopped = std::current_exception();
    }
    if (shows_title) {
        const auto shown = idle_title();
        con.set_title(shown);
    }
    if (stopped) std::rethrow_exception(stopped);
    if (!code) {
        handles.err->line("The system cannot execute the specified program.");
        code = 9020;
    }
    errorlevel = result_ = *code;
    co_return cmd_flow::next;
}

cmd_interpreter cmd_interpreter::child() const {
    cmd_interpreter out(os, who, con, times, env, cwd);
    out.other_cwd = other_cwd;
    out.delayed_expansion = false;
    out.errorlevel = errorlevel;
    out.is_child = true;
    out.shell_name = "cmd /c";
    return out;
}

task<cmd_flow> cmd_interpreter::pipe(const cmd_node& node, const cmd_handles& handles) {
    captured_sink between(os.code_page);
    cmd_handles first = handles;
    first.out = &between;
    cmd_interpreter left = child();
    left.for_ = for_;
    left.shell_name = shell_name;
    co_await left.execute(*node.left, first);

    cmd_handles second = handles;
    second.in = std::make_shared<input_text>(between.text());
    cmd_interpreter right = child();
    right.for_ = for_;
    right.shell_name = shell_name;
    co_await right.execute(*node.right, second);
    // A side that is no program at all leaves 255 behind, because it is the inner cmd.exe that says so.
    errorlevel = result_ = right.errorlevel == 9009 ? 255 : right.errorlevel;
    co_return cmd_flow::next;
}

bool cmd_interpreter::holds(const cmd_condition& test) const {
    using kind = cmd_condition::kind;
    const auto left = expanded(test.left);
    bool yes = false;
    switch (test.what) {
        case kind::exist: {
            const auto path = full_path(left);
            yes = text::equal_no_case(unquoted(left), "nul") || os.files.exists(path);
            if (path.find_first_of("*?") != std::string::npos)
                yes = !matching_files(left, false).empty() || !matching_files(left, true).empty();
            break;
        }
        case kind::defined:
            yes = variable(left).has_value();
            break;
        case kind::errorlevel:
            yes = errorlevel >= number(left).value_or(0);
            break;
        case kind::cmdextversion:
            yes = 2 >= number(left).value_or(0);
            break;
        case kind::equal: {
            const auto right = expanded(test.right);
            yes = test.ignores_case ? text::equal_no_case(left, right) : left == right;
            break;
        }
        case kind::compare: {
            const auto right = expanded(test.right);
            const auto a = number(left), b = number(right);
            int order = 0;
            if (a && b)
                order = *a < *b ? -1 : *a > *b ? 1 : 0;
            else
                order = test.ignores_case ? text::lower(left).compare(text::lower(right)) : left.compare(right);
            const auto& op = test.relation;
            yes = op == "EQU"   ? order == 0
                  : op == "NEQ" ? order != 0
                  : op == "LSS" ? order < 0
                  : op == "LEQ" ? order <= 0
                  : op == "GTR" ? order > 0
                                : order >= 0;
            break;
        }
    }
    return yes != test.is_negated;
}

}  // namespace emsctl::guest

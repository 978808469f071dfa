// Batch files: each line is read from the file when it is reached, so a file that changes while it runs is run as it
// changed, as cmd.exe does.
#include <algorithm>

#include "sac/guest/cmd_interpreter.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

constexpr std::size_t deepest = 300;  // calls within calls

// The label a line is, or nothing: ":name" up to a delimiter.
std::optional<std::string> label_of(std::string_view line) {
    while (!line.empty() && is_cmd_delimiter(line.front())) line.remove_prefix(1);
    if (!line.starts_with(':')) return std::nullopt;
    line.remove_prefix(1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    const auto end = line.find_first_of(" \t,;=+:&|<>\r");
    return std::string(line.substr(0, end));
}

}  // namespace

std::vector<std::string> split_batch_arguments(std::string_view tail) {
    std::vector<std::string> out;
    std::string word;
    bool in_quotes = false;
    for (const char c : tail) {
        if (c == '"') in_quotes = !in_quotes;
        if (!in_quotes && is_cmd_delimiter(c)) {
            if (!word.empty()) out.push_back(std::move(word));
            word.clear();
        } else {
            word += c;
        }
    }
    if (!word.empty()) out.push_back(std::move(word));
    return out;
}

task<cmd_flow> cmd_interpreter::run_batch(std::string path, std::string name, std::string tail,
                                          const cmd_handles& handles) {
    if (batches_.size() >= deepest) {
        handles.err->write("******  B A T C H   R E C U R S I O N  exceeds STACK limits ******\r\n");
        errorlevel = result_ = 1;
        co_return cmd_flow::leave_batch;
    }
    batch_file frame;
    frame.path = std::move(path);
    frame.arguments = split_batch_arguments(tail);
    frame.arguments.insert(frame.arguments.begin(), std::move(name));
    frame.tail = text::trim(tail);
    batches_.push_back(std::move(frame));
    // Also when ^C comes: a batch file's `echo off` is not the prompt's.
    struct echo_again {
        cmd_interpreter& shell;
        bool was;
        ~echo_again() {
            if (shell.batches_.empty()) shell.echo = was;
        }
    } at_end{*this, echo};
    const auto outer_for = std::exchange(for_, {});
    const auto flow = co_await run_frame(handles);
    for_ = outer_for;
    co_return flow;
}

task<cmd_flow> cmd_interpreter::call_label(std::string label, std::string tail, const cmd_handles& handles) {
    if (batches_.empty()) {
        handles.err->write("Invalid attempt to call batch label outside of batch script.\r\n");
        errorlevel = result_ = 1;
        co_return cmd_flow::next;
    }
    if (batches_.size() >= deepest) {
        handles.err->write("******  B A T C H   R E C U R S I O N  exceeds STACK limits ******\r\n");
        errorlevel = result_ = 1;
        co_return cmd_flow::leave_batch;
    }
    batch_file frame;
    frame.path = batches_.back().path;
    frame.position = batches_.back().position;
    frame.arguments = split_batch_arguments(tail);
    frame.arguments.insert(frame.arguments.begin(), ":" + label);
    frame.tail = text::trim(tail);
    batches_.push_back(std::move(frame));
    const bool is_end = text::equal_no_case(label, "eof");
    if (is_end || !seek_label(label)) {
        batches_.pop_back();
        if (!is_end) {
            handles.err->line("The system cannot find the batch label specified - " + label);
            errorlevel = result_ = 1;
        }
        co_return cmd_flow::next;
    }
    const auto outer_for = std::exchange(for_, {});
    const auto flow = co_await run_frame(handles);
    for_ = outer_for;
    result_ = errorlevel;
    co_return flow;
}

// Runs the innermost batch file from its position to its end and takes it off.
task<cmd_flow> cmd_interpreter::run_frame(const cmd_handles& handles) {
    struct frame_end {
        cmd_interpreter& shell;
        std::size_t depth;
        ~frame_end() {
            while (shell.batches_.size() >= depth) {
                shell.end_local(true);
                shell.batches_.pop_back();
            }
        }
    } at_end{*this, batches_.size()};

    while (auto line = next_batch_line()) {
        auto whole = expand_percents(*line, expansion());
        while (parse_cmd(whole).what == cmd_parse::kind::wants_more) {
            auto more = next_batch_line();
            if (!more) break;
            whole += "\n" + expand_percents(*more, expansion());
        }
        auto logged = text::trim(whole);
        if (whole.size() > 8191) {
            handles.err->line("The input line is too long.");
            errorlevel = result_ = 1;
            co_return cmd_flow::leave_batch;
        }
        const auto flow = co_await run_expanded(std::move(whole), std::move(logged), handles);
        if (flow == cmd_flow::leave_shell) co_return flow;
        if (flow == cmd_flow::leave_batch) co_return cmd_flow::next;
        if (flow == cmd_flow::jump) {
            if (text::equal_no_case(jump_label_, ":eof")) co_return cmd_flow::next;
            const auto label = jump_label_.starts_with(':') ? jump_label_.substr(1) : jump_label_;
            if (!seek_label(label)) {
                handles.err->line("The system cannot find the batch label specified - " + label);
                errorlevel = result_ = 1;
                co_return cmd_flow::leave_batch;
            }
        }
    }
    co_return cmd_flow::next;
}

std::optional<std::string> cmd_interpreter::next_batch_line() {
    auto& frame = batches_.back();
    const auto* node = os.files.find(frame.path);
    if (!node || node->is_folder()) {
        console_sink(con).line("The batch file cannot be found.");
        return std::nullopt;
    }
    const auto& bytes = node->bytes;
    if (frame.position >= bytes.size()) return std::nullopt;
    const auto end = bytes.find('\n', frame.position);
    auto line = bytes.substr(frame.position, end == std::string::npos ? end : end - frame.position);
    frame.position = end == std::string::npos ? bytes.size() : end + 1;
    if (line.ends_with('\r')) line.pop_back();
    return text::from_code_page(line, os.code_page);
}

// From the present line to the end of the file, then from its beginning.
bool cmd_interpreter::seek_label(std::string_view label) {
    auto& frame = batches_.back();
    const auto* node = os.files.find(frame.path);
    if (!node) return false;
    const auto& bytes = node->bytes;
    const auto search = [&](std::size_t from, std::size_t to) {
        while (from < to) {
            const auto end = bytes.find('\n', from);
            const auto next = end == std::string::npos ? bytes.size() : end + 1;
            const auto found =
                label_of(std::string_view(bytes).substr(from, next - from - (end == std::string::npos ? 0 : 1)));
            if (found && text::equal_no_case(*found, label)) {
                frame.position = next;
                return true;
            }
            from = next;
        }
        return false;
    };
    const auto start = std::min(frame.position, bytes.size());
    return search(start, bytes.size()) || search(0, start);
}

task<cmd_flow> cmd_interpreter::call(std::string tail, const cmd_handles& handles) {
    const auto again = expand_percents(tail, expansion());
    auto words = split_command(again);
    if (words.name.empty()) {
        errorlevel = result_ =
            text::trim(tail).empty() && !tail.empty() ? 0 : result_;  // `call ` with a blank clears it
        co_return cmd_flow::next;
    }
    if (words.name.starts_with(':')) {
        auto flow = co_await call_label(words.name.substr(1), words.tail, handles);
        co_return flow;
    }
    if (is_built_in(words.name)) {
        auto flow = co_await built_in(std::move(words), handles);
        co_return flow;
    }
    auto plain = words.name;
    std::erase(plain, '"');
    const auto found = find_program(os, env, cwd, plain);
    if (found && (text::ends_with_no_case(*found, ".cmd") || text::ends_with_no_case(*found, ".bat"))) {
        auto flow = co_await run_batch(*found, words.name, words.tail, handles);
        result_ = errorlevel;
        co_return flow;
    }
    auto flow = co_await external(std::move(words), handles);
    if (!found) errorlevel = result_ = 1;
    co_return flow;
}

void cmd_interpreter::stop_batches() {
    for_.clear();
    while (!batches_.empty()) {
        end_local(true);
        batches_.pop_back();
    }
}

void cmd_interpreter::end_local(bool all) {
    auto& saved = batches_.empty() ? saved_ : batches_.back().saved;
    while (!saved.empty()) {
        auto state = std::move(saved.back());
        saved.pop_back();
        env = std::move(state.env);
        cwd = std::move(state.cwd);
        other_cwd = std::move(state.other_cwd);
        delayed_expansion = state.delayed_expansion;
        if (!all) return;
    }
}

}  // namespace emsctl::guest

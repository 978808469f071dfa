// `for` in its five kinds.
#include <algorithm>
#include <cstdlib>

#include "sac/guest/cmd_interpreter.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

struct line_options {
    char eol = ';';
    unsigned skip = 0;
    std::string delimiters = " \t";
    std::vector<unsigned> tokens{1};
    bool takes_rest = false;
    bool use_back_quotes = false;
    bool is_good = true;
};

std::vector<unsigned> parse_tokens(std::string_view s, bool& takes_rest) {
    std::vector<unsigned> out;
    for (std::size_t at = 0; at < s.size();) {
        if (s[at] == '*') {
            takes_rest = true;
            break;
        }
        char* end = nullptr;
        const std::string rest(s.substr(at));
        const auto from = static_cast<unsigned>(std::strtoul(rest.c_str(), &end, 10));
        auto used = static_cast<std::size_t>(end - rest.c_str());
        if (used == 0) {
            ++at;
            continue;
        }
        auto to = from;
        if (used < rest.size() && rest[used] == '-') {
            const std::string last = rest.substr(used + 1);
            to = static_cast<unsigned>(std::strtoul(last.c_str(), &end, 10));
            used += 1 + static_cast<std::size_t>(end - last.c_str());
        }
        for (auto n = from; n <= to && n <= 31; ++n) out.push_back(n);
        at += used;
    }
    return out;
}

line_options parse_options(std::string_view s) {
    line_options out;
    if (s.starts_with('"')) s.remove_prefix(1);
    if (s.ends_with('"')) s.remove_suffix(1);
    const auto take = [&](std::string_view key) {
        if (!text::starts_with_no_case(s, key)) return false;
        s.remove_prefix(key.size());
        return true;
    };
    while (!s.empty()) {
        if (s.front() == ' ' || s.front() == '\t') {
            s.remove_prefix(1);
        } else if (take("usebackq")) {
            out.use_back_quotes = true;
        } else if (take("eol=")) {
            out.eol = s.empty() ? '\0' : s.front();
            if (!s.empty()) s.remove_prefix(1);
        } else if (take("skip=")) {
            out.skip = static_cast<unsigned>(std::strtoul(std::string(s).c_str(), nullptr, 0));
            s.remove_prefix(std::min(s.size(), s.find(' ')));
        } else if (take("tokens=")) {
            const auto end = std::min(s.size(), s.find(' '));
            out.tokens = parse_tokens(s.substr(0, end), out.takes_rest);
            s.remove_prefix(end);
        } else if (take("delims=")) {
            // A blank belongs to the set only when nothing follows that is another option.
            auto end = s.size();
            for (const char* key : {" eol=", " skip=", " tokens=", " usebackq"})
                end = std::min(end, text::find_no_case(s, key));
            out.delimiters = s.substr(0, end);
            s.remove_prefix(end);
        } else {
            out.is_good = false;
            break;
        }
    }
    return out;
}

// Sets the variables for one line; false when the line gives nothing.
bool take_line(std::string_view line, const line_options& options, char variable, for_variables& values) {
    if (line.empty() || (options.eol != '\0' && line.front() == options.eol)) return false;
    const auto is_delimiter = [&](char c) { return options.delimiters.find(c) != std::string::npos; };
    std::vector<std::pair<std::size_t, std::size_t>> found;  // where token n begins and ends
    for (std::size_t at = 0;;) {
        while (at < line.size() && is_delimiter(line[at])) ++at;
        if (at >= line.size()) break;
        const auto from = at;
        while (at < line.size() && !is_delimiter(line[at])) ++at;
        found.emplace_back(from, at);
    }
    if (found.empty()) return false;
    unsigned last = 0;
    char name = variable;
    bool any = false;
    for (const auto n : options.tokens) {
        const bool there = n >= 1 && n <= found.size();
        values[name++] =
            there ? std::string(line.substr(found[n - 1].first, found[n - 1].second - found[n - 1].first)) : "";
        any = any || there;
        last = std::max(last, n);
    }
    if (options.takes_rest) {
        values[name] = last < found.size() ? std::string(line.substr(found[last].first)) : "";
        any = any || last < found.size();
    }
    return any;
}

}  // namespace

task<cmd_flow> cmd_interpreter::loop(const cmd_node& node, const cmd_handles& handles) {
    const auto outer = for_;
    cmd_flow flow = cmd_flow::next;
    if (node.loop.what == cmd_loop::kind::lines) {
        flow = co_await loop_lines(node, handles);
    } else if (node.loop.what == cmd_loop::kind::count) {
        flow = co_await loop_count(node, handles);
    } else {
        std::vector<std::string> items;
        const bool only_folders = node.loop.what == cmd_loop::kind::folders;
        std::vector<std::string> roots{""};
        if (node.loop.what == cmd_loop::kind::tree) {
            const auto start = node.loop.options.empty() ? cwd : full_path(expanded(node.loop.options));
            roots = {start};
            for (std::size_t i = 0; i < roots.size(); ++i)
                if (const auto* folder = os.files.find(roots[i]))
                    for (const auto& [name, child] : folder->children)
                        if (child.is_folder())
                            roots.push_back(roots[i] + (roots[i].ends_with('\\') ? "" : "\\") + child.name);
        }
        for (const auto& root : roots)
            for (auto& word : split_batch_arguments(expanded(node.loop.set))) {
                const auto item = root.empty() ? word : root + (root.ends_with('\\') ? "" : "\\") + word;
                if (word.find_first_of("*?") == std::string::npos) {
                    items.push_back(item);
                    continue;
                }
                for (auto& file : matching_files(item, only_folders)) items.push_back(std::move(file));
            }
        for (const auto& item : items) {
            for_[node.loop.variable] = item;
            flow = co_await loop_body(*node.left, handles);
            if (flow != cmd_flow::next) break;
        }
    }
    for_ = outer;
    co_return flow;
}

task<cmd_flow> cmd_interpreter::loop_body(const cmd_node& node, const cmd_handles& handles) {
    if (echo && !node.is_quiet && !is_child) {
        const auto shown = "\r\n" + prompt_text() + expanded(to_text(node)) + " \r\n";
        handles.out->write(shown);
    }
    auto flow = co_await execute(node, handles);
    co_return flow;
}

task<cmd_flow> cmd_interpreter::loop_count(const cmd_node& node, const cmd_handles& handles) {
    const auto words = split_batch_arguments(expanded(node.loop.set));
    const auto part = [&](std::size_t i) { return i < words.size() ? std::strtol(words[i].c_str(), nullptr, 0) : 0L; };
    const long step = part(1), end = part(2);
    for (long i = part(0); step < 0 ? i >= end : i <= end; i += step) {
        for_[node.loop.variable] = std::to_string(i);
        const auto flow = co_await loop_body(*node.left, handles);
        if (flow != cmd_flow::next) co_return flow;
        if (step == 0) {
            // An endless loop in the guest ends only with ^C, which needs a moment in which it can come.
            const auto moment = std::chrono::milliseconds(1);
            co_await con.pause(moment);
        }
    }
    co_return cmd_flow::next;
}

task<cmd_flow> cmd_interpreter::loop_lines(const cmd_node& node, const cmd_handles& handles) {
    const auto options = parse_options(expanded(node.loop.options));
    if (!options.is_good) {
        handles.err->line(node.loop.options + " was unexpected at this time.");
        errorlevel = result_ = 1;
        co_return batches_.empty() ? cmd_flow::next : cmd_flow::leave_batch;
    }
    const auto set = text::trim(expanded(node.loop.set));
    const char command_quote = options.use_back_quotes ? '`' : '\'';
    const char string_quote = options.use_back_quotes ? '\'' : '"';
    const auto is_in = [&](char quote) { return set.size() >= 2 && set.front() == quote && set.back() == quote; };
    std::vector<std::string> texts;
    if (is_in(command_quote)) {
        captured_sink captured(os.code_page);
        cmd_handles inner = handles;
        inner.out = &captured;
        co_await con.pause(times.cmd);
        cmd_interpreter shell = child();
        shell.echo = true;
        auto line = set.substr(1, set.size() - 2);
        co_await shell.run_line(std::move(line), inner);
        texts.push_back(captured.text());
    } else if (is_in(string_quote)) {
        texts.push_back(set.substr(1, set.size() - 2));
    } else {
        for (const auto& name : split_batch_arguments(set)) {
            auto bytes = os.files.read(full_path(name), who);
            if (!bytes) {
                auto plain = name;
                std::erase(plain, '"');
                handles.err->line("The system cannot find the file " + plain + ".");
                errorlevel = result_ = 1;
                co_return cmd_flow::next;
            }
            texts.push_back(text::from_code_page(bytes.value, os.code_page));
        }
    }
    for (const auto& source : texts) {
        unsigned number = 0;
        for (const auto& line : text::split_lines(source)) {
            if (number++ < options.skip || !take_line(line, options, node.loop.variable, for_)) continue;
            const auto flow = co_await loop_body(*node.left, handles);
            if (flow != cmd_flow::next) co_return flow;
        }
    }
    co_return cmd_flow::next;
}

std::vector<std::string> cmd_interpreter::matching_files(std::string_view pattern, bool folders) const {
    std::string plain(pattern);
    std::erase(plain, '"');
    const auto slash = plain.find_last_of("\\/:");
    const auto prefix = slash == std::string::npos ? "" : plain.substr(0, slash + 1);
    const auto leaf = slash == std::string::npos ? plain : plain.substr(slash + 1);
    const auto folder = full_path(prefix.empty() ? "." : prefix);
    std::vector<std::string> out;
    const auto listed = os.files.list(folder, who);
    for (const auto* node : listed.value)
        if (node->is_folder() == folders && text::matches_wildcards(node->name, leaf) &&
            !(node->attributes & attribute::hidden))
            out.push_back(prefix + node->name);
    return out;
}

}  // namespace emsctl::guest

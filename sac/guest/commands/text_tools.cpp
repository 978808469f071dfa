// findstr, find, more, sort: what people put behind a pipe.
#include <algorithm>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/commands/text_patterns.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

struct source {
    std::string name;  // as it was given; empty for standard input
    std::vector<std::string> lines;
};

task<std::vector<std::string>> input_lines(process& self) {
    if (self.in) co_return text::split_lines(self.in->rest());
    std::vector<std::string> out;
    for (;;) {
        auto line = co_await self.con.read_line();
        if (line.starts_with('\x1a')) co_return out;  // ^Z
        out.push_back(std::move(line));
    }
}

// Files by name or wildcard. What cannot be opened goes to `missing`.
std::vector<source> open_files(process& self, const std::vector<std::string>& names,
                               std::vector<std::string>& missing) {
    std::vector<source> out;
    for (const auto& name : names) {
        const auto path = self.full_path(name);
        const auto leaf = file_system::name_of(path);
        std::vector<std::pair<std::string, std::string>> found;
        if (leaf.find_first_of("*?") != std::string::npos) {
            const auto folder = file_system::parent_of(path);
            const auto slash = name.find_last_of("\\/");
            for (const auto* node : self.os.files.list(folder, self.who).value)
                if (!node->is_folder() && text::matches_wildcards(node->name, leaf))
                    found.emplace_back((slash == std::string::npos ? "" : name.substr(0, slash + 1)) + node->name,
                                       folder + "\\" + node->name);
        } else {
            found.emplace_back(name, path);
        }
        if (found.empty()) missing.push_back(name);
        for (const auto& [shown, full] : found) {
            const auto bytes = self.os.files.read(full, self.who);
            if (bytes)
                out.push_back({shown, text::split_lines(text::from_code_page(bytes.value, self.os.code_page))});
            else
                missing.push_back(shown);
        }
    }
    return out;
}

struct findstr_request {
    findstr_options options;
    bool inverts = false, numbers = false, only_names = false, offsets = false;
    std::optional<bool> is_regex;
    std::vector<std::string> patterns, files;
    std::string refused;
};

findstr_request parse_findstr(const process& self) {
    findstr_request out;
    bool has_strings = false;
    const auto add_words = [&](std::string_view words) {
        while (!words.empty()) {
            const auto end = std::min(words.find(' '), words.size());
            if (end > 0) out.patterns.emplace_back(words.substr(0, end));
            words.remove_prefix(std::min(end + 1, words.size()));
        }
        has_strings = true;
    };
    for (const auto& word : self.args) {
        const bool is_switch = word.size() >= 2 && (word[0] == '/' || word[0] == '-');
        if (is_switch && text::starts_with_no_case(word.substr(1), "c:")) {
            out.patterns.push_back(word.substr(3));
            has_strings = true;
        } else if (is_switch) {
            for (const char c : text::lower(word.substr(1))) switch (c) {
                    case 'b':
                        out.options.at_start = true;
                        break;
                    case 'e':
                        out.options.at_end = true;
                        break;
                    case 'x':
                        out.options.whole_line = true;
                        break;
                    case 'i':
                        out.options.ignores_case = true;
                        break;
                    case 'v':
                        out.inverts = true;
                        break;
                    case 'n':
                        out.numbers = true;
                        break;
                    case 'm':
                        out.only_names = true;
                        break;
                    case 'l':
                        out.is_regex = false;
                        break;
                    case 'r':
                        out.is_regex = true;
                        break;
                    case 'p':
                    case '/':
                        break;
                    default:
                        out.refused = word;
                }
        } else if (!has_strings) {
            add_words(word);
        } else {
            out.files.push_back(word);
        }
    }
    return out;
}

task<int> findstr_main(process& self) {
    const auto want = parse_findstr(self);
    if (!want.refused.empty()) {
        self.os.log_refused("findstr", "findstr " + want.refused);
        self.err.line("FINDSTR: " + want.refused + " ignored");
    }
    if (want.patterns.empty()) {
        self.err.line("FINDSTR: Bad command line");
        co_return 2;
    }
    std::vector<source> sources;
    int code = 1;
    if (want.files.empty()) {
        source standard;
        standard.lines = co_await input_lines(self);
        sources.push_back(std::move(standard));
    } else {
        std::vector<std::string> missing;
        sources = open_files(self, want.files, missing);
        for (const auto& name : missing) self.err.line("FINDSTR: Cannot open " + name);
    }
    // Without /l and /r the first string decides how all are read.
    const bool is_regex = want.is_regex.value_or(has_findstr_metacharacters(want.patterns[0]));
    const bool with_name = sources.size() > 1 || std::any_of(want.files.begin(), want.files.end(), [](const auto& f) {
                               return f.find_first_of("*?") != std::string::npos;
                           });
    for (const auto& from : sources) {
        unsigned number = 0;
        for (const auto& line : from.lines) {
            ++number;
            const bool found = std::any_of(want.patterns.begin(), want.patterns.end(), [&](const auto& p) {
                return findstr_matches(line, p, is_regex, want.options);
            });
            if (found == want.inverts) continue;
            code = 0;
            if (want.only_names) {
                self.out.line(from.name);
                break;
            }
            self.out.line((with_name ? from.name + ":" : "") + (want.numbers ? std::to_string(number) + ":" : "") +
                          line);
        }
    }
    co_return code;
}

task<int> find_main(process& self) {
    bool inverts = false, counts = false, numbers = false, ignores_case = false;
    std::optional<std::string> wanted;
    std::vector<std::string> names;
    for (const auto& word : self.args) {
        const auto small = text::lower(word);
        if (small == "/v")
            inverts = true;
        else if (small == "/c")
            counts = true;
        else if (small == "/n")
            numbers = true;
        else if (small == "/i")
            ignores_case = true;
        else if (small.starts_with('/') && small != "/off" && small != "/offline") {
            self.err.line("FIND: Invalid switch");
            co_return 2;
        } else if (!wanted)
            wanted = word;
        else
            names.push_back(word);
    }
    if (!wanted || self.tail.find('"') == std::string::npos) {
        self.err.line("FIND: Parameter format not correct");
        co_return 2;
    }
    std::vector<source> sources;
    int code = 1;
    if (names.empty()) {
        source standard;
        standard.lines = co_await input_lines(self);
        sources.push_back(std::move(standard));
    } else {
        std::vector<std::string> missing;
        sources = open_files(self, names, missing);
        for (const auto& name : missing) self.err.line("File not found - " + text::upper(name));
        if (!missing.empty()) code = 2;
    }
    for (const auto& from : sources) {
        unsigned number = 0, matches = 0;
        const auto heading = "\r\n---------- " + text::upper(from.name);
        if (!from.name.empty() && !counts) self.out.line(heading);
        for (const auto& line : from.lines) {
            ++number;
            const bool found = !wanted->empty() && (ignores_case ? text::find_no_case(line, *wanted)
                                                                 : line.find(*wanted)) != std::string::npos;
            if (found == inverts) continue;
            ++matches;
            if (!counts) self.out.line((numbers ? "[" + std::to_string(number) + "]" : "") + line);
        }
        if (counts)
            self.out.line(from.name.empty() ? std::to_string(matches) : heading + ": " + std::to_string(matches));
        if (matches > 0) code = 0;
    }
    co_return code;
}

task<int> more_main(process& self) {
    std::size_t first = 0;
    std::vector<std::string> names;
    for (const auto& word : self.args) {
        if (word.starts_with('+')) {
            first = std::strtoul(word.c_str() + 1, nullptr, 10);
        } else if (word.starts_with('/')) {
            self.os.log_refused("more", "more " + word);
        } else {
            names.push_back(word);
        }
    }
    std::vector<source> sources;
    if (names.empty()) {
        source standard;
        standard.lines = co_await input_lines(self);
        sources.push_back(std::move(standard));
    } else {
        std::vector<std::string> missing;
        sources = open_files(self, names, missing);
        for (const auto& name : missing) {
            self.err.line("Cannot access file " + self.full_path(name));
            co_return 1;
        }
    }
    constexpr std::size_t page = 23;  // lines of a 24-line window
    std::size_t shown = 0;
    for (const auto& from : sources)
        for (std::size_t i = first; i < from.lines.size(); ++i) {
            if (self.out.is_console() && shown == page) {
                self.out.write("-- More  -- ");
                const auto key = co_await self.con.read_key();
                self.out.write("\r            \r");
                if (key == "q" || key == "Q") co_return 0;
                shown = key == "\r" ? page - 1 : 0;
            }
            self.out.line(from.lines[i]);
            ++shown;
        }
    co_return 0;
}

task<int> sort_main(process& self) {
    bool reverses = false;
    std::vector<std::string> names;
    for (const auto& word : self.args) {
        if (text::equal_no_case(word, "/r")) {
            reverses = true;
        } else if (word.starts_with('/')) {
            self.os.log_refused("sort", "sort " + word);
            self.err.line("Invalid switch.");
            co_return 1;
        } else {
            names.push_back(word);
        }
    }
    std::vector<std::string> lines;
    if (names.empty()) {
        lines = co_await input_lines(self);
    } else {
        std::vector<std::string> missing;
        for (auto& from : open_files(self, names, missing))
            lines.insert(lines.end(), from.lines.begin(), from.lines.end());
        if (!missing.empty()) {
            self.err.line(missing[0] + message_of(win32::file_not_found));
            co_return 1;
        }
    }
    std::stable_sort(lines.begin(), lines.end(), text::less_no_case{});
    if (reverses) std::reverse(lines.begin(), lines.end());
    for (const auto& line : lines) self.out.line(line);
    co_return 0;
}

}  // namespace

void add_text_tools_programs(program_table& table) {
    add_program(table, "findstr", findstr_main);
    add_program(table, "find", find_main);
    add_program(table, "more", more_main);
    add_program(table, "sort", sort_main);
}

}  // namespace emsctl::guest

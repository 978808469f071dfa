// powershell.exe: its command line, its exit codes, its prompt.
#include "sac/guest/base64.hpp"
#include "sac/guest/powershell.hpp"
#include "sac/guest/powershell_interpreter.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace powershell {

interpreter::interpreter(process& self) : self_(self), host_(self.out, true) {
    scopes_.emplace_back();
    auto& globals = scopes_.front().variables;
    globals["ErrorActionPreference"] =
        value(enumeration{"System.Management.Automation.ActionPreference", 2, "Continue"});
    globals["ProgressPreference"] = value(enumeration{"System.Management.Automation.ActionPreference", 2, "Continue"});
    globals["WarningPreference"] = value(enumeration{"System.Management.Automation.ActionPreference", 2, "Continue"});
}

int interpreter::report(const syntax_error& what, const source& from) {
    if (what.is_refused) refuse("syntax: " + what.message);
    node place;
    place.what = kind::constant;
    place.from = &from;
    place.begin = what.at;
    place.end = what.end;
    print_error({what.message, what.id, "ParserError", "ParentContainsErrorRecordException", ":", "", &place, false});
    return 1;
}

task<int> interpreter::run_file(std::string path, std::vector<std::string> args) {
    source from{os().files.display_path(path), {}};
    const auto bytes = os().files.read(path, self_.who);
    from.text = text::decode_file(bytes.value, 1252);
    arguments given;
    for (auto& one : args) {
        argument made;
        // -Name and -Name:value are parameters here too
        if (one.size() > 1 && one[0] == '-' && !(one[1] >= '0' && one[1] <= '9')) {
            const auto colon = one.find(':');
            made.parameter = one.substr(1, colon == std::string::npos ? colon : colon - 1);
            made.has_value = colon != std::string::npos;
            if (made.has_value) made.what = value(one.substr(colon + 1));
        } else {
            made.what = value(std::move(one));
        }
        given.push_back(std::move(made));
    }
    std::optional<terminating> failed;
    int code = 0;
    const node* tree = nullptr;
    try {
        trees_.push_back(parse(from));
        tree = trees_.back().get();
    } catch (const syntax_error& wrong) {
        co_return report(wrong, from);
    }
    tree->kids.back()->flag = true;
    scopes_.emplace_back();
    scopes_.back().is_script = true;
    scopes_.back().file = from.file;
    try {
        co_await call_block(*tree, std::move(given), {}, host_);
    } catch (const exit_thrown& ended) {
        code = ended.code;
    } catch (terminating& thrown) {
        failed.emplace(std::move(thrown));
    } catch (const break_thrown&) {
    } catch (const continue_thrown&) {
    }
    host_.flush();
    if (failed) {
        print_error(failed->record);
        code = 1;
    }
    co_return code;
}

task<void> interpreter::run_line(std::string text) {
    sources_.push_back(std::make_unique<source>(source{"", std::move(text)}));
    const auto& from = *sources_.back();
    const node* tree = nullptr;
    try {
        trees_.push_back(parse(from));
        tree = trees_.back().get();
    } catch (const syntax_error& wrong) {
        if (wrong.is_incomplete) throw;
        report(wrong, from);
        ok = false;
        co_return;
    }
    tree->kids.back()->flag = true;
    std::optional<terminating> failed;
    try {
        co_await run(*tree->kids.back(), host_);
    } catch (terminating& thrown) {
        failed.emplace(std::move(thrown));
    } catch (const return_thrown&) {
    } catch (const break_thrown&) {
    } catch (const continue_thrown&) {
    }
    host_.flush();
    if (failed) {
        ok = false;
        print_error(failed->record);
    }
}

task<int> interpreter::run_text(std::string text) {
    std::optional<int> code;
    std::optional<syntax_error> wrong;
    try {
        co_await run_line(std::move(text));
    } catch (const exit_thrown& ended) {
        code = ended.code;
    } catch (const syntax_error& failed) {
        wrong = failed;
    }
    host_.flush();
    if (wrong) co_return report(*wrong, *sources_.back());
    co_return code.value_or(ok ? 0 : 1);
}

namespace {

struct options {
    bool no_logo = false, no_exit = false, is_non_interactive = false;
    std::optional<std::string> file, command;
    std::vector<std::string> args;
};

// nullopt: the command line is not accepted, and that has been said.
std::optional<options> read_options(process& self) {
    options out;
    const auto& args = self.args;
    const auto is = [](const std::string& given, const char* name, std::size_t least) {
        return given.size() >= least && text::starts_with_no_case(name, given);
    };
    for (std::size_t i = 0; i < args.size(); ++i) {
        if (args[i].empty() || (args[i][0] != '-' && args[i][0] != '/')) {
            // The rest is a command.
            std::string all;
            for (; i < args.size(); ++i) all += (all.empty() ? "" : " ") + args[i];
            out.command = all;
            break;
        }
        const auto name = args[i].substr(1);
        const bool has_next = i + 1 < args.size();
        if (is(name, "NoProfile", 3)) continue;
        if (is(name, "NoLogo", 3)) {
            out.no_logo = true;
        } else if (is(name, "NonInteractive", 4)) {
            out.is_non_interactive = true;
        } else if (is(name, "NoExit", 3)) {
            out.no_exit = true;
        } else if (is(name, "Sta", 3) || is(name, "Mta", 3)) {
            continue;
        } else if ((is(name, "ExecutionPolicy", 2) || text::equal_no_case(name, "ep") || is(name, "InputFormat", 2) ||
                    is(name, "OutputFormat", 1) || is(name, "WindowStyle", 1) || is(name, "Version", 1)) &&
                   has_next) {
            ++i;
        } else if (is(name, "File", 1) && has_next) {
            out.file = args[i + 1];
            out.args.assign(args.begin() + static_cast<std::ptrdiff_t>(i) + 2, args.end());
            break;
        } else if (is(name, "Command", 1) && has_next) {
            std::string all;
            for (++i; i < args.size(); ++i) all += (all.empty() ? "" : " ") + args[i];
            out.command = all;
            break;
        } else if ((is(name, "EncodedCommand", 1) || text::equal_no_case(name, "ec")) && has_next) {
            const auto bytes = from_base64(args[++i]);
            if (!bytes || bytes->size() % 2) {
                self.err.line(
                    "Cannot process the command because the value specified with -EncodedCommand is not properly "
                    "encoded. The value must be Base64 encoded.");
                return std::nullopt;
            }
            out.command = text::from_utf16le(*bytes);
        } else {
            self.os.log_refused("powershell", "powershell " + args[i]);
            self.err.line("The term '" + args[i] +
                          "' is not recognized as the name of a cmdlet, function, script file, or operable program.");
            return std::nullopt;
        }
    }
    return out;
}

task<int> prompt(process& self, interpreter& shell, bool says_who) {
    if (says_who) {
        self.out.line("Windows PowerShell ");
        self.out.line("Copyright (C) Microsoft Corporation. All rights reserved.");
        self.out.line("");
    }
    std::string text;
    for (;;) {
        self.out.write(text.empty() ? "PS " + self.cwd + "> " : ">> ");
        std::optional<std::string> line;
        bool is_interrupted = false;
        try {
            line = co_await read_line(self);
        } catch (const interrupted&) {
            is_interrupted = true;
        }
        if (is_interrupted) {
            text.clear();
            self.out.line("");
            continue;
        }
        if (!line) break;
        if (text::trim(*line).empty() && text.empty()) continue;
        const bool is_last = line->empty();  // an empty line ends what stays incomplete
        text += (text.empty() ? "" : "\n") + *line;
        std::optional<int> code;
        bool waits = false;
        try {
            co_await shell.run_line(text);
        } catch (const syntax_error&) {
            waits = !is_last;
        } catch (const exit_thrown& ended) {
            code = ended.code;
        } catch (const interrupted&) {
            self.out.line("");
        }
        if (code) co_return *code;
        if (!waits) text.clear();
    }
    co_return 0;
}

}  // namespace

}  // namespace powershell

task<int> powershell_main(process& self) {
    using namespace powershell;
    const auto what = read_options(self);
    if (!what) co_return 1;
    interpreter shell(self);
    if (what->file) {
        const auto path = self.full_path(*what->file);
        if (!self.os.files.exists(path) || !text::ends_with_no_case(path, ".ps1")) {
            if (self.os.files.exists(path))
                self.err.line("Processing -File '" + *what->file +
                              "' failed because the file does not have a '.ps1' extension. Specify a valid Windows "
                              "PowerShell script file name, and then try again.");
            else
                self.err.line("The argument '" + *what->file +
                              "' to the -File parameter does not exist. Provide the path to an existing '.ps1' file as "
                              "an argument to the -File parameter.");
            co_return -196608;  // 0xfffd0000
        }
        auto code = co_await shell.run_file(path, what->args);
        if (!what->no_exit) co_return code;
    }
    if (what->command && *what->command == "-") {
        if (self.in) {
            auto code = co_await shell.run_text(self.in->rest());
            co_return code;
        }
    } else if (what->command) {
        auto code = co_await shell.run_text(*what->command);
        if (!what->no_exit) co_return code;
    }
    auto code = co_await prompt(self, shell, !what->no_logo && !what->file && !what->command);
    co_return code;
}

void add_powershell_programs(program_table& table) {
    add_program(table, "powershell", powershell_main);
}

}  // namespace emsctl::guest

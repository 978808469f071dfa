// Programs started from PowerShell: their command line, their text as objects, their verdict.
#include "sac/guest/powershell_interpreter.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest::powershell {

namespace {

// Windows PowerShell quotes what holds blanks and leaves inner quotes as they are.
void append(std::string& tail, const std::string& text) {
    if (text.empty()) return;
    const bool is_quoted = text.find_first_of(" \t") != std::string::npos && text.front() != '"';
    tail += is_quoted ? " \"" + text + "\"" : " " + text;
}

std::string tail_of(const interpreter::arguments& given) {
    std::string tail;
    for (const auto& one : given) {
        if (!one.parameter.empty()) {
            append(tail, "-" + one.parameter + (one.has_value ? ":" + to_text(one.what) : ""));
        } else if (one.from && one.from->flag) {
            append(tail, one.from->text);
        } else if (one.from && one.from->what == kind::list) {
            // a,b stays one word when it was written so
            std::string text;
            for (const auto& item : items_of(one.what)) text += (text.empty() ? "" : ",") + to_text(item);
            append(tail, text);
        } else {
            for (const auto& item : items_of(one.what)) append(tail, to_text(item));
        }
    }
    return tail;
}

}  // namespace

task<void> interpreter::call_program(const node& command, std::string name, arguments given,
                                     std::optional<values> piped, output& out) {
    const bool has_path = name.find_first_of("\\/:") != std::string::npos;
    // Unlike cmd.exe, PowerShell does not look in the current folder.
    const auto& where = has_path ? self_.cwd : os().system_root + "\\System32";
    if (name.empty() || !find_program(os(), self_.env, where, name)) unknown_command(name, command);
    input in = self_.in;
    if (piped) {
        std::string text;
        for (const auto& item : *piped) text += display_text(item) + "\r\n";
        in = std::make_shared<input_text>(text);
    }
    auto* direct = out.direct();
    captured_sink captured(os().code_page), complaints(os().code_page);
    const bool takes_errors = error_output_ || error_target_;
    sink& program_out = direct ? *direct : static_cast<sink&>(captured);
    sink& program_err = takes_errors ? static_cast<sink&>(complaints) : self_.err;
    auto child = child_of(self_, name, tail_of(given), in, program_out, program_err);
    child.is_child = true;
    const auto code = co_await run_program(child);
    if (!code) unknown_command(name, command);
    ok = *code == 0;
    scopes_.front().variables["LASTEXITCODE"] = value(*code);
    for (const auto& line : text::split_lines(captured.text())) co_await out.put(value(line));
    // Redirected, each line a program writes to standard error becomes an error record.
    const auto action = preference("ErrorActionPreference");
    bool is_first = true;
    for (const auto& line : text::split_lines(complaints.text())) {
        error_record record{line,
                            is_first ? "NativeCommandError" : "NativeCommandErrorMessage",
                            "NotSpecified",
                            "RemoteException",
                            line + ":String",
                            is_first ? name : "",
                            &command,
                            true};
        is_first = false;
        ok = false;
        if (text::equal_no_case(action, "Stop")) throw terminating{record, true};
        if (error_output_)
            co_await error_output_->put(record_value(record));
        else if (error_target_)
            error_target_(record);
    }
}

}  // namespace emsctl::guest::powershell

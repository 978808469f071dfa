#include "src/command_inspect.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "sac/encoding.hpp"
#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/recorded_session.hpp"
#include "src/usage.hpp"

namespace emsctl {
namespace {

double seconds(std::chrono::microseconds at) {
    return std::chrono::duration<double>(at).count();
}

std::string outcome(const sac::told_command& command) {
    if (command.how == sac::told_command::proof::as_shown) return "";
    std::string text = command.exit_code ? "exit " + std::to_string(*command.exit_code) : "no exit code";
    std::array<char, 32> took{};
    std::snprintf(took.data(), took.size(), ", %.1f s", seconds(command.ended - command.began));
    text += took.data() + std::string(", ") + std::to_string(command.out_bytes.size() + command.err_bytes.size()) +
            " bytes";
    return " (" + text + (command.how == sac::told_command::proof::hashed ? ", hashed)" : ", incomplete)");
}

std::string indented(const std::string& text, const char* lead, int most) {
    std::string out;
    std::size_t at = 0;
    int shown = 0;
    for (; at < text.size() && shown < most; ++shown) {
        const auto end = std::min(text.find('\n', at), text.size());
        out += lead + text.substr(at, end - at) + "\n";
        at = end + 1;
    }
    const auto left = at < text.size() ? std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), '\n') +
                                             !text.ends_with('\n')
                                       : 0;
    if (left > 0 && most > 0) out += lead + std::string("... ") + std::to_string(left) + " more lines\n";
    return out;
}

std::string told(const sac::told_session& session, int lines) {
    std::string out;
    for (const auto& event : session.events) {
        std::array<char, 64> lead{};
        std::snprintf(lead.data(), lead.size(), "%10.3f  %-11s ", seconds(event.at),
                      std::string(to_string(event.what)).c_str());
        if (!event.command) {
            out += lead.data() + event.text + "\n";
            continue;
        }
        const auto& command = session.commands[*event.command];
        const auto first = command.text.substr(0, command.text.find('\n'));
        out += lead.data() + first + (first.size() < command.text.size() ? " ..." : "") + outcome(command) + "\n";
        out += indented(sac::windows_text(command.out_bytes, session.code_page), "             | ", lines);
        out += indented(sac::windows_text(command.err_bytes, session.code_page), "             ! ", lines);
    }
    return out;
}

nlohmann::json as_json(const sac::told_session& session) {
    nlohmann::json document{{"schema", 1}, {"code_page", session.code_page}};
    for (const char* list : {"events", "commands"}) document[list] = nlohmann::json::array();
    for (const auto& event : session.events) {
        nlohmann::json one{{"at", seconds(event.at)}, {"kind", to_string(event.what)}, {"text", event.text}};
        if (event.command) one["command"] = *event.command;
        document["events"].push_back(std::move(one));
    }
    for (const auto& c : session.commands)
        document["commands"].push_back({{"began", seconds(c.began)},
                                        {"ended", seconds(c.ended)},
                                        {"shell", c.in_powershell ? "powershell" : "cmd"},
                                        {"text", c.text},
                                        {"exit_code", c.exit_code ? nlohmann::json(*c.exit_code) : nlohmann::json()},
                                        {"stdout", sac::windows_text(c.out_bytes, session.code_page)},
                                        {"stderr", sac::windows_text(c.err_bytes, session.code_page)},
                                        {"proof", to_string(c.how)}});
    return document;
}

}  // namespace

void setup_inspect(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<inspect_options>();
    auto* verb = app.add_subcommand("inspect", "what happened in a recorded session, or in another tool's console log");
    verb->add_option("file", options->file, "a recording")->required();
    verb->add_flag("--raw", options->raw, "the file holds the console's bytes and nothing else");
    verb->add_option("--lines", options->lines, "lines of each command's output that are shown [4]")
        ->check(CLI::NonNegativeNumber);
    verb->add_option("--output", options->output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
    verb->footer(
        "Times are seconds since the beginning; a raw log has none. Exit status: 0, or 2 for a file that cannot be "
        "read.");
    verb->callback([options, &chosen] { chosen = [options] { return run_inspect(*options); }; });
}

int run_inspect(const inspect_options& options) {
    sac::told_session session;
    if (options.raw) {
        session = read_raw_session(options.file);
    } else {
        const auto file = open_recording(options.file);
        session = read_session(*file);
        if (file->is_cut())
            std::fprintf(stderr, "%s: the last line is cut off; it was passed over\n", options.file.c_str());
    }
    if (options.output == "json")
        print_json(as_json(session));
    else
        print_text(told(session, options.lines));
    return exit_ok;
}

}  // namespace emsctl

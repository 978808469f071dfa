#include "sac/guest/shell.hpp"

#include "sac/guest/cmd_interpreter.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

environment logon_environment(const windows& os, const account& who) {
    const auto& root = os.system_root;
    const auto profile =
        who.sid == "S-1-5-18" ? root + "\\system32\\config\\systemprofile" : os.system_drive + "\\Users\\" + who.name;
    environment env;
    env["ALLUSERSPROFILE"] = os.program_data;
    env["APPDATA"] = profile + "\\AppData\\Roaming";
    env["CommonProgramFiles"] = os.system_drive + "\\Program Files\\Common Files";
    env["COMPUTERNAME"] = os.name;
    env["ComSpec"] = root + "\\system32\\cmd.exe";
    env["LOCALAPPDATA"] = profile + "\\AppData\\Local";
    env["NUMBER_OF_PROCESSORS"] = "2";
    env["OS"] = "Windows_NT";
    env["Path"] =
        root + "\\system32;" + root + ";" + root + "\\System32\\Wbem;" + root + "\\System32\\WindowsPowerShell\\v1.0\\";
    env["PATHEXT"] = ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC";
    env["PROCESSOR_ARCHITECTURE"] = "AMD64";
    env["ProgramData"] = os.program_data;
    env["ProgramFiles"] = os.system_drive + "\\Program Files";
    env["PROMPT"] = "$P$G";
    env["PSModulePath"] = root + "\\system32\\WindowsPowerShell\\v1.0\\Modules\\";
    env["PUBLIC"] = os.system_drive + "\\Users\\Public";
    env["SystemDrive"] = os.system_drive;
    env["SystemRoot"] = root;
    env["TEMP"] = root + "\\TEMP";
    env["TMP"] = root + "\\TEMP";
    env["USERDOMAIN"] = who.domain;
    env["USERNAME"] = who.name;
    env["USERPROFILE"] = profile;
    env["windir"] = root;
    return env;
}

namespace {

std::string banner(const windows& os) {
    // 2016 and 2019 carry a year, later ones do not.
    const auto build = os.version.build;
    const std::string year = build >= 19041 ? "" : build >= 17763 ? "2018 " : build >= 14393 ? "2016 " : "2013 ";
    return "Microsoft Windows [Version " + os.version.text() + "]\r\n(c) " + year +
           "Microsoft Corporation. All rights reserved.\r\n\r\n";
}

// Reads lines from the console, or from redirected input to its end, until `exit`.
task<int> interactive(cmd_interpreter& shell, const cmd_handles& handles) {
    for (bool fresh = true;;) {
        if (shell.echo) {
            const auto prompt = (fresh ? "" : "\r\n") + shell.prompt_text();
            handles.out->write(prompt);
        }
        fresh = false;
        std::exception_ptr stopped;
        try {
            std::string line;
            for (bool more = false;;) {
                std::optional<std::string> part;
                if (handles.in)
                    part = handles.in->read_line();
                else
                    part = co_await shell.con.read_line();
                if (!part) co_return shell.errorlevel;
                if (handles.in && shell.echo) handles.out->line(*part);
                line += (more ? "\n" : "") + *part;
                if (!shell.wants_more(line) || line.size() > 8191) break;
                more = true;
                handles.out->write("More? ");
            }
            if (text::trim(line).empty()) {
                fresh = true;
                continue;
            }
            const auto flow = co_await shell.run_line(std::move(line), handles);
            if (flow == cmd_flow::leave_shell) co_return shell.errorlevel;
        } catch (const interrupted&) {
            stopped = std::current_exception();
        }
        if (stopped) {
            shell.stop_batches();
            shell.errorlevel = static_cast<int>(0xc000013a);  // STATUS_CONTROL_C_EXIT
            handles.out->write("^C");
        }
    }
}

// cmd /c "text": the first and last quote go, unless there are just two of them, no special character is between them
// and they enclose the name of a program.
std::string unquoted_command(const cmd_interpreter& shell, std::string text, bool always) {
    if (!text.starts_with('"')) return text;
    const auto last = text.rfind('"');
    const auto inside = text.substr(1, last == 0 ? std::string::npos : last - 1);
    const bool are_two = last != 0 && inside.find('"') == std::string::npos;
    if (!always && are_two && inside.find_first_of("&<>()@^|") == std::string::npos &&
        inside.find_first_of(" \t") != std::string::npos && find_program(shell.os, shell.env, shell.cwd, inside))
        return text;
    return inside + (last == 0 ? "" : text.substr(last + 1));
}

}  // namespace

task<int> run_cmd(shell_context& context) {
    const auto& os = context.os;
    cmd_interpreter shell(context.os, context.who, context.con, context.times, logon_environment(os, context.who),
                          os.system_root + "\\system32");
    shell.is_interactive = true;
    if (shell.os.files.exists(shell.cwd)) shell.cwd = shell.os.files.display_path(shell.cwd);
    const auto user = context.who.domain + "\\" + context.who.name;
    struct listed {
        process_list& list;
        unsigned pid;
        ~listed() { list.end(pid); }
    } in_list{context.os.processes, context.os.processes.start("cmd.exe", user, 0)};
    co_await context.con.pause(context.times.cmd);
    console_sink out(context.con);
    cmd_handles handles{nullptr, &out, &out};
    const auto title = shell.idle_title();
    context.con.set_title(title);
    context.con.write(banner(os));
    const auto code = co_await interactive(shell, handles);
    co_return code;
}

// cmd.exe started as a program.
task<int> cmd_main(process& self) {
    cmd_interpreter shell(self.os, self.who, self.con, self.times, self.env, self.cwd);
    shell.is_child = true;
    if (!shell.env.contains("PROMPT")) shell.env["PROMPT"] = "$P$G";
    shell.command_line = "cmd " + self.tail;
    cmd_handles handles{self.in, &self.out, &self.err};
    std::string_view rest = self.tail;
    bool runs_text = false, keeps_running = false, strips = false;
    for (;;) {
        while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
        if (rest.size() < 2 || rest[0] != '/') break;
        const auto letter = static_cast<char>(std::tolower(static_cast<unsigned char>(rest[1])));
        if (letter == 'c' || letter == 'k') {
            runs_text = true;
            keeps_running = letter == 'k';
            rest.remove_prefix(2);
            break;
        }
        const auto end = std::min(rest.find_first_of(" \t/", 1), rest.size());
        const auto word = text::lower(rest.substr(0, end));
        if (word == "/q")
            shell.echo = false;
        else if (word == "/s")
            strips = true;
        else if (word == "/v:on" || word == "/v")
            shell.delayed_expansion = true;
        else if (word != "/d" && word != "/a" && word != "/e:on" && word != "/v:off")
            self.os.log_refused("cmd", "cmd " + word);
        rest.remove_prefix(end);
    }
    if (runs_text) {
        shell.shell_name = "cmd /c";
        while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
        auto line = unquoted_command(shell, std::string(rest), strips);
        const auto flow = co_await shell.run_line(std::move(line), handles);
        if (!keeps_running || flow == cmd_flow::leave_shell) co_return shell.errorlevel;
    } else {
        self.out.write(banner(self.os));
    }
    shell.is_interactive = true;
    const auto code = co_await interactive(shell, handles);
    co_return code;
}

}  // namespace emsctl::guest

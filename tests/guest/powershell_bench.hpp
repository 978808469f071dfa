// A simulated Windows on which PowerShell scripts are run as a driver runs them: from cmd.exe, everything redirected.
#pragma once

#include "sac/command_frame.hpp"
#include "tests/guest/cmd_bench.hpp"

namespace emsctl::guest {

class powershell_bench : public cmd_bench {
  public:
    struct answer {
        std::string out, err;
        int code = 0;
    };

    explicit powershell_bench(const std::string& scenario_name = "healthy", std::uint64_t seed = 0)
        : cmd_bench(scenario_name, seed) {
        os.files.place("C:\\t", true);
        type("cd /d C:\\t");
    }

    // With -File.
    answer run(std::string_view script, const std::string& arguments = {}) {
        put("C:\\t\\f.ps1", script);
        return shell("-File f.ps1 " + arguments);
    }
    // With any other arguments of powershell.exe.
    answer shell(const std::string& arguments) {
        put("C:\\t\\go.cmd", "@powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass " + arguments +
                                 " <nul >out.txt 2>err.txt\n@>code.txt echo %ERRORLEVEL%\n");
        type("go.cmd");
        return {content("C:\\t\\out.txt"), content("C:\\t\\err.txt"), std::stoi(content("C:\\t\\code.txt"))};
    }
    // As the kit's wrapper runs it.
    answer wrapped(std::string_view script) {
        put("C:\\t\\w.ps1", sac::command_frame::powershell_wrapper());
        put("C:\\t\\7.ps1", script);
        return shell("-File w.ps1 7");
    }
    bool has_refused(std::string_view what) const {
        for (const auto& line : os.log)
            if (line.what == executed_line::kind::refused && line.text.find(what) != std::string::npos) return true;
        return false;
    }
};

}  // namespace emsctl::guest

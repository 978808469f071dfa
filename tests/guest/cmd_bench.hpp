// A simulated Windows with one cmd.exe on it, for tests: types lines, lets time pass, gives back what was written.
#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/shell.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

class remembering_console : public console {
  public:
    void write(std::string_view what) override { text += what; }
    void clear() override { text += "<cls>"; }
    void set_title(std::string_view title) override { titles.emplace_back(title); }

    std::string text;
    std::vector<std::string> titles;
};

class cmd_bench {
  public:
    explicit cmd_bench(const std::string& scenario_name = "healthy", std::uint64_t seed = 0)
        : os(load_scenario(scenario_name, seed)), context_{os, {}, con, {}} {
        os.boot({});
        context_.who = *os.users.log_on("", "Administrator", "Passw0rd!", os.clock.utc());
        restart_shell();
    }

    account& who() { return context_.who; }

    void restart_shell() {
        shell_ = {};
        shell_ = run_cmd(context_);
        shell_.start();
        run();
        con.text.clear();
    }

    // Types lines into the shell and lets time pass until it waits for more. Without the prompts around it.
    std::string type(std::string_view line) {
        con.text.clear();
        con.complete(std::string(line));
        run();
        auto out = con.text;
        const auto prompt = out.rfind("\r\n");
        if (!shell_.is_done() && prompt != std::string::npos) out.erase(prompt);
        return out;
    }

    // Runs a batch file in C:\t and returns what it wrote.
    std::string batch(std::string_view script, const std::string& arguments = {}, const std::string& name = "b.cmd") {
        put("C:\\t\\" + name, script);
        type("cd /d C:\\t");
        auto out = type(name + " " + arguments);
        return out;
    }

    void put(const std::string& path, std::string_view content) {
        std::string bytes;
        for (const char c : content) bytes += c == '\n' ? "\r\n" : std::string(1, c);
        os.files.place(path, false, bytes);
    }

    std::string content(const std::string& path) const {
        const auto* node = os.files.find(path);
        return node ? node->bytes : "<absent>";
    }

    // The error level as the next line sees it.
    std::string errorlevel() { return type("echo %ERRORLEVEL%"); }

    void pass(instant length) { os.advance(os.now() + length); }
    bool has_ended() const { return shell_.is_done(); }
    int exit_code() { return shell_.result(); }

    void run() {
        while (!shell_.is_done()) {
            if (con.pending() == console::awaited::time) {
                os.advance(os.now() + con.pending_length());
                con.complete();
            } else if (!answers.empty()) {
                auto next = answers.front();
                answers.pop_front();
                con.complete(next);
            } else {
                return;
            }
        }
    }

    windows os;
    remembering_console con;
    std::deque<std::string> answers;  // for lines and keys that programs ask for

  private:
    shell_context context_;
    task<int> shell_;
};

}  // namespace emsctl::guest

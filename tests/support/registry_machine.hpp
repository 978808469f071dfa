// A machine of a few lines for tests of the runbook engine: one registry key that remembers, and whatever a test adds;
// with the folder, observer and options around a run. It knows no Windows beyond that.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "scripts/runner.hpp"
#include "tests/support/fake_target.hpp"
#include "transport/line_clock.hpp"

namespace emsctl::test {

using namespace emsctl::scripts;

struct recorder : observer {
    std::vector<event> events;
    void on(const event& happened) override { events.push_back(happened); }
};

// A machine with one registry key, a service and whatever a test adds.
struct machine {
    std::map<std::string, std::string> values;  // of HKLM\SOFTWARE\Test
    bool key_exists = true;
    bool refuse_writing = false;
    bool forget_writing = false;
    std::string guid = "11111111-2222-3333-4444-555555555555";
    fake_target line{[this](const command& c) { return answer(c); }};

    static std::string name_in(const std::string& text) {
        const auto at = text.find("/v \"") + 4;
        return text.substr(at, text.find('"', at) - at);
    }

    std::map<std::string, outcome> more;  // by the command's text, before anything else

    outcome answer(const command& c) {
        const auto& t = c.text;
        if (const auto found = more.find(t); found != more.end()) return found->second;
        if (t.find("MachineGuid") != t.npos)
            return said("\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Cryptography\n    MachineGuid    REG_SZ    " +
                        guid + "\n\n");
        if (t == "hostname") return said("vm1\n");
        const std::string full = "\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Test\n";
        if (t == "reg query \"HKLM\\SOFTWARE\"")
            return said(key_exists ? full : "\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Other\n");
        if (t == "reg query \"HKLM\\SOFTWARE\\Test\"") {
            if (!key_exists) return said("", 1);
            auto out = full;
            for (const auto& [name, data] : values) out += "    " + name + "    REG_DWORD    " + data + "\n";
            return said(values.empty() ? "" : out);
        }
        if (t.starts_with("reg query")) {
            const auto found = values.find(name_in(t));
            if (found == values.end()) return said("", 1);
            return said(full + "    " + found->first + "    REG_DWORD    " + found->second + "\n\n");
        }
        if (t.starts_with("reg add")) {
            if (refuse_writing) return said("", 5);
            if (forget_writing) return said("");
            const auto at = t.find("/d ") + 3;
            auto data = t.substr(at, t.find(' ', at) - at);
            if (!data.starts_with("0x")) data = "0x" + data;
            values[name_in(t)] = data;
            key_exists = true;
            return said("");
        }
        if (t == "reg delete \"HKLM\\SOFTWARE\\Test\" /f") {
            key_exists = false;
            return said("");
        }
        if (t.starts_with("reg delete")) {
            values.erase(name_in(t));
            return said("");
        }
        return said("unknown command", 9009);
    }
};

struct temporary_folder {
    std::filesystem::path path;
    temporary_folder() {
        char name[] = "/tmp/emsctl-runner-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~temporary_folder() { std::filesystem::remove_all(path); }
};

template <class Awaitable>
report wait_for(Awaitable task) {
    transport::virtual_time time;
    boost::asio::io_context context;
    std::optional<report> result;
    std::exception_ptr failed;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr error, report r) {
        failed = error;
        result = std::move(r);
    });
    time.run(context);
    if (failed) std::rethrow_exception(failed);
    return *result;
}

inline runbook book_of(const std::string& steps, const std::string& vars = "") {
    auto result = parse_runbook("name: t\ntitle: t\n" + vars + "steps:\n" + steps, "t.yaml");
    for (const auto& error : result.errors) FAIL(to_string(error));
    return *result.book;
}

inline const std::string ensure_a =
    "  - {name: set A, id: a, why: because, risk: low, registry: {key: 'HKLM\\SOFTWARE\\Test', value: A, data: '1'}}\n";
inline const std::string ensure_b =
    "  - {name: set B, id: b, why: because, risk: low, registry: {key: 'HKLM\\SOFTWARE\\Test', value: B, data: '2'}}\n";

struct bench {
    temporary_folder folder;
    machine m;
    recorder watcher;
    run_options options;
    bench() { options.journal = folder.path / "j"; }
    report run(const runbook& book, run_mode mode) {
        options.mode = mode;
        return wait_for(run_runbook(book, m.line, watcher, options));
    }
    report undo() {
        undo_options u;
        u.journal = folder.path / "j";
        return wait_for(undo_run(m.line, watcher, u));
    }
};

}  // namespace emsctl::test

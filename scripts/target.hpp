// The seam between a runbook and the machine it repairs: "run this there". The engine cannot tell SAC from SSH.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <string_view>

namespace emsctl::scripts {

// The guest's two shells; a program of the computer that this runs on, without a shell; a conversation with a program
// of the guest that asks; a call of Azure's Resource Manager.
enum class shell { cmd, powershell, local, console, azure };
std::string_view to_string(shell);

// Only these run in the guest as framed commands and leave traces there.
constexpr bool is_framed(shell in) {
    return in == shell::cmd || in == shell::powershell;
}

// Who restarts the machine: Windows is told to, or the cloud does it.
enum class restarted_by { windows, azure };

// How the output of a command was proved. hashed: length and SHA-256 computed in the guest agree with what arrived.
enum class proof_level { hashed, read_twice, none };

struct command {
    shell in = shell::cmd;
    std::string text;  // as it would stand in a .cmd or .ps1 file; local: the program and its arguments, a line each;
                       // console: as in dialogue_text.hpp; azure: as in azure_request.hpp
    bool changes = false;  // false: must be safe to run twice
    bool no_log = false;   // the text and its output are secret
    std::chrono::seconds limit{120};
    std::string label;  // for markers and errors
};

struct outcome {
    std::int64_t exit_code = 0;
    std::string out;  // UTF-8, "\n" line ends
    std::string err;
    std::chrono::milliseconds took{};
    proof_level proof = proof_level::none;
    std::map<std::string, std::string> captures;  // of a conversation: named groups of what was awaited
};

struct line_use {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::chrono::milliseconds elapsed{};
};

struct restart_outcome {
    std::chrono::milliseconds took{};
    std::string proof;      // what showed that it is a new boot: "machine-info after firmware"
    std::string refusal{};  // why it was not restarted; empty: it was
};

class target {
  public:
    virtual ~target() = default;

    // Throws system_error when the console, not the command, failed; whether the command ran is then in other
    // hands: ask certainly_not_run.
    virtual boost::asio::awaitable<outcome> run(command what) = 0;

    // Restarts the machine, waits for a proof of the new boot and logs in again.
    virtual boost::asio::awaitable<restart_outcome> restart(std::string reason, std::chrono::seconds limit,
                                                            restarted_by who) = 0;

    virtual void mark(const std::string& label) = 0;  // a marker in the recording
    virtual line_use used() const = 0;
    virtual std::string describe() const = 0;

    // Whether shell::azure leads anywhere: it is known which machine of Azure this is, and that it may be asked.
    virtual bool reaches_azure() const { return false; }

    // Where on the machine the next command leaves its traces: TRACE.b when it began, TRACE.x with its exit code when
    // it ended. Each further command's number is one higher. Empty: it leaves none.
    virtual std::string next_trace() const { return {}; }

    // True when it is certain that the command whose run() failed with `error` never began.
    virtual bool certainly_not_run(const std::exception_ptr& error) const = 0;
};

}  // namespace emsctl::scripts

// What a program of the simulated Windows sees of its console: it writes text, and waits for a line, a key or time.
// The far side of the same object (a command channel) looks at what is waited for and ends the wait.
#pragma once

#include <chrono>
#include <coroutine>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace emsctl::guest {

// Time of the simulated machine since it was made. Only the machine's owner lets it pass.
using instant = std::chrono::microseconds;

// Thrown out of a wait when ^C was typed. A shell catches it, ends what it was running and prompts again.
struct interrupted : std::runtime_error {
    interrupted() : std::runtime_error("interrupted") {}
};

class console {
  public:
    virtual ~console() = default;

    // UTF-8 text with "\r\n" line ends (a lone "\n" moves down only, as in a Windows console); BEL is swallowed.
    virtual void write(std::string_view text) = 0;
    virtual void clear() = 0;  // cls
    virtual void set_title(std::string_view title) = 0;

    enum class awaited { nothing, line, key, time };

    struct wait {
        console& owner;
        awaited what;
        instant length;
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> handle) { owner.begin(what, length, handle); }
        std::string await_resume() { return owner.end(); }
    };

    // co_await one of these, at most one at a time. read_line returns the line without its end, edited and echoed by
    // the console; read_key one key as text, not echoed; pause nothing, after `length` of machine time.
    wait read_line() { return {*this, awaited::line, {}}; }
    wait read_key() { return {*this, awaited::key, {}}; }
    wait pause(instant length) { return {*this, awaited::time, length}; }

    // For the channel that owns the far side.
    awaited pending() const { return what_; }
    instant pending_length() const { return length_; }  // of the pause, as it was asked for
    void complete(std::string text = {}) { resume(std::move(text), false); }
    void interrupt() { resume({}, true); }

  private:
    void begin(awaited what, instant length, std::coroutine_handle<> handle) {
        what_ = what;
        length_ = length;
        handle_ = handle;
    }
    std::string end() {
        if (interrupted_) throw interrupted();
        return std::move(text_);
    }
    void resume(std::string text, bool stop) {
        text_ = std::move(text);
        interrupted_ = stop;
        what_ = awaited::nothing;
        std::exchange(handle_, {}).resume();
    }

    awaited what_ = awaited::nothing;
    instant length_{};
    std::coroutine_handle<> handle_;
    std::string text_;
    bool interrupted_ = false;
};

}  // namespace emsctl::guest

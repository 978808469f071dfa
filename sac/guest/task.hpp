// A coroutine of the simulated machine: a program that runs until it waits for its console or for time. It owns no
// clock and no thread; whoever holds the task resumes it through the console it waits on.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace emsctl::guest {

template <class T>
class task;

namespace detail {

struct promise_base {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::exception_ptr error;

    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
        struct resume_continuation {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept { return next; }
            void await_resume() noexcept {}
            std::coroutine_handle<> next;
        };
        return resume_continuation{continuation};
    }
    void unhandled_exception() noexcept { error = std::current_exception(); }
};

template <class T>
struct promise : promise_base {
    std::optional<T> value;
    task<T> get_return_object() noexcept;
    void return_value(T v) { value.emplace(std::move(v)); }
    T take() {
        if (error) std::rethrow_exception(error);
        return std::move(*value);
    }
};

template <>
struct promise<void> : promise_base {
    task<void> get_return_object() noexcept;
    void return_void() noexcept {}
    void take() {
        if (error) std::rethrow_exception(error);
    }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] task {
  public:
    using promise_type = detail::promise<T>;

    task() = default;
    explicit task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    task& operator=(task&& other) noexcept {
        if (this != &other) {
            if (handle_) handle_.destroy();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~task() {
        if (handle_) handle_.destroy();
    }

    // For the owner of the outermost task: run to the first wait, then ask whether it has ended and with what.
    void start() { handle_.resume(); }
    bool is_done() const { return !handle_ || handle_.done(); }
    T result() { return handle_.promise().take(); }

    // For another task: `auto code = co_await run(...);` Name arguments on the line above (g++ 12).
    bool await_ready() const noexcept { return false; }
    // Runs the awaited task to its first wait. One that ends at once lets its caller go on without a suspension, so
    // that long loops do not grow the stack where a transfer is no tail call (-O0).
    bool await_suspend(std::coroutine_handle<> waiting) {
        handle_.resume();
        if (handle_.done()) return false;
        handle_.promise().continuation = waiting;
        return true;
    }
    T await_resume() { return handle_.promise().take(); }

  private:
    std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
task<T> promise<T>::get_return_object() noexcept {
    return task<T>(std::coroutine_handle<promise<T>>::from_promise(*this));
}
inline task<void> promise<void>::get_return_object() noexcept {
    return task<void>(std::coroutine_handle<promise<void>>::from_promise(*this));
}

}  // namespace detail

}  // namespace emsctl::guest

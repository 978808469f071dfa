// The one clock of a session. It follows the steady clock, or, while a virtual_time object lives in the thread, a
// clock that jumps to the next timer as soon as nothing else is left to do. Product code waits only on line_timer.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/wait_traits.hpp>
#include <chrono>

namespace emsctl::transport {

struct line_clock {
    using duration = std::chrono::microseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<line_clock>;
    static constexpr bool is_steady = true;
    static time_point now() noexcept;
};

}  // namespace emsctl::transport

// In virtual time the reactor must never sleep for a timer: the loop below decides when time passes.
template <>
struct boost::asio::wait_traits<emsctl::transport::line_clock> {
    using clock = emsctl::transport::line_clock;
    static clock::duration to_wait_duration(const clock::duration& d);
    static clock::duration to_wait_duration(const clock::time_point& t) { return to_wait_duration(t - clock::now()); }
};

namespace emsctl::transport {

// A timer on line_clock. Register with expires_after/expires_at as with any Asio timer, but through these two
// functions, so that virtual time knows where it can jump to.
class line_timer : private boost::asio::basic_waitable_timer<line_clock> {
    using base = boost::asio::basic_waitable_timer<line_clock>;

  public:
    explicit line_timer(boost::asio::any_io_executor executor) : base(std::move(executor)) {}
    ~line_timer();
    line_timer(const line_timer&) = delete;
    line_timer& operator=(const line_timer&) = delete;

    void expires_after(line_clock::duration d) { expires_at(line_clock::now() + d); }
    void expires_at(line_clock::time_point t);
    using base::async_wait;
    void cancel();  // virtual time no longer stops here
    void forget();  // the same for a timer that has expired and is kept for later
    using base::expiry;
    using base::get_executor;

  private:
    bool counted_ = false;
};

// While it lives, line_clock of this thread is virtual and starts at `start`. At most one per thread.
class virtual_time {
  public:
    explicit virtual_time(line_clock::time_point start = {});
    ~virtual_time();
    virtual_time(const virtual_time&) = delete;
    virtual_time& operator=(const virtual_time&) = delete;

    static bool is_active() noexcept;

    // For whoever would only wait until `t` and then go on: moves the clock there at once and says so, if time is
    // virtual, nobody else could have anything to do before, and it is not for too often in a row (signals are to be
    // heard). A wait costs system calls even when it takes no time.
    static bool jump_to(line_clock::time_point t) noexcept;
    // Something was made ready beside a line_timer: no jumping before it had its turn.
    static void something_is_ready() noexcept;

    // Runs `context` until it has no work left; when nothing is ready, the clock jumps to the earliest timer.
    void run(boost::asio::io_context& context);
};

// While it lives, something outside this process is at work (a program), which takes real time: a virtual clock stands
// still meanwhile.
class real_work {
  public:
    real_work() noexcept;
    ~real_work();
    real_work(const real_work&) = delete;
    real_work& operator=(const real_work&) = delete;
};

}  // namespace emsctl::transport

#include "transport/line_clock.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

namespace emsctl::transport {
namespace {

thread_local std::optional<line_clock::time_point> virtual_now;
thread_local std::multiset<line_clock::time_point> expiries;
thread_local bool nothing_is_ready = false;
thread_local unsigned jumps = 0;
thread_local unsigned real_works = 0;

constexpr unsigned most_jumps = 256;  // in a row

}  // namespace

line_clock::time_point line_clock::now() noexcept {
    if (virtual_now) return *virtual_now;
    return time_point(std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

line_timer::~line_timer() {
    forget();
}

void line_timer::forget() {
    if (counted_) expiries.erase(expiries.find(expiry()));
    counted_ = false;
}

void line_timer::cancel() {
    forget();
    nothing_is_ready = false;
    base::cancel();
}

void line_timer::expires_at(line_clock::time_point t) {
    forget();
    base::expires_at(t);
    counted_ = virtual_now.has_value();
    if (counted_) expiries.insert(t);
}

real_work::real_work() noexcept {
    ++real_works;
}

real_work::~real_work() {
    --real_works;
}

virtual_time::virtual_time(line_clock::time_point start) {
    if (virtual_now) throw std::logic_error("virtual time is already active in this thread");
    virtual_now = start;
}

virtual_time::~virtual_time() {
    virtual_now.reset();
}

void virtual_time::something_is_ready() noexcept {
    nothing_is_ready = false;
}

bool virtual_time::jump_to(line_clock::time_point t) noexcept {
    if (!virtual_now || !nothing_is_ready || jumps >= most_jumps || real_works > 0) return false;
    if (!expiries.empty() && *expiries.begin() <= t) return false;
    ++jumps;
    virtual_now = std::max(*virtual_now, t);
    return true;
}

bool virtual_time::is_active() noexcept {
    return virtual_now.has_value();
}

void virtual_time::run(boost::asio::io_context& context) {
    while (true) {
        while (context.poll() > 0) {
        }
        if (context.stopped()) return;
        nothing_is_ready = true;
        jumps = 0;
        const auto next = expiries.upper_bound(*virtual_now);
        if (next == expiries.end() || real_works > 0) {
            // Work is outstanding, yet no timer can end it: a real descriptor, or a deadlock. Let the reactor decide.
            nothing_is_ready = false;
            context.run_one();
            continue;
        }
        virtual_now = *next;
    }
}

}  // namespace emsctl::transport

boost::asio::wait_traits<emsctl::transport::line_clock>::clock::duration
boost::asio::wait_traits<emsctl::transport::line_clock>::to_wait_duration(const clock::duration& d) {
    return emsctl::transport::virtual_time::is_active() ? clock::duration::zero() : d;
}

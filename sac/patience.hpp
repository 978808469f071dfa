// How long a wait waits: so long in all, and so long after the last news. Values and decisions; the clock is another's,
// and times count from the begin of the wait.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace emsctl::sac {

struct wait_limits {
    using duration = std::chrono::microseconds;

    duration total{};
    std::optional<duration> idle;  // none: silence alone ends nothing
};

class patience {
  public:
    using duration = wait_limits::duration;
    enum class verdict { wait, idle, over };

    explicit patience(wait_limits limits) : limits_(limits) {}

    // What came before the wait began is no news.
    void heard(duration when) { heard_ = std::max(heard_, when); }

    duration ends() const { return limits_.idle ? std::min(limits_.total, heard_ + *limits_.idle) : limits_.total; }
    verdict at(duration now) const {
        if (now >= limits_.total) return verdict::over;
        return now >= ends() ? verdict::idle : verdict::wait;
    }

  private:
    wait_limits limits_;
    duration heard_{};
};

}  // namespace emsctl::sac

#include "src/copy_progress.hpp"

#include <algorithm>
#include <cmath>

namespace emsctl {
namespace {

// Seconds a byte of the file, and seconds whatever its size.
struct cost {
    double a_byte;
    double fixed;
};

cost cost_of(copy_way way, const sac::windows_profile& profile) {
    const bool is_painter = profile.draws == sac::drawing::painter;
    if (way == copy_way::get) return is_painter ? cost{1.0 / 2600, 3} : cost{1.0 / 6800, 2};
    return is_painter ? cost{1.0 / 330, 8} : cost{1.0 / 2100, 3};
}

}  // namespace

copy_seconds guessed_time(copy_way way, const sac::windows_profile& profile, std::uint64_t bytes) {
    const cost what = cost_of(way, profile);
    return copy_seconds(what.fixed + what.a_byte * static_cast<double>(bytes));
}

std::string rough_time(copy_seconds time) {
    const auto seconds = static_cast<std::uint64_t>(std::ceil(std::max(time.count(), 1.0)));
    if (seconds < 90) return std::to_string(seconds) + " s";
    const auto minutes = (seconds + 59) / 60;
    if (minutes < 120) return std::to_string(minutes) + " min";
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

copy_progress::copy_progress(std::uint64_t size, std::uint64_t already, copy_seconds guess)
    : size_(size), already_(already), guess_(guess) {}

copy_seconds copy_progress::left(std::uint64_t done, copy_seconds elapsed) const {
    if (done >= size_ || size_ == already_) return copy_seconds(0);
    const double all = static_cast<double>(size_ - already_);
    const double here = done > already_ ? static_cast<double>(done - already_) : 0;
    const double rest = 1 - here / all;
    if (here == 0) return guess_ * rest;
    const copy_seconds by_pace = elapsed * (all / here);
    // After a tenth the pace alone counts.
    const double trust = std::min(1.0, here / all * 10);
    return (by_pace * trust + guess_ * (1 - trust)) * rest;
}

std::string copy_progress::at(std::uint64_t done, copy_seconds elapsed) const {
    const auto percent = size_ == 0 ? 100 : done * 100 / size_;
    std::string text =
        std::to_string(done) + " of " + std::to_string(size_) + " bytes, " + std::to_string(percent) + " %";
    if (done < size_) text += ", about " + rough_time(left(done, elapsed)) + " left";
    return text;
}

}  // namespace emsctl

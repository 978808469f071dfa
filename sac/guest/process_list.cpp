#include "sac/guest/process_list.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace emsctl::guest {

void process_list::clear() {
    processes_.clear();
    processes_.push_back({0, 0, "System Idle Process", "NT AUTHORITY\\SYSTEM", 0, 8, true, clock_->utc()});
    processes_.push_back({4, 0, "System", "NT AUTHORITY\\SYSTEM", 0, 140, true, clock_->utc()});
    next_ = 88 + seed_ % 37 * 4;
}

unsigned process_list::start(std::string image, std::string user, unsigned parent, unsigned memory_kb,
                             unsigned session) {
    // PIDs are multiples of four that nearly, but not quite, follow each other.
    const auto pid = next_;
    next_ += 4 * (1 + (pid / 4 * 2654435761U + seed_) % 29);
    process_info what{pid, parent, std::move(image), std::move(user), session, memory_kb, false, clock_->utc()};
    if (memory_kb == 0) what.memory_kb = 3200 + (pid * 37 + seed_) % 9000;
    processes_.push_back(std::move(what));
    return pid;
}

void process_list::end(unsigned pid) {
    std::erase_if(processes_, [&](const process_info& p) { return p.pid == pid && pid > 4; });
}

const process_info* process_list::find(unsigned pid) const {
    const auto found =
        std::find_if(processes_.begin(), processes_.end(), [&](const process_info& p) { return p.pid == pid; });
    return found == processes_.end() ? nullptr : &*found;
}

process_info* process_list::find(unsigned pid) {
    return const_cast<process_info*>(static_cast<const process_list*>(this)->find(pid));
}

std::vector<const process_info*> process_list::all() const {
    std::vector<const process_info*> out;
    for (const auto& p : processes_) out.push_back(&p);
    return out;
}

nlohmann::json process_list::state() const {
    std::vector<std::string> images;
    for (const auto& p : processes_) images.push_back(p.image);
    std::sort(images.begin(), images.end());
    return images;
}

}  // namespace emsctl::guest

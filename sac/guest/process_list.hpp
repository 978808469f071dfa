// The processes that exist: image, PID, parent, session, account. What a process does is not here.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sac/guest/win32.hpp"

namespace emsctl::guest {

struct process_info {
    unsigned pid = 0;
    unsigned parent = 0;
    std::string image;  // "svchost.exe"
    std::string user;   // "NT AUTHORITY\\SYSTEM"
    unsigned session = 0;
    unsigned memory_kb = 0;
    bool is_protected = false;  // its owner cannot be learnt: System, csrss.exe
    wall_time started{};
};

class process_list {
  public:
    explicit process_list(const wall_clock& clock, unsigned seed) : clock_(&clock), seed_(seed) {}

    void clear();  // a new boot: only System Idle Process and System remain
    unsigned start(std::string image, std::string user, unsigned parent, unsigned memory_kb = 0, unsigned session = 0);
    void end(unsigned pid);
    const process_info* find(unsigned pid) const;
    process_info* find(unsigned pid);
    std::vector<const process_info*> all() const;  // by start, as tasklist lists them

    nlohmann::json state() const;

  private:
    const wall_clock* clock_;
    unsigned seed_;
    unsigned next_ = 0;
    std::vector<process_info> processes_;
};

}  // namespace emsctl::guest

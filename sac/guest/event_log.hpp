// The event log: records in channels ("System", "Application"). How a query selects and prints them is wevtutil's
// matter.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sac/guest/win32.hpp"

namespace emsctl::guest {

struct event_record {
    std::string channel = "System";
    std::string provider;
    std::string provider_guid;      // "{...}", or empty for a classic source
    std::string event_source_name;  // of a classic source with a manifest, else empty
    unsigned id = 0;
    unsigned qualifiers = 0;
    unsigned level = 4;  // 1 critical, 2 error, 3 warning, 4 information
    unsigned version = 0, task = 0, opcode = 0;
    std::uint64_t keywords = 0x8080000000000000;
    wall_time time{};
    std::uint64_t record_id = 0;
    unsigned process_id = 0, thread_id = 0;
    std::string user_sid;
    std::vector<std::pair<std::string, std::string>> data;  // name ("" for classic data) and value
    bool is_user_data = false;                              // EventXML in UserData instead of EventData
    std::string message;                                    // rendered English text
};

class event_log {
  public:
    explicit event_log(const wall_clock& clock, std::string computer)
        : clock_(&clock), computer_(std::move(computer)) {}

    // Time (when it is not set) and record id are filled in.
    void write(event_record record);
    bool has_channel(std::string_view channel) const;  // "System", "Application", "Security", "Setup"
    const std::vector<event_record>& records() const { return records_; }  // oldest first, all channels
    const std::string& computer() const { return computer_; }
    void clear(std::string_view channel);

    nlohmann::json state() const;

  private:
    const wall_clock* clock_;
    std::string computer_;
    std::vector<event_record> records_;
    std::uint64_t next_id_ = 1;
};

}  // namespace emsctl::guest

#include "sac/guest/event_log.hpp"

#include <nlohmann/json.hpp>

#include "sac/guest/text.hpp"

namespace emsctl::guest {

void event_log::write(event_record record) {
    if (record.time == wall_time{}) record.time = clock_->utc();
    record.record_id = next_id_++;
    records_.push_back(std::move(record));
}

bool event_log::has_channel(std::string_view channel) const {
    for (const char* known : {"System", "Application", "Security", "Setup"})
        if (text::equal_no_case(channel, known)) return true;
    return false;
}

void event_log::clear(std::string_view channel) {
    std::erase_if(records_, [&](const event_record& r) { return text::equal_no_case(r.channel, channel); });
}

nlohmann::json event_log::state() const {
    auto out = nlohmann::json::array();
    for (const auto& r : records_)
        out.push_back(r.channel + " " + r.provider + " " + std::to_string(r.id) + " " + iso_time(r.time));
    return out;
}

}  // namespace emsctl::guest

// The Windows error codes the simulated parts answer with, and the English text Windows shows for them.
#pragma once

#include <chrono>
#include <string>

#include "sac/guest/console.hpp"

namespace emsctl::guest {

using win32_error = unsigned;  // 0: success

namespace win32 {
enum : win32_error {
    success = 0,
    invalid_function = 1,
    file_not_found = 2,
    path_not_found = 3,
    access_denied = 5,
    invalid_data = 13,
    not_same_device = 17,
    no_more_files = 18,
    sharing_violation = 32,
    file_exists = 80,
    invalid_parameter = 87,
    disk_full = 112,
    insufficient_buffer = 122,
    invalid_name = 123,
    dir_not_empty = 145,
    already_exists = 183,
    directory = 267,
    registry_corrupt = 1009,
    dependent_services_running = 1051,
    invalid_service_control = 1052,
    service_request_timeout = 1053,
    service_already_running = 1056,
    service_disabled = 1058,
    service_does_not_exist = 1060,
    service_cannot_accept_ctrl = 1061,
    service_not_active = 1062,
    process_aborted = 1067,
    service_dependency_fail = 1068,
    different_service_account = 1079,
    service_marked_for_delete = 1072,
    service_never_started = 1077,
    not_safeboot_service = 1084,
    shutdown_in_progress = 1115,
    no_shutdown_in_progress = 1116,
    shutdown_is_scheduled = 1190,
    not_owner = 1307,
    privilege_not_held = 1314,
    none_mapped = 1332,
    invalid_sid = 1337,
};
}

// The sentence of FormatMessage, without its line end. An unknown code has the sentence Windows has for one.
std::string message_of(win32_error error);

template <class T>
struct or_error {
    win32_error error = 0;
    T value{};
    explicit operator bool() const { return error == 0; }
};

// UTC.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

// The machine's clock: the date of its first boot plus the time that has passed since.
struct wall_clock {
    wall_time start;
    instant now{};
    int zone_minutes = 0;  // local time = UTC + this

    wall_time utc() const { return start + now; }
    wall_time local() const { return utc() + std::chrono::minutes(zone_minutes); }
    wall_time to_local(wall_time utc) const { return utc + std::chrono::minutes(zone_minutes); }
};

// "2024-05-02T03:12:00Z", with or without a fraction; throws std::invalid_argument.
wall_time parse_time(const std::string& text);
std::string iso_time(wall_time when);  // "2024-05-02T03:12:00.1234567Z", seven digits as Windows writes them

}  // namespace emsctl::guest

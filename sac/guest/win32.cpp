#include "sac/guest/win32.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <stdexcept>

namespace emsctl::guest {

std::string message_of(win32_error error) {
    static const std::map<win32_error, const char*> texts = {
        {0, "The operation completed successfully."},
        {1, "Incorrect function."},
        {2, "The system cannot find the file specified."},
        {3, "The system cannot find the path specified."},
        {5, "Access is denied."},
        {13, "The data is invalid."},
        {17, "The system cannot move the file to a different disk drive."},
        {18, "There are no more files."},
        {32, "The process cannot access the file because it is being used by another process."},
        {80, "The file exists."},
        {87, "The parameter is incorrect."},
        {112, "There is not enough space on the disk."},
        {122, "The data area passed to a system call is too small."},
        {123, "The filename, directory name, or volume label syntax is incorrect."},
        {145, "The directory is not empty."},
        {183, "Cannot create a file when that file already exists."},
        {267, "The directory name is invalid."},
        {1009, "The configuration registry database is corrupt."},
        {1051, "A stop control has been sent to a service that other running services are dependent on."},
        {1052, "The requested control is not valid for this service."},
        {1053, "The service did not respond to the start or control request in a timely fashion."},
        {1056, "An instance of the service is already running."},
        {1058,
         "The service cannot be started, either because it is disabled or because it has no enabled devices "
         "associated with it."},
        {1060, "The specified service does not exist as an installed service."},
        {1061, "The service cannot accept control messages at this time."},
        {1062, "The service has not been started."},
        {1067, "The process terminated unexpectedly."},
        {1068, "The dependency service or group failed to start."},
        {1079,
         "The account specified for this service is different from the account specified for other services running in "
         "the same process."},
        {1072, "The specified service has been marked for deletion."},
        {1084, "This service cannot be started in Safe Mode."},
        {1077, "No attempts to start the service have been made since the last boot."},
        {1115, "A system shutdown is in progress."},
        {1116, "Unable to abort the system shutdown because no shutdown was in progress."},
        {1190, "A system shutdown has already been scheduled."},
        {1307, "This security ID may not be assigned as the owner of this object."},
        {1314, "A required privilege is not held by the client."},
        {1332, "No mapping between account names and security IDs was done."},
        {1337, "The security ID structure is invalid."},
    };
    const auto found = texts.find(error);
    return found != texts.end() ? found->second : "The system cannot find message text for this error.";
}

wall_time parse_time(const std::string& text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0;
    double second = 0;
    char end = 0;
    if (std::sscanf(text.c_str(), "%d-%d-%d%*1[T ]%d:%d:%lf%c", &year, &month, &day, &hour, &minute, &second, &end) !=
            7 ||
        end != 'Z')
        throw std::invalid_argument("not a time like 2024-05-02T03:12:00Z: " + text);
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) throw std::invalid_argument("no such day: " + text);
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::microseconds(static_cast<std::int64_t>(second * 1e6));
}

std::string iso_time(wall_time when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(when - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06d0Z", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return text.data();
}

}  // namespace emsctl::guest

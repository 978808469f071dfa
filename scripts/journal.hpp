// The memory of a run: JSON lines on disk, each chained to the one before by SHA-256, each synced before the change it
// announces goes out. It knows neither runbooks nor targets; entries are JSON objects with a "type".
#pragma once

#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace emsctl::scripts {

using wall_clock = std::function<std::chrono::system_clock::time_point()>;
std::string iso_time(std::chrono::system_clock::time_point when);  // 2026-01-31T12:00:00.000Z

// The journal, not the line, failed: then nothing (more) may be changed. Its text names the path.
class journal_error : public boost::system::system_error {
  public:
    using system_error::system_error;
};

// Throws journal_error when a line cannot be put on disk.
class journal_writer {
  public:
    // A new file, mode 0600, which must not exist; file and directory are synced. `header` becomes entry 0.
    static journal_writer create(const std::filesystem::path& path, nlohmann::json header, wall_clock clock = {});
    // Goes on after the last entry of an undamaged journal; a last line without its end is cut off first.
    static journal_writer append_to(const std::filesystem::path& path, wall_clock clock = {});

    journal_writer(journal_writer&& other) noexcept;
    journal_writer& operator=(journal_writer&&) = delete;
    ~journal_writer();

    // On disk when it returns. Returns the entry's sequence number.
    std::int64_t write(nlohmann::json body);
    const std::filesystem::path& path() const { return path_; }
    const std::string& last_hash() const { return last_hash_; }

  private:
    journal_writer(std::filesystem::path path, int file, wall_clock clock);

    std::filesystem::path path_;
    int file_ = -1;
    wall_clock clock_;
    std::int64_t next_ = 0;
    std::string last_hash_;
};

struct journal_entry {
    std::int64_t seq = 0;
    std::string time;
    nlohmann::json body;
};

struct journal_damage {
    int line = 0;
    std::string what;
};

// `entries` holds everything before the damage. A last line without its end (the machine died while writing) is
// damage too: what it announced was never sent.
struct journal_content {
    std::vector<journal_entry> entries;
    std::optional<journal_damage> damage;
    std::string last_hash;       // of the last good entry
    std::size_t good_bytes = 0;  // up to the end of the last good line
    bool is_cut_short = false;   // the only damage is a last line without its end
    const nlohmann::json& header() const { return entries.front().body; }
};
journal_content read_journal(const std::filesystem::path& path);  // throws when the file cannot be read
journal_content parse_journal(std::string_view text);             // pure

}  // namespace emsctl::scripts

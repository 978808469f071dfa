// The disks of the machine and their partitions, as diskpart sees them; what is on a partition is in file_system. Drive
// letters come and go here, and the volume in file_system with them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/file_system.hpp"

namespace emsctl::guest {

struct partition {
    unsigned number = 1;
    unsigned volume = 0;             // over all disks; 0 for a partition without a file system
    std::string type = "Primary";    // "System" and "Reserved" on GPT disks
    std::string label, fs = "NTFS";  // as they were formatted
    std::string info;                // "Boot", "System", "Pagefile", "Hidden" or nothing
    std::string id;                  // what a boot entry calls it by, "{guid}"; stays when letters change
    std::uint64_t size = 0;          // bytes
    char letter = '\0';              // '\0': none now
    char usual_letter = '\0';        // what it gets when its disk comes online
    bool is_active = false;
};

struct disk {
    unsigned number = 0;
    bool is_gpt = false, is_online = true, is_read_only = false;
    std::uint64_t size = 0;
    std::vector<partition> partitions;
};

class disks {
  public:
    explicit disks(file_system& files) : files_(files) {}

    disk& add(disk what);  // makes the volumes of its partitions
    const std::vector<disk>& all() const { return disks_; }
    const disk* find(unsigned number) const;
    const partition* with_id(std::string_view id) const;  // nullptr also while its disk is offline
    const partition* with_letter(char letter) const;
    const partition* volume(unsigned number) const;
    static char drive(const partition& what);  // its name in file_system

    bool is_letter_free(char letter) const;
    bool assign(const std::string& id, char letter);  // false when the letter is taken
    void remove_letter(const std::string& id);
    void set_online(unsigned number, bool is_online);
    void clear_read_only(unsigned number);

    nlohmann::json state() const;

  private:
    partition* get(std::string_view id);

    file_system& files_;
    std::vector<disk> disks_;
};

}  // namespace emsctl::guest

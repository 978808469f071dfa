// The file on this side of a copy: read whole, or grown beside its final name and given that name only when it is whole
// and proved. Errors are usage_error: the person can put them right.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace emsctl {

// The bytes of a regular file.
std::string read_whole(const std::string& path);

// Where a file called `name` goes when a person said `wanted`: that path, or inside it when it is a folder. Refuses one
// that is there already, unless `replaces`, and a folder that is not there.
std::filesystem::path local_target(const std::string& wanted, const std::string& name, bool replaces);

// Bytes that arrive; what a broken line leaves of them serves the next attempt.
class growing_file {
  public:
    // `hash` of the whole file: what was left by an attempt at another one is not this one's.
    growing_file(std::filesystem::path target, const std::string& hash);
    ~growing_file();
    growing_file(const growing_file&) = delete;
    growing_file& operator=(const growing_file&) = delete;

    const std::string& left_before() const { return left_; }
    void add(std::string_view more);
    const std::filesystem::path& path() const { return path_; }

    // Its final content, on disk, under its final name; never over another file unless `replaces`.
    void become(std::string_view bytes, bool replaces);

  private:
    std::filesystem::path target_, path_;
    std::string left_;
    int file_ = -1;
    bool is_done_ = false;
    bool is_empty_ = true;
};

}  // namespace emsctl

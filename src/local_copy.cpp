#include "src/local_copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "src/usage.hpp"

namespace emsctl {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largest = 1ull << 30;

[[noreturn]] void fail_with_errno(const std::string& what) {
    const boost::system::error_code why(errno, boost::system::system_category());
    throw usage_error(what + ": " + why.message());
}

void write_fully(int file, std::string_view bytes, const std::string& name) {
    while (!bytes.empty()) {
        const auto n = ::write(file, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR) fail_with_errno(name);
        if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

}  // namespace

std::string read_whole(const std::string& path) {
    std::error_code problem;
    const auto kind = fs::status(path, problem).type();
    if (kind == fs::file_type::not_found) throw usage_error("there is no file " + path);
    if (kind != fs::file_type::regular) throw usage_error(path + " is not a file");
    if (fs::file_size(path, problem) > largest)
        throw usage_error(path + " has more than 1 GiB: a day over a serial console");
    std::ifstream file(path, std::ios::binary);
    if (!file) fail_with_errno(path);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (file.bad()) fail_with_errno(path);
    return bytes;
}

fs::path local_target(const std::string& wanted, const std::string& name, bool replaces) {
    fs::path target = wanted.empty() ? fs::path(name) : fs::path(wanted);
    std::error_code none;
    if (fs::is_directory(target, none)) target /= name;
    if (fs::is_directory(target, none)) throw usage_error(target.string() + " is a folder");
    const auto folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, none)) throw usage_error("there is no folder " + folder.string());
    if (::access(folder.c_str(), W_OK) != 0) fail_with_errno(folder.string());
    if (!replaces && fs::exists(fs::symlink_status(target, none)))
        throw usage_error(target.string() + " is there already; --force replaces it");
    return target;
}

growing_file::growing_file(fs::path target, const std::string& hash)
    : target_(std::move(target)), path_(target_.string() + "." + hash.substr(0, 16) + ".part") {
    std::error_code none;
    if (fs::is_regular_file(fs::symlink_status(path_, none))) left_ = read_whole(path_.string());
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file_ < 0) fail_with_errno(path_.string());
    is_empty_ = left_.empty();
}

// An attempt that brought nothing leaves nothing.
growing_file::~growing_file() {
    if (file_ >= 0) ::close(file_);
    if (!is_done_ && is_empty_) ::unlink(path_.c_str());
}

void growing_file::add(std::string_view more) {
    write_fully(file_, more, path_.string());
    is_empty_ = is_empty_ && more.empty();
}

void growing_file::become(std::string_view bytes, bool replaces) {
    const std::string name = path_.string();
    if (::ftruncate(file_, 0) != 0) fail_with_errno(name);
    write_fully(file_, bytes, name);
    if (::fsync(file_) != 0) fail_with_errno(name);
    const int renamed =
        ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), replaces ? 0 : RENAME_NOREPLACE);
    // File systems without that flag: a second name cannot be given over a file either.
    const bool is_linked = renamed != 0 && errno == EINVAL && !replaces &&
                           ::link(path_.c_str(), target_.c_str()) == 0 && ::unlink(path_.c_str()) == 0;
    if (renamed != 0 && !is_linked) fail_with_errno(target_.string());
    is_done_ = true;
}

}  // namespace emsctl

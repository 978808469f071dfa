#include "scripts/journal.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "scripts/sha256.hpp"

namespace emsctl::scripts {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
    throw journal_error(boost::system::error_code(errno, boost::system::system_category()),
                        std::string("journal ") + path.string() + ": " + what);
}

void sync_folder(const std::filesystem::path& path) {
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) fail(path, "its folder cannot be opened");
    const int result = ::fsync(handle);
    ::close(handle);
    if (result != 0) fail(path, "its folder cannot be synced");
}

// What a line's hash covers; nlohmann keeps members sorted, so the text is the same after reading.
std::string chained(const std::string& previous, const nlohmann::json& line) {
    return sha256(previous + line.dump());
}

}  // namespace

std::string sha256(std::string_view data) {
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string text;
    constexpr char digits[] = "0123456789abcdef";
    for (const unsigned char byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string iso_time(std::chrono::system_clock::time_point when) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(when);
    const auto day = std::chrono::floor<std::chrono::days>(ms);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(ms - day);
    char text[96];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return text;
}

journal_writer::journal_writer(std::filesystem::path path, int file, wall_clock clock)
    : path_(std::move(path)), file_(file), clock_(std::move(clock)) {
    if (!clock_) clock_ = [] { return std::chrono::system_clock::now(); };
}

journal_writer::journal_writer(journal_writer&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      clock_(std::move(other.clock_)),
      next_(other.next_),
      last_hash_(std::move(other.last_hash_)) {}

journal_writer::~journal_writer() {
    if (file_ >= 0) ::close(file_);
}

journal_writer journal_writer::create(const std::filesystem::path& path, nlohmann::json header, wall_clock clock) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) fail(path, errno == EEXIST ? "it exists already" : "it cannot be created");
    journal_writer journal(path, file, std::move(clock));
    header["type"] = "header";
    header["format"] = 1;
    journal.write(std::move(header));
    sync_folder(path);
    return journal;
}

journal_writer journal_writer::append_to(const std::filesystem::path& path, wall_clock clock) {
    const auto content = read_journal(path);
    if ((content.damage && !content.is_cut_short) || content.entries.empty()) {
        errno = EBADMSG;
        fail(path, "it is damaged");
    }
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) fail(path, "it cannot be opened");
    journal_writer journal(path, file, std::move(clock));
    if (content.is_cut_short && ::ftruncate(file, static_cast<off_t>(content.good_bytes)) != 0)
        fail(path, "its unfinished last line cannot be cut off");
    journal.next_ = content.entries.back().seq + 1;
    journal.last_hash_ = content.last_hash;
    return journal;
}

std::int64_t journal_writer::write(nlohmann::json body) {
    nlohmann::json line{{"seq", next_}, {"time", iso_time(clock_())}, {"body", std::move(body)}};
    auto hash = chained(last_hash_, line);
    line["hash"] = hash;
    const auto text = line.dump() + "\n";
    for (std::size_t at = 0; at < text.size();) {
        const auto count = ::write(file_, text.data() + at, text.size() - at);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) fail(path_, "a line cannot be written");
        at += static_cast<std::size_t>(count);
    }
    if (::fsync(file_) != 0) fail(path_, "it cannot be synced");
    last_hash_ = std::move(hash);
    return next_++;
}

journal_content parse_journal(std::string_view text) {
    journal_content content;
    const auto whole = text.size();
    const auto damaged = [&](int line, std::string what) {
        content.damage = journal_damage{line, std::move(what)};
        return content;
    };
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) {
            content.is_cut_short = true;
            return damaged(number, "the line has no end: it was never completed");
        }
        auto line = nlohmann::json::parse(text.substr(0, end), nullptr, false);
        text.remove_prefix(end + 1);
        if (!line.is_object() || !line.contains("seq") || !line["seq"].is_number_integer() || !line.contains("time") ||
            !line["time"].is_string() || !line.contains("body") || !line["body"].is_object() ||
            !line["body"].contains("type") || !line["body"]["type"].is_string() || !line.contains("hash") ||
            !line["hash"].is_string())
            return damaged(number, "not a journal line");
        const auto hash = line["hash"].get<std::string>();
        line.erase("hash");
        if (chained(content.last_hash, line) != hash)
            return damaged(number, "its hash does not fit: it or a line before it was altered");
        if (line["seq"] != number - 1) return damaged(number, "its number does not follow");
        if (number == 1 && line["body"]["type"] != "header") return damaged(number, "not a header");
        content.entries.push_back(
            {line["seq"].get<std::int64_t>(), line["time"].get<std::string>(), std::move(line["body"])});
        content.last_hash = hash;
        content.good_bytes = whole - text.size();
    }
    if (content.entries.empty()) return damaged(1, "it is empty");
    return content;
}

journal_content read_journal(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) fail(path, "it cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    return parse_journal(text.str());
}

}  // namespace emsctl::scripts

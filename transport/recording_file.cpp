#include "transport/recording_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <nlohmann/json.hpp>

#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

constexpr std::size_t block_size = 64 * 1024;
constexpr std::size_t longest_row = 16 * 1024 * 1024;  // no program of ours writes one that long

int open_to_read(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail_because({errno, boost::system::system_category()}, path);
    struct stat about {};
    if (::fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) {
        ::close(file);
        fail(transport_error::bad_recording, path + " is a folder");
    }
    return file;
}

}  // namespace

recording_file::recording_file(std::string path) : path_(std::move(path)), file_(open_to_read(path_)) {
    const auto row = next_row();
    if (!row) bad("the file is empty");
    auto header = parse_header(*row);
    if (!header) bad(header.error().text);
    header_ = *header;
    first_event_ = block_at_ + taken_;
}

recording_file::~recording_file() {
    ::close(file_);
}

void recording_file::bad(const std::string& problem) const {
    const auto where = line_ > 0 ? ", line " + std::to_string(line_) : ", at byte " + std::to_string(row_at_);
    fail(transport_error::bad_recording, path_ + where + ": " + problem);
}

std::string recording_file::bytes_at(std::uint64_t offset, std::size_t most) {
    std::string bytes(most, '\0');
    std::size_t have = 0;
    while (have < most) {
        const auto n = ::pread(file_, bytes.data() + have, most - have, static_cast<off_t>(offset + have));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail_because({errno, boost::system::system_category()}, path_);
        if (n == 0) break;
        have += static_cast<std::size_t>(n);
    }
    bytes_read_ += have;
    bytes.resize(have);
    return bytes;
}

std::optional<std::string_view> recording_file::next_row() {
    auto end = block_.find('\n', taken_);
    while (end == block_.npos && !is_at_end_) {
        const auto searched = block_.size() - taken_;
        if (searched > longest_row) bad("a line of more than 16 MiB; this is no recording");
        block_.erase(0, taken_);
        block_at_ += std::exchange(taken_, 0);
        const auto more = bytes_at(block_at_ + block_.size(), block_size);
        is_at_end_ = more.empty();
        block_ += more;
        end = block_.find('\n', searched);
    }
    if (end == block_.npos && taken_ == block_.size()) return std::nullopt;
    row_at_ = block_at_ + taken_;
    const bool from_beginning = line_ > 0 || row_at_ == 0;
    if (from_beginning) ++line_;
    is_cut_ = end == block_.npos;
    const auto row = std::string_view(block_).substr(taken_, is_cut_ ? block_.npos : end - taken_);
    taken_ = is_cut_ ? block_.size() : end + 1;
    return row;
}

std::optional<recording_event> recording_file::next() {
    while (const auto row = next_row()) {
        if (is_cut_) return std::nullopt;
        auto event = decoder_.read(*row);
        if (!event) bad(event.error().text);
        if (*event) return std::move(**event);
    }
    return std::nullopt;
}

void recording_file::seek(std::uint64_t offset) {
    block_.clear();
    taken_ = 0;
    block_at_ = offset;
    is_at_end_ = false;
    line_ = 0;
    decoder_ = recording_decoder();
}

void recording_file::rewind() {
    seek(first_event_);
    line_ = 1;
}

// The closing line is short and names the index; without it there is none.
std::optional<std::vector<mark_place>> recording_file::index() {
    struct stat about {};
    if (::fstat(file_, &about) != 0 || about.st_size <= 0) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(about.st_size);
    const auto tail_size = std::min<std::uint64_t>(size, 256);
    const auto tail = bytes_at(size - tail_size, tail_size);
    const auto last = tail.rfind('\n', tail.size() - 2);
    if (!tail.ends_with('\n') || last == tail.npos) return std::nullopt;
    const auto end = nlohmann::json::parse(tail.substr(last + 1), nullptr, false);
    if (!end.is_array() || end.size() != 3 || end[1] != "e" || !end[2].is_string()) return std::nullopt;
    const auto data = end[2].get<std::string>();
    std::uint64_t offset = 0;
    if (std::from_chars(data.data(), data.data() + data.size(), offset).ec != std::errc{} || offset >= size)
        return std::nullopt;
    auto row = bytes_at(offset, std::min<std::uint64_t>(size - offset, longest_row));
    row.resize(std::min(row.find('\n'), row.size()));
    const auto value = nlohmann::json::parse(row, nullptr, false);
    if (!value.is_array() || value.size() != 3 || value[1] != "x" || !value[2].is_string()) return std::nullopt;
    try {
        std::vector<mark_place> marks;
        const auto held = nlohmann::json::parse(value[2].get<std::string>());
        for (const auto& one : held.at("marks"))
            marks.push_back({std::chrono::microseconds(one.at(0).get<std::int64_t>()), one.at(1).get<std::uint64_t>(),
                             one.at(2).get<std::string>()});
        return marks;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

std::vector<mark_place> recording_file::marks() {
    if (auto found = index()) return std::move(*found);
    std::vector<mark_place> marks;
    rewind();
    while (const auto event = next())
        if (event->what == recording_event::kind::mark) marks.push_back({event->at, row_at_, event->bytes});
    rewind();
    return marks;
}

recording load_recording(const std::string& path) {
    recording_file file(path);
    recording out;
    out.header = file.header();
    while (auto event = file.next()) out.events.push_back(std::move(*event));
    if (file.is_cut()) out.notices.push_back("the last line is cut off; it was ignored");
    return out;
}

seal_check::verdict check_seal(const std::string& path) {
    const int file = open_to_read(path);
    seal_check check;
    std::string pending;
    std::string block(block_size, '\0');
    ssize_t n = 0;
    while ((n = ::read(file, block.data(), block.size())) > 0) {
        pending.append(block.data(), static_cast<std::size_t>(n));
        std::size_t from = 0;
        for (auto end = pending.find('\n'); end != pending.npos; end = pending.find('\n', from)) {
            check.read(std::string_view(pending).substr(from, end + 1 - from));
            from = end + 1;
        }
        pending.erase(0, from);
        if (pending.size() > longest_row) break;
    }
    const boost::system::error_code error(errno, boost::system::system_category());
    ::close(file);
    if (n < 0) fail_because(error, path);
    if (!pending.empty()) check.read(pending);
    return check.finish();
}

}  // namespace emsctl::transport

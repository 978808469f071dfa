// A recording on disk, read event by event from the beginning or from any of its marks, whatever its size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/recording.hpp"
#include "transport/recording_seal.hpp"

namespace emsctl::transport {

class recording_file {
  public:
    // Reads the header. Throws not_found, permission_denied or bad_recording with file and line.
    explicit recording_file(std::string path);
    ~recording_file();
    recording_file(const recording_file&) = delete;
    recording_file& operator=(const recording_file&) = delete;

    const recording_header& header() const { return header_; }
    const std::string& path() const { return path_; }

    // The next event, nothing at the end. A last line without line feed is passed over (see is_cut()). Throws
    // bad_recording; the line is named only while reading goes from the beginning on.
    std::optional<recording_event> next();
    bool is_cut() const { return is_cut_; }

    // From the index at the file's end; a file without one (its program was killed) is read through.
    std::vector<mark_place> marks();

    // The next event is the one that begins at this offset, as marks() names them.
    void seek(std::uint64_t offset);
    void rewind();

    std::uint64_t bytes_read() const { return bytes_read_; }

  private:
    std::optional<std::string_view> next_row();  // valid until the next call
    std::string bytes_at(std::uint64_t offset, std::size_t most);
    std::optional<std::vector<mark_place>> index();
    [[noreturn]] void bad(const std::string& problem) const;

    std::string path_;
    int file_ = -1;
    recording_header header_;
    recording_decoder decoder_;
    std::string block_;
    std::size_t taken_ = 0;          // of block_
    std::uint64_t block_at_ = 0;     // where block_ begins in the file
    std::uint64_t first_event_ = 0;  // offset
    std::uint64_t row_at_ = 0;       // of the row last returned
    std::uint64_t line_ = 0;         // its number; 0 after a seek
    std::uint64_t bytes_read_ = 0;
    bool is_at_end_ = false;
    bool is_cut_ = false;
};

// The whole file in memory. Throws not_found, permission_denied or bad_recording.
recording load_recording(const std::string& path);

// Reads the file through its hashes.
seal_check::verdict check_seal(const std::string& path);

}  // namespace emsctl::transport

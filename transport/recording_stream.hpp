// Writes what passes through a stream, and when, to a recording file. Each event is on the disk's queue before the next
// one happens; nothing is collected in memory beyond what a possible secret holds back (at most 4 MiB).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/byte_stream.hpp"
#include "transport/line_clock.hpp"
#include "transport/recording.hpp"
#include "transport/recording_seal.hpp"
#include "transport/secret_filter.hpp"

namespace emsctl::transport {

// An append-only recording file, mode 0600. It must not exist yet (busy). Times count from construction.
class recording_writer {
  public:
    recording_writer(std::string path, const recording_header& header);
    // Appends to something that exists: a pipe, a device.
    static std::unique_ptr<recording_writer> to_device(std::string path, const recording_header& header);
    ~recording_writer();
    recording_writer(const recording_writer&) = delete;
    recording_writer& operator=(const recording_writer&) = delete;

    void output(std::string_view bytes);
    void input(std::string_view bytes, sensitivity kind);
    // `picture`: bytes that show this moment's screen on a cleared terminal; empty: there is none.
    void mark(std::string_view label, std::string_view picture = {});
    void keep(keeping what);
    void protect(std::string_view secret) { filter_.protect(secret); }
    void close() noexcept;  // writes what was held back, the index of marks and the closing hash

    // After close(): the file's last hash. Empty when it could not be written.
    const std::string& seal() const { return sealed_; }

    // The first failure (disk full, I/O error) in words, or empty. After it nothing more is written.
    const std::string& problem() const { return problem_; }
    const std::string& path() const { return path_; }

  private:
    recording_writer(std::string path, const recording_header& header, int open_flags);
    void put(recording_event event);
    void release();
    void pass(recording_event event);
    void write_lines(const std::vector<recording_event>& events);
    void append(const std::string& lines);
    std::chrono::microseconds elapsed() const;

    std::string path_;
    int file_ = -1;
    line_clock::time_point start_;
    secret_filter filter_;
    recording_encoder encoder_;
    recording_seal seal_;
    keeping keeping_ = keeping::all;
    std::vector<recording_event> held_;  // while it is undecided how much of them is kept
    std::size_t held_bytes_ = 0;
    std::chrono::microseconds last_{};
    std::string sealed_;
    std::string problem_;
};

class recording_stream final : public byte_stream {
  public:
    // `on_problem` hears once that the recording cannot go on; the conversation does. Without it, the next operation
    // fails with transport_error::recording_full instead.
    recording_stream(std::unique_ptr<byte_stream> inner, std::shared_ptr<recording_writer> writer,
                     std::function<void(const std::string&)> on_problem = nullptr);
    ~recording_stream() override;

    // From now on this text is never stored, whoever sends it.
    void protect(std::string_view secret) { writer_->protect(secret); }

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override;
    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override;
    asio::awaitable<void> signal(out_of_band what) override;
    void mark(const std::string& label, const std::string& picture) override;
    void keep(keeping what) override;
    void close() noexcept override;
    std::string describe() const override { return inner_->describe(); }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

  private:
    void check_recording();

    std::unique_ptr<byte_stream> inner_;
    std::shared_ptr<recording_writer> writer_;
    std::function<void(const std::string&)> on_problem_;
    bool reported_ = false;
};

}  // namespace emsctl::transport

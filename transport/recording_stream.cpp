#include "transport/recording_stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "transport/transport_error.hpp"

namespace emsctl::transport {

recording_writer::recording_writer(std::string path, const recording_header& header)
    : recording_writer(std::move(path), header, O_CREAT | O_EXCL) {}

std::unique_ptr<recording_writer> recording_writer::to_device(std::string path, const recording_header& header) {
    return std::unique_ptr<recording_writer>(new recording_writer(std::move(path), header, 0));
}

recording_writer::recording_writer(std::string path, const recording_header& header, int open_flags)
    : path_(std::move(path)), start_(line_clock::now()) {
    file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | open_flags, 0600);
    if (file_ < 0) {
        const boost::system::error_code error(errno, boost::system::system_category());
        if (error == boost::system::errc::file_exists) fail(transport_error::busy, path_ + " exists already");
        fail_because(error, "recording to " + path_);
    }
    append(header_line(header));
}

recording_writer::~recording_writer() {
    close();
}

void recording_writer::output(std::string_view bytes) {
    recording_event event;
    event.what = recording_event::kind::output;
    event.bytes = bytes;
    put(std::move(event));
}

void recording_writer::input(std::string_view bytes, sensitivity kind) {
    recording_event event;
    event.what = recording_event::kind::input;
    if (kind == sensitivity::secret)
        event.hole = bytes.size();
    else
        event.bytes = bytes;
    put(std::move(event));
}

void recording_writer::mark(std::string_view label) {
    recording_event event;
    event.what = recording_event::kind::mark;
    event.bytes = label;
    put(std::move(event));
}

void recording_writer::close() noexcept {
    if (file_ < 0) return;
    try {
        write_lines(filter_.finish());
    } catch (...) {
        // Out of memory while leaving: what is on disk stays whole.
    }
    ::close(file_);
    file_ = -1;
}

void recording_writer::put(recording_event event) {
    if (file_ < 0 || !problem_.empty()) return;
    const bool is_empty = event.hole == 0 && event.bytes.empty() && event.what != recording_event::kind::mark;
    if (is_empty) return;
    event.at = elapsed();
    write_lines(filter_.pass(std::move(event)));
}

void recording_writer::write_lines(const std::vector<recording_event>& events) {
    for (const auto& event : events) append(encoder_.encode(event));
}

// One write() for each event, so that a crash leaves whole lines and at most one cut at the end.
void recording_writer::append(const std::string& lines) {
    if (!problem_.empty() || lines.empty()) return;
    ssize_t n = 0;
    do n = ::write(file_, lines.data(), lines.size());
    while (n < 0 && errno == EINTR);
    if (n == static_cast<ssize_t>(lines.size())) return;
    const int error = n < 0 ? errno : ENOSPC;
    problem_ = path_ + ": " + boost::system::error_code(error, boost::system::system_category()).message();
}

std::chrono::microseconds recording_writer::elapsed() const {
    return line_clock::now() - start_;
}

recording_stream::recording_stream(std::unique_ptr<byte_stream> inner, std::unique_ptr<recording_writer> writer,
                                   std::function<void(const std::string&)> on_problem)
    : inner_(std::move(inner)), writer_(std::move(writer)), on_problem_(std::move(on_problem)) {}

recording_stream::~recording_stream() = default;

void recording_stream::check_recording() {
    if (writer_->problem().empty() || reported_) return;
    reported_ = true;
    if (!on_problem_) fail(transport_error::recording_full, writer_->problem());
    on_problem_(writer_->problem());
}

asio::awaitable<std::size_t> recording_stream::read_some(std::span<char> buffer) {
    check_recording();
    const std::size_t n = co_await inner_->read_some(buffer);
    writer_->output(std::string_view(buffer.data(), n));
    if (on_problem_) check_recording();  // without a listener the next operation tells; these bytes must not be lost
    co_return n;
}

asio::awaitable<void> recording_stream::write_all(std::string bytes, sensitivity kind) {
    // Before it is sent, so that no answer can be recorded ahead of its question.
    writer_->input(bytes, kind);
    check_recording();
    co_await inner_->write_all(std::move(bytes), kind);
}

asio::awaitable<void> recording_stream::signal(out_of_band what) {
    mark("out of band: " + std::string(name_of(what.what)));
    co_await inner_->signal(what);
}

void recording_stream::mark(const std::string& label) {
    writer_->mark(label);
    inner_->mark(label);
}

void recording_stream::close() noexcept {
    inner_->close();
    writer_->close();
}

}  // namespace emsctl::transport

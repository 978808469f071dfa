#include "transport/recording_stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

constexpr std::size_t most_held = 4 * 1024 * 1024;

}  // namespace

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
    // Hashed at once: whatever is cut from here on is known to be cut.
    const auto first = header_line(header);
    seal_.add(first);
    append(first + seal_.hash_line({}));
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

void recording_writer::mark(std::string_view label, std::string_view picture) {
    recording_event event;
    event.what = recording_event::kind::mark;
    event.bytes = label;
    put(std::move(event));
    event.what = recording_event::kind::picture;
    event.bytes = picture;
    put(std::move(event));
}

void recording_writer::keep(keeping what) {
    keeping_ = what;
    release();
}

// What waited is decided by what is kept from now on.
void recording_writer::release() {
    if (keeping_ == keeping::undecided) return;
    for (auto& event : std::exchange(held_, {})) pass(std::move(event));
    held_bytes_ = 0;
}

void recording_writer::pass(recording_event event) {
    using kind = recording_event::kind;
    const bool is_counted = (keeping_ == keeping::lengths && event.what != kind::mark) ||
                            (keeping_ == keeping::output_only && event.what == kind::input);
    if (is_counted && event.what == kind::picture) return;
    if (is_counted && event.hole == 0) event.hole = std::exchange(event.bytes, {}).size();
    write_lines(filter_.pass(std::move(event)));
}

void recording_writer::close() noexcept {
    if (file_ < 0) return;
    try {
        if (keeping_ == keeping::undecided) keep(keeping::lengths);
        write_lines(filter_.finish());
        append(seal_.closing_lines(last_));
        if (problem_.empty()) sealed_ = seal_.last_hash();
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
    if (keeping_ != keeping::undecided) return pass(std::move(event));
    held_bytes_ += event.bytes.size();
    held_.push_back(std::move(event));
    if (held_bytes_ > most_held) keep(keeping::lengths);
}

void recording_writer::write_lines(const std::vector<recording_event>& events) {
    for (const auto& event : events) {
        auto lines = encoder_.encode(event);
        last_ = event.at;
        if (event.what == recording_event::kind::mark) {
            seal_.add_mark(event.at, event.bytes, lines);
            lines += seal_.hash_line(event.at);
        } else {
            seal_.add(lines);
            if (seal_.is_hash_due()) lines += seal_.hash_line(event.at);
        }
        append(lines);
    }
}

// One write() for each event, so that a crash leaves whole lines and at most one cut at the end.
void recording_writer::append(const std::string& lines) {
    std::string_view rest = lines;
    while (problem_.empty() && !rest.empty()) {
        const ssize_t n = ::write(file_, rest.data(), rest.size());
        if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));  // a part: the next try says why
        if (n < 0 && errno != EINTR)
            problem_ = path_ + ": " + boost::system::error_code(errno, boost::system::system_category()).message();
    }
}

std::chrono::microseconds recording_writer::elapsed() const {
    return line_clock::now() - start_;
}

recording_stream::recording_stream(std::unique_ptr<byte_stream> inner, std::shared_ptr<recording_writer> writer,
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
    mark("out of band: " + std::string(name_of(what.what)), {});
    co_await inner_->signal(what);
}

void recording_stream::mark(const std::string& label, const std::string& picture) {
    writer_->mark(label, picture);
    inner_->mark(label, picture);
}

void recording_stream::keep(keeping what) {
    writer_->keep(what);
    inner_->keep(what);
}

void recording_stream::close() noexcept {
    inner_->close();
    writer_->close();
}

}  // namespace emsctl::transport

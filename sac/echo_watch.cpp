#include "sac/echo_watch.hpp"

#include <utility>

namespace emsctl::sac {

void echo_watch::typed(std::string_view keys) {
    if (keys.starts_with('\x1b')) return;  // an arrow or a function key: terminals send it in one piece
    for (const char key : keys) {
        const bool is_text = static_cast<unsigned char>(key) >= 0x20 && key != '\x7f';
        const bool takes_back = (key == '\b' || key == '\x7f') && !waiting_.empty();
        if (takes_back) waiting_.pop_back();
        if (!is_text) continue;
        if (waiting_.empty()) {
            before_ = screen_.row_text(screen_.cursor_row(), 0, screen_.cursor_column());
            row_ = screen_.cursor_row();
        }
        waiting_ += key;
    }
    decided_ = waiting_.empty() ? verdict::nothing : verdict::undecided;
}

void echo_watch::output(std::string_view bytes) {
    if (waiting_.empty()) {
        parser_.feed(bytes, screen_);
        return;
    }
    // Byte by byte: an echo and the line end after it often come together.
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const bool ends_line = bytes[at] == '\n';
        if (ends_line && !waiting_.empty()) {
            waiting_.clear();
            decided_ = verdict::hidden;
        }
        parser_.feed(bytes.substr(at, 1), screen_);
        if (!waiting_.empty()) look();
    }
}

void echo_watch::look() {
    const auto line = screen_.row_text(screen_.cursor_row(), 0, screen_.cursor_column());
    if (screen_.cursor_row() == row_ && line == before_ + waiting_) {
        waiting_.clear();
        decided_ = verdict::shown;
    }
}

echo_watch::verdict echo_watch::decide() {
    const auto told = decided_;
    if (told == verdict::shown || told == verdict::hidden) decided_ = verdict::nothing;
    return told;
}

}  // namespace emsctl::sac

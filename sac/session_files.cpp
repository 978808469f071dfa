#include "sac/session.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;
using transport::keeping;

namespace {

// A painter sends all rows again when its screen scrolls. A typed line takes three rows, and one is free behind it.
constexpr std::size_t lines_without_scrolling = 5;
constexpr int longer_pages = 4;  // than a command's, where no lines are lost

}  // namespace

asio::awaitable<void> session::store(std::string bytes, std::string file, bool is_secret) {
    discretion_ = is_secret ? discretion::hidden : discretion::none;
    if (is_secret) console_.keep(keeping::lengths);
    const bool is_painter = keys_->profile().draws == drawing::painter;
    co_await put(std::move(bytes), std::move(file), is_painter ? lines_without_scrolling : 0);
    if (is_secret) co_await keys_->run("cls", 20s);
    console_.keep(keeping::all);
}

asio::awaitable<std::string> session::fetch_file(command_frame::stream_facts known, line_listener heard) {
    discretion_ = options_.who.password.empty() ? discretion::none : discretion::watched;
    const auto& profile = keys_->profile();
    const int page = profile.draws == drawing::stream ? profile.page_lines * longer_pages : profile.page_lines;
    std::string bytes;
    try {
        bytes = co_await fetch(0, 'f', std::move(known), page, std::move(heard));
    } catch (...) {
        // Half a file cannot be looked through for the password.
        if (discretion_ == discretion::watched) console_.keep(keeping::lengths);
        throw;
    }
    if (shows_password(bytes)) {
        console_.keep(keeping::lengths);
        co_await keys_->run("cls", 20s);
    }
    console_.keep(keeping::all);
    co_return bytes;
}

}  // namespace emsctl::sac

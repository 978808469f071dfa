#include "sac/typist.hpp"

#include <algorithm>

#include "sac/sac_error.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t widest_line = 240;
constexpr int most_attempts = 6;

// Any key that differs from its neighbours will do; it is taken back at once.
char separator_for(char key) {
    return key == 'x' ? 'y' : 'x';
}

}  // namespace

bool typist::is_at_prompt(const far_end& end) const {
    return end.before_cursor() == prompt_;
}

asio::awaitable<void> typist::send_keys(std::string_view keys, char before) {
    std::string burst;
    for (const char key : keys) {
        if (key == before && profile_.guard == key_guard::separator) burst += {separator_for(key), '\b'};
        if (key == before && profile_.guard == key_guard::pause) {
            if (!burst.empty()) co_await console_.send(burst);
            burst.clear();
            co_await console_.comes_true([](const far_end&) { return false; }, profile_.equal_key_pause);
        }
        burst.push_back(key);
        before = key;
    }
    co_await console_.send(burst);
}

asio::awaitable<bool> typist::attempt(const std::string& line) {
    std::size_t done = 0;
    while (done < line.size()) {
        std::size_t count = std::min(profile_.chunk, line.size() - done);
        // At exactly 80 columns a terminal may or may not have wrapped: never stop there.
        if ((prompt_.size() + done + count) % 80 == 0 && count > 1) --count;
        const char before = done == 0 ? '\0' : line[done - 1];
        co_await send_keys(std::string_view(line).substr(done, count), before);
        done += count;
        const std::string expected = prompt_ + line.substr(0, done);
        const bool shown = co_await console_.comes_true(
            [&](const far_end& end) { return end.line_from(prompt_) == expected; }, profile_.echo_limit);
        if (!shown) co_return false;
    }
    co_return true;
}

asio::awaitable<bool> typist::clear(span_of_time limit) {
    const auto deadline = transport::line_clock::now() + limit;
    do {
        co_await console_.send("\x03");
        const bool cleared = co_await console_.comes_true([this](const far_end& end) { return is_at_prompt(end); },
                                                          std::min<span_of_time>(limit, 3s));
        if (cleared) {
            co_await console_.settle(100ms, 1s);
            if (is_at_prompt(console_.seen())) co_return true;
        }
    } while (transport::line_clock::now() < deadline);
    co_return false;
}

asio::awaitable<void> typist::type(std::string line) {
    if (line.empty() || line.size() > widest_line || line.back() == ' ')
        fail(sac_error::typing_failed, "not a line that can be proved on a screen: '" + line + "'");
    for (int attempts = 0; attempts < most_attempts; ++attempts) {
        line_ = line;
        const bool typed = co_await attempt(line);
        if (typed) {
            ++lines_;
            co_return;
        }
        ++corrections_;
        const bool cleared = co_await clear(10s);
        if (!cleared) break;
        // The first keys after a shell's first prompt may be eaten by its start; that says nothing about pace.
        if (lines_ == 0 && attempts == 0) continue;
        // Slower and more careful, for the rest of the session.
        profile_.chunk = std::max<std::size_t>(profile_.chunk / 2, 4);
        if (attempts >= 1 && profile_.guard == key_guard::none) profile_.guard = key_guard::separator;
        if (attempts >= 3) profile_.guard = key_guard::pause;
    }
    fail(sac_error::typing_failed, "wanted '" + line + "' at the prompt '" + prompt_ + "'; " + console_.situation());
}

asio::awaitable<bool> typist::try_type(std::string line) {
    line_ = line;
    co_return co_await attempt(line);
}

asio::awaitable<void> typist::enter(std::string what, console::claim done, span_of_time limit) {
    const std::string standing = prompt_ + line_;
    const auto still_stands = [this, &standing](const far_end& end) { return end.line_from(prompt_) == standing; };
    co_await console_.send("\r");
    const bool taken = co_await console_.comes_true([&](const far_end& end) { return !still_stands(end) || done(end); },
                                                    profile_.echo_limit);
    if (!taken) co_await console_.send("\r");
    co_await console_.wait_for(std::move(what), std::move(done), limit);
}

asio::awaitable<void> typist::run(std::string line, span_of_time limit) {
    const std::string what = "the prompt after '" + line + "'";
    co_await type(std::move(line));
    const auto at_prompt = [this](const far_end& end) { return is_at_prompt(end); };
    co_await enter(what, at_prompt, limit);
}

}  // namespace emsctl::sac

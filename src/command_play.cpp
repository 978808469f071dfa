#include "src/command_play.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <cstdio>
#include <memory>

#include "sac/screen_paint.hpp"
#include "src/exit_status.hpp"
#include "src/first_to_end.hpp"
#include "src/output.hpp"
#include "src/raw_terminal.hpp"
#include "src/recorded_session.hpp"
#include "src/terminal_filter.hpp"
#include "src/usage.hpp"

namespace emsctl {

namespace asio = boost::asio;
using std::chrono::microseconds;
using kind = transport::recording_event::kind;
using steady = std::chrono::steady_clock;

namespace {

constexpr double slowest = 0.25, fastest = 64;

struct quit {};  // the operator's wish, thrown to end keys and pictures together

double seconds(microseconds at) {
    return std::chrono::duration<double>(at).count();
}

class player {
  public:
    player(std::unique_ptr<transport::recording_file> file, const play_options& options, asio::any_io_executor executor)
        : file_(std::move(file)),
          marks_(file_->marks()),
          timer_(executor),
          screen_(file_->header().height, file_->header().width),
          speed_(std::clamp(options.speed, slowest, 1000.0)),
          idle_(std::max(options.idle, 0.0)) {
        advance();
    }

    // A mark by a part of its label, or a number of seconds.
    void start_from(const std::string& text) {
        double at = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), at);
        const bool is_time = error == std::errc{} && end == text.data() + text.size() && at >= 0;
        const auto mark = std::find_if(marks_.begin(), marks_.end(),
                                       [&](const auto& one) { return one.label.find(text) != std::string::npos; });
        if (is_time)
            go_to_time(microseconds(static_cast<std::int64_t>(at * 1e6)));
        else if (mark != marks_.end())
            go_to(static_cast<std::size_t>(mark - marks_.begin()));
        else
            throw usage_error("--from " + text + ": no mark is called so; emsctl recording show lists them");
    }

    asio::awaitable<void> run() {
        anchor();
        repaint();
        while (true) {
            const bool is_over = !next_;
            if (is_over || paused_) {
                status(is_over ? "end" : "paused");
                timer_.expires_at(steady::time_point::max());
            } else {
                skip_idle();
                timer_.expires_at(due(next_->at));
            }
            boost::system::error_code woken;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
            const auto cancelled = co_await asio::this_coro::cancellation_state;
            if (cancelled.cancelled() != asio::cancellation_type::none) throw quit{};
            while (!paused_ && next_ && due(next_->at) <= steady::now()) show_next();
            if (!paused_ && next_) status("");
        }
    }

    void key(char c) {
        anchor();
        if (c == 'q' || c == '\x03') throw quit{};
        if (c == ' ') paused_ = !paused_;
        if (c == '.' && next_) {
            paused_ = true;
            show_next();
        }
        if (c == '+' || c == '=') speed_ = std::min(speed_ * 2, fastest);
        if (c == '-') speed_ = std::max(speed_ / 2, slowest);
        if (c == ']') go_to_next(true);
        if (c == '[') go_to_next(false);
        if (c == '0') go_to_time({});
        timer_.cancel();
    }

  private:
    void advance() { next_ = file_->next(); }

    void anchor() {
        position_ = now();
        anchored_ = steady::now();
    }
    microseconds now() const {
        if (paused_ || !next_) return std::max(position_, latest_);
        const auto passed = std::chrono::duration<double>(steady::now() - anchored_).count() * speed_;
        return position_ + microseconds(static_cast<std::int64_t>(passed * 1e6));
    }
    steady::time_point due(microseconds at) const {
        const auto wait = seconds(at - position_) / speed_;
        return anchored_ + std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(wait));
    }

    // Nobody watches an idle line for long.
    void skip_idle() {
        const auto wait = seconds(next_->at - now());
        if (wait > idle_) position_ += microseconds(static_cast<std::int64_t>((wait - idle_) * 1e6));
    }

    void feed(const transport::recording_event& event) {
        latest_ = event.at;
        if (event.what == kind::mark) label_ = event.bytes;
        if (event.what != kind::output) return;
        bytes_ = event.hole > 0 ? std::string(event.hole, '*') : event.bytes;
        parser_.feed(bytes_, screen_);
    }

    void show_next() {
        bytes_.clear();
        feed(*next_);
        print_text(filter_.pass(bytes_));
        advance();
    }

    void go_to_next(bool forward) {
        const auto here = latest_;
        const auto after = std::upper_bound(marks_.begin(), marks_.end(), here,
                                            [](microseconds at, const auto& mark) { return at < mark.at; });
        const auto index = after - marks_.begin();
        if (forward && after != marks_.end()) go_to(static_cast<std::size_t>(index));
        if (!forward && index >= 2) go_to(static_cast<std::size_t>(index - 2));
        if (!forward && index < 2) go_to_time({});
    }

    // With its picture a mark is reached at once; without one by reading on from the one before that has it.
    void go_to(std::size_t mark) {
        file_->seek(marks_[mark].offset);
        advance();
        if (next_) feed(*next_);
        advance();
        if (!next_ || next_->what != kind::picture) return go_to_time(marks_[mark].at);
        clear_model();
        parser_.feed(next_->bytes, screen_);
        advance();
        position_ = latest_ = marks_[mark].at;
        anchored_ = steady::now();
        repaint();
    }

    void go_to_time(microseconds at) {
        file_->rewind();
        clear_model();
        label_.clear();
        latest_ = {};
        for (advance(); next_ && next_->at <= at; advance()) feed(*next_);
        position_ = latest_ = at;
        anchored_ = steady::now();
        repaint();
    }

    void clear_model() {
        screen_ = sac::screen(screen_.rows(), screen_.columns());
        parser_ = sac::vt_parser();
    }

    void repaint() {
        // Margins and modes of an earlier place would be in the way.
        print_text("\x1b[r\x1b[?7h" + sac::paint(screen_));
    }

    void status(const std::string& state) {
        winsize size{};
        if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row <= screen_.rows()) return;
        std::array<char, 64> where{};
        std::snprintf(where.data(), where.size(), "%.1f s  %gx  ", seconds(latest_), speed_);
        std::string text = where.data() + (state.empty() ? "" : state + "  ") + label_;
        text.resize(std::min<std::size_t>(text.size(), size.ws_col > 40 ? size.ws_col - 40u : 0));
        text += "  space . ] [ + - 0 q";
        print_text(
            "\x1b"
            "7\x1b[r\x1b[" +
            std::to_string(screen_.rows() + 1) + ";1H\x1b[0;7m" + text +
            "\x1b[0m\x1b[K\x1b"
            "8");
    }

    std::unique_ptr<transport::recording_file> file_;
    std::vector<transport::mark_place> marks_;
    std::optional<transport::recording_event> next_;
    asio::steady_timer timer_;
    sac::screen screen_;
    sac::vt_parser parser_;
    terminal_filter filter_;
    std::string bytes_, label_;
    double speed_, idle_;
    bool paused_ = false;
    microseconds position_{}, latest_{};  // of the moment anchored_; of the last event shown
    steady::time_point anchored_ = steady::now();
};

asio::awaitable<void> read_keys(player& what) {
    asio::posix::stream_descriptor keys(co_await asio::this_coro::executor, ::dup(STDIN_FILENO));
    std::array<char, 16> buffer;
    while (true) {
        const std::size_t count = co_await keys.async_read_some(asio::buffer(buffer), asio::use_awaitable);
        for (const char c : std::string_view(buffer.data(), count)) what.key(c);
    }
}

// Into a pipe goes what the console sent, at once.
void print_all(transport::recording_file& file) {
    while (const auto event = file.next())
        if (event->what == kind::output) print_text(event->hole > 0 ? std::string(event->hole, '*') : event->bytes);
}

}  // namespace

void setup_play(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<play_options>();
    auto* verb = app.add_subcommand("play", "show a recording in the terminal");
    verb->add_option("file", options->file, "a recording")->required();
    verb->add_option("--speed", options->speed, "times as fast as it was [1]")->check(CLI::PositiveNumber);
    verb->add_option("--idle", options->idle, "longest wait on an idle line, in its seconds [2]")
        ->check(CLI::NonNegativeNumber);
    verb->add_option("--from", options->from, "begin at a mark, by a part of its name, or at a number of seconds");
    verb->footer(
        "Keys: space pause, . one step, ] next mark, [ last mark, + - speed, 0 beginning, q quit.\n"
        "Into a pipe everything goes at once.");
    verb->callback([options, &chosen] { chosen = [options] { return run_play(*options); }; });
}

int run_play(const play_options& options) {
    auto file = open_recording(options.file);
    if (::isatty(STDOUT_FILENO) != 1) {
        print_all(*file);
        return exit_ok;
    }
    const int height = file->header().height;
    asio::io_context context(1);
    player shown(std::move(file), options, context.get_executor());
    {
        raw_terminal terminal("play");
        if (!options.from.empty()) shown.start_from(options.from);
        std::exception_ptr error;
        auto both = first_to_end(shown.run(), read_keys(shown));
        asio::co_spawn(context, std::move(both), [&](std::exception_ptr e) { error = e; });
        context.run();
        print_text("\x1b[r\x1b[0m\x1b[?25h\x1b[" + std::to_string(height + 1) + ";1H\r\n");
        try {
            if (error) std::rethrow_exception(error);
        } catch (const quit&) {
        }
    }
    return exit_ok;
}

}  // namespace emsctl

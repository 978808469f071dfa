#include "src/conversation.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <cstdio>
#include <optional>
#include <random>

#include "sac/windows_profile.hpp"
#include "src/addresses.hpp"
#include "src/consoles.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/state_folder.hpp"
#include "src/usage.hpp"
#include "transport/deadline.hpp"
#include "transport/recording_file.hpp"
#include "transport/recording_stream.hpp"
#include "transport/replay_stream.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using transport::line_clock;

namespace {

constexpr std::size_t most_recordings = 500;
constexpr std::uintmax_t most_recorded_bytes = 2ull * 1024 * 1024 * 1024;

transport::endpoint parse_address(const std::string& text) {
    const auto parsed = all_openers().parse(text);
    if (parsed.has_error()) throw usage_error(parsed.error().text);
    return parsed.value();
}

transport::recording_header header_of(const std::string& recording) {
    try {
        return transport::load_recording(recording).header;
    } catch (const boost::system::system_error&) {
        throw usage_error(text_of(std::current_exception()));
    }
}

// The far end may be a virtual machine that is not started yet.
bool may_appear_later(const boost::system::error_code& code, const std::string& kind) {
    using transport::transport_error;
    const bool is_absent = code == transport_error::not_found || code == transport_error::refused;
    if (!is_absent) return false;
    const auto openers = all_openers();
    const auto& roads = openers.roads();
    const auto road = std::find_if(roads.begin(), roads.end(), [&](const auto& one) { return one.kind == kind; });
    return road != roads.end() && road->may_appear_later;
}

std::string fact(const transport::recording_header& header, const std::string& name) {
    const auto found = header.facts.find(name);
    return found == header.facts.end() ? std::string{} : found->second;
}

}  // namespace

conversation::conversation(console_options options, std::string verb, bool with_login)
    : options_(std::move(options)), verb_(std::move(verb)) {
    resolve_name(options_);
    const auto where = parse_address(options_.address);
    is_replay_ = where.kind == "replay";
    if (leads_to_shell(where)) door_ = sac::entry::shell;
    if (!options_.profile.empty()) sac::windows_profile::by_name(options_.profile);  // throws when there is none
    std::random_device entropy;
    seed_ = options_.seed.value_or((static_cast<std::uint64_t>(entropy()) << 32) | entropy());
    if (is_replay_) {
        // A session is as random as its seed: with the recorded one it is the same session again.
        const auto header = header_of(where.target);
        began_ = std::chrono::system_clock::from_time_t(header.timestamp);
        const auto seed = fact(header, "seed");
        std::from_chars(seed.data(), seed.data() + seed.size(), seed_);
        if (fact(header, "door") == "shell") door_ = sac::entry::shell;
        if (options_.user.empty()) options_.user = fact(header, "user");
        if (options_.domain.empty()) options_.domain = fact(header, "domain");
    }
    if (options_.user.empty()) options_.user = "Administrator";
    // Behind a door that opens into a shell, the road has logged us in.
    if (with_login && door_ == sac::entry::sac) password_ = password_of_user(options_.password, options_.user);
    if (!options_.no_record && options_.record.empty() && !is_replay_)
        for (const auto& gone :
             forget_oldest(state_folder("recordings"), ".cast", most_recordings, most_recorded_bytes))
            spdlog::info("{} was old and is gone; there were too many", gone.string());
    if (!options_.no_record && (!is_replay_ || !options_.record.empty()))
        recording_ = options_.record.empty() ? new_state_file("recordings", verb_, ".cast").string() : options_.record;
}

void conversation::tell(const std::string& text, int colour) const {
    const double seconds = std::chrono::duration<double>(line_clock::now() - start_).count();
    std::array<char, 32> when{};
    std::snprintf(when.data(), when.size(), "[%7.1f s] ", seconds);
    progress_->print(when.data() + text, colour);
}

void conversation::doing(const std::string& what) const {
    doing_ = what;
    if (has_living_line()) draw_line();
}

void conversation::draw_line() const {
    const double seconds = std::chrono::duration<double>(line_clock::now() - start_).count();
    std::array<char, 32> when{};
    std::snprintf(when.data(), when.size(), "[%7.1f s] ", seconds);
    std::string shown;
    if (line_) {
        // The lowest row with something on it: mostly the one that is being written.
        const auto rows = line_->seen().picture().lines();
        const auto row = std::find_if(rows.rbegin(), rows.rend(), [](const auto& one) { return !one.empty(); });
        if (row != rows.rend()) shown = *row;
    }
    progress_->show(when.data() + doing_, shown);
}

void conversation::keep_line_alive(asio::steady_timer& timer) const {
    timer.expires_after(200ms);
    timer.async_wait([this, &timer](const boost::system::error_code& none) {
        if (none) return;
        draw_line();
        keep_line_alive(timer);
    });
}

std::optional<std::string> conversation::reason_to_stop() const {
    if (!writer_ || writer_->problem().empty() || options_.unrecorded_ok) return std::nullopt;
    return "the recording cannot go on (" + writer_->problem() + "); --unrecorded-ok would go on without it";
}

std::function<std::chrono::system_clock::time_point()> conversation::clock() const {
    return [this] {
        const auto passed = line_clock::now() - start_;
        return std::chrono::floor<std::chrono::seconds>(began_) + passed;
    };
}

sac::session_options conversation::session_options() {
    sac::session_options session;
    session.who.user = options_.user;
    session.who.domain = options_.domain;
    session.who.password = password_;
    session.seed = seed_;
    session.door = door_;
    if (!options_.profile.empty()) session.profile = options_.profile;
    session.progress = [this](const std::string& text) {
        doing_ = text;
        if (line_) line_->mark(text);
        tell(text);
    };
    return session;
}

transport::road_context conversation::road_context_beside() const {
    auto context = road_context();
    context.passed = nullptr;  // they are no stations of the console's road
    return context;
}

transport::road_context conversation::road_context() const {
    transport::road_context context;
    context.ca_file = options_.ca_file;
    context.patience =
        std::max<std::chrono::milliseconds>(context.patience, std::chrono::seconds(options_.wait_seconds));
    context.secret = [this](const std::string& what) -> std::optional<std::string> {
        if (options_.road_password.is_given()) return read_password(options_.road_password);
        return ask_password("The " + what);
    };
    context.warn = [this](const std::string& text) { tell(text); };
    context.passed = [this](transport::station where, const std::string& found) {
        spdlog::info("{}: {}", transport::name_of(where), found);
        if (on_station_) on_station_(where, found);
    };
    return context;
}

asio::awaitable<std::unique_ptr<transport::byte_stream>> conversation::open_stream() {
    const auto openers = all_openers();
    transport::endpoint where = parse_address(options_.address);
    transport::open_options open;
    if (options_.wait_seconds > 0) open.wait = std::chrono::seconds(options_.wait_seconds);
    open.context = road_context();
    if (!runs_in_virtual_time(where)) {
        auto held = lease::of(where, verb_, open.wait.value_or(0s));
        lease_ = co_await std::move(held);
    }
    auto stream = co_await openers.open(where, open);
    spdlog::info("opened {}", stream->describe());
    if (!recording_.empty()) {
        transport::recording_header header;
        header.timestamp = std::chrono::system_clock::to_time_t(began_);
        header.title = "emsctl " + verb_;
        header.facts = {{"address", where.kind}, {"seed", std::to_string(seed_)}, {"version", EMSCTL_VERSION},
                        {"verb", verb_},         {"user", options_.user},         {"domain", options_.domain}};
        header.facts.insert(facts_.begin(), facts_.end());
        if (door_ == sac::entry::shell) header.facts["door"] = "shell";
        const auto profile = where.parameters.find("profile");
        if (!options_.profile.empty())
            header.facts["profile"] = options_.profile;
        else if (profile != where.parameters.end())
            header.facts["profile"] = profile->second;
        writer_ = std::make_shared<transport::recording_writer>(recording_, header);
        if (!password_.empty()) writer_->protect(password_);
        for (const auto& secret : hidden_) writer_->protect(secret);
        // Bytes go on: a command in the guest is not cut off for it. Whoever begins something asks reason_to_stop().
        const auto warn = [this](const std::string& problem) { tell("the recording ends here: " + problem); };
        stream = std::make_unique<transport::recording_stream>(std::move(stream), writer_, warn);
        spdlog::info("recording to {}", recording_);
    }
    co_return stream;
}

void conversation::hide(std::string secret) {
    if (writer_) writer_->protect(secret);
    hidden_.push_back(std::move(secret));
}

asio::awaitable<int> conversation::raw_flow(raw_talk body) {
    auto stream = co_await open_stream();
    const int status = co_await body(std::move(stream));
    co_return status;
}

asio::awaitable<int> conversation::flow(talk body) {
    auto stream = co_await open_stream();
    sac::console line(std::move(stream));
    struct shown {
        sac::console*& line;
        ~shown() { line = nullptr; }
    } while_it_lives{line_};
    line_ = &line;
    const int status = co_await body(line);
    co_return status;
}

asio::awaitable<int> conversation::session_flow(sac::console& line, work body) {
    sac::session session(line, session_options());
    in_session_ = true;
    std::exception_ptr error;
    int status = exit_no_console;
    try {
        co_await session.open();
        status = co_await body(session);
    } catch (...) {
        error = std::current_exception();
    }
    // From here on nothing may be cut short: the console is to be left as it was found.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    std::string left;
    try {
        // Initialised, never assigned: assigning to an awaitable of Boost 1.81 leaks the one that was there.
        asio::awaitable<std::string> ending = interrupted_ ? session.abandon() : session.close();
        left = co_await transport::within(60s, std::move(ending));
    } catch (const boost::system::system_error& failure) {
        left = failure.code().message();
    }
    if (!left.empty()) tell("not left as it was found: " + left);
    if (error) std::rethrow_exception(error);
    co_return status;
}

int conversation::run(talk body) {
    if (door_ == sac::entry::shell)
        throw usage_error(options_.address + " leads to a shell, not to a SAC prompt; exec and run work there");
    return run_anywhere(std::move(body));
}

int conversation::run_anywhere(talk body) {
    return run_to_end(flow(std::move(body)));
}

int conversation::run_raw(raw_talk body) {
    is_raw_ = true;
    return run_to_end(raw_flow(std::move(body)));
}

void conversation::interrupt(const std::string& why, asio::cancellation_signal& stop) {
    if (interrupted_) return;
    interrupted_ = true;
    tell(in_session_ ? why + ": ending what runs in the guest and leaving the console (Ctrl-C: end at once)" : why);
    stop.emit(asio::cancellation_type::terminal);
}

void conversation::tell_failure(const std::exception_ptr& error) {
    problem_ = text_of(error);
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& failure) {
        if (interrupted_ && failure.code() == asio::error::operation_aborted) problem_ = "interrupted";
        if (options_.wait_seconds == 0 && may_appear_later(failure.code(), parse_address(options_.address).kind))
            problem_ += "; if it is still to come, --wait 5min waits for it";
    } catch (...) {
    }
    if (is_silent_) return;
    std::fprintf(stderr, "emsctl: %s\n", problem_.c_str());
    if (writer_) std::fprintf(stderr, "the recording is %s\n", recording_.c_str());
}

int conversation::run_to_end(asio::awaitable<int> flow) {
    is_virtual_ = runs_in_virtual_time(parse_address(options_.address));
    std::optional<transport::virtual_time> time;
    if (is_virtual_) time.emplace();
    start_ = line_clock::now();
    if (on_begin_) on_begin_();
    asio::io_context context(1);
    asio::cancellation_signal stop;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    std::function<void(const boost::system::error_code&, int)> on_signal = [&](const auto& none, int) {
        if (none) return;
        if (interrupted_) ::_exit(exit_unknown);
        signals.async_wait(on_signal);
        interrupt("interrupted", stop);
    };
    signals.async_wait(on_signal);
    transport::line_timer limit(context.get_executor());
    if (options_.limit_seconds > 0) {
        limit.expires_after(std::chrono::seconds(options_.limit_seconds));
        limit.async_wait([&](const boost::system::error_code& none) {
            if (!none) interrupt("the limit of " + std::to_string(options_.limit_seconds) + " s has passed", stop);
        });
    }
    asio::steady_timer living(context);
    if (has_living_line() && !is_raw_) keep_line_alive(living);
    std::exception_ptr error;
    int status = exit_unknown;
    asio::co_spawn(context, std::move(flow),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e, int s) {
                       error = e;
                       status = s;
                       signals.cancel();
                       limit.cancel();
                       living.cancel();
                   }));
    if (time) {
        time->run(context);
    } else {
        context.run();
    }
    progress_->clear();
    if (writer_) writer_->close();
    if (!error) return status;
    tell_failure(error);
    return interrupted_ ? exit_unknown : status_of(error);
}

int conversation::run_in_session(work body) {
    talk around = [this, body = std::move(body)](sac::console& line) { return session_flow(line, body); };
    return run_anywhere(std::move(around));
}

}  // namespace emsctl

// From an address on the command line to a console that is recorded, timed, interruptible and closed again, for every
// verb that talks to a guest. What is said on it is the verb's business.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sac/session.hpp"
#include "src/console_options.hpp"
#include "src/lease.hpp"
#include "src/progress_line.hpp"
#include "transport/byte_stream.hpp"
#include "transport/line_clock.hpp"
#include "transport/recording_stream.hpp"
#include "transport/road_context.hpp"

namespace emsctl {

class conversation {
  public:
    // Reads the address; asks for the password when `with_login`. Throws usage_error.
    conversation(console_options options, std::string verb, bool with_login);

    using talk = std::function<boost::asio::awaitable<int>(sac::console&)>;
    using work = std::function<boost::asio::awaitable<int>(sac::session&)>;

    // For what talks to SAC itself. Opens the road, lets `body` use it and closes it; the body's status, or what its
    // error means. Errors are told on standard error. The first Ctrl-C or SIGTERM cancels the body, the second ends the
    // program.
    int run(talk body);

    // The same with the bare stream: no model of the far end, nothing typed by itself.
    using raw_talk = std::function<boost::asio::awaitable<int>(std::unique_ptr<transport::byte_stream>)>;
    int run_raw(raw_talk body);

    // The same with a session around `body`: logged in before, always closed politely after.
    int run_in_session(work body);

    // The same through any door, also one that leads to a shell and not to SAC.
    int run_anywhere(talk body);

    // Hears of each station of the road as it is passed.
    using station_listener = std::function<void(transport::station, const std::string& found)>;
    void on_station(station_listener listener) { on_station_ = std::move(listener); }
    void on_begin(std::function<void()> listener) { on_begin_ = std::move(listener); }
    // A further fact for the header of the recording; before run().
    void note(const std::string& name, const std::string& fact) { facts_[name] = fact; }
    // Never to be recorded, from now on.
    void hide(std::string secret);
    // For verbs that tell by themselves why it failed.
    void be_silent() { is_silent_ = true; }
    bool leads_to_sac() const { return door_ == sac::entry::sac; }

    const console_options& options() const { return options_; }
    const std::string& recording() const { return recording_; }
    // After a run: the last hash of the recording; empty without one that could be finished.
    std::string seal() const { return writer_ ? writer_->seal() : std::string(); }
    std::uint64_t seed() const { return seed_; }
    // For calls beside the console, such as of a cloud.
    transport::road_context road_context_beside() const;
    // Wall-clock time as the conversation sees it: it passes with the line, and a replay begins when the recording did.
    std::function<std::chrono::system_clock::time_point()> clock() const;
    bool is_interrupted() const { return interrupted_; }
    // Why the last run failed, as it was told; empty: it did not.
    const std::string& problem() const { return problem_; }

    // "[   3.2 s] text" on standard error.
    void tell(const std::string& text, int colour = 0) const;
    // What the living line of a terminal says beside the console; it goes on until something else is said.
    void doing(const std::string& what) const;
    bool has_living_line() const { return progress_->is_live() && !is_virtual_; }

    // The recording has failed and the operator did not say that it may: nothing new is to be begun.
    std::optional<std::string> reason_to_stop() const;

  private:
    void interrupt(const std::string& why, boost::asio::cancellation_signal& stop);
    void tell_failure(const std::exception_ptr& error);
    int run_to_end(boost::asio::awaitable<int> flow);
    void keep_line_alive(boost::asio::steady_timer& timer) const;
    void draw_line() const;
    boost::asio::awaitable<std::unique_ptr<transport::byte_stream>> open_stream();
    boost::asio::awaitable<int> raw_flow(raw_talk body);
    boost::asio::awaitable<int> flow(talk body);
    boost::asio::awaitable<int> session_flow(sac::console& line, work body);
    sac::session_options session_options();
    transport::road_context road_context() const;

    console_options options_;
    std::string verb_;
    std::string password_;
    std::vector<std::string> hidden_;
    std::uint64_t seed_ = 0;
    std::string recording_;
    std::map<std::string, std::string> facts_;  // for its header
    std::shared_ptr<transport::recording_writer> writer_;
    station_listener on_station_;
    std::function<void()> on_begin_;
    bool is_silent_ = false;
    std::unique_ptr<lease> lease_;
    std::shared_ptr<progress_line> progress_ = std::make_shared<progress_line>();
    mutable std::string doing_;
    sac::console* line_ = nullptr;  // while there is one
    bool is_virtual_ = false;
    bool is_raw_ = false;  // the terminal belongs to the console itself
    bool is_replay_ = false;
    sac::entry door_ = sac::entry::sac;
    std::chrono::system_clock::time_point began_ = std::chrono::system_clock::now();
    bool interrupted_ = false;
    bool in_session_ = false;
    std::string problem_;
    transport::line_clock::time_point start_{};
};

}  // namespace emsctl

// The SAC driver of the simulated Windows: its command line, its channels, the switch screens and the events. It turns
// typed bytes into line output; it knows no Windows model (sac_host does) and no firmware.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/channel.hpp"
#include "sac/guest/guid.hpp"
#include "sac/guest/profile.hpp"
#include "sac/guest/sac_host.hpp"
#include "sac/guest/sac_messages.hpp"
#include "sac/guest/sac_screen.hpp"

namespace emsctl::guest {

// <machine-info>, as the driver sends it at its start and a STOP error repeats it.
std::string machine_info_xml(const machine_identity& id);

class sac_driver {
  public:
    static constexpr std::size_t slots = 10;  // slot 0 is SAC

    // `host` and `what` must outlive the driver.
    sac_driver(sac_host& host, const profile& what, std::uint64_t seed, instant boot_time);

    void start(instant now, bool is_silent);   // machine-info, banner, prompt; silent: into the buffer only
    void register_service(bool is_available);  // the CMD event
    void announce_shutdown();                  // message 5
    void end_sessions();                       // every shell dies with its channel, as in a shutdown

    void input(char byte, instant now);
    void advance(instant now);
    std::optional<instant> next_event() const;
    std::string take_output();

    // Faults to order.
    void raise_event(int number);     // an event text at any moment
    void kill(std::size_t slot);      // the session of a command channel dies
    void fill_channels(instant now);  // command channels somebody else left behind, in every free slot
    void fail_next_cmd(int number) { next_cmd_failure_ = number; }  // 120, 128

    std::size_t current() const { return current_; }
    bool is_switching() const { return view_ == view::switch_screen; }
    bool is_service_registered() const { return is_registered_; }
    const std::optional<channel>& slot(std::size_t index) const { return channels_[index]; }
    const sac_screen& screen() const { return screen_; }
    sac_messages& messages() { return messages_; }

  private:
    enum class view { shown, switch_screen };
    enum class answer { prompt, silent };  // silent: no prompt follows now

    void write(std::string_view text);  // SAC's own channel: buffer first, then the line if it is in view
    void prompt() { write(messages_[3]); }
    void event(std::string_view text);

    void to_channel(char byte, instant now);
    void edit(char byte, instant now);
    void enter(instant now);
    answer run(const std::string& line, instant now);
    answer run_word(char letter, const std::vector<std::string>& words, instant now);
    answer channels_command(const std::vector<std::string>& words, instant now);
    answer new_command_channel(instant now);
    answer close(std::size_t index, instant now);
    answer power(bool is_restart, instant now);
    void list_channels();
    void identification(instant now);
    std::vector<std::string> process_list(instant now) const;
    void addresses();
    answer time_command(const std::vector<std::string>& words);
    answer paged(std::vector<std::string> lines);
    void more();

    void show_switch_screen(std::size_t index);
    void show(instant now);
    std::size_t next_channel() const;
    std::optional<std::size_t> find(std::string_view name) const;
    std::optional<std::size_t> free_slot() const;
    void create_channel(std::size_t index, instant now);
    void remove(std::size_t index);
    void collect();

    sac_host& host_;
    const profile& profile_;
    sac_messages messages_;
    guid_source guids_;
    instant boot_time_;
    sac_screen screen_;
    std::array<std::optional<channel>, slots> channels_;
    std::size_t current_ = 0;
    view view_ = view::shown;
    std::string out_;

    std::string line_;
    bool last_was_cr_ = false;
    std::optional<instant> escape_;  // when an ESC was typed that nothing followed yet
    bool after_tab_ = false;         // ESC TAB was the last thing typed
    bool is_paging_;
    bool has_threads_ = false;
    std::vector<std::string> rest_;  // what waits behind "Press <Enter> for more"
    std::set<unsigned long> lowered_;

    bool is_registered_ = false;
    unsigned channel_number_ = 0;
    struct launch {
        std::size_t slot;
        instant due;
    };
    std::vector<launch> launches_;
    std::optional<int> next_cmd_failure_;
    struct pending_power {
        bool is_restart;
        instant due;
    };
    std::optional<pending_power> power_;
};

}  // namespace emsctl::guest

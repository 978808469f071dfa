// What the bytes so far say about the machine at the other end: one pure model with the screen, the tags and the name
// of the place the far end is in. Bytes go in; it sends nothing and holds no clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sac/console_texts.hpp"
#include "sac/screen.hpp"
#include "sac/tag_reader.hpp"
#include "sac/vt_parser.hpp"

namespace emsctl::sac {

enum class place {
    nothing,        // not a byte yet
    firmware,       // UEFI text
    boot_manager,   // the Windows Boot Manager's menu
    loading,        // a cleared screen, the kernel has opened the port, no prompt yet
    sac_prompt,     // SAC>
    sac_pager,      // a listing waits for Enter
    switch_screen,  // a channel is announced; the next key only shows it
    login_user,
    login_domain,
    login_password,
    cmd_shell,
    powershell,
    bugcheck,    // a STOP error was announced
    kernel_sac,  // !SAC>, the prompt of the stopped kernel
    other,       // text that none of the above explains
};

std::string_view name_of(place p);

struct channel_id {
    std::string name;
    std::string instance;     // instance GUID: what makes a channel ours
    std::string application;  // application-type GUID: what kind of channel it is
    bool is_sac() const { return application == sac_application; }
    bool is_cmd() const { return application == cmd_application; }
};

class far_end {
  public:
    explicit far_end(console_texts texts = {});
    far_end(const far_end&) = delete;
    far_end& operator=(const far_end&) = delete;

    void feed(std::string_view bytes);

    const screen& picture() const { return screen_; }
    const console_texts& texts() const { return texts_; }

    // Running text by offset, for answers that are streamed (SAC's own commands).
    std::uint64_t offset() const { return tags_.offset(); }
    std::string_view text_since(std::uint64_t offset) const { return tags_.text_since(offset); }

    place now() const;

    // The channel of the latest <channel-switch>, and how many of them there were.
    const channel_id& channel() const { return channel_; }
    std::uint64_t switches() const { return switches_; }

    // Proofs of a boot: <machine-info> blobs so far, and the fields of the last one.
    std::uint64_t boots() const { return boots_; }
    const tag_event& machine() const { return machine_; }

    // Text of the cursor's row up to the cursor.
    std::string before_cursor() const;

    // The logical line that ends at the cursor and starts at the nearest row above (or at it) that begins with
    // `prefix`: rows between are joined as a terminal wraps them. Empty when no such row is near.
    std::string line_from(std::string_view prefix) const;

  private:
    struct fan_out final : vt_sink {
        far_end& owner;
        explicit fan_out(far_end& o) : owner(o) {}
        void print(char32_t c) override;
        void control(char b) override;
        void sequence(const control_sequence& s) override;
        void escape(char i, char f) override;
        void title(std::string_view t) override;
    };

    void on_event(tag_event event);
    bool shows_switch_screen() const;

    console_texts texts_;
    vt_parser parser_;
    screen screen_;
    tag_reader tags_;
    fan_out sink_{*this};
    bool any_ = false;
    bool cleared_ = false;  // the far end has cleared its screen at least once
    bool stopped_ = false;
    channel_id channel_;
    std::uint64_t switches_ = 0;
    std::uint64_t boots_ = 0;
    tag_event machine_{tag_event::kind::machine_info, {}};
};

}  // namespace emsctl::sac

// Types lines into a shell without error: each chunk of keys is read back on the screen before the next, a wrong echo
// clears the line and types it anew, more carefully; only a line that stands there exactly is entered.
#pragma once

#include <string>

#include "sac/console.hpp"
#include "sac/windows_profile.hpp"

namespace emsctl::sac {

class typist {
  public:
    typist(console& c, windows_profile profile) : console_(c), profile_(std::move(profile)) {}

    // The prompt that stands before the cursor now, and before every line typed from here on.
    void set_prompt(std::string prompt) { prompt_ = std::move(prompt); }
    const std::string& prompt() const { return prompt_; }
    const windows_profile& profile() const { return profile_; }

    // Leaves `line` standing at the prompt, proved, not entered. ASCII without trailing blanks, at most 240 columns.
    asio::awaitable<void> type(std::string line);

    // One attempt that clears nothing when it fails: for programs that ^C would end.
    asio::awaitable<bool> try_type(std::string line);

    // Presses Enter under the line typed last and waits until `done` holds. An Enter that was lost (the line still
    // stands there after `patience`) is pressed once more.
    asio::awaitable<void> enter(std::string what, console::claim done, span_of_time limit);

    // type, enter, and wait for the next prompt.
    asio::awaitable<void> run(std::string line, span_of_time limit);

    // An empty line at the prompt.
    bool is_at_prompt(const far_end& end) const;

    // ^C until an empty prompt stands there; false when none came.
    asio::awaitable<bool> clear(span_of_time limit);

    std::uint64_t corrections() const { return corrections_; }

  private:
    asio::awaitable<bool> attempt(const std::string& line);
    asio::awaitable<void> send_keys(std::string_view keys, char before);

    console& console_;
    windows_profile profile_;
    std::string prompt_;
    std::string line_;
    std::uint64_t lines_ = 0;  // proved so far
    std::uint64_t corrections_ = 0;
};

}  // namespace emsctl::sac

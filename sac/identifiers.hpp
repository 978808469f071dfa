// Texts that say whose machine a session was on, and other texts of the same length to stand for them: the same for the
// same text, so that a session stays readable. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::sac {

class identifiers {
  public:
    // A name of a machine, a user, a domain, or any other text; found in any case.
    void hide_name(std::string_view text);
    // Whatever matches (ECMAScript). Throws std::regex_error.
    void hide_pattern(const std::string& pattern);
    // An exact text and what stands for it, of the same length: for what is derived from others (hashes, codings).
    void hide_exactly(std::string text, std::string replacement);

    struct found {
        std::size_t at = 0;
        std::string replacement;  // as long as what it replaces
    };
    // Names, patterns and exact texts; GUIDs, IPv4 and IPv6 addresses, MAC addresses, account SIDs and certificate
    // thumbprints. What is the same on every machine stays: loopback and empty addresses, SAC's own GUIDs.
    std::vector<found> find(std::string_view text);

    std::string scrub(std::string_view text);

    // Every text that was replaced, with what stands for it.
    const std::map<std::string, std::string>& replaced() const { return replaced_; }

  private:
    std::string stand_in(std::string_view original, std::string_view kind);
    void add(std::vector<found>& into, std::string_view text, std::size_t at, std::size_t size, std::string_view kind);

    std::vector<std::string> names_;  // lower case
    std::vector<std::regex> patterns_;
    std::map<std::string, std::vector<std::pair<std::string, std::string>>, std::less<>> exact_;  // by first letters
    std::map<std::string, std::string> replaced_;  // by the lower-case original
    std::size_t count_ = 0;
};

}  // namespace emsctl::sac

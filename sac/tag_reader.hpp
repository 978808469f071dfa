// The language-independent truth in the stream: the XML blobs that SAC sends at start, at every channel switch and at
// a STOP error, and the running text they stand in. Fed by vt_parser's actions, beside the screen.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sac/vt_parser.hpp"

namespace emsctl::sac {

// The application-type GUIDs that name what a channel is (console server manuals; Windows 11 22H2 capture).
inline constexpr std::string_view sac_application = "63d02270-8aa4-11d5-bccf-806d6172696f";
inline constexpr std::string_view cmd_application = "63d02271-8aa4-11d5-bccf-00b0d014a2d0";

struct tag_event {
    enum class kind { channel_switch, machine_info, bugcheck };
    kind what;
    std::map<std::string, std::string, std::less<>> fields;  // element name -> text: name, guid, application-type, ...

    std::string_view field(std::string_view name) const {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string_view{} : std::string_view(found->second);
    }
};

// Turns actions into lines of text. A cursor movement ends a line too, because some guests address the next line
// instead of sending a line end.
class tag_reader final : public vt_sink {
  public:
    explicit tag_reader(std::function<void(tag_event)> on_event) : on_event_(std::move(on_event)) {}

    // Text since the beginning, by absolute offset; the oldest part is forgotten beyond a bound.
    std::uint64_t offset() const { return forgotten_ + text_.size(); }
    std::string_view text_since(std::uint64_t offset) const;

    void print(char32_t character) override;
    void control(char byte) override;
    void sequence(const control_sequence& s) override;
    void escape(char, char) override {}
    void title(std::string_view) override {}

  private:
    void end_line();
    void forget();
    void read_line(std::string_view line);

    std::function<void(tag_event)> on_event_;
    std::string text_;
    std::uint64_t forgotten_ = 0;
    std::string line_;
    std::string open_;  // the blob being read: channel-switch, machine-info, BP
    std::map<std::string, std::string, std::less<>> fields_;
};

}  // namespace emsctl::sac

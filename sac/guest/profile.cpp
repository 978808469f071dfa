#include "sac/guest/profile.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>

#include "sac/guest/seeded.hpp"

namespace emsctl::guest {
namespace {

// Turns the text of a value into a member; throws std::invalid_argument with the reason.
using setter = std::function<void(profile&, const std::string&)>;

double real(const std::string& text) {
    std::size_t used = 0;
    double value = 0;
    try {
        value = std::stod(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    if (used == 0 || used != text.size() || value < 0) throw std::invalid_argument("'" + text + "' is not a number");
    return value;
}

setter into(std::string profile::*member) {
    return [=](profile& p, const std::string& text) { p.*member = text; };
}
setter into(unsigned profile::*member) {
    return [=](profile& p, const std::string& text) { p.*member = static_cast<unsigned>(real(text)); };
}
setter into(double profile::*member) {
    return [=](profile& p, const std::string& text) { p.*member = real(text); };
}
setter into(bool profile::*member) {
    return [=](profile& p, const std::string& text) {
        if (text != "true" && text != "false") throw std::invalid_argument("'" + text + "' is neither true nor false");
        p.*member = text == "true";
    };
}
setter milliseconds(instant profile::*member) {
    return [=](profile& p, const std::string& text) { p.*member = instant(static_cast<long long>(real(text) * 1000)); };
}

void set_painter(profile& p, const std::string& text) {
    if (text == "conpty")
        p.painter = painter_kind::conpty;
    else if (text == "stream")
        p.painter = painter_kind::stream;
    else if (text == "differential")
        p.painter = painter_kind::differential;
    else
        throw std::invalid_argument("'" + text + "' is no painter: conpty, stream or differential");
}

const std::map<std::string, setter, std::less<>>& setters() {
    static const std::map<std::string, setter, std::less<>> table = {
        {"profile", into(&profile::name)},
        {"product", into(&profile::product)},
        {"version_major", into(&profile::major)},
        {"version_minor", into(&profile::minor)},
        {"build", into(&profile::build)},
        {"revision", into(&profile::revision)},
        {"service_pack", into(&profile::service_pack)},
        {"architecture", into(&profile::architecture)},
        {"installation_type", into(&profile::installation_type)},
        {"system_folder", into(&profile::system_folder)},
        {"code_page", into(&profile::code_page)},
        {"sac_description_shown", into(&profile::sac_description_shown)},
        {"cmd_description_shown", into(&profile::cmd_description_shown)},
        {"banner_is_redraw", into(&profile::banner_is_redraw)},
        {"is_paging_on", into(&profile::is_paging_on)},
        {"page_lines", into(&profile::page_lines)},
        {"crlf_is_one_enter", into(&profile::crlf_is_one_enter)},
        {"announces_addresses", into(&profile::announces_addresses)},
        {"escape_window_ms", milliseconds(&profile::escape_window)},
        {"minimum_uptime_ms", milliseconds(&profile::minimum_uptime)},
        {"channel_launch_ms", milliseconds(&profile::channel_launch)},
        {"channel_close_ms", milliseconds(&profile::channel_close)},
        {"input_poll_ms", milliseconds(&profile::input_poll)},
        {"input_ring", into(&profile::input_ring)},
        {"channel_buffer", into(&profile::channel_buffer)},
        {"has_login", into(&profile::has_login)},
        {"says_attempting", into(&profile::says_attempting)},
        {"authentication_ms", milliseconds(&profile::authentication)},
        {"failure_text", into(&profile::failure_text)},
        {"failure_pause_ms", milliseconds(&profile::failure_pause)},
        {"idle_limit_ms", milliseconds(&profile::idle_limit)},
        {"painter", set_painter},
        {"paint_interval_ms", milliseconds(&profile::paint_interval)},
        {"repaints_on_view", into(&profile::repaints_on_view)},
        {"cursor_right", into(&profile::cursor_right)},
        {"shell_start_ms", milliseconds(&profile::shell_start)},
        {"equal_key_window_ms", milliseconds(&profile::equal_key_window)},
        {"equal_key_merge", into(&profile::equal_key_merge)},
        {"startup_race_ms", milliseconds(&profile::startup_race)},
        {"startup_race_eats", into(&profile::startup_race_eats)},
        {"cmd_start_ms", milliseconds(&profile::cmd_start)},
        {"console_tool_start_ms", milliseconds(&profile::console_tool_start)},
        {"certutil_start_ms", milliseconds(&profile::certutil_start)},
        {"powershell_start_ms", milliseconds(&profile::powershell_start)},
        {"firmware_text", into(&profile::firmware_text)},
        {"firmware_ms", milliseconds(&profile::firmware)},
        {"menu_timeout_ms", milliseconds(&profile::menu_timeout)},
        {"loading_ms", milliseconds(&profile::loading)},
        {"cmd_event_ms", milliseconds(&profile::cmd_event)},
        {"shutdown_ms", milliseconds(&profile::shutdown)},
        {"power_off_ms", milliseconds(&profile::power_off)},
        {"stop_text", into(&profile::stop_text)},
    };
    return table;
}

class reader {
  public:
    explicit reader(std::optional<std::uint64_t> draw) : draw_(draw) {}

    void read(std::string_view yaml, const std::string& file) {
        YAML::Node root;
        try {
            root = YAML::Load(std::string(yaml));
        } catch (const YAML::Exception& error) {
            fail(file, error.mark, error.msg);
        }
        if (!root.IsMap()) fail(file, root.Mark(), "a profile is a map of parameters");
        if (const YAML::Node base = root["inherits"]) {
            const auto text = embedded(base.as<std::string>());
            if (!text) fail(file, base.Mark(), "there is no profile file '" + base.as<std::string>() + "'");
            read(*text, base.as<std::string>());
        }
        for (const auto& entry : root)
            if (entry.first.as<std::string>() != "inherits") parameter(entry.first, entry.second, file);
    }

    loaded_profile finish() {
        loaded_profile result;
        for (auto& [p, file, mark] : found_) {
            try {
                if (draw_) draw(p);
                setters().at(p.name)(result.values, p.value);
            } catch (const std::invalid_argument& error) {
                fail(file, mark, p.name + ": " + error.what());
            }
            result.parameters.push_back(p);
        }
        return result;
    }

  private:
    struct entry {
        profile_parameter parameter;
        std::string file;
        YAML::Mark mark;
    };

    [[noreturn]] static void fail(const std::string& file, const YAML::Mark& mark, const std::string& reason) {
        throw profile_error(file + ":" + std::to_string(mark.line + 1) + ": " + reason);
    }

    void parameter(const YAML::Node& key, const YAML::Node& node, const std::string& file) {
        entry e{{}, file, key.Mark()};
        e.parameter.name = key.as<std::string>();
        if (!setters().contains(e.parameter.name)) fail(file, e.mark, "unknown parameter '" + e.parameter.name + "'");
        if (node.IsScalar()) {
            e.parameter.value = node.as<std::string>();
        } else if (node.IsMap() && node["value"] && node["doubt"] && (node["range"] || node["choices"])) {
            e.parameter.value = node["value"].as<std::string>();
            e.parameter.doubt = node["doubt"].as<std::string>();
            const bool is_range = static_cast<bool>(node["range"]);
            const YAML::Node list = is_range ? node["range"] : node["choices"];
            if (!list.IsSequence() || list.size() == 0 || (is_range && list.size() != 2))
                fail(file, list.Mark(), e.parameter.name + ": a range is [lowest, highest], choices are a list");
            for (const auto& item : list) e.parameter.range.push_back(item.as<std::string>());
            is_range_[e.parameter.name] = is_range;
            if (is_range) check(e);
        } else {
            fail(file, node.Mark(), e.parameter.name + ": expected a value, or value, range (or choices) and doubt");
        }
        const auto same = std::find_if(found_.begin(), found_.end(),
                                       [&](const entry& other) { return other.parameter.name == e.parameter.name; });
        if (same == found_.end())
            found_.push_back(std::move(e));
        else
            *same = std::move(e);
    }

    static void check(const entry& e) {
        try {
            const double low = real(e.parameter.range[0]), high = real(e.parameter.range[1]);
            const double value = real(e.parameter.value);
            if (low > high || value < low || value > high)
                fail(e.file, e.mark, e.parameter.name + ": the value lies outside its range");
        } catch (const std::invalid_argument& error) {
            fail(e.file, e.mark, e.parameter.name + ": " + error.what());
        }
    }

    void draw(profile_parameter& p) {
        if (p.range.empty()) return;
        // Each parameter has a chance of its own, so that adding one does not change the others.
        std::uint64_t mixed = *draw_;
        for (char c : p.name) mixed = mixed * 31 + static_cast<unsigned char>(c);
        seeded chance(mixed);
        std::string drawn;
        if (is_range_[p.name]) {
            const double low = real(p.range[0]), high = real(p.range[1]);
            const bool is_whole = (p.range[0] + p.range[1] + p.value).find('.') == std::string::npos;
            std::ostringstream text;
            if (is_whole)
                text << static_cast<long long>(low + chance.unit() * (high - low + 1));
            else
                text << low + chance.unit() * (high - low);
            drawn = text.str();
        } else {
            drawn = p.range[chance.below(p.range.size())];
        }
        if (drawn != p.value) p.shipped = std::exchange(p.value, drawn);
    }

    std::optional<std::uint64_t> draw_;
    std::vector<entry> found_;
    std::map<std::string, bool> is_range_;
};

}  // namespace

loaded_profile parse_profile(std::string_view yaml, const std::string& file_name, std::optional<std::uint64_t> draw) {
    reader r(draw);
    r.read(yaml, file_name);
    return r.finish();
}

loaded_profile load_profile(std::string_view name, std::optional<std::uint64_t> draw) {
    const std::string file = std::string(name) + ".yaml";
    const std::vector<std::string> names = profile_names();
    if (std::find(names.begin(), names.end(), name) == names.end())
        throw profile_error(file + ":1: there is no guest profile of that name");
    return parse_profile(*embedded(file), file, draw);
}

std::vector<std::string> profile_names() {
    std::vector<std::string> names;
    for (std::string_view file : embedded_names()) {
        // Scenarios are embedded beside profiles; only a profile names itself so.
        const std::string_view text = *embedded(file);
        if (text.starts_with("profile:") || text.find("\nprofile:") != std::string_view::npos)
            names.emplace_back(file.substr(0, file.size() - std::string_view(".yaml").size()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string explain(const loaded_profile& what) {
    std::ostringstream out;
    for (const profile_parameter& p : what.parameters) {
        out << p.name << " = " << p.value;
        if (!p.shipped.empty()) out << " (drawn; shipped " << p.shipped << ")";
        out << '\n';
        if (p.doubt.empty()) continue;
        out << "    may be: ";
        for (std::size_t i = 0; i < p.range.size(); ++i) out << (i ? " .. " : "") << p.range[i];
        out << "\n    doubt:  " << p.doubt << '\n';
    }
    return out.str();
}

}  // namespace emsctl::guest

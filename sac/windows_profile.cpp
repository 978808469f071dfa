#include "sac/windows_profile.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <stdexcept>

namespace emsctl::sac {

std::optional<std::string_view> embedded(std::string_view file_name);
std::vector<std::string_view> embedded_names();

namespace {

constexpr std::string_view most_careful = "painter";

windows_profile parse(std::string_view name, std::string_view text) {
    const YAML::Node file = YAML::Load(std::string(text));
    windows_profile p;
    p.name = name;
    p.builds = file["builds"].as<std::vector<int>>();
    p.draws = file["draws"].as<std::string>() == "painter" ? drawing::painter : drawing::stream;
    const auto guard = file["guard"].as<std::string>();
    p.guard = guard == "separator" ? key_guard::separator : guard == "pause" ? key_guard::pause : key_guard::none;
    p.chunk = file["chunk"].as<std::size_t>();
    p.page_lines = file["page_lines"].as<int>();
    p.echo_limit = std::chrono::milliseconds(file["echo_limit_ms"].as<int>());
    if (const auto pause = file["equal_key_pause_ms"]) p.equal_key_pause = std::chrono::milliseconds(pause.as<int>());
    return p;
}

}  // namespace

std::vector<std::string> windows_profile::names() {
    std::vector<std::string> all;
    for (const auto file : embedded_names()) all.emplace_back(file.substr(0, file.find('.')));
    return all;
}

windows_profile windows_profile::by_name(std::string_view name) {
    if (const auto text = embedded(std::string(name) + ".yaml")) return parse(name, *text);
    std::string known;
    for (const auto& n : names()) known += " " + n;
    throw std::invalid_argument("no console profile '" + std::string(name) + "'; there are:" + known);
}

windows_profile windows_profile::by_build(std::optional<int> build) {
    if (build)
        for (const auto& name : names()) {
            auto profile = by_name(name);
            if (std::find(profile.builds.begin(), profile.builds.end(), *build) != profile.builds.end()) return profile;
        }
    return by_name(most_careful);
}

}  // namespace emsctl::sac

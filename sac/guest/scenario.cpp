#include "sac/guest/scenario.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <set>

namespace emsctl::guest {

std::optional<std::string_view> embedded(std::string_view file_name);
std::vector<std::string_view> embedded_names();

namespace {

using json = nlohmann::json;

constexpr std::string_view sections[] = {"name",   "title",    "base",     "vary",    "machine",
                                         "users",  "registry", "services", "files",   "certificates",
                                         "events", "repaired", "disks",    "adapters"};

class reader {
  public:
    explicit reader(std::string file) : file_(std::move(file)) {}

    [[noreturn]] void fail(const YAML::Mark& mark, const std::string& reason) const {
        throw scenario_error(file_ + ":" + std::to_string(mark.line + 1) + ": " + reason);
    }

    json read(std::string_view text) const {
        try {
            const auto root = YAML::Load(std::string(text));
            if (!root.IsMap()) fail(root.Mark(), "a scenario is a map of sections");
            for (const auto& entry : root) {
                const auto name = entry.first.as<std::string>();
                if (std::find(std::begin(sections), std::end(sections), name) == std::end(sections))
                    fail(entry.first.Mark(), "unknown section \"" + name + "\"");
            }
            return convert(root);
        } catch (const YAML::Exception& error) {
            fail(error.mark, error.msg);
        }
    }

  private:
    json convert(const YAML::Node& node) const {
        switch (node.Type()) {
            case YAML::NodeType::Map: {
                auto out = json::object();
                for (const auto& entry : node) {
                    const auto key = entry.first.as<std::string>();
                    // yaml-cpp itself keeps the first of two equal keys and says nothing.
                    if (out.contains(key)) fail(entry.first.Mark(), "\"" + key + "\" stands here twice");
                    out[key] = convert(entry.second);
                }
                return out;
            }
            case YAML::NodeType::Sequence: {
                auto out = json::array();
                for (const auto& item : node) out.push_back(convert(item));
                return out;
            }
            case YAML::NodeType::Scalar: {
                const auto text = node.Scalar();
                if (node.Tag() == "!") return text;  // it was quoted
                if (text == "true" || text == "yes") return true;
                if (text == "false" || text == "no") return false;
                if (!text.empty() &&
                    text.find_first_not_of("0123456789", text[0] == '-' ? 1 : 0) == std::string::npos && text != "-")
                    return std::stoll(text);
                return text;
            }
            default:
                return nullptr;
        }
    }

    std::string file_;
};

// splitmix64, so that a seed means the same everywhere.
std::uint64_t draw(std::uint64_t& state) {
    auto z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

std::string draw_guid(std::uint64_t& state) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    for (auto& c : out)
        if (c == 'x') c = digits[draw(state) % 16];
    return out;
}

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t out = 0xcbf29ce484222325ULL;
    for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return out;
}

// Each variable draws from its own stream, so that adding one does not change the others.
json choose(const json& vary, std::uint64_t seed) {
    auto out = json::object();
    for (const auto& [name, choices] : vary.items()) {
        if (!choices.is_array() || choices.empty())
            throw scenario_error("vary." + name + ": a list of choices is needed");
        std::uint64_t state = seed * 0x2545f4914f6cdd1dULL + hash_of(name);
        auto picked = seed == 0 ? choices[0] : choices[draw(state) % choices.size()];
        if (seed != 0 && choices.size() == 2 && choices[1] == "guid") picked = draw_guid(state);
        out[name] = std::move(picked);
    }
    return out;
}

std::string fill(const std::string& text, const json& values) {
    std::string out;
    for (std::size_t at = 0;;) {
        const auto start = text.find("${", at);
        out += text.substr(at, start - at);
        if (start == std::string::npos) return out;
        const auto end = text.find('}', start);
        const auto path = text.substr(start + 2, end - start - 2);
        const json* value = &values;
        for (std::size_t from = 0; value && from <= path.size();) {
            const auto dot = std::min(path.find('.', from), path.size());
            const auto found = value->find(path.substr(from, dot - from));
            value = found == value->end() ? nullptr : &*found;
            from = dot + 1;
        }
        if (!value || value->is_object()) throw scenario_error("nothing is called ${" + path + "}");
        out += value->is_string() ? fill(value->get<std::string>(), values) : value->dump();
        at = end + 1;
    }
}

json filled(const json& what, const json& values) {
    if (what.is_string()) {
        const auto text = what.get<std::string>();
        // A string that is nothing but a variable takes over its type.
        if (text.starts_with("${") && text.find('}') == text.size() - 1 &&
            values.contains(text.substr(2, text.size() - 3))) {
            const auto& value = values[text.substr(2, text.size() - 3)];
            if (!value.is_string()) return value;
        }
        return fill(text, values);
    }
    if (what.is_array()) {
        auto out = json::array();
        for (const auto& item : what) out.push_back(filled(item, values));
        return out;
    }
    if (what.is_object()) {
        auto out = json::object();
        for (const auto& [key, value] : what.items()) out[fill(key, values)] = filled(value, values);
        return out;
    }
    return what;
}

// Maps are merged, services by name; other lists are replaced. null takes away.
json merged(json base, const json& changes) {
    for (const auto& [key, value] : changes.items()) {
        auto& target = base[key];
        if (value.is_object() && target.is_object()) {
            target = merged(std::move(target), value);
        } else if (key == "services" && target.is_array()) {
            // New services come first: what a scenario adds starts before what was there.
            auto added = json::array();
            for (const auto& item : value) {
                const auto same = std::find_if(target.begin(), target.end(),
                                               [&](const json& s) { return s["name"] == item["name"]; });
                if (same != target.end())
                    *same = merged(*same, item);
                else
                    added.push_back(item);
            }
            for (const auto& item : target) added.push_back(item);
            target = std::move(added);
        } else {
            target = value;
        }
    }
    return base;
}

json read_with_base(std::string_view yaml, const std::string& file, std::set<std::string> above) {
    auto document = reader(file).read(yaml);
    if (!document.contains("base")) return document;
    const auto base = document["base"].get<std::string>();
    if (!above.insert(base).second) throw scenario_error(file + ":1: the bases go round in a circle");
    const auto text = embedded(base + ".yaml");
    if (!text) throw scenario_error(file + ":1: there is no scenario \"" + base + "\" to build on");
    document.erase("base");
    return merged(read_with_base(*text, base + ".yaml", std::move(above)), document);
}

}  // namespace

std::vector<std::string> scenario_names() {
    std::vector<std::string> out;
    for (const auto name : embedded_names()) {
        const auto text = *embedded(name);
        // Profiles of the console are embedded beside the scenarios; they have no `machine` to build on.
        const bool is_scenario =
            text.find("\nbase:") != std::string_view::npos || text.find("\nmachine:") != std::string_view::npos;
        if (is_scenario && name.ends_with(".yaml")) out.emplace_back(name.substr(0, name.size() - 5));
    }
    std::sort(out.begin(), out.end());
    return out;
}

scenario load_scenario(std::string_view name, std::uint64_t seed) {
    const auto file = std::string(name) + ".yaml";
    const auto known = scenario_names();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        std::string all;
        for (const auto& other : known) all += (all.empty() ? "" : ", ") + other;
        throw scenario_error("there is no scenario \"" + std::string(name) + "\"; there are " + all);
    }
    return parse_scenario(*embedded(file), file, seed);
}

scenario parse_scenario(std::string_view yaml, const std::string& file_name, std::uint64_t seed) {
    const auto document = read_with_base(yaml, file_name, {});
    const auto values = choose(document.value("vary", json::object()), seed);
    scenario out;
    out.seed = seed;
    try {
        out.document = filled(document, values);
    } catch (const scenario_error& error) {
        throw scenario_error(file_name + ":1: " + error.what());
    }
    out.document.erase("vary");
    out.name = out.document.value("name", file_name);
    out.title = out.document.value("title", out.name);
    for (const char* needed : {"machine", "registry", "services"})
        if (!out.document.contains(needed))
            throw scenario_error(file_name + ":1: the section \"" + needed + "\" is missing");
    return out;
}

}  // namespace emsctl::guest

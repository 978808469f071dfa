#include "sac/guest/hive.hpp"

#include <nlohmann/json.hpp>

namespace emsctl::guest {

namespace {

using json = nlohmann::json;

constexpr std::string_view signature = "regf";
constexpr std::size_t page = 4096, header = 8;

json coded(const registry_key& key) {
    auto values = json::array();
    for (const auto& [name, value] : key.values)
        values.push_back({name, static_cast<unsigned>(value.type), value.number,
                          json::binary({value.text.begin(), value.text.end()}), value.list});
    auto keys = json::array();
    for (const auto& [name, child] : key.keys) keys.push_back(coded(child));
    return {{"n", key.name}, {"v", std::move(values)}, {"k", std::move(keys)}, {"w", key.writers}};
}

registry_key decoded(const json& data) {
    registry_key out;
    out.name = data.at("n").get<std::string>();
    out.writers = data.at("w").get<std::vector<std::string>>();
    for (const auto& v : data.at("v")) {
        registry_value value;
        value.type = static_cast<value_type>(v.at(1).get<std::uint32_t>());
        value.number = v.at(2).get<std::uint64_t>();
        const auto& bytes = v.at(3).get_binary();
        value.text.assign(bytes.begin(), bytes.end());
        value.list = v.at(4).get<std::vector<std::string>>();
        out.values.emplace_back(v.at(0).get<std::string>(), std::move(value));
    }
    for (const auto& child : data.at("k")) {
        auto made = decoded(child);
        const auto name = made.name;
        out.keys.emplace(name, std::move(made));
    }
    return out;
}

}  // namespace

std::string to_hive(const registry_key& root) {
    const auto body = json::to_cbor(coded(root));
    std::string out(signature);
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((body.size() >> shift) & 0xff);
    out.append(body.begin(), body.end());
    out.resize((out.size() + page - 1) / page * page, '\0');
    return out;
}

std::optional<registry_key> from_hive(std::string_view bytes) {
    if (!bytes.starts_with(signature) || bytes.size() < header) return std::nullopt;
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
        size |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[4 + i])) << (8 * i);
    if (size > bytes.size() - header) return std::nullopt;
    try {
        return decoded(json::from_cbor(bytes.substr(header, size)));
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

}  // namespace emsctl::guest

#include "scripts/parsers.hpp"

namespace emsctl::scripts {

// ">console           forend     1  Active": the first column is the mark, the second blank when there is no name;
// headings and states are translated, so the id (the last whole number) is the anchor.
parsed parse_sessions(std::string_view text) {
    parsed result{nlohmann::json::array(), {}};
    const auto lines = lines_of(text);
    bool heading = true;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = lines[i];
        if (trimmed(line).empty()) continue;
        if (heading) {
            heading = false;
            if (line.find_first_of("0123456789>") != std::string_view::npos)
                return not_understood(i + 1, "no headings", line);
            continue;
        }
        std::vector<std::string_view> words;
        std::size_t id_at = 0;
        for (auto rest = trimmed(line.substr(1)); !rest.empty(); rest = trimmed(rest)) {
            const auto end = rest.find(' ');
            words.push_back(rest.substr(0, end));
            if (!parse_number(words.back()).error) id_at = words.size();
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end);
        }
        const bool named = line.size() > 1 && line[1] != ' ';
        const std::size_t before = named ? 2 : 1;  // words up to and with the id when there is no user
        if (id_at == 0 || id_at < before || (line[0] != ' ' && line[0] != '>'))
            return not_understood(i + 1, "not a session", line);
        std::string user;
        for (std::size_t w = named ? 1 : 0; w + 1 < id_at; ++w)
            user += (user.empty() ? "" : " ") + std::string(words[w]);
        const auto id = parse_number(words[id_at - 1]).value.get<std::int64_t>();
        const std::string name(named ? words[0] : std::string_view());
        result.value.push_back({{"name", name},
                                {"user", user},
                                {"id", id},
                                {"mine", line[0] == '>'},
                                {"listener", name.starts_with("rdp-tcp") && id >= 65536}});
    }
    return result;
}

}  // namespace emsctl::scripts

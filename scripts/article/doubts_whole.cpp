#include <map>
#include <set>

#include "scripts/article/command_doubts.hpp"

namespace emsctl::scripts {
namespace {

struct loaded_hive {
    std::size_t at;
    bool is_unloaded = false;
};

std::string folder_of(const std::string& file) {
    const auto slash = file.find_last_of('\\');
    return slash == std::string::npos ? std::string() : file.substr(0, slash);
}

// Without its drive letter, or the placeholder for it.
std::string without_drive(const std::string& path) {
    const auto colon = path.find(':');
    return colon == std::string::npos || colon > 10 ? path : path.substr(colon + 1);
}

}  // namespace

void doubt_whole(const std::vector<article_command>& commands, std::vector<std::vector<article_finding>>& to) {
    std::map<std::string, std::vector<loaded_hive>> hives;
    std::map<std::string, std::set<std::string>> made;  // in this section: folder without drive -> as made
    std::map<std::string, std::size_t> blocks;          // the commands of a block as one text -> its first command
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (i > 0 && commands[i].heading != commands[i - 1].heading) made.clear();
        const auto view = view_of(commands[i], commands[i].text, false);
        for (const auto& words : view.parts) {
            if (words.empty()) continue;
            const auto name = program_name(words[0].text);
            if (name == "reg" && words.size() > 2 && lower_case(words[1].text) == "load")
                hives[lower_case(words[2].text)].push_back({i});
            if (name == "reg" && words.size() > 2 && lower_case(words[1].text) == "unload")
                for (auto& hive : hives[lower_case(words[2].text)]) hive.is_unloaded = true;
            if ((name == "md" || name == "mkdir") && words.size() > 1) {
                const auto folder = lower_case(words.back().text);
                made[without_drive(folder)].insert(folder);
            }
        }
        for (const auto& file : view.redirected) {
            const auto folder = lower_case(folder_of(file));
            const auto known = made.find(without_drive(folder));
            if (!folder.empty() && known != made.end() && !known->second.contains(folder))
                add_doubt(
                    to[i], view, "other-folder",
                    "it writes to " + folder_of(file) + ", but the folder that was made before is on another drive");
        }
        if (commands[i].kind == piece_kind::block) {
            std::string bare;
            for (const auto& word : view.words) bare += lower_case(word.text) + " ";
            const auto [before, is_new] = blocks.emplace(bare, i);
            if (!is_new && commands[before->second].heading == commands[i].heading && view.words.size() > 3 &&
                commands[before->second].piece != commands[i].piece)
                to[i].push_back({article_finding::level::note, commands[i].line, "repeated",
                                 "the same command stands in line " + std::to_string(commands[before->second].line) +
                                     ": is one of the two meant otherwise, to look first?"});
        }
    }
    for (const auto& [key, loads] : hives)
        for (std::size_t n = 0; n < loads.size(); ++n)
            if (!loads[n].is_unloaded) {
                const auto& c = commands[loads[n].at];
                to[loads[n].at].push_back({article_finding::level::warning, c.line, "not-unloaded",
                                           "the hive is never unloaded again: the disk cannot be taken off cleanly"});
            }
}

}  // namespace emsctl::scripts

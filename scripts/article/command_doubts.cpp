#include "scripts/article/command_doubts.hpp"

#include <algorithm>

namespace emsctl::scripts {

command_view view_of(const article_command& what, std::string text, bool in_powershell_block) {
    command_view view{what, std::move(text), {}, {}, {}, in_powershell_block};
    view.words = words_of(view.text, what.in);
    std::vector<command_word> part;
    const auto end_part = [&] {
        if (!part.empty()) view.parts.push_back(std::move(part));
        part.clear();
    };
    for (std::size_t i = 0; i < view.words.size(); ++i) {
        const auto& word = view.words[i];
        // A new line ends a command, too; the words know only where they stand.
        if (i > 0) {
            const auto from = view.words[i - 1].end;
            if (view.text.substr(from, word.at - from).find('\n') != std::string::npos) end_part();
        }
        if (!word.is_operator) {
            part.push_back(word);
            if (what.in == shell::powershell && (word.text == "=" || word.text.ends_with('=')) && part.size() <= 2)
                end_part();
            continue;
        }
        if (word.text == ">" || word.text == ">>" || word.text == "<") {
            if (!part.empty() && (part.back().text == "1" || part.back().text == "2") && part.back().end == word.at)
                part.pop_back();
            if (i + 1 < view.words.size() && !view.words[i + 1].is_operator) {
                if (word.text != "<") view.redirected.push_back(view.words[i + 1].text);
                ++i;
            }
            continue;
        }
        end_part();
    }
    end_part();
    return view;
}

void add_doubt(doubts& to, const command_view& view, std::string code, std::string message) {
    for (const auto& known : to)
        if (known.code == code && known.message == message) return;
    to.push_back({article_finding::level::warning, view.what.line, std::move(code), std::move(message)});
}

}  // namespace emsctl::scripts

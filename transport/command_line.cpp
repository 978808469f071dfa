#include "transport/command_line.hpp"

namespace emsctl::transport {

address_result<std::vector<std::string>> split_command_line(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool more = i + 1 < text.size();
        if (quote == '\'' && c != '\'') {
            word += c;
        } else if (quote == '"' && c == '\\' && more && (text[i + 1] == '"' || text[i + 1] == '\\')) {
            word += text[++i];
        } else if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote != 0) {
            word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_word = true;
        } else if (c == ' ' || c == '\t' || c == '\n') {
            if (in_word) words.push_back(std::exchange(word, ""));
            in_word = false;
        } else {
            if (c == '\\' && !more) return bad_address{"the command ends with a lone backslash"};
            word += c == '\\' ? text[++i] : c;
            in_word = true;
        }
    }
    if (quote != 0) return bad_address{std::string("the command has an opening ") + quote + " without a closing one"};
    if (in_word) words.push_back(word);
    if (words.empty()) return bad_address{"exec: needs a command, such as exec:virsh console vm1"};
    return words;
}

}  // namespace emsctl::transport

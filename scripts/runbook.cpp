#include "scripts/runbook.hpp"

#include <algorithm>

#include "scripts/dialogue_text.hpp"

namespace emsctl::scripts {
namespace {

void add_all(std::vector<const step*>& all, const std::vector<step>& steps, bool included) {
    for (const auto& s : steps) {
        all.push_back(&s);
        if (const auto* block = std::get_if<block_step>(&s.action))
            for (const auto* part : {&block->steps, &block->rescue, &block->always}) add_all(all, *part, included);
        if (const auto* hive = std::get_if<hive_step>(&s.action)) add_all(all, hive->steps, included);
        const auto* include = std::get_if<include_step>(&s.action);
        if (include && included && !include->only_looks) add_all(all, include->book->steps, included);
    }
}

void add_settable(std::vector<const variable*>& all, const runbook& book,
                  const std::vector<std::pair<std::string, written>>& given) {
    for (const auto& v : book.variables) {
        bool is_given = false;
        for (const auto& [name, value] : given) is_given = is_given || name == v.name;
        if (!is_given) all.push_back(&v);
    }
    for (const auto* s : all_steps(book, false))
        if (const auto* include = std::get_if<include_step>(&s->action))
            add_settable(all, *include->book, include->parameters);
}

}  // namespace

std::string for_people(shell in, std::string text) {
    if (in == shell::console) {
        const auto parts = read_dialogue(text);
        return "a conversation with: " + (parts.empty() ? std::string() : parts.front().send);
    }
    if (in == shell::azure) {
        text.resize(std::min(text.find_first_of("?\n"), text.size()));
        // What a resource is called; whose it is stands in the journal.
        if (const auto provider = text.find("/providers/"); provider != text.npos)
            text.replace(text.find(' ') + 1, provider + 11 - text.find(' ') - 1, "");
        if (text.ends_with(' ')) text += "the machine";
        return text;
    }
    if (in == shell::local) std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

bool acts(const step& s) {
    return !std::holds_alternative<read_step>(s.action) && !std::holds_alternative<judge_step>(s.action) &&
           !std::holds_alternative<decision_step>(s.action) && !std::holds_alternative<block_step>(s.action) &&
           !std::holds_alternative<hive_step>(s.action) && !std::holds_alternative<include_step>(s.action);
}

bool any_acts(const std::vector<step>& steps) {
    std::vector<const step*> all;
    add_all(all, steps, true);
    return std::any_of(all.begin(), all.end(), [](const step* s) { return acts(*s); });
}

std::vector<const step*> all_steps(const runbook& book, bool included) {
    std::vector<const step*> all;
    add_all(all, book.steps, included);
    return all;
}

std::vector<const variable*> settable_variables(const runbook& book) {
    std::vector<const variable*> all;
    add_settable(all, book, {});
    return all;
}

}  // namespace emsctl::scripts

#include "scripts/variables.hpp"

#include <algorithm>
#include <map>

#include "scripts/member_reader.hpp"
#include "scripts/parsers.hpp"
#include "scripts/runner.hpp"

namespace emsctl::scripts {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace

bool means_yes(std::string_view text) {
    const auto word = lower(trimmed(text));
    return word == "y" || word == "yes" || word == "true";
}

bool means_no(std::string_view text) {
    const auto word = lower(trimmed(text));
    return word == "n" || word == "no" || word == "false";
}

typed_value typed(const variable& v, std::string_view text) {
    const auto wrong = [&](const std::string& what) {
        return typed_value{nullptr, v.full_name + " must be " + what + ", not \"" + std::string(text) + "\""};
    };
    switch (v.type) {
        case variable_type::integer: {
            const auto number = parse_number(text);
            if (number.error) return wrong("a whole number");
            const auto n = number.value.get<std::int64_t>();
            if (v.min && n < *v.min) return wrong("at least " + std::to_string(*v.min));
            if (v.max && n > *v.max) return wrong("at most " + std::to_string(*v.max));
            return {n, {}};
        }
        case variable_type::boolean:
            if (means_yes(text)) return {true, {}};
            if (means_no(text)) return {false, {}};
            return wrong("yes or no");
        case variable_type::choice: {
            if (std::find(v.choices.begin(), v.choices.end(), text) != v.choices.end()) return {std::string(text), {}};
            std::string list;
            for (const auto& choice : v.choices) list += (list.empty() ? "" : ", ") + choice;
            return wrong("one of " + list);
        }
        case variable_type::secret:
            if (text.empty()) return {nullptr, v.full_name + " must not be empty"};
            for (const char c : text)
                if (static_cast<unsigned char>(c) < 0x20) return {nullptr, v.full_name + " must be one line of text"};
            return {std::string(text), {}};
        case variable_type::text:
            break;
    }
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20) return wrong("one line of text");
    return {std::string(text), {}};
}

std::vector<std::string> wrong_variables(const runbook& book, const std::map<std::string, std::string>& given) {
    std::vector<std::string> problems, known;
    const auto settable = settable_variables(book);
    for (const auto* v : settable) known.push_back(v->full_name);
    for (const auto* s : all_steps(book, true)) {
        if (!acts(*s)) continue;
        known.push_back((std::holds_alternative<manual_step>(s->action) ? "done:" : "confirm:") + s->id);
    }
    for (const auto& [name, text] : given) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const auto near = nearest(name, known);
            problems.push_back("the runbook has no variable \"" + name + "\"" +
                               (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
            continue;
        }
        if (name.starts_with("confirm:") || name.starts_with("done:")) {
            if (!means_yes(text) && !means_no(text)) problems.push_back(name + " must be yes or no");
            continue;
        }
        for (const auto* v : settable)
            if (v->full_name == name && v->type == variable_type::secret)
                problems.push_back(
                    name +
                    " is a secret, and what stands on a command line can be read by others: give it with --secret " +
                    name + "=env:VARIABLE or =file:PATH, or be asked for it");
            else if (v->full_name == name)
                if (auto checked = typed(*v, text); !checked.problem.empty()) problems.push_back(checked.problem);
    }
    return problems;
}

std::vector<std::string> wrong_secrets(const runbook& book, const secret_values& given) {
    std::vector<std::string> problems, known;
    const auto settable = settable_variables(book);
    for (const auto* v : settable)
        if (v->type == variable_type::secret) known.push_back(v->full_name);
    for (const auto& [name, value] : given) {
        const auto found =
            std::find_if(settable.begin(), settable.end(), [&](const auto* v) { return v->full_name == name; });
        if (found == settable.end() || (*found)->type != variable_type::secret) {
            const auto near = nearest(name, known);
            problems.push_back("the runbook has no secret \"" + name + "\"" +
                               (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
        } else if (const auto checked = typed(**found, value); !checked.problem.empty()) {
            problems.push_back(checked.problem);
        }
    }
    return problems;
}

std::string wrong_selection(const runbook& book, const std::set<std::string>& tags, const std::string& start_at) {
    std::vector<std::string> ids, words;
    for (const auto* s : all_steps(book, true)) {
        ids.push_back(s->id);
        words.insert(words.end(), s->tags.begin(), s->tags.end());
    }
    const auto is_unknown = [](const std::string& word, const std::vector<std::string>& known) {
        return std::find(known.begin(), known.end(), word) == known.end();
    };
    const auto hint = [](const std::string& near) { return near.empty() ? "" : "; did you mean \"" + near + "\"?"; };
    for (const auto& tag : tags)
        if (is_unknown(tag, words)) return "no step has the tag \"" + tag + "\"" + hint(nearest(tag, words));
    if (!start_at.empty() && is_unknown(start_at, ids))
        return "there is no step \"" + start_at + "\"" + hint(nearest(start_at, ids));
    return {};
}

}  // namespace emsctl::scripts

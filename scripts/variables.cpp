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
        return typed_value{nullptr, v.name + " must be " + what + ", not \"" + std::string(text) + "\""};
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
        case variable_type::text:
            break;
    }
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20) return wrong("one line of text");
    return {std::string(text), {}};
}

std::vector<std::string> wrong_variables(const runbook& book, const std::map<std::string, std::string>& given) {
    std::vector<std::string> problems, known;
    for (const auto& v : book.variables) known.push_back(v.name);
    for (const auto& s : book.steps) known.push_back("confirm:" + s.id);
    for (const auto& [name, text] : given) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const auto near = nearest(name, known);
            problems.push_back("the runbook has no variable \"" + name + "\"" +
                               (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
            continue;
        }
        if (name.starts_with("confirm:")) {
            if (!means_yes(text) && !means_no(text)) problems.push_back(name + " must be yes or no");
            continue;
        }
        for (const auto& v : book.variables)
            if (v.name == name)
                if (auto checked = typed(v, text); !checked.problem.empty()) problems.push_back(checked.problem);
    }
    return problems;
}

}  // namespace emsctl::scripts

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "scripts/expressions.hpp"
#include "scripts/facts.hpp"
#include "scripts/lua_names.hpp"
#include "scripts/member_reader.hpp"
#include "scripts/runbook_texts.hpp"
#include "scripts/sha256.hpp"
#include "scripts/step_reader.hpp"

namespace emsctl::scripts {
namespace {

bool is_name(std::string_view text) {
    if (text.empty() || is_lua_keyword(text) || (text[0] >= '0' && text[0] <= '9')) return false;
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == text.npos;
}

nlohmann::json fallback_of(const yaml_node& node, const variable& v, complaints& errors) {
    const auto wrong = [&](const char* what) {
        errors.add(node.at, std::string("the default must be ") + what);
        return nlohmann::json();
    };
    if (node.what != yaml_node::kind::scalar) return wrong("a single value");
    switch (v.type) {
        case variable_type::integer: {
            char* end = nullptr;
            const auto number = std::strtoll(node.text.c_str(), &end, 0);
            if (!node.is_plain || node.text.empty() || *end) return wrong("a whole number");
            if ((v.min && number < *v.min) || (v.max && number > *v.max)) return wrong("between min and max");
            return number;
        }
        case variable_type::boolean:
            if (node.is_plain && (node.text == "true" || node.text == "yes")) return true;
            if (node.is_plain && (node.text == "false" || node.text == "no")) return false;
            return wrong("true or false");
        case variable_type::choice:
            if (std::find(v.choices.begin(), v.choices.end(), node.text) == v.choices.end())
                return wrong("one of the choices");
            return node.text;
        case variable_type::text:
        case variable_type::secret:
            break;
    }
    return node.text;
}

std::vector<variable> read_variables(const yaml_node& node, complaints& errors) {
    std::vector<variable> all;
    if (node.what != yaml_node::kind::map) {
        errors.add(node.at, "\"vars\" must be a map: a name and what it is");
        return all;
    }
    for (const auto& [name, body] : node.members) {
        variable v;
        v.name = v.full_name = name.text;
        v.at = name.at;
        if (!is_name(v.name)) errors.add(name.at, "\"" + v.name + "\" cannot be the name of a variable");
        member_reader members(body, "the variable " + v.name, errors);
        v.type = static_cast<variable_type>(members.one_of("type", {"int", "string", "bool", "enum", "secret"}, 1));
        v.min = members.integer("min");
        v.max = members.integer("max");
        v.choices = members.texts("choices");
        v.question = members.text("question");
        v.proposal = members.with_holes("proposal").text;
        if (v.type == variable_type::choice && v.choices.empty()) errors.add(body.at, "an enum needs \"choices\"");
        if ((v.min || v.max) && v.type != variable_type::integer) errors.add(body.at, "only an int has min and max");
        v.is_prompted = members.boolean("prompt", false);
        if (const auto* given = members.take("default")) {
            if (v.type == variable_type::secret)
                errors.add(given->at, "a secret has no default: whoever reads the file would know it");
            else if (given->what == yaml_node::kind::scalar && given->text.find("{{") != std::string::npos)
                v.computed = members.checked_template(*given);
            else
                v.fallback = fallback_of(*given, v, errors);
        }
        if (v.type == variable_type::secret && v.is_prompted)
            errors.add(body.at, "a secret is asked for by a decision step, when it is known that it is needed");
        all.push_back(std::move(v));
    }
    return all;
}

// What one step alone cannot know: names must be unique, and what is referred to must exist.
void check_whole(const runbook& book, complaints& errors) {
    std::set<std::string> ids, names{"run", "item", "proof", "result", "facts", "failure"};
    std::vector<std::string> variables, all_ids;
    for (const auto& v : book.variables) {
        if (!names.insert(v.name).second) errors.add(v.at, "the name \"" + v.name + "\" is taken");
        variables.push_back(v.name);
    }
    const auto steps = all_steps(book, false);
    for (const auto* s : steps) {
        if (!ids.insert(s->id).second) errors.add(s->at, "another step has the id \"" + s->id + "\"");
        all_ids.push_back(s->id);
        if (!s->register_as.empty()) {
            if (!is_name(s->register_as)) errors.add(s->at, "\"" + s->register_as + "\" cannot be a name");
            if (!names.insert(s->register_as).second)
                errors.add(s->at, "the name \"" + s->register_as + "\" is registered twice or is a variable");
        }
    }
    const auto facts = fact_names();
    for (const auto& v : book.variables)
        for (const auto& name : members_named(v.computed.text, "facts"))
            if (std::find(facts.begin(), facts.end(), name) == facts.end())
                errors.add(v.computed.at, "there is no fact \"" + name + "\"", nearest(name, facts));
    for (const auto* s : steps)
        for (const auto& text : lua_texts_of(*s))
            for (const auto& name : text.facts)
                if (std::find(facts.begin(), facts.end(), name) == facts.end())
                    errors.add(text.at, "there is no fact \"" + name + "\"", nearest(name, facts));
    for (const auto* s : steps) {
        const auto* d = std::get_if<decision_step>(&s->action);
        if (!d) continue;
        if (std::find(variables.begin(), variables.end(), d->variable) == variables.end())
            errors.add(s->at, "there is no variable \"" + d->variable + "\"", nearest(d->variable, variables));
        for (const auto& id : d->confirms)
            if (!ids.contains(id)) errors.add(s->at, "there is no step \"" + id + "\"", nearest(id, all_ids));
    }
}

}  // namespace

parsed_runbook parse_runbook(std::string_view text, std::string file_name, const runbook_finder& finder) {
    parsed_runbook result;
    complaints errors(text, file_name);
    auto document = read_yaml(text);
    for (auto& problem : document.problems) errors.add(problem.at, std::move(problem.message));
    runbook book;
    if (document.root) {
        member_reader members(*document.root, "a runbook", errors);
        book.name = members.text("name", true);
        book.title = members.text("title", true);
        book.source = members.text("source");
        if (const auto* vars = members.take("vars")) book.variables = read_variables(*vars, errors);
        book.limit = members.seconds("limit", book.limit);
        if (const auto* steps = members.need("steps")) book.steps = read_steps(*steps, "steps", errors, finder);
        if (const auto* outputs = members.take("outputs")) {
            if (outputs->what != yaml_node::kind::map)
                errors.add(outputs->at, "\"outputs\" must be a map: name and Lua");
            for (const auto& [name, value] : outputs->members)
                book.outputs.emplace_back(name.text, members.checked_expression(value));
        }
        check_whole(book, errors);
    }
    result.errors = errors.take();
    if (!result.errors.empty()) return result;
    book.file = std::move(file_name);
    std::string whole(text);
    for (const auto* s : all_steps(book, false))
        if (const auto* include = std::get_if<include_step>(&s->action)) whole += include->book->sha256;
    book.sha256 = sha256(whole);
    result.book = std::move(book);
    return result;
}

std::vector<std::string> shipped_runbooks() {
    std::vector<std::string> names;
    for (auto name : embedded_names()) {
        if (!name.ends_with(".yaml")) continue;
        name.remove_suffix(5);
        names.emplace_back(name);
    }
    return names;
}

namespace {

// `chain`: the runbooks that are being read, each included by the one before.
parsed_runbook find_below(const std::string& name_or_path, const std::filesystem::path& folder,
                          std::vector<std::string> chain) {
    parsed_runbook result;
    const auto wrong = [&](const std::string& what, std::string suggestion = {}) {
        result.errors.push_back({name_or_path, {}, what, {}, std::move(suggestion)});
        return result;
    };
    const auto shipped = embedded(name_or_path + ".yaml");
    auto path = folder / name_or_path;
    std::error_code error;
    if (!chain.empty() && !std::filesystem::exists(path, error)) path += ".yaml";  // beside the one that includes it
    const auto known_as = shipped ? name_or_path : path.lexically_normal().string();
    if (std::find(chain.begin(), chain.end(), known_as) != chain.end()) return wrong("it includes itself");
    chain.push_back(known_as);
    if (chain.size() > 8) return wrong("runbooks include each other more than 8 deep");
    const auto deeper = [&](const std::string& name) {
        return find_below(name, shipped ? std::filesystem::path() : path.parent_path(), chain);
    };
    if (shipped) return parse_runbook(*shipped, name_or_path + ".yaml", deeper);
    if (!std::filesystem::is_regular_file(path, error))
        return wrong("neither a shipped runbook nor a file", nearest(name_or_path, shipped_runbooks()));
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return wrong("it cannot be read");
    return parse_runbook(text.str(), path.string(), deeper);
}

}  // namespace

parsed_runbook find_runbook(const std::string& name_or_path) {
    return find_below(name_or_path, {}, {});
}

}  // namespace emsctl::scripts

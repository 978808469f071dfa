#include "scripts/runbook_lint.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "scripts/lua_names.hpp"
#include "scripts/member_reader.hpp"
#include "scripts/runbook_texts.hpp"

namespace emsctl::scripts {
namespace {

class linter {
  public:
    linter(const runbook& book, std::string_view text, const std::string& file) : book_(book), warnings_(text, file) {
        add(book_.steps, {});
        for (const auto& v : book_.variables) known_.push_back(v.name);
        for (std::size_t i = 0; i < steps_.size(); ++i)
            for (const auto& name : registered_by(*steps_[i].what)) {
                known_.push_back(name);
                registered_.emplace(name, i);
            }
    }

    std::vector<parse_error> look() {
        check_file_name();
        for (const auto& text : lua_texts_of(book_.variables)) check_names(text, 0);
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const auto& s = *steps_[i].what;
            for (auto text : lua_texts_of(s)) {
                text.given.insert(steps_[i].given.begin(), steps_[i].given.end());
                check_names(text, i);
            }
            if (const auto* d = std::get_if<decision_step>(&s.action)) decided_.insert(d->variable);
        }
        for (const auto& [name, value] : book_.outputs) used_.merge(names_from_outside(value.text));
        for (const auto& v : book_.variables) used_.merge(names_from_outside(v.computed.text));
        for (const auto& v : book_.variables) check_variable(v);
        for (const auto& one : steps_) check_use(*one.what);
        for (const auto& one : steps_)
            if (const auto* change = std::get_if<command_step>(&one.what->action)) check_change(*one.what, *change);
        return warnings_.take();
    }

  private:
    // With the names that exist there because of what is around the step.
    struct placed_step {
        const step* what;
        std::set<std::string> given;
    };

    void add(const std::vector<step>& steps, const std::set<std::string>& given) {
        for (const auto& s : steps) {
            steps_.push_back({&s, given});
            auto inside = given;
            if (!s.loop.text.empty()) inside.insert("item");
            if (const auto* hive = std::get_if<hive_step>(&s.action)) add(hive->steps, inside);
            const auto* block = std::get_if<block_step>(&s.action);
            if (!block) continue;
            add(block->steps, inside);
            auto rescuing = inside;
            rescuing.insert("failure");
            add(block->rescue, rescuing);
            add(block->always, inside);
        }
    }

    static std::vector<std::string> registered_by(const step& s) {
        std::vector<std::string> names;
        if (!s.register_as.empty()) names.push_back(s.register_as);
        if (const auto* change = std::get_if<command_step>(&s.action))
            for (const auto& one : change->before) names.push_back(one.register_as);
        return names;
    }

    void check_file_name() {
        const std::string stem = std::filesystem::path(book_.file).stem().string();
        if (stem != book_.name)
            warnings_.add({1, 1}, "the runbook is called \"" + book_.name + "\" and its file is not " + book_.name +
                                      ".yaml: journals and reports go by the name");
    }

    // `at` is the number of the step that takes the names.
    void check_names(const lua_text& text, std::size_t at) {
        for (const auto& name : text.names) {
            used_.insert(name);
            if (text.given.contains(name) || name == "run" || name == "facts") continue;
            const bool is_variable =
                std::ranges::any_of(book_.variables, [&](const auto& v) { return v.name == name; });
            if (is_variable) continue;
            if (const auto found = registered_.find(name); found != registered_.end()) {
                if (found->second > at)
                    warnings_.add(text.at, "\"" + name + "\" is registered only later, by the step \"" +
                                               steps_[found->second].what->id + "\": here it is always as if skipped");
            } else if (name == "item" || name == "result" || name == "proof" || name == "failure") {
                const std::string why = name == "item"      ? ": the step has no loop"
                                        : name == "failure" ? ": it is for the steps of a rescue"
                                                            : "";
                warnings_.add(text.at, "there is no \"" + name + "\" here" + why);
            } else if (!is_known_to_lua(name)) {
                warnings_.add(text.at, "nothing is called \"" + name + "\": using it fails", nearest(name, known_));
            }
        }
    }

    // The step that decides a variable may carry its answer on by its own result.
    bool answer_is_used(const variable& v) const {
        return std::ranges::any_of(steps_, [&](const placed_step& one) {
            const auto* d = std::get_if<decision_step>(&one.what->action);
            return d && d->variable == v.name && used_.contains(one.what->register_as);
        });
    }

    void check_variable(const variable& v) {
        const bool is_decided = decided_.contains(v.name);
        if (!used_.contains(v.name) && !answer_is_used(v))
            warnings_.add(v.at, "the variable \"" + v.name + "\" is used nowhere" +
                                    (is_decided ? ": it is decided, and the answer changes nothing" : std::string()));
        else if (v.fallback.is_null() && v.computed.text.empty() && !v.is_prompted && !is_decided)
            warnings_.add(v.at, "the variable \"" + v.name +
                                    "\" has no default, and no step decides it: it is nil "
                                    "unless somebody gives it");
    }

    void check_use(const step& s) {
        if (s.register_as.empty() || used_.contains(s.register_as)) {
            const auto* read = std::get_if<read_step>(&s.action);
            if (read && s.register_as.empty() && read->look.empty() && read->findings.empty())
                warnings_.add(s.at, "nothing comes of this step: it has no look, finding or register");
            return;
        }
        const auto* read = std::get_if<read_step>(&s.action);
        const auto* judge = std::get_if<judge_step>(&s.action);
        const bool is_silent = (read && read->look.empty() && read->findings.empty()) ||
                               (judge && judge->look.empty() && judge->findings.empty());
        if (is_silent) warnings_.add(s.at, "nothing comes of this step: \"" + s.register_as + "\" is used nowhere");
    }

    void check_change(const step& s, const command_step& change) {
        if (change.proof) return;
        const bool is_final = change.undo.kind == undo_class::none;
        warnings_.add(s.at, is_final ? "this changes something, has no way back and no proof: nobody will know whether "
                                       "it worked"
                                     : "this changes something and has no proof: nobody will know whether it worked");
    }

    const runbook& book_;
    complaints warnings_;
    std::vector<placed_step> steps_;
    std::vector<std::string> known_;
    std::map<std::string, std::size_t> registered_;
    std::set<std::string> used_;
    std::set<std::string> decided_;
};

}  // namespace

std::vector<lint_message> lint_runbook(std::string_view text, const std::string& file_name) {
    std::vector<lint_message> messages;
    const auto parsed = parse_runbook(text, file_name);
    for (const auto& error : parsed.errors) messages.push_back({lint_message::level::error, error});
    if (!parsed.book) return messages;
    linter looker(*parsed.book, text, file_name);
    for (auto& warning : looker.look()) messages.push_back({lint_message::level::warning, std::move(warning)});
    return messages;
}

std::string to_string(const lint_message& message) {
    auto shown = message.what;
    shown.message = (message.is == lint_message::level::error ? "error: " : "warning: ") + shown.message;
    return to_string(shown);
}

}  // namespace emsctl::scripts

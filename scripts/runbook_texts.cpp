#include "scripts/runbook_texts.hpp"

#include "scripts/lua_names.hpp"
#include "scripts/template_text.hpp"

namespace emsctl::scripts {
namespace {

class collector {
  public:
    explicit collector(const step& s) : step_(s) {
        if (!s.loop.text.empty()) given_.insert("item");
    }

    std::vector<lua_text> collect() {
        with({}, [&] { lua(step_.loop); });
        lua(step_.when);
        std::visit([&](const auto& action) { of(action); }, step_.action);
        holes(step_.why);
        return std::move(texts_);
    }

  private:
    template <class Body>
    void with(std::set<std::string> given, Body body) {
        const auto before = given_;
        given_.merge(given);
        body();
        given_ = before;
    }
    void add(std::string_view expression, place at) {
        texts_.push_back({at, names_from_outside(expression), given_, members_named(expression, "facts")});
    }
    void lua(const written& expression) {
        if (!expression.text.empty()) add(expression.text, expression.at);
    }
    void holes(const std::string& text, place at) {
        for (const auto& hole : holes_of(text)) add(hole, at);
    }
    void holes(const written& text) { holes(text.text, text.at); }
    void command(const reading& what) { holes(what.command); }

    void findings(const std::vector<finding_rule>& rules) {
        for (const auto& rule : rules) {
            lua(rule.when);
            holes(rule.say);
        }
    }
    void of(const read_step& look) {
        command(look.what);
        with({"result"}, [&] {
            holes(look.look, step_.at);
            findings(look.findings);
            if (look.settle) lua(look.settle->that);
            if (look.until) lua(look.until->that);
        });
    }
    void of(const judge_step& judge) {
        lua(judge.value);
        with({"result"}, [&] {
            holes(judge.look, step_.at);
            findings(judge.findings);
        });
    }
    void of(const command_step& change) {
        std::set<std::string> read;
        for (const auto& one : change.before) {
            with(read, [&] { command(one); });
            read.insert(one.register_as);
        }
        with(read, [&] {
            holes(change.command.text);
            holes(change.changes);
            for (const auto& one : change.undo.commands) holes(one.text);
            holes(change.undo.residue);
            if (change.undo.unless_changed) command(*change.undo.unless_changed);
            if (!change.proof) return;
            command(change.proof->what);
            with({"proof"}, [&] { lua(change.proof->that); });
        });
    }
    void of(const registry_step& r) {
        for (const auto* one : {&r.key, &r.value, &r.data}) holes(*one);
    }
    void of(const service_step& s) { holes(s.name); }
    void of(const acl_step& a) { holes(a.path); }
    void of(const azure_snapshot_step& s) { holes(s.name); }
    void of(const azure_rule_step& r) {
        for (const auto* one : {&r.name, &r.group, &r.access, &r.port, &r.protocol, &r.source, &r.priority})
            holes(*one);
    }
    void of(const restart_step& r) { holes(r.reason); }
    void of(const manual_step& m) {
        holes(m.instruction);
        if (!m.proof) return;
        command(m.proof->what);
        with({"proof"}, [&] { lua(m.proof->that); });
    }
    void of(const block_step&) {}
    void of(const hive_step& h) { holes(h.file); }
    void of(const include_step& i) {
        for (const auto& [name, value] : i.parameters) lua(value);
    }
    void of(const decision_step& d) {
        holes(d.question);
        lua(d.proposal);
        lua(d.accept);
    }

    const step& step_;
    std::set<std::string> given_;
    std::vector<lua_text> texts_;
};

}  // namespace

std::vector<lua_text> lua_texts_of(const step& s) {
    return collector(s).collect();
}

std::vector<lua_text> lua_texts_of(const std::vector<variable>& variables) {
    std::vector<lua_text> texts;
    for (const auto& v : variables)
        for (const auto& hole : holes_of(v.proposal))
            texts.push_back({v.at, names_from_outside(hole), {}, members_named(hole, "facts")});
    return texts;
}

std::set<std::string> facts_of_condition(const step& s) {
    auto facts = members_named(s.when.text, "facts");
    facts.merge(members_named(s.loop.text, "facts"));
    return facts;
}

std::set<std::string> facts_of(const step& s) {
    std::set<std::string> facts;
    for (auto& text : lua_texts_of(s)) facts.merge(text.facts);
    return facts;
}

}  // namespace emsctl::scripts

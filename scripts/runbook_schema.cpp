#include "scripts/runbook_schema.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include "scripts/family_schema.hpp"
#include "scripts/runbook.hpp"
#include "scripts/schema_words.hpp"

namespace emsctl::scripts {
namespace {

using namespace schema;

json has_a_command() {
    return {{"anyOf", {needs({"cmd"}), needs({"powershell"}), needs({"local"})}}};
}
json has_one_reading() {
    return {{"oneOf", {needs({"cmd"}), needs({"powershell"}), needs({"local"}), needs({"azure"})}}};
}
json has_one_command() {
    return {{"oneOf", {needs({"cmd"}), needs({"powershell"}), needs({"local"})}}};
}
json filled_list(const char* key) {
    return {{"required", {key}}, {"properties", {{key, {{"minItems", 1}}}}}};
}

json command_keys() {
    return {{"cmd", full_text("Template: what would stand in a .cmd file (%% for a percent sign).")},
            {"powershell", full_text("Template: what would stand in a .ps1 file, for Windows PowerShell.")},
            {"local",
             described({{"type", "array"},
                        {"minItems", 1},
                        {"items", {{"type", {"string", "number", "boolean"}}, {"minLength", 1}}}},
                       "Templates: a program of the operator's computer and its arguments; needs --allow-local.")}};
}
json exits() {
    return one_or_list({{"type", "integer"}}, "Exit codes that are no failure; 0 unless given.");
}

json reading_keys() {
    json keys = command_keys();
    keys["azure"] = described({{"type", "string"}, {"pattern", "[?&]api-version="}},
                              "Template: the path of a resource of Azure that is read, with its ?api-version=; without "
                              "a slash before it below the machine itself. Needs --azure.");
    keys["parse"] = one_of(words_of(output_format::bcd),
                           "How the output is read: text (trimmed) unless given. What each gives is in parsers.hpp.");
    keys["fields"] = texts("Names of the columns: required for parse: fields, possible for csv.");
    keys["separator"] = text("What separates the columns of parse: fields; | unless given.");
    keys["keep"] = texts("Members of the parsed answer that count when two are compared; all unless given.");
    keys["expect_exit"] = exits();
    keys["limit"] = seconds("How many seconds the command may take; 120 unless given (300 for a change).");
    return keys;
}

json reading_rules() {
    json fields = when_is("parse", "fields", filled_list("fields"));
    json separator =
        when_then(needs({"separator"}), {{"properties", {{"parse", {{"const", "fields"}}}}}, {"required", {"parse"}}});
    return json::array({has_one_reading(), std::move(fields), std::move(separator)});
}

json reading_map() {
    json keys = reading_keys();
    keys["register"] = text("The name of its result.");
    json map = closed(std::move(keys), {});
    map["allOf"] = reading_rules();
    return map;
}

json proof_map() {
    json keys = reading_keys();
    keys["that"] = lua("Lua: holds when the change worked; the reading is `proof` there.");
    keys["within"] = seconds("How many seconds the reading is repeated until it holds; 30 unless given.");
    json map = closed(std::move(keys), {"that"});
    map["allOf"] = reading_rules();
    return map;
}

json finding_map() {
    return closed({{"when", lua("Lua: whether this was found; the step's own result is `result` there.")},
                   {"say", full_text("Template: one sentence that names what is wrong.")},
                   {"severity", one_of(words_of(severity::note),
                                       "fault (unless given) makes the machine faulty; note is only told.")}},
                  {"when", "say"});
}

json settle_map() {
    return closed({{"that", lua("Lua: what must hold after a change of ours.")},
                   {"within", seconds("How many seconds to look again until it does; 60 unless given.")}},
                  {"that"});
}

json undo_command_map() {
    json keys = command_keys();
    keys["expect_exit"] = exits();
    json map = closed(std::move(keys), {});
    map["allOf"] = json::array({has_one_command()});
    return map;
}

json undo_map() {
    json keys = {{"class", one_of(words_of(undo_class::none),
                                  "exact: as before. compensating: as good as before, with a residue. none: no way "
                                  "back.")}};
    keys.update(command_keys());
    keys["expect_exit"] = exits();
    keys["commands"] =
        described({{"type", "array"}, {"items", reference("undo_command")}}, "Several commands, instead of one.");
    keys["residue"] = text("Template: what stays even after the undo; required unless exact.");
    keys["unless_changed"] = referring("reading",
                                       "How to see the value: an undo is refused when it is no longer what was left. "
                                       "Required for exact.");
    json map = closed(std::move(keys), {"class"});
    const json some_command = {
        {"anyOf", {needs({"commands"}), needs({"cmd"}), needs({"powershell"}), needs({"local"})}}};
    const json stays = {{"required", {"residue"}}, {"properties", {{"residue", {{"minLength", 1}}}}}};
    const json list_filled = {{"properties", {{"commands", {{"minItems", 1}}}}}};
    map["allOf"] = json::array(
        {when_is("class", "exact", {{"allOf", {some_command, list_filled, needs({"unless_changed"})}}}),
         when_is("class", "compensating", {{"allOf", {some_command, list_filled, stays}}}),
         when_is("class", "none", {{"allOf", {stays}}}),
         when_is("class", "none",
                 {{"properties",
                   {{"commands", {{"maxItems", 0}}}, {"cmd", false}, {"powershell", false}, {"local", false}}}}),
         when_then(needs({"commands"}),
                   {{"properties", {{"cmd", false}, {"powershell", false}, {"local", false}, {"expect_exit", false}}}}),
         when_then(needs({"expect_exit"}), has_a_command()), json{{"not", needs({"cmd", "powershell"})}},
         json{{"not", needs({"cmd", "local"})}}, json{{"not", needs({"powershell", "local"})}}});
    return map;
}

json variable_map() {
    json map = closed({{"type", one_of(words_of(variable_type::secret),
                                       "string unless given. A secret is never shown, recorded or journaled.")},
                       {"min", described({{"type", "integer"}}, "The least an int may be.")},
                       {"max", described({{"type", "integer"}}, "The most an int may be.")},
                       {"choices", texts("The words of an enum.")},
                       {"default", text("Its value when nobody gives one, or a template for it, of facts and the "
                                        "variables before. Without a default a `decision:` step decides it.")},
                       {"prompt", flag("true: asked for before anything is looked at; the default is the proposal.")},
                       {"question", text("As put to a person.")},
                       {"proposal", text("Template: the proposed answer.")}},
                      {});
    const json no_bounds = {{"properties", {{"min", false}, {"max", false}}}};
    const auto default_is = [](json what) { return json{{"properties", {{"default", std::move(what)}}}}; };
    const json is_int = {{"properties", {{"type", {{"const", "int"}}}}}, {"required", {"type"}}};
    const auto or_computed = [](json what) {
        return json{{"anyOf", {std::move(what), {{"type", "string"}, {"pattern", "\\{\\{"}}}}};
    };
    map["allOf"] = json::array(
        {json{{"if", is_int}, {"then", default_is(or_computed({{"type", "integer"}}))}, {"else", no_bounds}},
         when_is("type", "bool", default_is(or_computed({{"enum", {true, false, "yes", "no"}}}))),
         when_is("type", "secret", {{"properties", {{"default", false}, {"prompt", {{"enum", {false, "no"}}}}}}}),
         when_is("type", "enum", filled_list("choices"))});
    return map;
}

struct family {
    const char* name;
    json condition;
    names keys;      // beside the common ones
    names required;  // beside name and id
    bool acts;
};

json names_a_command() {
    return {{"anyOf", {needs({"cmd"}), needs({"powershell"}), needs({"local"}), needs({"console"}), needs({"azure"})}}};
}
json reads_something() {
    json reads = {{"properties", {{"reads", {{"enum", {true, "yes"}}}}}}, {"required", {"reads"}}};
    return {{"allOf", {names_a_command(), std::move(reads)}}};
}
json changes_something() {
    json reads = {{"properties", {{"reads", {{"enum", {true, "yes"}}}}}}, {"required", {"reads"}}};
    return {{"allOf", {names_a_command(), {{"not", std::move(reads)}}}}};
}
json is_no_other() {
    json others = json::array();
    for (const char* key :
         {"cmd", "powershell", "local", "console", "azure", "registry", "service", "acl", "restart", "azure.snapshot",
          "azure.nsg_rule", "azure.restart", "decision", "manual", "block", "hive", "include"})
        others.push_back(needs({key}));
    return {{"not", {{"anyOf", std::move(others)}}}};
}

std::vector<family> families() {
    const names look = {"cmd",     "powershell", "local", "azure",       "reads", "parse",
                        "fields",  "separator",  "keep",  "expect_exit", "limit", "look",
                        "finding", "settle",     "until", "retries",     "delay"};
    const names change = {"cmd",    "powershell", "local",       "console", "reads", "changes",
                          "before", "effective",  "expect_exit", "limit",   "undo",  "proof"};
    return {{"look", reads_something(), look, {}, false},
            {"change", changes_something(), change, {"changes", "undo"}, true},
            {"registry", needs({"registry"}), {"registry"}, {}, true},
            {"service", needs({"service"}), {"service"}, {}, true},
            {"acl", needs({"acl"}), {"acl"}, {}, true},
            {"restart", needs({"restart"}), {"restart"}, {}, true},
            {"azure.snapshot", needs({"azure.snapshot"}), {"azure.snapshot"}, {}, true},
            {"azure.nsg_rule", needs({"azure.nsg_rule"}), {"azure.nsg_rule"}, {}, true},
            {"azure.restart", needs({"azure.restart"}), {"azure.restart"}, {}, true},
            {"decision", needs({"decision"}), {"decision"}, {}, false},
            {"manual", needs({"manual"}), {"manual"}, {}, true},
            {"block", needs({"block"}), {"block", "rescue", "always"}, {}, false},
            {"hive", needs({"hive"}), {"hive"}, {}, false},
            {"include", needs({"include"}), {"include"}, {}, false},
            {"think", is_no_other(), {"look", "value", "finding"}, {}, false}};
}

json common_step_keys() {
    return {{"name", full_text("What the step is about, for people.")},
            {"id", described({{"type", {"string", "number", "boolean"}}, {"minLength", 1}, {"pattern", "^[^./]*$"}},
                             "A word of its own, for reports, journals and confirm:ID.")},
            {"cites", text("The paragraph of the source it carries out.")},
            {"when", lua("Lua: the step is skipped when it is false or nil.")},
            {"loop", lua("Lua: a list; the step runs once for each `item`.")},
            {"register", name("The name of its result for later steps.")},
            {"risk", one_of(words_of(risk_level::high), "Required for a step that changes something.")},
            {"why", text("Template, shown when it acts; required for a step that changes something.")},
            {"optional", flag("true: when it fails, that is a warning.")},
            {"temporary", flag("true: what it changes is to be taken back as soon as possible.")},
            {"tags", texts("Words to select by.")}};
}

json step_keys() {
    json keys = common_step_keys();
    keys.update(reading_keys());
    keys["reads"] = flag("true: the command only looks. Sent only if it is known as read-only, whatever this says.");
    keys["look"] = text("Template: one sentence on what was looked at.");
    keys["finding"] = one_or_list(reference("finding"), "What would be wrong, one or several.");
    keys["settle"] = referring("settle", "After a change: look again until it holds.");
    keys["until"] = lua("Look again until this holds; if it never does, the step fails.");
    keys["retries"] =
        described({{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}, "How often to look again; 3 unless given.");
    keys["delay"] = seconds("Seconds between two looks; 5 unless given.");
    keys["value"] = lua("Lua: registered as it is.");
    keys["changes"] = full_text("Template: from what to what.");
    keys["before"] = described({{"type", "array"}, {"items", {{"allOf", {reference("reading"), needs({"register"})}}}}},
                               "Read and journaled before the change.");
    keys["effective"] = one_of(words_of(takes_effect::restart), "When the change takes effect; now unless given.");
    keys["undo"] = referring("undo", "The way back.");
    keys["proof"] = referring("proof", "What shows that the change worked.");
    keys["console"] = described(dialogue(), "A conversation with a program that asks; the first turn starts it.");
    keys["registry"] = referring("registry", "A value of the registry that must be so.");
    keys["service"] = referring("service", "A service that must be so.");
    keys["acl"] = referring("acl", "Rights on a file that must be granted.");
    keys["restart"] = referring("restart", "A restart of the machine.");
    keys["azure.snapshot"] = referring("azure.snapshot", "A snapshot of the system disk that must be there.");
    keys["azure.nsg_rule"] = referring("azure.nsg_rule", "A rule of the network in front of it that must be so.");
    keys["azure.restart"] = referring("restart", "A restart of the machine by Azure, for one that does not obey.");
    keys["manual"] = referring("manual", "What only a person can do.");
    const json steps = {{"type", "array"}, {"minItems", 1}, {"items", reference("step")}};
    keys["block"] = described(steps, "Steps that hold together: when one fails, what they changed is taken back.");
    keys["rescue"] = described(steps, "Carried out in the place of a block that failed.");
    keys["always"] = described(steps, "Carried out after the block and its rescue in any case.");
    keys["hive"] = referring("hive", "The registry of a Windows that is not running, loaded for the steps inside.");
    keys["include"] = referring("include", "Another runbook as one step.");
    keys["decision"] = referring("decision", "A question that a person decides.");
    return keys;
}

json step_map() {
    names common;
    const json common_keys = common_step_keys();
    for (const auto& [key, value] : common_keys.items()) common.push_back(key);
    json map = closed(step_keys(), {"name", "id"});
    map["dependencies"] = {{"retries", {"until"}}, {"delay", {"until"}}};
    map["allOf"] = json::array();
    for (const auto& one : families()) {
        names allowed = common;
        allowed.insert(allowed.end(), one.keys.begin(), one.keys.end());
        json then = {{"propertyNames", {{"enum", allowed}}}};
        names required = one.required;
        if (one.acts) {
            required.insert(required.end(), {"why", "risk"});
            then["properties"] = {{"why", {{"minLength", 1}}}, {"risk", {{"enum", {"low", "medium", "high"}}}}};
        }
        if (!required.empty()) then["required"] = required;
        const std::string kind = one.name;
        if (kind == "look") then["allOf"] = reading_rules();
        if (kind == "change")
            then["oneOf"] = {needs({"cmd"}), needs({"powershell"}), needs({"local"}), needs({"console"})};
        // A change that is no command of its own may be temporary, looks may not.
        if (!one.acts || kind == "restart" || kind == "azure.restart")
            then["not"] = {{"required", {"temporary"}}, {"properties", {{"temporary", {{"enum", {true, "yes"}}}}}}};
        if (kind == "think") then["anyOf"] = {needs({"value"}), needs({"finding"})};
        json rule = when_then(one.condition, std::move(then));
        rule["$comment"] = kind;
        map["allOf"].push_back(std::move(rule));
    }
    return map;
}

}  // namespace

json runbook_schema() {
    json vars = {{"type", "object"},
                 {"propertyNames", {{"pattern", name_pattern}}},
                 {"additionalProperties", reference("variable")}};
    json outputs = {{"type", "object"}, {"additionalProperties", lua("Lua.")}};
    json map = closed({{"name", full_text("words-with-dashes; the file is called name.yaml.")},
                       {"title", full_text("One line for people.")},
                       {"source", text("The article it carries out.")},
                       {"vars", described(std::move(vars), "Variables, settable from outside.")},
                       {"limit", seconds("Seconds a whole run may take; then it is taken back.")},
                       {"outputs", described(std::move(outputs), "What a runbook that includes this one gets.")},
                       {"steps", described({{"type", "array"}, {"minItems", 1}, {"items", reference("step")}},
                                           "Run in this order.")}},
                      {"name", "title", "steps"});
    json schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                   {"title", "emsctl runbook"},
                   {"description",
                    "How to look at a Windows machine, what would be wrong with it, and how to repair "
                    "it and take the repair back."}};
    schema.update(map);
    schema["definitions"]["variable"] = variable_map();
    schema["definitions"]["step"] = step_map();
    schema["definitions"]["reading"] = reading_map();
    schema["definitions"]["proof"] = proof_map();
    schema["definitions"]["finding"] = finding_map();
    schema["definitions"]["settle"] = settle_map();
    schema["definitions"]["undo"] = undo_map();
    schema["definitions"]["undo_command"] = undo_command_map();
    schema["definitions"]["registry"] = registry_map();
    schema["definitions"]["service"] = service_map();
    schema["definitions"]["acl"] = acl_map();
    schema["definitions"]["restart"] = restart_map();
    schema["definitions"]["azure.snapshot"] = azure_snapshot_map();
    schema["definitions"]["azure.nsg_rule"] = azure_rule_map();
    schema["definitions"]["decision"] = decision_map();
    schema["definitions"]["manual"] = manual_map();
    schema["definitions"]["hive"] = hive_map();
    schema["definitions"]["include"] = include_map();
    return schema;
}

}  // namespace emsctl::scripts

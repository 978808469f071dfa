#include "scripts/family_schema.hpp"

#include "scripts/runbook.hpp"

namespace emsctl::scripts::schema {

json registry_map() {
    return closed({{"key", full_text("Template: HKLM\\...")},
                   {"value", full_text("Template: the name of the value.")},
                   {"type", one_of({"REG_DWORD", "REG_SZ", "REG_EXPAND_SZ", "REG_QWORD"}, "REG_DWORD unless given.")},
                   {"data", full_text("Template: the wanted data.")},
                   {"effective", one_of(words_of(takes_effect::restart), "When it takes effect; now unless given.")}},
                  {"key", "value", "data"});
}

json service_map() {
    json map = closed({{"name", full_text("Template: the short name, such as TermService.")},
                       {"state", one_of({"running", "stopped"}, "The wanted state.")},
                       {"start", one_of({"auto", "demand", "disabled"}, "The wanted start type.")},
                       {"within", seconds("How many seconds it may take; 60 unless given.")}},
                      {"name"});
    map["oneOf"] = {needs({"state"}), needs({"start"})};
    return map;
}

json acl_map() {
    json grants = {{"type", "object"},
                   {"minProperties", 1},
                   {"propertyNames", {{"pattern", "^S-1-"}}},
                   {"additionalProperties", {{"enum", {"F", "M", "RX", "R", "W"}}}}};
    return closed({{"path", full_text("Template: one file or folder.")},
                   {"grants", described(std::move(grants),
                                        "SID: right (F, M, RX, R, W). Names of accounts are "
                                        "translated on other Windows, SIDs are not.")}},
                  {"path", "grants"});
}

json restart_map() {
    return closed({{"reason", full_text("Template: why the machine restarts.")},
                   {"limit", seconds("How many seconds it may be away; 900 unless given.")}},
                  {"reason"});
}

json azure_snapshot_map() {
    return closed({{"name", full_text("Template: the snapshot's name; letters, digits and . _ -")}}, {"name"});
}

json azure_rule_map() {
    return closed(
        {{"name", full_text("Template: the rule's name.")},
         {"group", text("Template: name or id of the network security group; needed where several guard the "
                        "machine.")},
         {"access", text("Template: Allow or Deny. A new rule needs it.")},
         {"port", text("Template: a port, a range, or several with commas. A new rule needs it.")},
         {"protocol", text("Template: Tcp (of a new rule unless given), Udp, Icmp or *.")},
         {"source", text("Template: addresses as 203.0.113.0/24, several with commas, or a service tag. A new "
                         "rule needs it.")},
         {"priority", text("Template: 100 to 4096, the least wins. A new rule needs it.")},
         {"state", one_of({"present", "absent"}, "present unless given.")}},
        {"name"});
}

json manual_map() {
    return closed({{"do", full_text("Template: what a person is to do.")},
                   {"proof", referring("proof", "What shows that it is done.")}},
                  {"do"});
}

json hive_map() {
    json as = {{"type", "string"}, {"pattern", "^EMS-[A-Za-z0-9-]*$"}};
    return closed({{"file", full_text("Template: the hive's file, such as F:\\Windows\\System32\\config\\SYSTEM.")},
                   {"as", described(std::move(as), "The key under HKLM at which the steps find it: EMS-...")},
                   {"steps", described({{"type", "array"}, {"minItems", 1}, {"items", reference("step")}},
                                       "Carried out while it is loaded.")}},
                  {"file", "as", "steps"});
}

json include_map() {
    json vars = {{"type", "object"}, {"additionalProperties", lua("Lua, in the names of this runbook.")}};
    return closed({{"runbook", full_text("A shipped runbook, or a file beside this one.")},
                   {"vars", described(std::move(vars), "Its variables that this runbook sets.")},
                   {"only_looks", flag("true: nothing is changed by it, also in a repair.")}},
                  {"runbook"});
}

json decision_map() {
    return closed({{"variable", full_text("The variable that is decided.")},
                   {"question", text("Template; the variable's own unless given.")},
                   {"proposal", lua("Lua; the variable's own unless given.")},
                   {"accept", lua("Lua: does the answer mean yes? Any answer that is not false unless given.")},
                   {"safe", flag("true: the proposal may be taken without asking.")},
                   {"confirms", texts("The ids of steps that need no further confirmation.")}},
                  {"variable"});
}

json dialogue() {
    const auto line = [](int longest, const char* description) {
        return described({{"type", {"string", "number", "boolean"}},
                          {"minLength", 1},
                          {"maxLength", longest},
                          {"pattern", "^[^\\n]*[^ \\n]$"}},
                         description);
    };
    const auto line_with_blanks = [](int longest, const char* description) {
        return described({{"type", {"string", "number", "boolean"}},
                          {"minLength", 1},
                          {"maxLength", longest},
                          {"pattern", "^[^\\n]+$"}},
                         description);
    };
    const json failing = closed({{"says", line(200, "What the program says when it failed.")},
                                 {"fail", line(400, "One sentence: what that means.")}},
                                {"says", "fail"});
    const json regex =
        closed({{"regex", line_with_blanks(1000, "RE2: what the program says; ^ and $ are those of a line.")},
                {"fail", line(400, "One sentence: what it means; the conversation has failed.")}},
               {"regex"});
    const json awaited = {{"anyOf", {line(200, "What the program says, within one line."), failing, regex}}};
    const json turn = closed({{"expect", {{"anyOf", {awaited, {{"type", "array"}, {"items", awaited}}}}}},
                              {"send", line(200, "Template: the line that is typed then.")},
                              {"within", seconds("How many seconds it may take; 30 unless given.")},
                              {"idle", seconds("Seconds without news that end it sooner; none unless given.")}},
                             {});
    json later = turn;
    later["anyOf"] = {
        needs({"send"}),
        {{"required", {"expect"}}, {"not", {{"properties", {{"expect", {{"type", "array"}, {"maxItems", 0}}}}}}}}};
    json first = turn;
    first["required"] = {"send"};
    first["properties"]["expect"] = {{"type", "array"}, {"maxItems", 0}};
    return {{"type", "array"}, {"minItems", 1}, {"items", json::array({first})}, {"additionalItems", later}};
}

}  // namespace emsctl::scripts::schema

// What stands in a step beside the keys that every step has, family by family. It checks shapes; what names mean to the
// whole runbook is the parser's.
#pragma once

#include "scripts/member_reader.hpp"

namespace emsctl::scripts {

// From the members of the step itself.
step_action read_look(member_reader& members, complaints& errors);
step_action read_command(member_reader& members, complaints& errors);
step_action read_judge(member_reader& members, complaints& errors);

// From the map that stands under the family's name.
step_action read_registry(const yaml_node& node, complaints& errors);
step_action read_service(const yaml_node& node, complaints& errors);
step_action read_acl(const yaml_node& node, complaints& errors);
step_action read_restart(const yaml_node& node, complaints& errors);
step_action read_decision(const yaml_node& node, complaints& errors);
step_action read_azure_snapshot(const yaml_node& node, complaints& errors);
step_action read_azure_rule(const yaml_node& node, complaints& errors);
step_action read_azure_restart(const yaml_node& node, complaints& errors);
step_action read_manual(const yaml_node& node, complaints& errors);

}  // namespace emsctl::scripts

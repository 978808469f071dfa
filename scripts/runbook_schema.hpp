// The runbook format as a JSON Schema (draft-07), for editors and for whoever makes runbooks with a program. It says
// what the parser says about keys, types and families of steps; expressions, names and the gate stay the parser's.
#pragma once

#include <nlohmann/json.hpp>

namespace emsctl::scripts {

// Members in the order a person would write them; each definition that is a map closes with additionalProperties or,
// in a step, with the propertyNames of its family (whose `$comment` is the family's name).
nlohmann::ordered_json runbook_schema();

}  // namespace emsctl::scripts

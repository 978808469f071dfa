// JSON Schema of what stands in a step under the name of its family, as family_reader.hpp reads it.
#pragma once

#include "scripts/schema_words.hpp"

namespace emsctl::scripts::schema {

json registry_map();
json service_map();
json acl_map();
json restart_map();
json azure_snapshot_map();
json azure_rule_map();
json manual_map();
json hive_map();
json include_map();
json decision_map();
json dialogue();

}  // namespace emsctl::scripts::schema

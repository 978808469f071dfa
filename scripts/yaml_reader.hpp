// Strict reading of a YAML text: every node keeps its place, equal keys, aliases, tags and excess depth or size are
// errors. It knows nothing of runbooks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct yaml_node {
    enum class kind { scalar, list, map } what = kind::scalar;
    std::string text;       // scalar
    bool is_plain = false;  // scalar without quotes: may stand for a number or a boolean
    std::vector<yaml_node> items;
    std::vector<std::pair<yaml_node, yaml_node>> members;  // in the order of the file
    place at;

    const yaml_node* find(std::string_view key) const;
};

struct yaml_problem {
    place at;
    std::string message;
};

struct yaml_document {
    std::optional<yaml_node> root;
    std::vector<yaml_problem> problems;
};
yaml_document read_yaml(std::string_view text);

}  // namespace emsctl::scripts

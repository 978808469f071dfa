// How a changing command of an article could be carried out by the engine, as lines of YAML for a comment: a state that
// knows its own way back where the command's meaning is known, else the command itself without one. Pure.
#pragma once

#include <string>
#include <vector>

#include "scripts/article/command_doubts.hpp"
#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct draft_proposal {
    std::vector<std::string> lines;  // members of a step, behind name, id and cites; empty: there is none
    std::string remark;              // why there is none, or what to use; empty: nothing to say
    risk_level risk = risk_level::high;
    bool is_known = false;  // it is known that the command changes something, and what
};

// `with_holes`: the command as a template. Places of `view` are put back by `hole_of` (number of the place).
draft_proposal proposal_for(const command_view& view, const std::string& with_holes,
                            const std::vector<std::string>& holes);

// Text as YAML: on the line of its key, or as lines below it, indented by `indent`.
std::string yaml_text(const std::string& text, std::size_t indent);

}  // namespace emsctl::scripts

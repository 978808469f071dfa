// An article's commands -> the draft of a runbook. Commands that the gate knows to only read become steps that read;
// everything else becomes a step by hand, which the engine never carries out, with a proposal beside it as a comment.
// Pure. Whatever the article holds, the draft is a runbook that the parser accepts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scripts/article/article.hpp"
#include "scripts/article/placeholders.hpp"
#include "scripts/runbook.hpp"

namespace emsctl::scripts {

enum class drafted_as { reads, changes, unknown, outside, sac, program };
std::string_view to_string(drafted_as kind);

struct draft_step {
    std::string id;
    int line = 0;
    drafted_as kind = drafted_as::unknown;
    shell in = shell::cmd;
    risk_level risk = risk_level::high;
    std::string command;                    // as it stands in the article
    std::vector<article_finding> findings;  // about this command
};

struct runbook_draft {
    std::string yaml;  // empty: the article has no command
    std::string title;
    std::vector<draft_step> steps;
    std::vector<draft_variable> variables;
    std::vector<article_finding> findings;  // about the article; those of commands stand with their steps
};

// `name`: the runbook's; `source`: where the article is from, for people.
runbook_draft draft_runbook(std::string_view markdown, const std::string& name, const std::string& source);

}  // namespace emsctl::scripts

// What the journal of an interrupted run says, and what the machine says about it: which changes were made, which were
// not, and which nobody knows. Internal to scripts/.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "scripts/engine.hpp"

namespace emsctl::scripts {

struct earlier_run {
    std::vector<done_change> done;  // still in place, in the order they were made
    // Up to the last change: what each step gave, by its id, in the order of its executions; and the facts. Walking the
    // steps again with these leads to where the run was interrupted, although the machine is another by now.
    std::map<std::string, std::deque<nlohmann::json>> seen;
    nlohmann::json facts = nlohmann::json::object();
    std::map<std::string, std::set<std::string>> of;  // by step id: what was done there
    std::map<std::string, nlohmann::json> captures;   // by step id: of its conversation
    bool restart_pending = false;
    std::map<std::string, nlohmann::json> answers;  // of variables by full name
    std::map<std::string, bool> confirmed;          // by step id
};

// Whoever goes on proves again what a changed state suggests; whoever takes back would destroy what somebody else may
// have put there since, and asks.
enum class settle_for { resume, undo };

// Nobody can know whether a change was made; what() says which, and how a person can decide it.
class outcome_unknown : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Looks on the machine for what the journal leaves open and writes what it finds into the journal: the marks a command
// left in the same boot, else the state it was to change. A change that was begun and not finished is taken back.
// `decided`: what a person says of steps (true: it was done). The report gets every change. Throws outcome_unknown.
boost::asio::awaitable<earlier_run> settle_earlier(engine& run, const journal_content& content, journal_writer& journal,
                                                   const std::map<std::string, bool>& decided, settle_for purpose);

// Throws usage_error when something is said of a step that the journal has nothing of.
void check_decided(const journal_content& content, const std::map<std::string, bool>& decided);

}  // namespace emsctl::scripts

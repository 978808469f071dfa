#include "scripts/local_programs.hpp"

namespace emsctl::scripts {
namespace {

class collector {
  public:
    void steps(const std::vector<step>& all) {
        for (const auto& s : all) std::visit([this](const auto& action) { of(action); }, s.action);
    }
    std::set<std::string> take() { return std::move(programs_); }

  private:
    void add(shell in, const std::string& text) {
        if (in == shell::local) programs_.insert(text.substr(0, text.find('\n')));
    }
    void add(const reading& what) { add(what.in, what.command.text); }
    void add(const plain_command& what) { add(what.in, what.text.text); }

    void of(const read_step& s) { add(s.what); }
    void of(const command_step& s) {
        add(s.command);
        for (const auto& before : s.before) add(before);
        for (const auto& back : s.undo.commands) add(back);
        if (s.undo.unless_changed) add(*s.undo.unless_changed);
        if (s.proof) add(s.proof->what);
    }
    void of(const manual_step& s) {
        if (s.proof) add(s.proof->what);
    }
    void of(const block_step& s) {
        for (const auto* part : {&s.steps, &s.rescue, &s.always}) steps(*part);
    }
    void of(const hive_step& s) { steps(s.steps); }
    void of(const include_step& s) { steps(s.book->steps); }
    template <class Guest>
    void of(const Guest&) {}  // the other families work in the guest

    std::set<std::string> programs_;
};

}  // namespace

std::set<std::string> local_programs(const runbook& book) {
    collector all;
    all.steps(book.steps);
    return all.take();
}

std::set<std::string> local_programs(const journal_content& content) {
    std::set<std::string> programs;
    const auto add = [&](const nlohmann::json& command) {
        if (command.value("shell", "") != to_string(shell::local)) return;
        const auto text = command.value("text", "");
        programs.insert(text.substr(0, text.find('\n')));
    };
    for (const auto& entry : content.entries) {
        if (entry.body.value("type", "") != "change") continue;
        for (const char* list : {"commands", "undo"})
            for (const auto& command : entry.body.value(list, nlohmann::json::array())) add(command);
        if (const auto present = entry.body.find("present"); present != entry.body.end()) add(*present);
    }
    return programs;
}

}  // namespace emsctl::scripts

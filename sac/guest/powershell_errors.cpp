// Error records: how they are kept, told and shown; and the variables, automatic ones among them.
#include "sac/guest/powershell_interpreter.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest::powershell {

namespace {

struct place {
    std::size_t line = 1, column = 1;
    std::string text;
};

place place_of(const source& from, std::size_t at) {
    place out;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < at && i < from.text.size(); ++i)
        if (from.text[i] == '\n') {
            ++out.line;
            begin = i + 1;
        }
    out.column = at - begin + 1;
    out.text = from.text.substr(begin, from.text.find('\n', begin) - begin);
    if (out.text.ends_with('\r')) out.text.pop_back();
    return out;
}

// "+ code" and "+ ~~~~" as the console host shows where an error arose.
std::string position_text(const node& at) {
    const auto where = place_of(*at.from, at.begin);
    const auto first = where.text.find_first_not_of(" \t");
    const auto margin = first == std::string::npos ? 0 : first;
    const auto length = std::max<std::size_t>(
        1, std::min(at.end - at.begin, where.text.size() - std::min(where.text.size(), where.column - 1)));
    std::string out = "At " + (at.from->file.empty() ? "line" : at.from->file) + ":" + std::to_string(where.line) +
                      " char:" + std::to_string(where.column) + "\r\n";
    out += "+ " + where.text.substr(margin) + "\r\n";
    out += "+ " + std::string(where.column - 1 - std::min(margin, where.column - 1), ' ') + std::string(length, '~') +
           "\r\n";
    return out;
}

}  // namespace

void interpreter::print_error(const error_record& what) {
    host_.flush();
    std::string out;
    if (what.is_native) {
        self_.err.line((what.activity.empty() ? "" : what.activity + " : ") + what.message);
        return;
    }
    // A command that was not found is named, though no cmdlet reports it.
    const auto name =
        what.type == "CommandNotFoundException" ? what.target.substr(0, what.target.rfind(':')) : what.activity;
    out += (name.empty() ? "" : name + " : ") + what.message + "\r\n";
    if (what.at && what.at->from) out += position_text(*what.at);
    out += "    + CategoryInfo          : " + what.category + ": (" + (what.target.empty() ? ":" : what.target) +
           ") [" + what.activity + "], " + what.type + "\r\n";
    out += "    + FullyQualifiedErrorId : " + what.id + "\r\n \r\n";
    self_.err.write(out);
}

std::string interpreter::preference(const char* name) const {
    return to_text(get(name));
}

void interpreter::write_error(error_record what, const std::string& given) {
    ok = false;
    auto action = given.empty() ? preference("ErrorActionPreference") : given;
    if (text::equal_no_case(action, "Ignore")) return;
    if (text::equal_no_case(action, "Stop")) throw terminating{what, true};
    errors_.insert(errors_.begin(), record_value(what));
    if (text::equal_no_case(action, "SilentlyContinue")) return;
    if (error_output_)
        merged_errors_.push_back(record_value(what));
    else if (error_target_)
        error_target_(what);
    else
        print_error(what);
}

task<void> interpreter::pass_on_errors() {
    while (error_output_ && !merged_errors_.empty()) {
        const auto next = merged_errors_.front();
        merged_errors_.erase(merged_errors_.begin());
        co_await error_output_->put(next);
    }
}

value interpreter::record_value(const error_record& what) const {
    auto made = make_object("System.Management.Automation.ErrorRecord", what.message);
    made->record = std::make_shared<error_record>(what);
    auto exception = make_object("System." + what.type, what.message);
    exception->set("Message", what.message);
    made->set("Exception", value(exception));
    made->set("FullyQualifiedErrorId", what.id);
    auto category = make_object("System.Management.Automation.ErrorCategoryInfo",
                                what.category + ": (" + what.target + ") [" + what.activity + "], " + what.type);
    category->set("Category", what.category);
    category->set("Activity", what.activity);
    category->set("Reason", what.type);
    made->set("CategoryInfo", value(category));
    if (what.at && what.at->from) {
        auto where = make_object("System.Management.Automation.InvocationInfo");
        const auto at = place_of(*what.at->from, what.at->begin);
        where->set("ScriptLineNumber", value(static_cast<int>(at.line)));
        where->set("ScriptName", what.at->from->file);
        where->set("Line", at.text);
        where->set("PositionMessage", position_text(*what.at));
        made->set("InvocationInfo", value(where));
    }
    return value(made);
}

void interpreter::refuse(const std::string& what) {
    os().log_refused("powershell", what);
}

void interpreter::unknown_command(const std::string& name, const node& at) {
    refuse(name);
    raise({"The term '" + name +
               "' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the "
               "spelling of the name, or if a path was included, verify that the path is correct and try again.",
           "CommandNotFoundException", "ObjectNotFound", "CommandNotFoundException", name + ":String", "",
           at.what == kind::command ? at.kids[0].get() : &at, false});
}

int interpreter::zone() const {
    return self_.os.clock.zone_minutes;
}

value interpreter::get(const std::string& given) const {
    auto name = given;
    const auto colon = name.find(':');
    const auto drive = colon == std::string::npos ? std::string() : text::lower(name.substr(0, colon));
    if (colon != std::string::npos) name = name.substr(colon + 1);
    if (drive == "env") {
        const auto found = self_.env.find(name);
        return found == self_.env.end() ? value() : value(found->second);
    }
    bool is_known = false;
    auto automatic = automatic_variable(*this, name, is_known);
    if (is_known) return automatic;
    if (text::equal_no_case(name, "Error")) return make_array(errors_);
    if (drive == "global") {
        const auto found = scopes_.front().variables.find(name);
        return found == scopes_.front().variables.end() ? value() : found->second;
    }
    bool is_past = drive != "script";  // $script: begins at the nearest script's own scope
    for (auto at = scopes_.rbegin(); at != scopes_.rend(); ++at) {
        is_past = is_past || at->is_script || std::next(at) == scopes_.rend();
        // A script's variables live in the scope its body opened above the one that marks it.
        const bool opens_script = drive == "script" && std::next(at) != scopes_.rend() && std::next(at)->is_script;
        if (!is_past && !opens_script) continue;
        if (text::equal_no_case(name, "PSScriptRoot") && at->is_script) return value(file_system::parent_of(at->file));
        if (text::equal_no_case(name, "PSCommandPath") && at->is_script) return value(at->file);
        const auto found = at->variables.find(name);
        if (found != at->variables.end()) return found->second;
    }
    return {};
}

void interpreter::set(const std::string& given, value what) {
    auto name = given;
    const auto colon = name.find(':');
    const auto drive = colon == std::string::npos ? std::string() : text::lower(name.substr(0, colon));
    if (colon != std::string::npos) name = name.substr(colon + 1);
    if (drive == "env") {
        if (to_text(what).empty())
            self_.env.erase(name);
        else
            self_.env[name] = to_text(what);
        return;
    }
    if (text::equal_no_case(name, "null")) return;
    if (drive == "global") {
        scopes_.front().variables[name] = std::move(what);
        return;
    }
    if (drive == "script") {
        for (auto at = scopes_.rbegin(); at != scopes_.rend(); ++at)
            if (std::next(at) == scopes_.rend() || std::next(at)->is_script) {
                at->variables[name] = std::move(what);
                return;
            }
    }
    scopes_.back().variables[name] = std::move(what);
}

const node* interpreter::function(const std::string& name) const {
    for (auto at = scopes_.rbegin(); at != scopes_.rend(); ++at) {
        const auto found = at->functions.find(name);
        if (found != at->functions.end()) return found->second;
    }
    return nullptr;
}

value automatic_variable(const interpreter& shell, const std::string& name, bool& is_known) {
    is_known = true;
    const auto is = [&](const char* wanted) { return text::equal_no_case(name, wanted); };
    if (is("?")) return value(shell.ok);
    if (is("true")) return value(true);
    if (is("false")) return value(false);
    if (is("null")) return value();
    auto& self = const_cast<interpreter&>(shell).self();
    if (is("PWD")) return value(self.cwd);
    if (is("HOME")) return value(self.variable("USERPROFILE"));
    if (is("PSHOME")) return value(self.os.system_root + "\\System32\\WindowsPowerShell\\v1.0");
    if (is("PSVersionTable")) {
        auto versions = std::make_shared<table>();
        auto version = make_object("System.Version", "5.1." + std::to_string(self.os.version.build) + "." +
                                                         std::to_string(self.os.version.revision));
        version->set("Major", value(5));
        version->set("Minor", value(1));
        version->set("Build", value(static_cast<int>(self.os.version.build)));
        version->set("Revision", value(static_cast<int>(self.os.version.revision)));
        versions->set(value("PSVersion"), value(version));
        versions->set(value("PSEdition"), value("Desktop"));
        return value(versions);
    }
    is_known = false;
    return {};
}

}  // namespace emsctl::guest::powershell

// Arguments to parameters, by name (any unambiguous beginning) and by position.
#include <sstream>

#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

namespace {

struct parameter {
    std::string name;
    int position = -1;
    bool takes_rest = false;
    bool is_switch = false;
};

std::vector<parameter> parameters_of(const cmdlet& what) {
    std::vector<parameter> out;
    std::istringstream words(
        std::string(what.parameters) +
        " ErrorAction WarningAction InformationAction ProgressAction Verbose! Debug! Confirm! WhatIf!");
    for (std::string word; words >> word;) {
        parameter made;
        if (word.back() == '+') {
            made.takes_rest = true;
            word.pop_back();
        }
        if (word.back() == '!') {
            made.is_switch = true;
            word.pop_back();
        }
        if (const auto at = word.find('@'); at != std::string::npos) {
            made.position = std::stoi(word.substr(at + 1));
            word.resize(at);
        }
        made.name = word;
        out.push_back(std::move(made));
    }
    return out;
}

}  // namespace

value call::arg(const char* name) const {
    const auto found = args.find(name);
    return found == args.end() ? value() : found->second;
}

error_record call::record(std::string message, const char* id, const char* category, const char* type,
                          std::string target) const {
    std::string command(what.name);
    const auto activity = command;
    command.erase(command.find('-'), 1);
    return {std::move(message),
            std::string(id) + "," + what.owner + "." + command + "Command",
            category,
            type,
            std::move(target),
            activity,
            at,
            false};
}

void call::error(std::string message, const char* id, const char* category, const char* type, std::string target) {
    has_failed = true;
    shell.ok = false;
    shell.write_error(record(std::move(message), id, category, type, std::move(target)), text_of("ErrorAction"));
}

void call::stop(std::string message, const char* id, const char* category, const char* type, std::string target) {
    throw terminating{record(std::move(message), id, category, type, std::move(target)), false};
}

void call::refuse(const std::string& what_is_missing) {
    shell.refuse(std::string(what.name) + " " + what_is_missing);
    stop("A parameter cannot be found that matches parameter name '" + what_is_missing + "'.", "NamedParameterNotFound",
         "InvalidArgument", "ParameterBindingException", ":");
}

void bind(call& to, interpreter::arguments& given) {
    const auto known = parameters_of(to.what);
    const auto missing_argument = [&](const std::string& name) {
        to.stop("Missing an argument for parameter '" + name +
                    "'. Specify a parameter of type 'System.Object' and try again.",
                "MissingArgument", "InvalidArgument", "ParameterBindingException", ":");
    };
    values positional;
    for (std::size_t i = 0; i < given.size(); ++i) {
        if (given[i].parameter.empty()) {
            positional.push_back(given[i].what);
            continue;
        }
        auto name = given[i].parameter;
        if (text::equal_no_case(name, "ea")) name = "ErrorAction";
        if (text::equal_no_case(name, "wa")) name = "WarningAction";
        if (text::equal_no_case(name, "PSPath")) name = "LiteralPath";
        std::vector<const parameter*> meant;
        for (const auto& one : known) {
            if (text::equal_no_case(one.name, name)) {
                meant = {&one};
                break;
            }
            if (text::starts_with_no_case(one.name, name)) meant.push_back(&one);
        }
        if (meant.size() > 1)
            to.stop("Parameter cannot be processed because the parameter name '" + name + "' is ambiguous.",
                    "AmbiguousParameter", "InvalidArgument", "ParameterBindingException", ":");
        if (meant.empty()) to.refuse(name);
        const auto& one = *meant[0];
        if (to.args.contains(one.name))
            to.stop("Cannot bind parameter because parameter '" + one.name + "' is specified more than once.",
                    "ParameterAlreadyBound", "InvalidArgument", "ParameterBindingException", ":");
        if (one.is_switch) {
            to.args[one.name] = given[i].has_value ? value(to_bool(given[i].what)) : value(true);
        } else if (given[i].has_value) {
            to.args[one.name] = given[i].what;
        } else {
            if (i + 1 >= given.size() || !given[i + 1].parameter.empty()) missing_argument(one.name);
            to.args[one.name] = given[++i].what;
        }
    }
    std::size_t at = 0;
    for (int position = 0; at < positional.size(); ++position) {
        const parameter* meant = nullptr;
        for (const auto& one : known)
            if (one.position == position) meant = &one;
        if (!meant)
            to.stop("A positional parameter cannot be found that accepts argument '" + to_text(positional[at]) + "'.",
                    "PositionalParameterNotFound", "InvalidArgument", "ParameterBindingException", ":");
        if (to.args.contains(meant->name)) continue;
        if (meant->takes_rest) {
            const values rest(positional.begin() + static_cast<std::ptrdiff_t>(at), positional.end());
            to.args[meant->name] = rest.size() == 1 ? rest[0] : make_array(rest);
            break;
        }
        to.args[meant->name] = positional[at++];
    }
    if (to.flag("WhatIf")) to.refuse("WhatIf");
    if (to.flag("Confirm")) to.refuse("Confirm");
    if (to.has("ErrorAction")) {
        const auto action = to.text_of("ErrorAction");
        bool is_known = false;
        for (const auto* name : {"Stop", "Continue", "SilentlyContinue", "Ignore"})
            is_known = is_known || text::equal_no_case(action, name);
        static const char* numbers[] = {"SilentlyContinue", "Stop", "Continue"};
        if (const auto* n = to.args["ErrorAction"].as<integer>(); n && n->number >= 0 && n->number <= 2) {
            to.args["ErrorAction"] = numbers[n->number];
            is_known = true;
        }
        if (!is_known) to.refuse("ErrorAction " + action);
    }
}

const cmdlet_table& cmdlets() {
    static const auto table = [] {
        cmdlet_table made;
        add_object_cmdlets(made);
        add_output_cmdlets(made);
        add_item_cmdlets(made);
        add_property_cmdlets(made);
        add_content_cmdlets(made);
        add_service_cmdlets(made);
        add_security_cmdlets(made);
        add_system_cmdlets(made);
        add_account_cmdlets(made);
        return made;
    }();
    return table;
}

// The aliases of Windows PowerShell 5.1 hide programs of the same name, sc among them.
std::string alias_of(const std::string& name) {
    static const std::map<std::string, const char*, text::less_no_case> aliases = {{"%", "ForEach-Object"},
                                                                                   {"foreach", "ForEach-Object"},
                                                                                   {"?", "Where-Object"},
                                                                                   {"where", "Where-Object"},
                                                                                   {"select", "Select-Object"},
                                                                                   {"sort", "Sort-Object"},
                                                                                   {"measure", "Measure-Object"},
                                                                                   {"group", "Group-Object"},
                                                                                   {"echo", "Write-Output"},
                                                                                   {"write", "Write-Output"},
                                                                                   {"gi", "Get-Item"},
                                                                                   {"gci", "Get-ChildItem"},
                                                                                   {"dir", "Get-ChildItem"},
                                                                                   {"ls", "Get-ChildItem"},
                                                                                   {"gp", "Get-ItemProperty"},
                                                                                   {"sp", "Set-ItemProperty"},
                                                                                   {"rp", "Remove-ItemProperty"},
                                                                                   {"ri", "Remove-Item"},
                                                                                   {"rm", "Remove-Item"},
                                                                                   {"del", "Remove-Item"},
                                                                                   {"erase", "Remove-Item"},
                                                                                   {"rd", "Remove-Item"},
                                                                                   {"rmdir", "Remove-Item"},
                                                                                   {"ni", "New-Item"},
                                                                                   {"gc", "Get-Content"},
                                                                                   {"cat", "Get-Content"},
                                                                                   {"type", "Get-Content"},
                                                                                   {"sc", "Set-Content"},
                                                                                   {"ac", "Add-Content"},
                                                                                   {"gsv", "Get-Service"},
                                                                                   {"sasv", "Start-Service"},
                                                                                   {"spsv", "Stop-Service"},
                                                                                   {"gps", "Get-Process"},
                                                                                   {"ps", "Get-Process"},
                                                                                   {"sleep", "Start-Sleep"},
                                                                                   {"gcim", "Get-CimInstance"},
                                                                                   {"gwmi", "Get-WmiObject"},
                                                                                   {"cd", "Set-Location"},
                                                                                   {"chdir", "Set-Location"},
                                                                                   {"sl", "Set-Location"},
                                                                                   {"pwd", "Get-Location"},
                                                                                   {"gl", "Get-Location"},
                                                                                   {"copy", "Copy-Item"},
                                                                                   {"cp", "Copy-Item"},
                                                                                   {"cpi", "Copy-Item"},
                                                                                   {"move", "Move-Item"},
                                                                                   {"mv", "Move-Item"},
                                                                                   {"mi", "Move-Item"},
                                                                                   {"ren", "Rename-Item"},
                                                                                   {"rni", "Rename-Item"},
                                                                                   {"ft", "Format-Table"},
                                                                                   {"fl", "Format-List"},
                                                                                   {"fw", "Format-Wide"},
                                                                                   {"iex", "Invoke-Expression"},
                                                                                   {"icm", "Invoke-Command"},
                                                                                   {"iwr", "Invoke-WebRequest"},
                                                                                   {"wget", "Invoke-WebRequest"},
                                                                                   {"curl", "Invoke-WebRequest"},
                                                                                   {"kill", "Stop-Process"},
                                                                                   {"spps", "Stop-Process"},
                                                                                   {"start", "Start-Process"},
                                                                                   {"saps", "Start-Process"},
                                                                                   {"gm", "Get-Member"},
                                                                                   {"gv", "Get-Variable"},
                                                                                   {"sv", "Set-Variable"},
                                                                                   {"set", "Set-Variable"},
                                                                                   {"cls", "Clear-Host"},
                                                                                   {"clear", "Clear-Host"},
                                                                                   {"diff", "Compare-Object"},
                                                                                   {"compare", "Compare-Object"},
                                                                                   {"tee", "Tee-Object"},
                                                                                   {"man", "help"},
                                                                                   {"h", "Get-History"},
                                                                                   {"history", "Get-History"},
                                                                                   {"ipmo", "Import-Module"},
                                                                                   {"gcm", "Get-Command"},
                                                                                   {"mount", "New-PSDrive"},
                                                                                   {"oh", "Out-Host"},
                                                                                   {"rvpa", "Resolve-Path"},
                                                                                   {"sls", "Select-String"},
                                                                                   {"gu", "Get-Unique"}};
    const auto found = aliases.find(name);
    return found == aliases.end() ? "" : found->second;
}

}  // namespace emsctl::guest::powershell

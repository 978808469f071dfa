// What a cmdlet is to the interpreter: its name, its parameters as one line of text, and a coroutine that is given
// bound arguments. Cmdlets, parameters and members that are not in the tables are refused.
#pragma once

#include <map>

#include "sac/guest/powershell_interpreter.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest::powershell {

struct call;

// Parameters: "Name" takes a value, "Name@0" also by position, "Name@0+" all positions that are left, "Force!" is a
// switch. The common parameters go without saying.
struct cmdlet {
    const char* name;
    const char* parameters;
    task<void> (*run)(call&);
    bool takes_all = false;  // run once at the end with the whole input; else once per item, or once without input
    const char* owner = "Microsoft.PowerShell.Commands";
};
using cmdlet_table = std::map<std::string, cmdlet, text::less_no_case>;

struct call {
    interpreter& shell;
    const cmdlet& what;
    const node* at;
    output& out;
    std::map<std::string, value, text::less_no_case> args;
    std::optional<value> item;  // from the pipeline
    values input;               // for takes_all
    bool has_failed = false;

    windows& os() { return shell.os(); }
    const account& who() { return shell.self().who; }
    bool has(const char* name) const { return args.contains(name); }
    value arg(const char* name) const;
    std::string text_of(const char* name) const { return to_text(arg(name)); }
    bool flag(const char* name) const { return to_bool(arg(name)); }
    values list(const char* name) const { return items_of(arg(name)); }

    // Goes on unless the preference says Stop. `target` is the object's text and short type, "TermService:String".
    void error(std::string message, const char* id, const char* category, const char* type, std::string target = {});
    [[noreturn]] void stop(std::string message, const char* id, const char* category, const char* type,
                           std::string target = {});
    [[noreturn]] void refuse(const std::string& what_is_missing);
    error_record record(std::string message, const char* id, const char* category, const char* type,
                        std::string target) const;
};

const cmdlet_table& cmdlets();
std::string alias_of(const std::string& name);  // the cmdlet an alias stands for, also one that is not simulated; or ""
void bind(call& to, interpreter::arguments& given);

// Instances of classes of WMI, with the properties whose form is known.
values wmi_network_adapters(windows& os);  // Win32_NetworkAdapter
values wmi_user_accounts(windows& os);     // Win32_UserAccount of the machine itself

void add_object_cmdlets(cmdlet_table& table);    // ForEach-Object, Where-Object, Select-Object, Sort-Object, ...
void add_output_cmdlets(cmdlet_table& table);    // Write-*, Out-*, ConvertTo-*, Format-*
void add_item_cmdlets(cmdlet_table& table);      // Get-Item, Get-ChildItem, Test-Path, Remove-Item, New-Item
void add_property_cmdlets(cmdlet_table& table);  // Get-ItemProperty and its siblings
void add_content_cmdlets(cmdlet_table& table);   // Get-Content, Set-Content, Out-File, Get-FileHash, Join-Path...
void add_service_cmdlets(cmdlet_table& table);
void add_security_cmdlets(cmdlet_table& table);  // Get-Acl, Set-Acl
void add_account_cmdlets(cmdlet_table& table);   // Get-LocalUser, Set-LocalUser, Get-LocalGroupMember...
void add_system_cmdlets(
    cmdlet_table& table);  // Get-Date, Get-Process, Get-CimInstance, Get-NetTCPConnection, Start-Sleep

}  // namespace emsctl::guest::powershell

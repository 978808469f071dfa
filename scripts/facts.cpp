#include "scripts/facts.hpp"

#include "scripts/engine.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

reading in_cmd(const char* text, output_format parse) {
    reading what;
    what.command.text = text;
    what.parse = parse;
    return what;
}

reading in_powershell(const char* text, std::vector<std::string> fields) {
    auto what = in_cmd(text, output_format::fields);
    what.in = shell::powershell;
    what.fields = std::move(fields);
    return what;
}

// Get-WmiObject and not Get-CimInstance: Windows PowerShell has it in every version, 2.0 to 5.1.
std::vector<fact_source> sources() {
    return {
        {in_cmd(R"(reg query "HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion")", output_format::reg),
         {{"build", "tonumber(reg_value(result, 'CurrentBuildNumber').data)", "build of Windows, a number"},
          {"product", "reg_value(result, 'ProductName').data", "name of the product"},
          {"edition", "reg_value(result, 'EditionID').data", "edition, such as ServerDatacenter"},
          {"installation", "(reg_value(result, 'InstallationType') or {data = ''}).data",
           "Server, Server Core or Client"}}},
        {in_cmd(R"(reg query "HKLM\SYSTEM\CurrentControlSet\Control\Nls\Language" /v InstallLanguage)",
                output_format::reg),
         {{"locale", "reg_value(result, 'InstallLanguage').data", "language of Windows, as 0409"}}},
        {in_cmd("echo %SystemRoot%", output_format::text), {{"system_root", "result.parsed", "such as C:\\Windows"}}},
        {in_cmd("echo %ProgramData%", output_format::text),
         {{"program_data", "result.parsed", "such as C:\\ProgramData"}}},
        {in_cmd("echo %SystemDrive%", output_format::text), {{"system_drive", "result.parsed", "such as C:"}}},
        {in_cmd(R"(reg query "HKLM\SOFTWARE\Microsoft\Cryptography" /v MachineGuid)", output_format::reg),
         {{"machine_guid", "reg_value(result, 'MachineGuid').data", "identity of this Windows"}}},
        {in_powershell("Get-WmiObject Win32_ComputerSystem | ForEach-Object { 'machine|{0}|{1}|{2}' -f "
                       "$_.Name,$_.PartOfDomain,$_.Domain }",
                       {"tag", "name", "joined", "domain"}),
         {{"computer_name", "result.rows[1].name", "name of the machine"},
          {"domain_joined", "same(result.rows[1].joined, 'True')", "whether it belongs to a domain"},
          {"domain", "result.rows[1].domain", "domain or workgroup"}}},
        {in_powershell("Get-WmiObject Win32_OperatingSystem | ForEach-Object { 'boot|{0}' -f $_.LastBootUpTime }",
                       {"tag", "time"}),
         {{"last_boot", "result.rows[1].time", "when Windows started, as WMI writes it"}}},
        {in_powershell("'now|{0:o}' -f (Get-Date).ToUniversalTime()", {"tag", "time"}),
         {{"clock", "result.rows[1].time", "the machine's clock, UTC, ISO 8601"}}},
        {in_powershell("'version|{0}' -f $PSVersionTable.PSVersion.Major", {"tag", "major"}),
         {{"powershell", "tonumber(result.rows[1].major)", "major version of Windows PowerShell"}}},
    };
}

}  // namespace

const std::vector<fact_source>& fact_sources() {
    static const std::vector<fact_source> all = sources();
    return all;
}

std::vector<std::string> fact_names() {
    std::vector<std::string> names;
    for (const auto& source : fact_sources())
        for (const auto& one : source.facts) names.emplace_back(one.name);
    names.emplace_back("azure");
    return names;
}

asio::awaitable<void> engine::gather(const std::set<std::string>& wanted) {
    facts_["azure"] = machine_.reaches_azure();
    for (const auto& source : fact_sources()) {
        bool needed = false;
        for (const auto& one : source.facts)
            needed = needed || (wanted.contains(std::string(one.name)) && !facts_.contains(one.name));
        if (!needed) continue;
        auto result = co_await read(source.what);
        const scope extra{{"result", std::move(result)}};
        for (const auto& one : source.facts) {
            const written expression{std::string(one.value), {}};
            facts_[std::string(one.name)] = value(expression, &extra);
        }
    }
    names["facts"] = facts_;
}

asio::awaitable<nlohmann::json> engine::boot_time() {
    const std::set<std::string> boot{"last_boot"};
    try {
        co_await gather(boot);
    } catch (const step_error&) {
        co_return nullptr;
    }
    co_return facts_["last_boot"];
}

}  // namespace emsctl::scripts

// Paths as PowerShell's providers understand them: file system, HKLM:, Cert:, Env:.
#pragma once

#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

enum class provider { files, registry, certificates, environment };
struct provider_path {
    provider kind = provider::files;
    std::string path;   // full file path; "HKEY_LOCAL_MACHINE\..."; "LocalMachine\Store\Thumbprint"; variable
    std::string shown;  // as error messages show it
};
// From "HKLM:\x", "Registry::HKEY_LOCAL_MACHINE\x", "Cert:\LocalMachine\My",
// "Microsoft.PowerShell.Security\Certificate::..." or a file path. Drives that are not simulated come back as files
// that do not exist.
provider_path resolve(call& c, const std::string& given);

// -Path (with wildcards), -LiteralPath or the pipeline, as resolved paths.
std::vector<provider_path> paths_of(call& c, const char* path_parameter = "Path");
bool exists(call& c, const provider_path& path);
void path_not_found(call& c, const provider_path& path);
void file_error(call& c, win32_error code, const std::string& path, const char* id);

value file_value(call& c, const std::string& path, const file_node& node);
value key_value(call& c, const std::string& path);
value certificate_value(call& c, const std::string& store, const certificate& cert);
value registry_data(const registry_value& what);

}  // namespace emsctl::guest::powershell

#include "scripts/service_rules.hpp"

#include <string>

namespace emsctl::scripts {

bool is_untouchable(std::string_view service_name) {
    // sacsvr carries the session itself; database and mail servers are stopped by their operators only.
    constexpr std::string_view names[] = {"rpcss",      "rpceptmapper",
                                          "dcomlaunch", "lsm",
                                          "samss",      "eventlog",
                                          "gpsvc",      "plugplay",
                                          "power",      "bfe",
                                          "mpssvc",     "dhcp",
                                          "nlasvc",     "nsi",
                                          "netlogon",   "ntds",
                                          "kdc",        "dns",
                                          "w32time",    "sacsvr",
                                          "windefend",  "windowsazureguestagent",
                                          "rdagent",    "clussvc",
                                          "vmms",       "cryptsvc",
                                          "winmgmt",    "termservice",
                                          "sessionenv", "lanmanserver"};
    std::string lower(service_name);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const auto name : names)
        if (lower == name) return true;
    return lower.starts_with("mssql") || lower.starts_with("msexchange") || lower.starts_with("sqlagent");
}

}  // namespace emsctl::scripts

// The few texts that must be matched because nothing language-independent stands beside them. One table, replaceable
// as a whole; the defaults are English (Windows 11 22H2 capture and published transcripts).
#pragma once

#include <string>
#include <vector>

namespace emsctl::sac {

struct console_texts {
    std::string username = "Username:";
    std::string domain = "Domain  :";
    std::string password = "Password:";
    std::string pager = "----Press <Enter> for more----";
    // Messages after `cmd` that say no: the service is not registered yet (worth waiting for), and the rest.
    std::string not_registered = "not yet registered";
    std::vector<std::string> refusals = {"session failed to be created", "channels is disabled", "has timed out",
                                         "maximum number of channels"};
    std::string login_failure = "Unable to authenticate";
    std::vector<std::string> firmware = {"BdsDxe: loading ", "BdsDxe: starting "};
    std::string boot_manager = "Windows Boot Manager";
};

}  // namespace emsctl::sac

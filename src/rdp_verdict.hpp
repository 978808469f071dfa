// What the findings of a Remote Desktop probe mean for a person: what is wrong, at which station, what to do about it,
// and the exit status. Pure: findings and a date in, words out.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "transport/rdp_probe.hpp"

namespace emsctl {

struct rdp_problem {
    std::string station;  // name, connection, negotiation, TLS, certificate
    std::string seen;
    std::string advice;
    bool is_internal_error = false;  // clients show this as "An internal error has occurred"
};

struct rdp_verdict {
    int status = 0;  // exit_ok, exit_found, exit_no_console
    std::vector<rdp_problem> problems;
    std::vector<std::string> notes;  // what is worth knowing and breaks nothing
    bool requires_nla = false;
    bool requires_tls = false;
};

// `now` decides whether a certificate is valid.
rdp_verdict judge_rdp(const transport::rdp_findings& findings, std::chrono::system_clock::time_point now);

}  // namespace emsctl

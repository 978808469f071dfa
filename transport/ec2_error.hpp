// What AWS's refusals mean for a console, and what to do about them. Pure: a reply in, a code and a sentence out.
#pragma once

#include <string>

#include "transport/http_client.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {

struct ec2_refusal {
    std::string name;  // "SerialConsoleSessionLimitExceededException"; "" when the reply names none
    transport_error code;
    std::string text;

    // A session that is still open or just ended, too many calls, a fault of theirs: worth another try soon.
    bool may_pass() const;
};

// For EC2 Instance Connect (JSON) and the EC2 API (XML). AWS's words for a wrong signature repeat the signed headers,
// the session token among them, and are left out.
ec2_refusal explain_ec2(const http_reply& reply);

}  // namespace emsctl::transport

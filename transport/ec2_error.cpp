#include "transport/ec2_error.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace emsctl::transport {
namespace {

using enum transport_error;

struct rule {
    const char* name;
    transport_error code;
    const char* advice;
};

// "Errors" of SendSerialConsoleSSHPublicKey in the API reference of EC2 Instance Connect, the common errors of AWS, and
// those of the EC2 API.
constexpr std::array rules = {
    rule{"SerialConsoleAccessDisabledException", forbidden,
         "the account's switch for serial consoles is off in this region: aws ec2 enable-serial-console-access"},
    rule{"SerialConsoleSessionLimitExceededException", busy,
         "somebody's session on this console is open, or ended less than half a minute ago; there is one at a time"},
    rule{"SerialConsoleSessionUnavailableException", wrong_state,
         "EC2 could not start the session; try again in a few minutes"},
    rule{"SerialConsoleSessionUnsupportedException", wrong_state,
         "the instance's firmware is too old for the serial console; a reboot of the instance renews it"},
    rule{"EC2InstanceNotFoundException", not_found,
         "there is no such instance in this region and account: aws ec2 describe-instances shows yours"},
    rule{"EC2InstanceStateInvalidException", wrong_state,
         "the instance is stopped or terminated: aws ec2 start-instances"},
    rule{"EC2InstanceTypeInvalidException", unsupported,
         "the instance's type has no serial console; types built on Nitro have one"},
    rule{"EC2InstanceUnavailableException", wrong_state, "the instance is not available; try again in a few minutes"},
    rule{"InvalidArgsException", bad_address, "the instance's id is not one that AWS takes"},
    rule{"AuthException", forbidden,
         "the credentials are not valid for this instance; they need the action "
         "ec2-instance-connect:SendSerialConsoleSSHPublicKey on it"},
    rule{"AccessDeniedException", forbidden,
         "the credentials need the action ec2-instance-connect:SendSerialConsoleSSHPublicKey on the instance"},
    rule{"ThrottlingException", throttled, "too many calls; try again in a minute"},
    rule{"ServiceException", wrong_state, "AWS has trouble of its own; try again in a minute"},
    rule{"ExpiredTokenException", login_refused, "the credentials have expired: aws sso login, or fresh ones"},
    rule{"UnrecognizedClientException", login_refused,
         "AWS does not know this access key (or its session token); aws sts get-caller-identity tells whose it is"},
    rule{"MissingAuthenticationTokenException", login_refused,
         "AWS saw no signature; a proxy in between may have removed it"},
    rule{"InvalidSignatureException", login_refused,
         "the secret key does not fit the access key, or this machine's clock is more than five minutes off"},
    rule{"SignatureDoesNotMatch", login_refused,
         "the secret key does not fit the access key, or this machine's clock is more than five minutes off"},
    rule{"AuthFailure", login_refused, "AWS does not take these credentials, or this machine's clock is off"},
    rule{"RequestExpired", login_refused, "this machine's clock is off, or the credentials have expired"},
    rule{"UnauthorizedOperation", forbidden,
         "the credentials need ec2:SendDiagnosticInterrupt (nmi) or ec2:RebootInstances (reset) on the instance"},
    rule{"InvalidInstanceID", not_found, "there is no such instance in this region and account"},
    rule{"IncorrectInstanceState", wrong_state, "the instance is not running"},
    rule{"RequestLimitExceeded", throttled, "too many calls; try again in a minute"},
};

struct said {
    std::string name;
    std::string message;
};

std::string between(const std::string& text, const std::string& open, const std::string& close) {
    const auto start = text.find(open);
    const auto end = start == std::string::npos ? start : text.find(close, start);
    return end == std::string::npos ? "" : text.substr(start + open.size(), end - start - open.size());
}

std::string text_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

said read_reply(const http_reply& reply) {
    said out;
    const auto document = nlohmann::json::parse(reply.body, nullptr, false);
    if (document.is_object()) {
        out.name = text_in(document, "__type");
        out.message = text_in(document, "Message");
        if (out.message.empty()) out.message = text_in(document, "message");
    } else if (reply.body.find("<Error>") != std::string::npos) {
        out.name = between(reply.body, "<Code>", "</Code>");
        out.message = between(reply.body, "<Message>", "</Message>");
    }
    if (out.name.empty()) out.name = reply.header("x-amzn-errortype");
    if (const auto hash = out.name.find('#'); hash != std::string::npos) out.name.erase(0, hash + 1);
    out.name = out.name.substr(0, out.name.find(':'));
    return out;
}

transport_error by_status(unsigned status) {
    if (status == 401) return login_refused;
    if (status == 403) return forbidden;
    if (status == 404) return not_found;
    if (status == 429) return throttled;
    return status >= 500 ? wrong_state : bad_protocol;
}

}  // namespace

bool ec2_refusal::may_pass() const {
    return code == busy || code == throttled || name == "SerialConsoleSessionUnavailableException" ||
           name == "ServiceException";
}

ec2_refusal explain_ec2(const http_reply& reply) {
    const auto why = read_reply(reply);
    std::string text = "AWS answers " + std::to_string(reply.status);
    if (why.name.empty())
        return {"", by_status(reply.status),
                text + "; the answer is not AWS's own: is a proxy or a network's login page in between?"};
    text += " " + why.name;
    for (const auto& one : rules)
        if (why.name.starts_with(one.name)) return {why.name, one.code, text + ": " + one.advice};
    if (!why.message.empty() && why.message.find("ignature") == std::string::npos)
        text += ": " + why.message.substr(0, 300);
    return {why.name, by_status(reply.status), text};
}

}  // namespace emsctl::transport

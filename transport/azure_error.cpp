#include "transport/azure_error.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace emsctl::transport {
namespace {

using enum transport_error;

struct rule {
    const char* sign;  // part of the code or the message
    transport_error code;
    const char* advice;
};

// The first that fits. Signs are Azure's own words (its troubleshooting page for the serial console, and Entra ID's
// error codes).
constexpr std::array rules = {
    rule{"ExpiredAuthenticationToken", login_refused, "the token has expired: az login, or a fresh one"},
    rule{"InvalidAuthenticationToken", login_refused, "the token is not valid here: az login, and the right tenant?"},
    rule{"DenyAssignment", forbidden, "a deny assignment forbids it; its owner has to lift it"},
    rule{"boot diagnostic", forbidden,
         "the storage account of its boot diagnostics has a firewall: let the serial console's addresses in, or use "
         "managed storage (az vm boot-diagnostics enable)"},
    rule{"AuthorizationFailed", forbidden,
         "the account needs the role Virtual Machine Contributor on the machine (Reader is not enough)"},
    rule{"required permissions", forbidden,
         "the account needs the role Virtual Machine Contributor on the machine and its boot diagnostics storage"},
    rule{"SubscriptionNotFound", not_found, "is it the right subscription and tenant? az account list shows yours"},
    rule{"ResourceGroupNotFound", not_found, "there is no such resource group in this subscription"},
    rule{"ParentResourceNotFound", not_found, "there is no such scale set in this group"},
    rule{"ResourceNotFound", not_found, "there is no such machine in this group; az vm list -g GROUP shows them"},
    rule{"ScopeLocked", wrong_state, "a read-only lock is on the machine or its group; it has to be removed first"},
    rule{"hierarchical namespace", wrong_state,
         "its boot diagnostics account has a hierarchical namespace: az vm boot-diagnostics enable (managed storage)"},
    rule{"Provisioning for this VM", wrong_state, "the machine is still being provisioned; try again when it is done"},
    rule{"timely manner", wrong_state, "its host does not answer; az vm reapply is Azure's advice"},
    rule{"7000215", login_refused, "the client secret is wrong (its value is wanted, not its id)"},
    rule{"7000222", login_refused, "the client secret has expired"},
    rule{"AADSTS700016", login_refused, "there is no such application in the tenant: AZURE_CLIENT_ID, AZURE_TENANT_ID"},
    rule{"AADSTS90002", login_refused, "there is no such tenant: AZURE_TENANT_ID"},
    rule{"AADSTS50076", login_refused, "this account must prove itself twice (MFA): az login"},
    rule{"AADSTS700082", login_refused, "the login has expired: az login"},
    rule{"AADSTS50173", login_refused, "the login was revoked: az login"},
    rule{"az login", login_refused, "nobody is logged in: az login"},
    rule{"Identity not found", login_refused, "this machine has no such managed identity; AZURE_CLIENT_ID names one"},
};

struct said {
    std::string code;
    std::string message;
    bool is_json = false;
};

std::string text_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

said read_body(const std::string& body) {
    const auto document = nlohmann::json::parse(body, nullptr, false);
    if (!document.is_object()) return {};
    const auto error = document.find("error");
    if (error != document.end() && error->is_object())
        return {text_in(*error, "code"), text_in(*error, "message"), true};
    if (error != document.end() && error->is_string())
        return {text_in(document, "error"), text_in(document, "error_description"), true};
    return {text_in(document, "code"), text_in(document, "message"), true};
}

transport_error by_status(unsigned status) {
    if (status == 401) return login_refused;
    if (status == 403) return forbidden;
    if (status == 404 || status == 410) return not_found;
    if (status == 409) return wrong_state;
    if (status == 429) return throttled;
    return status >= 500 ? wrong_state : bad_protocol;
}

std::string by_status_text(const http_reply& reply) {
    switch (reply.status) {
        case 409:
            return "something forbids the change that connecting needs: a read-only lock, or an operation under way";
        case 415:
            return "it did not take the kind of content; a proxy in between may have changed the call";
        case 429: {
            const auto after = reply.header("retry-after");
            return "too many calls; try again " + (after.empty() ? "in a minute" : "in " + after + " s");
        }
        default:
            return reply.status >= 500 ? "Azure has trouble of its own; try again in a minute" : "";
    }
}

}  // namespace

azure_refusal explain_azure(const http_reply& reply) {
    const auto body = read_body(reply.body);
    std::string text = "Azure answers " + std::to_string(reply.status);
    if (!body.code.empty()) text += " " + body.code;
    const std::string all = body.code + " " + body.message;
    for (const auto& one : rules)
        if (all.find(one.sign) != std::string::npos) return {one.code, text + ": " + one.advice};
    if (!body.message.empty()) text += ": " + body.message.substr(0, 300);
    const auto advice = by_status_text(reply);
    if (!advice.empty()) text += "; " + advice;
    if (!body.is_json && !reply.body.empty())
        text += "; the answer is not Azure's own (no JSON): is a proxy or a network's login page in between?";
    return {by_status(reply.status), text};
}

std::string azure_words(const http_reply& reply) {
    const auto body = read_body(reply.body);
    std::string text = std::to_string(reply.status);
    if (!body.code.empty()) text += " " + body.code;
    if (!body.message.empty()) text += ": " + body.message.substr(0, 600);
    return text;
}

}  // namespace emsctl::transport

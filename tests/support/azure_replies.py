"""What Azure answers when it does not do what was asked: the table of azure_double.py, by scenario name.

The shapes and, where they are public, the words are those of Azure Resource Manager, Microsoft.SerialConsole, the
instance metadata service, Microsoft Entra ID and the az command line.
"""
import json

JSON = "application/json; charset=utf-8"
PORTS = "Microsoft.SerialConsole/serialPorts/connect/action"


def arm(status, code, message, **headers):
    body = json.dumps({"error": {"code": code, "message": message}})
    return status, {"Content-Type": JSON, **{k.replace("_", "-"): v for k, v in headers.items()}}, body


def oauth(status, error, number, message):
    description = "AADSTS%d: %s" % (number, message)
    body = {"error": error, "error_description": description, "error_codes": [number],
            "timestamp": "2026-01-01 00:00:00Z", "trace_id": "0", "correlation_id": "0",
            "error_uri": "https://login.microsoftonline.com/error?code=%d" % number}
    return status, {"Content-Type": JSON}, json.dumps(body)


def imds(status, error, description):
    return status, {"Content-Type": JSON}, json.dumps({"error": error, "error_description": description})


CHALLENGE = 'Bearer authorization_uri="https://login.windows.net/TENANT", error="invalid_token"'

# Name: (status, headers, body). A status of 0 is no answer of HTTP: "hang" says nothing, "drop" closes, "half" breaks
# off in the middle of the body.
SCENARIOS = {
    "vm-missing": arm(404, "ResourceNotFound", "The Resource 'Microsoft.Compute/virtualMachines/VM' under resource "
                      "group 'GROUP' was not found. For more details please go to "
                      "https://aka.ms/ARMResourceNotFoundFix", x_ms_failure_cause="gateway"),
    "group-missing": arm(404, "ResourceGroupNotFound", "Resource group 'GROUP' could not be found."),
    "parent-missing": arm(404, "ParentResourceNotFound", "Can not perform requested operation on nested resource. "
                          "Parent resource 'SET' not found."),
    "subscription-missing": (404, {"Content-Type": JSON}, json.dumps(
        {"code": "SubscriptionNotFound", "message": "The subscription 'SUB' could not be found."})),
    "forbidden": arm(403, "AuthorizationFailed", "The client 'NAME' with object id 'OID' does not have authorization "
                     "to perform action '" + PORTS + "' over scope 'SCOPE' or the scope is invalid."),
    "denied": arm(403, "DenyAssignmentAuthorizationFailed", "The client '' with object id '' has permission to perform "
                  "action '" + PORTS + "' on scope 'SCOPE'; however, the access is denied because of the deny "
                  "assignment with name 'NAME' and Id 'ID' at scope 'SCOPE'."),
    "role-too-weak": arm(403, "Forbidden", "You do not have the required permissions to use this VM serial console. "
                         "Please make sure you have at least VM Contributor role permissions."),
    "storage-firewall": arm(403, "Forbidden", 'A "Forbidden" response was encountered when accessing this VM\'s boot '
                            "diagnostic storage account."),
    "token-expired": arm(401, "ExpiredAuthenticationToken", "The access token expiry UTC time '1/1/2026 0:00:00 AM' is "
                         "earlier than current UTC time '1/1/2026 1:00:00 AM'.", WWW_Authenticate=CHALLENGE),
    "token-bad": arm(401, "InvalidAuthenticationToken", "The access token is invalid.", WWW_Authenticate=CHALLENGE),
    "token-missing": arm(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.",
                         WWW_Authenticate=CHALLENGE),
    "locked": arm(409, "ScopeLocked", "The scope 'SCOPE' cannot perform write operation because following scope(s) are "
                  "locked: 'SCOPE'. Please remove the lock and try again."),
    "conflict": (409, {"Content-Type": "text/plain"}, ""),
    "busy-operation": arm(409, "OperationNotAllowed", "Another operation is in progress on this resource."),
    "hierarchical-storage": arm(409, "Conflict",
                                "Specified feature is not yet supported for hierarchical namespace accounts."),
    "diagnostics-uri": arm(400, "BadRequest", "Badrequest"),
    "provisioning": arm(400, "BadRequest", "Provisioning for this VM has not yet succeeded. Please ensure the VM is "
                        "fully deployed and retry the serial console connection."),
    "host-silent": arm(504, "GatewayTimeout", "Sorry, the serial console was unable to connect to the VM because the "
                       "service did not respond in a timely manner."),
    "throttled": arm(429, "TooManyRequests", "The request is being throttled.", Retry_After="17",
                     x_ms_ratelimit_remaining_subscription_writes="0"),
    "throttled-briefly": arm(429, "TooManyRequests", "The request is being throttled.", Retry_After="1"),
    "backend-down": arm(500, "ConnectionFailure",
                        "A connection could not be established. Please restart Cloud Shell to try again."),
    "unavailable": arm(503, "ServiceUnavailable", "The service is temporarily unavailable."),
    "media-type": (415, {"Content-Type": "text/plain"}, "The media type is not taken"),  # 27 bytes; its words: ours
    "version-missing": arm(400, "MissingApiVersionParameter",
                           "The api-version query parameter (?api-version=) is required for all requests."),
    "version-unknown": arm(400, "InvalidApiVersionParameter", "The api-version is invalid."),
    # What no service should say, and a proxy, a portal of a hotel or a bug may.
    "not-json": (200, {"Content-Type": "text/html"}, "<html><body>Please log in to the network</body></html>"),
    "error-not-json": (502, {"Content-Type": "text/html"}, "<html><h1>502 Bad Gateway</h1></html>"),
    "oversized": (200, {"Content-Type": JSON}, '{"connectionString":"' + "x" * (4 << 20) + '"}'),
    "empty": (200, {"Content-Type": JSON}, ""),
    "no-string": (200, {"Content-Type": JSON}, '{"connectionString":null}'),
    "array": (200, {"Content-Type": JSON}, "[]"),
    "odd-string": (200, {"Content-Type": JSON}, '{"connectionString":"file:///etc/passwd"}'),
    "plain-string": (200, {"Content-Type": JSON}, '{"connectionString":"ws://gateway.example/n/connector/c/s/client"}'),
    "redirect": (302, {"Location": "https://elsewhere.example/"}, ""),
    "hang": (0, {}, ""),
    "drop": (0, {}, ""),
    "half": (0, {}, ""),
    # Token endpoints.
    "secret-wrong": oauth(401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being "
                          "sent in the request is the client secret value, not the client secret ID."),
    "secret-expired": oauth(401, "invalid_client", 7000222, "The provided client secret keys are expired."),
    "application-missing": oauth(400, "unauthorized_client", 700016, "Application was not found in the directory."),
    "tenant-missing": oauth(400, "invalid_request", 90002, "Tenant was not found."),
    "interaction": oauth(400, "interaction_required", 50076, "You must use multi-factor authentication."),
    "assertion-wrong": oauth(400, "invalid_client", 700213, "No matching federated identity record found."),
    "identity-missing": imds(400, "invalid_request", "Identity not found"),
    "metadata-missing": imds(400, "invalid_request", "Required metadata header not specified"),
    "imds-updating": imds(404, "not_found", "The service is being updated"),
    "imds-gone": imds(410, "gone", "The service is being updated"),
}

# What the az command line says: (exit status, standard error). "good" and "old" print a token.
AZ = {
    "good": (0, ""),
    "old": (0, ""),  # before 2.54: no expires_on, only a local time without its zone
    "warning": (0, "WARNING: A new version is available.\n"),
    "not-logged-in": (1, "ERROR: Please run 'az login' to setup account.\n"),
    "expired": (1, "ERROR: AADSTS700082: The refresh token has expired due to inactivity.\n"
                   "Interactive authentication is needed. Please run:\naz login\n"),
    "revoked": (1, "ERROR: AADSTS50173: The provided grant has expired due to it being revoked.\n"
                   "Interactive authentication is needed. Please run:\naz login\n"),
    "subscription": (1, "ERROR: The subscription of 'SUB' doesn't exist in cloud 'AzureCloud'.\n"),
    "garbage": (0, ""),
    "empty": (0, ""),
    "crash": (2, "Traceback (most recent call last):\n"),
    "hang": (0, ""),
}

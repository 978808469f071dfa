"""A double of the EC2 serial console on loopback: the call that pushes a key, with its signature verified by an
implementation of its own, the SSH gateway, two calls of the EC2 API, and the services that hand out credentials.

    python3 -W ignore ec2_double.py [--set NAME=VALUE]...

See cloud_double.py for how it is driven. The answers of `fail` for the call "push" are the names of AWS's errors;
"not-json" and "redirect" are no AWS at all. A console is one session at a time: from the push to `tail` seconds after
the end of the SSH session, or until the key dies unused.

settings of its own (defaults):
"""
import hashlib
import hmac
import json
import re
import time
import urllib.parse
import uuid

from cloud_double import CloudDouble, answer, start

SETTINGS = {
    "instance": "i-0123456789abcdef0", "region": "eu-central-1", "access": True, "known": True,
    "key_id": "AKIDDOUBLE", "secret": "double/secret+canary", "token": "",  # a session token that must come along
    "key_life": 60.0, "tail": 30.0, "skew": 300.0,
    "role": "rescuer", "container_token": "container-canary",
}
AMZ_JSON = "application/x-amz-json-1.1"
FAULTS = ("SerialConsoleSessionUnavailableException", "ServiceException")
STATUS = {"InvalidSignatureException": 403, "MissingAuthenticationTokenException": 403, "AccessDeniedException": 400,
          "SerialConsoleAccessDisabledException": 403}
MESSAGES = {
    "AuthException": "Either your AWS credentials are not valid or you do not have access to the EC2 instance.",
    "SerialConsoleAccessDisabledException": "Your account is not authorized to use the EC2 Serial Console.",
    "SerialConsoleSessionLimitExceededException": "The instance currently has 1 active serial console session. Only 1 "
                                                  "session is supported at a time.",
    "EC2InstanceStateInvalidException": "Unable to connect because the instance is not in a valid state.",
    "EC2InstanceTypeInvalidException": "The instance type is not supported for connecting via the serial console.",
    "EC2InstanceNotFoundException": "The specified instance was not found.",
    "ThrottlingException": "Rate exceeded",
}


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Ec2(CloudDouble):
    def __init__(self):
        super().__init__(SETTINGS)
        self.key = None  # (blob, when it dies)
        self.busy_until = 0.0  # by the push or the tail
        self.inside = None  # the door of the session

    def error(self, name, message=""):
        status = STATUS.get(name, 500 if name in FAULTS else 400)
        return answer(status, {"__type": "com.amazonaws.ec2instanceconnect#" + name if name in FAULTS else name,
                               "Message": message or MESSAGES.get(name, "It is a double's.")}, AMZ_JSON)

    def signature_problem(self, request, service):
        """None, or the error of AWS: Signature Version 4 written down anew from its documentation."""
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
                             r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
                             request.headers.get("authorization", ""))
        if not found:
            return "MissingAuthenticationTokenException"
        key_id, day, region, for_service, names, signature = found.groups()
        moment = request.headers.get("x-amz-date", "")
        if key_id != self.settings["key_id"] or self.settings["token"] != request.headers.get("x-amz-security-token", ""):
            return "UnrecognizedClientException"
        if (region, for_service) != (self.settings["region"], service) or not moment.startswith(day):
            return "InvalidSignatureException"
        try:
            sent = time.mktime(time.strptime(moment, "%Y%m%dT%H%M%SZ")) - time.timezone
        except ValueError:
            return "InvalidSignatureException"
        if abs(sent - time.time()) > self.settings["skew"]:
            return "InvalidSignatureException"
        signed = names.split(";")
        must = {"host", "x-amz-date", "content-type"} | {n for n in request.headers if n.startswith("x-amz-")}
        if not must <= set(signed) or signed != sorted(signed):
            return "InvalidSignatureException"
        lines = [request.head.split(b" ")[0].decode(), request.path, ""]
        lines += ["%s:%s" % (name, " ".join(request.headers[name].split())) for name in signed]
        lines += ["", names, hashlib.sha256(request.body).hexdigest()]
        scope = "/".join([day, region, service, "aws4_request"])
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope,
                          hashlib.sha256("\n".join(lines).encode()).hexdigest()])
        key = ("AWS4" + self.settings["secret"]).encode()
        for part in (day, region, service, "aws4_request"):
            key = digest(key, part)
        right = hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), signature)
        return None if right else "InvalidSignatureException"

    async def answer(self, request):
        if request.path.startswith("/latest/"):
            return self.metadata(request)
        if request.path == "/container":
            return self.container(request)
        if b"POST / " != request.head[:7]:
            self.blame("no such call: " + request.head.split(b"\r")[0].decode())
            return answer(404, "", "text/plain")
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return self.query_call(request)
        return self.push(request)

    def push(self, request):
        ordered = self.called("push")
        if ordered in ("hang", "drop"):
            return ordered
        if ordered == "not-json":
            return answer(200, "<html>Please log in to the network</html>", "text/html")
        if ordered == "redirect":
            return answer(302, "", "text/html")
        if ordered:
            return self.error(ordered)
        if request.headers.get("x-amz-target") != "AWSEC2InstanceConnectService.SendSerialConsoleSSHPublicKey":
            self.blame("the target header is " + request.headers.get("x-amz-target", "missing"))
        if request.headers.get("content-type") != AMZ_JSON:
            self.blame("the content type is " + request.headers.get("content-type", "missing"))
        problem = self.signature_problem(request, "ec2-instance-connect")
        if problem:
            return self.error(problem)
        said = request.json()
        instance, key = said.get("InstanceId", ""), said.get("SSHPublicKey", "")
        is_sane = (re.fullmatch("i-[a-f0-9]+", instance) and 10 <= len(instance) <= 32 and said.get("SerialPort", 0) == 0
                   and 80 <= len(key) <= 4096 and re.match(r"(ssh-(rsa|ed25519)|ecdsa-sha2-\S+) [A-Za-z0-9+/=]+( |$)", key))
        if not is_sane:
            return self.error("InvalidArgsException", "One of the parameters is not valid.")
        if not self.settings["access"]:
            return self.error("SerialConsoleAccessDisabledException")
        if instance != self.settings["instance"]:
            return self.error("EC2InstanceNotFoundException")
        if self.inside or time.monotonic() < self.busy_until:
            return self.error("SerialConsoleSessionLimitExceededException")
        self.key = (key.split()[1], time.monotonic() + self.settings["key_life"])
        self.busy_until = self.key[1]
        return answer(200, {"RequestId": str(uuid.uuid4()), "Success": True}, AMZ_JSON)

    def query_call(self, request):
        said = {k: v[0] for k, v in urllib.parse.parse_qs(request.body.decode()).items()}
        action = said.get("Action", "")
        ordered = self.called("api")
        if ordered in ("hang", "drop"):
            return ordered
        problem = ordered or ("AuthFailure" if self.signature_problem(request, "ec2") else None)
        instance = said.get("InstanceId") or said.get("InstanceId.1")
        if not problem and (said.get("Version") != "2016-11-15" or instance != self.settings["instance"] or
                            action not in ("SendDiagnosticInterrupt", "RebootInstances")):
            problem = "InvalidInstanceID.NotFound" if action else "InvalidAction"
        if problem:
            return answer(403 if problem in ("AuthFailure", "UnauthorizedOperation") else 400,
                          '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>%s</Code><Message>It '
                          "is a double's.</Message></Error></Errors><RequestID>0</RequestID></Response>" % problem,
                          "text/xml")
        self.seen["oob"].append(action)
        return answer(200, '<?xml version="1.0"?><%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId'
                      '>0</requestId><return>true</return></%sResponse>' % (action, action), "text/xml")

    def credentials(self, **more):
        return {"AccessKeyId": self.settings["key_id"], "SecretAccessKey": self.settings["secret"],
                "Token": self.settings["token"], "Expiration": "2099-01-01T00:00:00Z", **more}

    def container(self, request):
        ordered = self.called("container")
        if ordered or request.headers.get("authorization", "") != self.settings["container_token"]:
            return answer(403, {"code": "AccessDenied"})
        return answer(200, self.credentials())

    def metadata(self, request):
        ordered = self.called("metadata")
        if ordered in ("hang", "drop"):
            return ordered
        if request.path == "/latest/api/token":
            is_right = request.head.startswith(b"PUT") and "x-aws-ec2-metadata-token-ttl-seconds" in request.headers
            return answer(200 if is_right else 400, "imds-canary" if is_right else "", "text/plain")
        if request.headers.get("x-aws-ec2-metadata-token") != "imds-canary":
            return answer(401, "", "text/plain")
        base = "/latest/meta-data/iam/security-credentials/"
        if not self.settings["role"]:
            return answer(404, "", "text/html")
        if request.path == base:
            return answer(200, self.settings["role"], "text/plain")
        if request.path == base + self.settings["role"]:
            return answer(200, json.dumps(self.credentials(Code="Success", Type="AWS-HMAC")), "text/plain")
        return answer(404, "", "text/html")

    def may_enter(self, door, user, blob):
        if user != self.settings["instance"] + ".port0":
            self.note("no such user: " + user)
            return False
        is_good = self.key is not None and self.key[0] == blob and time.monotonic() < self.key[1]
        return is_good and self.settings["known"] and (self.inside is None or self.inside is door)

    def entered(self, door):
        self.inside, self.key, self.busy_until = door, None, 0.0

    def left(self, door):
        if self.inside is door:
            self.inside, self.busy_until = None, time.monotonic() + self.settings["tail"]


if __name__ == "__main__":
    start(Ec2(), __doc__)

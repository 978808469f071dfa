"""Azure Resource Manager of azure_double.py: the machine, its power, and the serial console's own calls."""
import os
import re
import signal
import uuid

from azure_replies import SCENARIOS, arm
from azure_resources import RESOURCE_ROUTES, VERSIONS as RESOURCE_VERSIONS
from azure_web import reply

VERSIONS = ("2018-05-01", "2023-01-01", "2024-07-01")
CONSOLE = r"/providers/microsoft\.serialconsole/"
VM = (r"^/subscriptions/(?P<sub>[^/]+)/resourcegroups/(?P<group>[^/]+)/providers/microsoft\.compute/"
      r"(?:virtualmachines/(?P<vm>[^/]+)|virtualmachinescalesets/(?P<set>[^/]+)(?:/|%2f)virtualmachines(?:/|%2f)"
      r"(?P<instance>[^/]+))")
ROUTES = [(method, re.compile(path + "$", re.I), call) for method, path, call in [
    ("GET", VM + "(?P<view>/instanceview)?", "vm"),
    ("PATCH", VM, "power"),
    ("POST", VM + "/(?P<power>start|restart|poweroff|deallocate|redeploy|reapply)", "power"),
    ("GET", VM + CONSOLE + "serialports", "serial_port"),
    ("(GET|PUT)", VM + CONSOLE + "serialports/0", "serial_port"),
    ("POST", VM + CONSOLE + "serialports/0/connect", "connect"),
    ("GET", "^/subscriptions/(?P<sub>[^/]+)" + CONSOLE + "consoleservices/default", "switch"),
    ("POST", "^/subscriptions/(?P<sub>[^/]+)" + CONSOLE + "consoleservices/default/enableconsole", "enable"),
    ("POST", "^/subscriptions/(?P<sub>[^/]+)" + CONSOLE + "consoleservices/default/disableconsole", "disable"),
    ("GET", "^/operations/(?P<operation>[^/]+)", "operation"),
    ("POST", "^/n/connector/(?P<container>[^/]+)/sessions/(?P<session>[^/]+)/admincommand/(?P<command>[a-z]+)",
     "admin"),
    ("GET", "^/n/connector/(?P<container>[^/]+)/sessions/(?P<session>[^/]+)/client", "socket"),
    ("POST", "^/(?P<tenant>[^/]+)/oauth2/v2.0/token", "token"),
    ("GET", "^/metadata/identity/oauth2/token", "imds"),
    ("GET", "^/app-service/token", "app"),
    ("GET", "^/double/az", "az"),
] + RESOURCE_ROUTES]


class Manager:
    def refuse(self, request, call):
        """What every call of Resource Manager has in common."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return "token-missing"
        if kind != "Bearer" or self.why_not(token):
            return self.why_not(token) or "token-bad"
        if request.method != "GET":
            if not request.headers.get("content-type", "").lower().startswith("application/json"):
                return "media-type"
            if "content-length" not in request.headers:
                self.blame("%s without Content-Length" % request.method)
        if call in ("connect", "enable", "disable") and request.body:
            self.blame("%s has a body" % call)
        if call in ("operation", "admin"):
            return None
        if "api-version" not in request.query:
            return "version-missing"
        console = call in ("switch", "enable", "disable", "serial_port", "connect")
        known = VERSIONS if console else (RESOURCE_VERSIONS.get(call, request.query["api-version"]),)
        return None if request.query["api-version"] in known else "version-unknown"

    def unknown(self, at):
        for name in ("sub", "group", "vm", "set", "instance"):
            wanted = self.settings["subscription" if name == "sub" else name]
            if at.get(name) is not None and at[name].lower() != str(wanted).lower():
                scenario = {"sub": "subscription-missing", "group": "group-missing", "set": "parent-missing"}
                return SCENARIOS[scenario.get(name, "vm-missing")]
        return None

    def vm(self, request, at):
        if missing := self.unknown(at):
            return missing
        power = self.settings["power"]
        view = {"statuses": [{"code": "ProvisioningState/succeeded", "displayStatus": "Provisioning succeeded"},
                             {"code": "PowerState/" + power, "displayStatus": "VM " + power}]}
        if at["view"]:
            return reply(view)
        is_windows = self.settings["os"] == "windows"
        view["osName"] = "Windows Server 2022 Datacenter" if is_windows else "debian"
        diagnostics = {"enabled": self.settings["diagnostics"] != "off"}
        if self.settings["diagnostics"] == "storage":
            diagnostics["storageUri"] = "https://diag.blob.core.windows.net/"
        about = {"diagnosticsProfile": {"bootDiagnostics": diagnostics}, "provisioningState": "Succeeded",
                 "storageProfile": {"imageReference": {"offer": "WindowsServer" if is_windows else "debian-12"},
                                    "osDisk": {"osType": "Windows" if is_windows else "Linux",
                                               "managedDisk": {"id": self.disk_id()}}},
                 "networkProfile": {"networkInterfaces": [{"id": self.id_of("Network", "networkInterfaces/nic")}]}}
        if request.query.get("$expand") == "instanceView":
            about["instanceView"] = view
        name = at["vm"] or at["instance"]
        return reply({"name": name, "id": self.id_of("Compute", "virtualMachines/" + name), "location": "westeurope",
                      "properties": about})

    def switch(self, request, at):
        return self.unknown(at) or reply({"properties": {"disabled": self.settings["disabled"]}})

    def enable(self, request, at):
        self.settings["disabled"] = False
        return self.switch(request, at)

    def disable(self, request, at):
        self.settings["disabled"] = True
        return self.switch(request, at)

    def port_state(self):
        is_active = any(session for _, _, session in self.sessions.values())
        return {"name": "0", "properties": {"state": self.settings["port_state"],
                                            "connectionState": "active" if is_active else "inactive"}}

    def serial_port(self, request, at):
        if request.method == "PUT":
            self.settings["port_state"] = request.json().get("properties", {}).get("state", "enabled")
        # The list was seen to be empty although the port is there.
        listed = request.path.lower().endswith("serialports")
        return self.unknown(at) or reply({"value": []} if listed else self.port_state())

    def connect(self, request, at):
        if missing := self.unknown(at):
            return missing
        machine = at["vm"] or at["instance"]
        self.kick(machine)
        session, container = str(uuid.uuid4()), "consoleconn-" + uuid.uuid4().hex[:5]
        self.sessions[session] = [container, machine, None]
        host = request.headers.get("host", "127.0.0.1:%d" % self.port)
        scheme = "wss" if self.scheme == "https" else "ws"
        return reply({"connectionString": "%s://%s/n/connector/%s/sessions/%s/client" % (scheme, host, container,
                                                                                         session)})

    def kick(self, machine):
        code, _, reason = self.settings["kick"].partition(":")
        for _, whose, session in self.sessions.values():
            if session and whose == machine and not session.protocol.close_sent:
                self.note("kicked")
                self.spawn(session.close(int(code), reason))

    def power(self, request, at):
        if missing := self.unknown(at):
            return missing
        operation = str(uuid.uuid4())
        self.operations[operation] = 0
        url = "%s://%s/operations/%s" % (self.scheme, request.headers.get("host"), operation)
        if at.get("power"):
            self.settings["power"] = {"poweroff": "stopped", "deallocate": "deallocated"}.get(at["power"].lower(),
                                                                                              "running")
        if (at.get("power") or "").lower() == "restart" and self.settings["guest_pid"]:
            os.kill(self.settings["guest_pid"], signal.SIGUSR1)
        body = {"properties": {"provisioningState": "Updating"}} if request.method == "PATCH" else {}
        return reply(body, 200 if request.method == "PATCH" else 202, Azure_AsyncOperation=url, Location=url,
                     Retry_After="0")

    def operation(self, request, at):
        if at["operation"] not in self.operations:
            return arm(404, "NotFound", "No such operation.")
        self.operations[at["operation"]] += 1
        is_done = self.operations[at["operation"]] > self.settings["async_polls"]
        if is_done and self.settings["async_end"]:
            code, _, message = self.settings["async_end"].partition(":")
            return reply({"name": at["operation"], "status": "Failed", "error": {"code": code, "message": message}})
        if is_done and at["operation"] in self.landing:
            self.landing.pop(at["operation"])()
        return reply({"name": at["operation"], "status": "Succeeded" if is_done else "InProgress"}, Retry_After="0")

    def admin(self, request, at):
        session = self.sessions.get(at["session"])
        if not session or session[0] != at["container"]:
            return arm(404, "NotFound", "No such session.")
        said, command = request.json(), at["command"]
        parameters = said.get("commandParameters")
        if said.get("command") != command or command not in ("nmi", "reset", "sysrq") or parameters is None:
            self.blame("adminCommand %s: wrong body" % command)
            return arm(400, "BadRequest", "Wrong body.")
        try:
            if uuid.UUID(said.get("requestId", "")).version != 4:
                self.blame("adminCommand: requestId is no random UUID")
        except ValueError:
            self.blame("adminCommand: requestId is no UUID")
        if command == "sysrq" and not re.fullmatch("[0-9a-zA-Z]", str(parameters.get("SysRqCommand", ""))):
            self.blame("adminCommand sysrq: no SysRqCommand")
        if not session[2] or not session[2].trusted:
            self.blame("adminCommand without an open console")
        self.seen["admin"].append(command + ":" + parameters.get("SysRqCommand", ""))
        self.note("admin: " + command)
        print_ = {"reset": "\r\nBoot: the machine starts again\r\n", "nmi": "\r\n*** STOP: 0x00000080\r\n",
                  "sysrq": "\r\nsysrq: " + parameters.get("SysRqCommand", "") + "\r\n"}[command]
        if session[2]:
            self.spawn(session[2].print_text(print_))
        return reply({})

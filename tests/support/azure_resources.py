"""What stands around the machine of azure_double.py: its disk's snapshots, its adapter, and the rules of its network.

Refuses what Resource Manager refuses: another api-version than it has, members that are missing, two rules with one
priority in one direction, a snapshot of a disk that is not there.
"""
import re
import uuid

from azure_replies import arm
from azure_web import reply

GROUP = r"^/subscriptions/(?P<sub>[^/]+)/resourcegroups/(?P<group>[^/]+)/providers/"
NETWORK = GROUP + r"microsoft\.network/"
RESOURCE_ROUTES = [
    ("GET", NETWORK + "networkinterfaces/(?P<nic>[^/]+)", "nic"),
    ("GET", NETWORK + "virtualnetworks/(?P<net>[^/]+)/subnets/(?P<subnet>[^/]+)", "subnet"),
    ("GET", NETWORK + "networksecuritygroups/(?P<nsg>[^/]+)", "nsg"),
    ("(GET|PUT|DELETE)", NETWORK + "networksecuritygroups/(?P<nsg>[^/]+)/securityrules/(?P<rule>[^/]+)", "rule"),
    ("(GET|PUT|DELETE)", GROUP + r"microsoft\.compute/snapshots/(?P<snapshot>[^/]+)", "snapshot"),
]
VERSIONS = {"nic": "2023-09-01", "subnet": "2023-09-01", "nsg": "2023-09-01", "rule": "2023-09-01",
            "snapshot": "2023-04-02", "vm": "2022-11-01", "power": "2022-11-01"}
OPEN_RULE = {"protocol": "Tcp", "sourcePortRange": "*", "destinationPortRange": "3389", "sourceAddressPrefix": "*",
             "destinationAddressPrefix": "*", "access": "Allow", "priority": 300, "direction": "Inbound",
             "sourcePortRanges": [], "destinationPortRanges": [], "sourceAddressPrefixes": [],
             "destinationAddressPrefixes": [], "provisioningState": "Succeeded"}


class Resources:
    def start_resources(self):
        self.rules = {("nsg-nic", "RDP"): dict(OPEN_RULE), ("nsg-subnet", "Any"): dict(OPEN_RULE, priority=400)}
        self.snapshots = {}
        self.landing = {}  # operation: what Azure does when it has succeeded

    def id_of(self, provider, path):
        return "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.%s/%s" % (
            self.settings["subscription"], self.settings["group"], provider, path)

    def disk_id(self):
        return self.id_of("Compute", "disks/%s_os" % self.settings["vm"])

    def guards(self, where):
        if self.settings["guards"] in (where, "both"):
            return {"networkSecurityGroup": {"id": self.id_of("Network", "networkSecurityGroups/nsg-" + where)}}
        return {}

    def begin(self, body, status, landing):
        operation = str(uuid.uuid4())
        self.operations[operation] = 0
        self.landing[operation] = landing
        url = "%s://127.0.0.1:%d/operations/%s" % (self.scheme, self.port, operation)
        return reply(body, status, Azure_AsyncOperation=url, Retry_After="0")

    def nic(self, request, at):
        subnet = {"id": self.id_of("Network", "virtualNetworks/net/subnets/default")}
        about = {"ipConfigurations": [{"properties": {"subnet": subnet}}], **self.guards("nic")}
        return self.unknown(at) or reply({"name": at["nic"], "properties": about})

    def subnet(self, request, at):
        return self.unknown(at) or reply({"name": at["subnet"], "properties": self.guards("subnet")})

    def nsg(self, request, at):
        rules = [{"name": name, "properties": rule} for (group, name), rule in self.rules.items() if group == at["nsg"]]
        return self.unknown(at) or reply({"name": at["nsg"], "properties": {"securityRules": rules}})

    def rule(self, request, at):
        if missing := self.unknown(at):
            return missing
        key = (at["nsg"], at["rule"])
        if request.method == "GET":
            if key not in self.rules:
                return arm(404, "NotFound", "Resource %s not found." % at["rule"])
            return reply({"name": at["rule"], "properties": self.rules[key]})
        if request.method == "DELETE":
            if key not in self.rules:
                return 204, {}, ""
            return self.begin({}, 202, lambda: self.rules.pop(key, None))
        wanted = request.json().get("properties", {})
        for one, several in (("protocol", ""), ("access", ""), ("priority", ""), ("direction", ""),
                             ("sourcePortRange", "sourcePortRanges"), ("sourceAddressPrefix", "sourceAddressPrefixes"),
                             ("destinationPortRange", "destinationPortRanges"),
                             ("destinationAddressPrefix", "destinationAddressPrefixes")):
            if not wanted.get(one) and not wanted.get(several):
                return arm(400, "SecurityRuleInvalid", "Security rule has no %s." % one)
        for (group, name), other in self.rules.items():
            same = other["priority"] == wanted["priority"] and other["direction"] == wanted["direction"]
            if group == at["nsg"] and name != at["rule"] and same:
                return arm(400, "SecurityRuleConflict", "Security rule %s conflicts with rule %s: rules cannot have the "
                           "same priority and direction." % (at["rule"], name))
        is_new = key not in self.rules
        kept = {name: [] for name in OPEN_RULE if name.endswith("s") and name != "access"}
        self.rules[key] = {**kept, **wanted, "provisioningState": "Updating"}
        self.note("rule: %s %s" % key)
        return self.begin({"name": at["rule"], "properties": self.rules[key]}, 201 if is_new else 200,
                          lambda: self.rules[key].update(provisioningState="Succeeded"))

    def snapshot(self, request, at):
        if missing := self.unknown(at):
            return missing
        name = at["snapshot"]
        if request.method == "GET":
            return reply(self.snapshots[name]) if name in self.snapshots else arm(404, "ResourceNotFound", "No such.")
        if request.method == "DELETE":
            self.blame("a snapshot is deleted")
            return 204, {}, ""
        said = request.json()
        about = said.get("properties", {})
        created = about.get("creationData", {})
        if said.get("location") != "westeurope" or created.get("createOption") != "Copy":
            return arm(400, "InvalidParameter", "location or creationData is wrong.")
        if created.get("sourceResourceId") != self.disk_id():
            return arm(404, "NotFound", "Resource %s is not found." % created.get("sourceResourceId"))
        self.snapshots[name] = {"name": name, "properties": {**about, "provisioningState": "Creating"}}
        self.note("snapshot: " + name)
        return self.begin(self.snapshots[name], 202,
                          lambda: self.snapshots[name]["properties"].update(provisioningState="Succeeded"))

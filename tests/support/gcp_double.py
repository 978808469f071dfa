"""A double of Google Cloud's interactive serial console on loopback: the SSH gateway with its user names, and the place
where its host key is published.

    python3 -W ignore gcp_double.py [--set NAME=VALUE]...

See cloud_double.py for how it is driven. GET /host-key.pub is the gateway's key. Port 2 is the line, the other ports say
a line of firmware first. As the real one, it closes when its client sends an end-of-file.

settings of its own (defaults):
"""
from cloud_double import CloudDouble, answer, start

SETTINGS = {
    "project": "rescue", "zone": "us-central1-f", "instance": "win1",
    "enabled": True,    # serial-port-enable in the metadata
    "ssh_keys": "",     # the metadata's: USER:TYPE KEY, joined by newlines
}
OPTIONS = ("port", "replay-lines", "max-connections", "replay-bytes", "replay-from", "on-dtr-low")


class Gcp(CloudDouble):
    def __init__(self):
        super().__init__(SETTINGS)
        self.inside = []

    async def answer(self, request):
        ordered = self.called("keys")
        if ordered in ("hang", "drop"):
            return ordered
        if ordered or request.path != "/host-key.pub":
            return answer(int(ordered) if ordered and ordered.isdigit() else 404, "<html>no</html>", "text/html")
        return answer(200, self.host_key + "\n", "text/plain")

    def taken_apart(self, name):
        """(user, options), or None for a name that the gateway does not understand."""
        head = "%(project)s.%(zone)s.%(instance)s." % self.settings
        if not name.startswith(head):
            return None
        user, *options = name[len(head):].split(".")
        options = dict(option.partition("=")[::2] for option in options)
        is_sane = user and all(key in OPTIONS for key in options) and options.get("port", "1") in ("1", "2", "3", "4")
        return (user, options) if is_sane else None

    def may_enter(self, door, user, blob):
        parts = self.taken_apart(user)
        if parts is None or not self.settings["enabled"]:
            self.note("no such user: " + user)
            return False
        limit = int(parts[1].get("max-connections", "1"))
        known = [line.split(":", 1) for line in self.settings["ssh_keys"].splitlines() if ":" in line]
        is_known = any(who == parts[0] and key.split()[1] == blob for who, key in known)
        return is_known and len([one for one in self.inside if one is not door]) < limit

    def entered(self, door):
        self.inside.append(door)

    def left(self, door):
        self.inside.remove(door)

    def greeting(self, user):
        port = self.taken_apart(user)[1].get("port", "1")
        text = "serialport: Connected to %s.%s.%s port %s (session ID: 00d0, active connections: %d).\r\n" % (
            self.settings["project"], self.settings["zone"], self.settings["instance"], port, len(self.inside))
        return (text + ("" if port == "2" else "firmware of a double\r\n")).encode()


if __name__ == "__main__":
    start(Gcp(), __doc__)

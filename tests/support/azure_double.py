"""A double of Azure on loopback: Resource Manager, the serial console and its websocket, and every token endpoint.

    python3 azure_double.py [--set NAME=VALUE]... [--tls CERTIFICATE KEY] [--az-dir DIR]

Prints "listening on 127.0.0.1:PORT", then one line per event (never a token); ends with its standard input.

  POST /double        JSON {"NAME": VALUE}: change settings while it runs
  GET  /double        JSON: what was seen: calls, token places, bytes of the serial line, violations
  POST /double/act    JSON {"do": WHAT}: close (code, reason), reset, freeze (half-open), thaw, another (user connects),
                      say (hex, or count and text: one huge message)
  GET  /double/token  JSON {"token": ...}: one that is good now

--az-dir DIR writes an "az" into DIR, which answers as the setting "az" says. "fail" is CALL:SCENARIO[:TIMES],... where
CALL is vm, switch, enable, disable, serial_port, connect, socket, admin, power, token, imds, app or any.
Tokens come from /TENANT/oauth2/v2.0/token, /metadata/identity/oauth2/token and /app-service/token.

settings (defaults):
"""
import argparse
import asyncio
import os
import re
import ssl
import sys
import threading

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree

from azure_line import Session
from azure_manager import ROUTES, Manager
from azure_replies import AZ, SCENARIOS, arm
from azure_resources import Resources
from azure_tokens import AZ_SCRIPT, Tokens
from azure_web import read_request, reply, write_reply

SETTINGS = {
    "subscription": "11111111-2222-3333-4444-555555555555", "group": "rescue", "vm": "winbox", "set": "farm",
    "instance": "0", "tenant": "99999999-8888-7777-6666-555555555555", "client": "app", "secret": "s3cret-canary",
    "app_header": "header-canary", "identity": "",  # a user-assigned identity the caller must name
    "certificate": "",  # a PEM file: assertions signed with its key are good
    "lifetime": 3600,  # seconds of a new token
    "fail": "", "az": "good",
    "power": "running", "os": "windows", "diagnostics": "managed", "disabled": False, "port_state": "enabled",
    "frames": "binary",  # text, binary, mixed, split, bytes, fragments
    "guest": "echo",  # echo, sac, silent
    "line": "",  # 127.0.0.1:PORT of a fake machine instead of `guest`
    "first": "at-once",  # or after-token: when the greeting comes
    "greeting": "Connecting...", "banner": "", "replay": "",
    "require": "all",  # of the three tokens: all or any
    "trust_limit": 5.0, "ping_every": 0.0, "idle": 0.0,
    "kick": "1000:",  # CODE:REASON with which another user's connect ends a socket; Azure's is not known
    "end_after": 0, "end": "1000:",  # after so many bytes of the line: CODE:REASON, or reset
    "async_polls": 2,  # answers InProgress before an operation has succeeded
    "async_end": "",  # CODE:MESSAGE with which operations fail instead
    "guards": "nic",  # network security groups: of the adapter (nic), of its subnet, both, or none
    "guest_pid": 0,  # of emsctl simulate, whose reset button a restart presses
}


def typed(name, text):
    kind = type(SETTINGS[name])
    return text in (True, 1, "1", "true", "True") if kind is bool else kind(text)


class Double(Manager, Resources, Tokens):
    def __init__(self):
        self.settings = dict(SETTINGS)
        self.tokens = {}  # token: when it ends
        self.sessions = {}  # id: [container, machine, Session or None]
        self.operations = {}
        self.start_resources()
        self.failed = {}  # entry of `fail`: times used
        self.tasks = set()
        self.port = 0
        self.line = b""  # the last of what reached the serial line
        self.scheme = "http"
        self.seen = {"calls": [], "line_count": 0, "text": 0, "binary": 0, "token_messages": 0,
                     "token_queries": 0, "pings": 0, "pongs": 0, "sockets": 0, "admin": [], "az": [], "violations": []}

    def spawn(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def note(self, text):
        print(text, flush=True)

    def blame(self, text):
        if text not in self.seen["violations"]:
            self.seen["violations"].append(text)
        self.note("VIOLATION: " + text)

    def line_in(self, data):
        self.seen["line_count"] += len(data)
        self.line = (self.line + data)[-65536:]
        if b"eyJ" in self.line and self.holds_token(self.line):
            self.blame("a token reached the serial line")

    def failure(self, call):
        for entry in filter(None, str(self.settings["fail"]).split(",")):
            where, scenario, *times = entry.split(":")
            if where in (call, "any") and self.failed.get(entry, 0) < (int(times[0]) if times else 1 << 30):
                self.failed[entry] = self.failed.get(entry, 0) + 1
                return scenario
        return None

    # One HTTP call: (status, headers, body).
    def answer(self, request):
        for method, pattern, call in ROUTES:
            found = pattern.match(request.path)
            if not found or not re.fullmatch(method, request.method):
                continue
            if call != "az":
                self.seen["calls"].append("%s %s %s" % (request.method, call, request.path))
                self.note("call: %s" % call)
            scenario = self.failure(call)
            if scenario and call != "az":
                return SCENARIOS[scenario]
            if call in ("token", "imds", "app", "az"):
                return getattr(self, call)(request, found.groupdict())
            refused = self.refuse(request, call)
            return SCENARIOS[refused] if refused else getattr(self, call)(request, found.groupdict())
        self.blame("no such call: %s %s" % (request.method, request.path))
        return arm(404, "InvalidResource", "No such path.")

    # The doors of the test itself.
    async def control(self, request):
        said = request.json()
        if request.path == "/double/token":
            return reply({"token": self.new_token()})
        if request.path == "/double/act":
            for session in [s for _, _, s in self.sessions.values() if s]:
                await self.act(session, said)
        elif request.method == "POST":
            for name, value in said.items():
                self.settings[name] = typed(name, value)
                self.failed = {} if name == "fail" else self.failed
        rules = {"%s/%s" % key: rule for key, rule in self.rules.items()}
        return reply({**self.seen, "rules": rules, "snapshots": self.snapshots, "line": self.line.hex(), "open": sum(1 for _, _, s in self.sessions.values() if s),
                      "settings": self.settings})

    async def act(self, session, said):
        what = said.get("do")
        if what == "close":
            await session.close(int(said.get("code", 1000)), said.get("reason", ""))
        elif what == "reset":
            session.reset()
        elif what in ("freeze", "thaw"):
            session.frozen = what == "freeze"
        elif what == "another":
            self.kick(self.settings["vm"])
        elif what == "say" and "hex" in said:
            await session.print(bytes.fromhex(said["hex"]))
        elif what == "say":
            await session.send(bool(said.get("text")), b"x" * int(said["count"]))

    async def end(self, session):
        if self.settings["end"] == "reset":
            session.reset()
        else:
            code, _, reason = self.settings["end"].partition(":")
            await session.close(int(code), reason)

    async def open_socket(self, request, reader, writer):
        at = [found for _, pattern, call in ROUTES if call == "socket" and (found := pattern.match(request.path))][0]
        session = self.sessions.get(at["session"])
        self.seen["sockets"] += 1
        if "authorization" in request.query:
            self.seen["token_queries"] += 1
        if not session or session[0] != at["container"] or session[2]:
            return arm(404, "NotFound", "No such session.")
        if session[1] is None:
            return arm(404, "NotFound", "This session was used before.")
        scenario = self.failure("socket")
        if scenario:
            return SCENARIOS[scenario]
        session[2] = Session(self, reader, writer)
        try:
            await session[2].run(request.head, request.query.get("authorization"))
        finally:
            session[1:] = [None, None]  # good for one socket
        return None

    async def serve(self, reader, writer):
        try:
            while request := await read_request(reader):
                if request.path.startswith("/double") and request.path != "/double/az":
                    answered = await self.control(request)
                elif request.headers.get("upgrade", "").lower() == "websocket":
                    answered = await self.open_socket(request, reader, writer)
                else:
                    answered = self.answer(request)
                if answered is None or not await write_reply(writer, answered, reader):
                    break
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


async def main(options):
    double = Double()
    for setting in options.set:
        name, _, value = setting.partition("=")
        double.settings[name] = typed(name, value)
    tls = None
    if options.tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*options.tls)
        double.scheme = "https"
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    server = await asyncio.start_server(double.serve, "127.0.0.1", options.port, ssl=tls, limit=1 << 20)
    double.port = server.sockets[0].getsockname()[1]
    if options.az_dir:
        path = os.path.join(options.az_dir, "az")
        with open(path, "w") as script:
            script.write(AZ_SCRIPT % ("%s://127.0.0.1:%d" % (double.scheme, double.port)))
        os.chmod(path, 0o755)

    def wait_for_end():
        while sys.stdin.buffer.read1():
            pass
        loop.call_soon_threadsafe(lambda: ended.done() or ended.set_result(None))

    threading.Thread(target=wait_for_end, daemon=True).start()
    print("listening on 127.0.0.1:%d" % double.port, flush=True)
    await ended
    for text in double.seen["violations"]:
        print("VIOLATION: " + text, file=sys.stderr)
    sys.stdout.flush()
    os._exit(1 if double.seen["violations"] else 0)


if __name__ == "__main__":
    listed = "\n".join("  %-14s %r" % pair for pair in SETTINGS.items())
    listed += "\n\nscenarios of fail:\n  " + "\n  ".join(SCENARIOS) + "\n\nscenarios of az:\n  " + "\n  ".join(AZ)
    parser = argparse.ArgumentParser(description=__doc__ + listed, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
    parser.add_argument("--az-dir", metavar="DIR")
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(main(parser.parse_args()))

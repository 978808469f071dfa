"""What ec2_double.py and gcp_double.py have in common: an HTTP side, an SSH gateway, settings and a memory.

Prints "listening on 127.0.0.1:PORT" (HTTP; the gateway's address is in GET /double), then one line per event (never a
secret); ends with its standard input, with exit status 1 after a violation.

  POST /double   JSON {"NAME": VALUE}: change settings while it runs
  GET  /double   JSON: what was seen: calls, logins, violations, "gateway", "fingerprint", "host_key"

settings of both (defaults):
  host_key  ed25519   or rsa, which signs with SHA-2 only, as current servers do
  modern    False     True: only ciphers and MACs that libssh2 1.10 lacks
  guest     echo      or 127.0.0.1:PORT: a line to pass on
  life      3600      seconds of a session
  fail      ""        CALL:ANSWER[:TIMES],...; "hang" and "drop" are answers too
"""
import argparse
import asyncio
import json
import os
import sys
import threading

sys.dont_write_bytecode = True  # a test leaves nothing in the source tree

import asyncssh
from azure_web import read_request

COMMON = {"host_key": "ed25519", "modern": False, "guest": "echo", "life": 3600.0, "fail": ""}


def answer(status, value, content_type="application/json"):
    return status, content_type, value if isinstance(value, str) else json.dumps(value)


class Door(asyncssh.SSHServer):
    """One SSH connection: only keys, and only what the double lets in."""

    def __init__(self, double):
        self.double, self.user, self.connection, self.entered = double, None, None, False

    def connection_made(self, conn):
        self.connection = conn

    def begin_auth(self, username):
        self.user = username
        return True

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return self.double.may_enter(self, username, key.export_public_key().decode().split()[1])

    def auth_completed(self):
        self.entered = True
        self.double.seen["logins"].append(self.user)
        self.double.note("login: " + self.user)
        self.double.entered(self)

    def connection_lost(self, exc):
        if self.entered:
            self.double.note("left: " + self.user)
            self.double.left(self)


class CloudDouble:
    def __init__(self, settings):
        self.settings = {**COMMON, **settings}
        self.failed = {}  # entry of `fail`: times used
        self.seen = {"calls": [], "logins": [], "violations": [], "oob": [], "breaks": 0}

    # What the two clouds do differently.
    async def answer(self, request):
        raise NotImplementedError

    def may_enter(self, door, user, blob):
        raise NotImplementedError

    def entered(self, door):
        pass

    def left(self, door):
        pass

    def greeting(self, user):
        return b""

    def note(self, text):
        print(text, flush=True)

    def blame(self, text):
        if text not in self.seen["violations"]:
            self.seen["violations"].append(text)
        self.note("VIOLATION: " + text)

    def called(self, call):
        """Notes a call; what it has to answer, if a failure was ordered for it."""
        self.seen["calls"].append(call)
        self.note("call: " + call)
        for entry in filter(None, str(self.settings["fail"]).split(",")):
            where, what, *times = entry.split(":")
            if where == call and self.failed.get(entry, 0) < (int(times[0]) if times else 1 << 30):
                self.failed[entry] = self.failed.get(entry, 0) + 1
                return what
        return None

    def set(self, name, value):
        kind = type(self.settings[name])
        self.settings[name] = value in (True, "1", "true", "True") if kind is bool else kind(value)
        self.failed = {} if name == "fail" else self.failed

    async def control(self, request):
        for name, value in request.json().items():
            self.set(name, value)
        return answer(200, {**self.seen, "gateway": self.gateway, "fingerprint": self.fingerprint,
                            "host_key": self.host_key})

    async def serve(self, reader, writer):
        try:
            while request := await read_request(reader):
                answered = await (self.control if request.path == "/double" else self.answer)(request)
                if answered == "hang":
                    await reader.read()
                if isinstance(answered, str):
                    break
                status, content_type, body = answered
                data = body.encode()
                head = "HTTP/1.1 %d Double\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                writer.write((head % (status, content_type, len(data))).encode() + data)
                await writer.drain()
                if request.headers.get("connection", "").lower() == "close":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    # The serial line of the one machine behind the gateway.
    async def line(self, process):
        greeting = self.greeting(process.get_extra_info("username"))
        if greeting:
            process.stdout.write(greeting)
        guest = self.settings["guest"]
        back, far = None, None
        if guest != "echo":
            host, port = guest.rsplit(":", 1)
            near, far = await asyncio.open_connection(host, int(port))
            back = asyncio.ensure_future(self.pass_back(near, process))
        limit = asyncio.get_running_loop().call_later(self.settings["life"], process.close)
        try:
            while True:
                try:
                    data = await process.stdin.read(65536)
                except asyncssh.BreakReceived:
                    self.seen["breaks"] += 1
                    continue
                except asyncssh.TerminalSizeChanged:
                    continue
                if not data:
                    break
                if far:
                    far.write(data)
                    await far.drain()
                else:
                    process.stdout.write(data)
                    await process.stdout.drain()
        except (ConnectionError, BrokenPipeError, asyncssh.Error):
            pass
        finally:
            limit.cancel()
            if back:
                back.cancel()
                far.close()
            process.channel.get_connection().close()

    @staticmethod
    async def pass_back(near, process):
        try:
            while data := await near.read(65536):
                process.stdout.write(data)
                await process.stdout.drain()
        except (ConnectionError, BrokenPipeError, asyncssh.Error):
            pass
        process.close()

    async def open_gateway(self):
        kind = self.settings["host_key"]
        key = asyncssh.generate_private_key("ssh-rsa" if kind == "rsa" else "ssh-ed25519")
        if kind == "rsa":
            key.sig_algorithms = (b"rsa-sha2-512", b"rsa-sha2-256")
        options = {}
        if self.settings["modern"]:
            options = {"encryption_algs": ["aes256-gcm@openssh.com"], "mac_algs": ["hmac-sha2-256-etm@openssh.com"]}
        server = await asyncssh.create_server(lambda: Door(self), "127.0.0.1", 0, server_host_keys=[key],
                                              process_factory=self.line, encoding=None, line_editor=False, **options)
        public = key.export_public_key().decode().split()
        self.host_key = " ".join(public[:2])
        self.fingerprint = key.get_fingerprint("sha256")
        self.gateway = "127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        return server

    async def run(self):
        loop = asyncio.get_running_loop()
        ended = loop.create_future()
        gateway = await self.open_gateway()
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=1 << 20)

        def wait_for_end():
            while sys.stdin.buffer.read1():
                pass
            loop.call_soon_threadsafe(lambda: ended.done() or ended.set_result(None))

        threading.Thread(target=wait_for_end, daemon=True).start()
        print("listening on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
        await ended
        gateway.close()
        for text in self.seen["violations"]:
            print("VIOLATION: " + text, file=sys.stderr)
        sys.stdout.flush()
        os._exit(1 if self.seen["violations"] else 0)


def start(double, description):
    listed = "\n".join("  %-14s %r" % pair for pair in double.settings.items() if pair[0] not in COMMON)
    parser = argparse.ArgumentParser(description=description + listed,
                                     formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    for setting in parser.parse_args().set:
        name, _, value = setting.partition("=")
        double.set(name, value)
    asyncio.run(double.run())

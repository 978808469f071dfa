"""The websocket of azure_double.py: one session of the serial console, from the handshake to the close.

Frames and the handshake are the sans-I/O half of Python's websockets, so that what is sent may be text that is no
UTF-8, a message in pieces, nothing at all, or the end of the connection without a close.
"""
import asyncio
import socket
import struct
import time

from websockets.frames import OP_CLOSE, OP_PONG, OP_TEXT
from websockets.server import ServerConnection

PIECE = 16 * 1024


def framed(mode, data, count):
    """`data` as messages [(is_text, bytes, fragments)]; `count` is the number of messages sent before."""
    if mode == "bytes":
        return [(False, data[i:i + 1], 1) for i in range(len(data))]
    if mode == "split":  # every message ends after the first byte of a character of several bytes, where there is one
        cuts = [i + 1 for i in range(len(data) - 1) if data[i] >= 0xC2 and data[i + 1] & 0xC0 == 0x80]
        parts = [data[a:b] for a, b in zip([0] + cuts, cuts + [len(data)])]
        return [(True, part, 1) for part in parts if part]
    parts = [data[i:i + PIECE] for i in range(0, len(data), PIECE)]
    if mode == "mixed":
        return [((count + i) % 2 == 0, part, 1) for i, part in enumerate(parts)]
    if mode == "fragments":
        return [(True, part, 3) for part in parts]
    return [(mode == "text", part, 1) for part in parts]


class Session:
    def __init__(self, double, reader, writer):
        self.double, self.reader, self.writer = double, reader, writer
        self.protocol = ServerConnection(max_size=64 << 20)
        self.trusted = self.in_query = self.frozen = False
        self.tokens = 0  # messages that were a token
        self.sent = 0  # messages
        self.message = None  # (opcode, bytes) of one that has not ended
        self.heard = time.monotonic()
        self.uart = None

    def set(self, name):
        return self.double.settings[name]

    def note(self, text):
        self.double.note(text)

    async def flush(self):
        for data in self.protocol.data_to_send():
            if data:
                self.writer.write(data)
            elif self.writer.can_write_eof():
                self.writer.write_eof()
        await self.writer.drain()

    async def send(self, is_text, data, fragments=1):
        if self.frozen or self.protocol.close_sent:
            return
        size = max(1, -(-len(data) // fragments))
        parts = [data[i:i + size] for i in range(0, len(data), size)] or [b""]
        for i, part in enumerate(parts):
            fin = i == len(parts) - 1
            if i > 0:
                self.protocol.send_continuation(part, fin)
            elif is_text:
                self.protocol.send_text(part, fin)
            else:
                self.protocol.send_binary(part, fin)
        self.sent += 1
        await self.flush()

    async def print(self, data):
        for is_text, part, fragments in framed(self.set("frames"), data, self.sent):
            await self.send(is_text, part, fragments)

    async def greet(self):
        """One message in every mode: the client throws it away."""
        await self.send(self.set("frames") != "binary", self.set("greeting").encode())

    async def print_text(self, text):
        await self.print(text.encode())

    async def close(self, code, reason=""):
        self.note("closed with %d" % code)
        if code == 1006:
            self.writer.transport.abort() if self.writer.get_extra_info("ssl_object") else self.writer.close()
        elif not self.protocol.close_sent:
            self.protocol.send_close(code, reason)
            await self.flush()

    def reset(self):
        """RST instead of FIN: what was on its way is lost."""
        self.note("reset")
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def trust(self):
        self.trusted = True
        self.note("trusted")
        if self.set("first") == "after-token":
            await self.greet()
        for name in ("banner", "replay"):
            if self.set(name):
                await self.print_text(self.set(name))
        if self.set("line"):
            host, port = self.set("line").rsplit(":", 1)
            source, self.uart = await asyncio.open_connection(host, int(port))
            self.double.spawn(self.pump(source))

    async def pump(self, source):
        while data := await source.read(PIECE):
            await self.print(data)

    async def take(self, opcode, data):
        """One whole message of the client."""
        self.double.seen["text" if opcode is OP_TEXT else "binary"] += 1
        if opcode is OP_TEXT and data != data.decode("utf-8", "ignore").encode():
            self.double.blame("a text message was no UTF-8")
        token = data.decode("latin-1")
        if self.double.is_token(token) and self.tokens < 2:
            self.tokens += 1
            self.double.seen["token_messages"] += 1
            if opcode is not OP_TEXT:
                self.double.blame("a token came in a binary message")
            good = self.double.why_not(token) is None
            all_there = self.in_query and self.tokens == 2
            if good and not self.trusted and (self.set("require") == "any" or all_there):
                await self.trust()
            return
        if self.double.holds_token(data):
            self.double.blame("a token reached the serial line")
        if not self.trusted:
            await self.close(1011, "Connection not trusted")
            return
        self.double.line_in(data)
        if self.uart:
            self.uart.write(data)
            await self.uart.drain()
        elif self.set("guest") == "echo":
            await self.print(data)
        elif self.set("guest") == "sac":
            await self.print(data.replace(b"\r", b"\r\nSAC>"))
        if self.set("end_after") and self.double.seen["line_count"] >= self.set("end_after"):
            await self.double.end(self)

    async def frames(self):
        for frame in self.protocol.events_received():
            if not hasattr(frame, "opcode"):
                continue
            if frame.opcode is OP_CLOSE:
                self.note("the client closed with %s" % self.protocol.close_rcvd.code)
            elif frame.opcode is OP_PONG:
                self.double.seen["pongs"] += 1
            elif self.protocol.close_sent:
                continue
            elif frame.opcode.value < 3:
                opcode, old = self.message or (frame.opcode, bytearray())
                self.message = (opcode, old + frame.data)
                if frame.fin:
                    self.message = None
                    await self.take(opcode, bytes(old) + bytes(frame.data))
            else:
                self.double.seen["pings"] += 1

    async def pinger(self):
        while self.set("ping_every") and not self.protocol.close_sent:
            await asyncio.sleep(self.set("ping_every"))
            if not self.frozen and not self.protocol.close_sent:
                self.protocol.send_ping(b"are you there")
                await self.flush()
                if time.monotonic() - self.heard > 3 * self.set("ping_every"):
                    self.note("no pong")
                    self.reset()
                    return

    async def distrust(self):
        await asyncio.sleep(self.set("trust_limit"))
        if not self.trusted and not self.protocol.close_sent:
            await self.close(1011, "Connection not trusted")

    async def run(self, head, token):
        self.protocol.receive_data(head)
        request = self.protocol.events_received()[0]
        if "Sec-WebSocket-Extensions" in request.headers:
            self.note("extensions were offered")  # none is taken
        self.protocol.send_response(self.protocol.accept(request))
        await self.flush()
        self.note("opened")
        self.in_query = token is not None and self.double.why_not(token) is None
        if self.set("first") == "at-once":
            await self.greet()
        if self.in_query and self.set("require") == "any":
            await self.trust()
        tasks = [self.double.spawn(self.distrust()), self.double.spawn(self.pinger())]
        try:
            while True:
                while self.frozen:
                    await asyncio.sleep(0.05)
                data = await asyncio.wait_for(self.reader.read(65536), self.set("idle") or None)
                if not data:
                    break
                self.heard = time.monotonic()
                self.protocol.receive_data(data)
                await self.frames()
                await self.flush()
            if not self.protocol.close_rcvd:
                self.note("the client left without a close")
        except asyncio.TimeoutError:
            self.note("idle")
            await self.close(1000, "idle")
        except (ConnectionError, OSError):
            self.note("the connection broke")
        finally:
            for task in tasks:
                task.cancel()
            if self.uart:
                self.uart.close()
            self.writer.close()

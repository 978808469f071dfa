"""The little HTTP of azure_double.py: requests read whole, replies written whole, broken off or never."""
import json
import urllib.parse

from azure_replies import JSON, SCENARIOS


class Request:
    def __init__(self, method, target, headers, body, head):
        self.method, self.headers, self.body, self.head = method, headers, body, head
        self.path, _, query = target.partition("?")
        self.query = {k: v[0] for k, v in urllib.parse.parse_qs(query, keep_blank_values=True).items()}

    def json(self):
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def reply(value, status=200, **headers):
    return status, {"Content-Type": JSON, **{k.replace("_", "-"): v for k, v in headers.items()}}, json.dumps(value)


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body, head)


async def write_reply(writer, answered, reader):
    status, headers, body = answered
    if status == 0:
        name = [name for name, row in SCENARIOS.items() if row is answered][0]
        if name == "half":
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{"connec')
            await writer.drain()
        if name == "hang":
            await reader.read()
        return False
    data = body.encode()
    text = "HTTP/1.1 %d Double\r\nContent-Length: %d\r\n" % (status, len(data))
    text += "".join("%s: %s\r\n" % pair for pair in headers.items())
    writer.write(text.encode() + b"\r\n" + data)
    await writer.drain()
    return True

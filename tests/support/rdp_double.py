"""A Remote Desktop server that misbehaves to order, up to TLS; no login behind it.

    python3 rdp_double.py MODE [--cert FILE --key FILE] [--tls 1.0,1.2] [--host ADDRESS]

MODE, what happens after the X.224 connection request:
    nla           chooses CredSSP when it is asked for, else insists on it; then TLS
    tls           chooses TLS, also when CredSSP is asked for; refuses standard security; then TLS
    plain         confirms without negotiation data
    failure=N     refuses with that code
    standard      refuses TLS with SSL_NOT_ALLOWED_BY_SERVER, confirms standard security
    reset, close  ends the connection
    cut           ends it in the middle of an answer
    drip          as nla, but every byte of the answer travels alone
    silent        says nothing
    garbage       64 bytes that are nothing
    ssh           speaks first, as SSH servers do
    web           answers as a web server
    tls-reset, tls-close, tls-silent, tls-garbage    chooses TLS, reads a ClientHello and then does that
    full          accepts no connection at all: its queue is full

Prints "listening on ADDRESS:PORT"; ends with its standard input.
"""
import argparse
import socket
import ssl
import struct
import sys
import threading

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2,
            "1.3": ssl.TLSVersion.TLSv1_3}
TLS, HYBRID, HYBRID_EX = 1, 2, 8


def confirmation(negotiation=b""):
    size = 11 + len(negotiation)
    return struct.pack(">BBHBBHHB", 3, 0, size, size - 5, 0xD0, 0, 0x1234, 0) + negotiation


def chosen(protocol, flags=0x1F):
    return confirmation(struct.pack("<BBHI", 2, flags, 8, protocol))


def refused(code):
    return confirmation(struct.pack("<BBHI", 3, 0, 8, code))


def answer_to(mode, asked):
    if mode in ("nla", "drip"):
        if asked & HYBRID_EX:
            return chosen(HYBRID_EX)
        return chosen(HYBRID) if asked & HYBRID else refused(5)
    if mode == "tls" or mode.startswith("tls-"):
        return chosen(TLS) if asked & TLS else refused(1)
    if mode == "standard":
        return refused(2) if asked else chosen(0, 0)
    if mode.startswith("failure="):
        return refused(int(mode[8:]))
    return {"plain": confirmation(), "garbage": bytes(range(128, 192)), "cut": chosen(TLS)[:13],
            "web": b"HTTP/1.1 400 Bad Request\r\n\r\n"}.get(mode, b"")


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def read_exactly(client, size):
    data = b""
    while len(data) < size:
        more = client.recv(size - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def talk_tls(client, options):
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.set_ciphers("ALL:@SECLEVEL=0")
    versions = [VERSIONS[v] for v in options.tls.split(",")]
    settings.minimum_version, settings.maximum_version = min(versions), max(versions)
    settings.load_cert_chain(options.cert, options.key)
    settings.wrap_socket(client, server_side=True).recv(1)


def serve(client, options):
    mode = options.mode
    if mode == "ssh":
        client.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
        client.recv(1000)
        return
    head = read_exactly(client, 4)
    body = read_exactly(client, struct.unpack(">H", head[2:])[0] - 4)
    if mode == "silent":
        client.recv(1)
        return
    if mode == "reset":
        return reset(client)
    answer = answer_to(mode, struct.unpack("<I", body[-4:])[0])
    for part in ([answer[i:i + 1] for i in range(len(answer))] if mode == "drip" else [answer]):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(part)
    if mode in ("tls", "nla", "drip") and answer[11] == 2:
        return talk_tls(client, options)
    if mode.startswith("tls-") and answer[11] == 2:
        read_exactly(client, 5)
        client.recv(65536)
        if mode == "tls-reset":
            return reset(client)
        if mode == "tls-garbage":
            client.sendall(b"this is no TLS, whatever was said before" * 3)
        if mode in ("tls-garbage", "tls-silent"):
            client.recv(1)
    elif mode in ("web", "garbage", "plain", "standard") or mode.startswith("failure="):
        client.recv(1)


def serve_safely(client, options):
    try:
        with client:
            serve(client, options)
    except OSError:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--tls", default="1.2,1.3")
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args()
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((options.host, 0))
    listener.listen(0 if options.mode == "full" else 20)
    port = listener.getsockname()[1]
    waiting = []
    if options.mode == "full":
        for _ in range(4):
            one = socket.socket(family)
            one.setblocking(False)
            one.connect_ex((options.host, port))
            waiting.append(one)
    else:
        def accept():
            while True:
                client, _ = listener.accept()
                threading.Thread(target=serve_safely, args=(client, options), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
    print("listening on %s:%d" % (options.host, port), flush=True)
    sys.stdin.read()


main()

"""An SSH server that knows one user with any name and the password "Road-canary", and sends everything back.

    python3 ssh_double.py password|keyboard-interactive FOLDER

Writes FOLDER/known_hosts, prints "listening on 127.0.0.1:PORT", and ends with its standard input.
"""
import asyncio
import sys
import threading

import asyncssh

PASSWORD = "Road-canary"


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def password_auth_supported(self):
        return sys.argv[1] == "password"

    def validate_password(self, username, password):
        return password == PASSWORD

    def kbdint_auth_supported(self):
        return sys.argv[1] == "keyboard-interactive"

    def get_kbdint_challenge(self, username, lang, submethods):
        return "", "", "", [("Code word: ", False)]

    def validate_kbdint_response(self, username, responses):
        return responses == [PASSWORD]


async def echo(process):
    while data := await process.stdin.read(65536):
        process.stdout.write(data)
        await process.stdout.drain()
    process.exit(0)


async def main():
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(Server, "127.0.0.1", 0, server_host_keys=[key], process_factory=echo,
                                          encoding=None, line_editor=False)
    port = server.sockets[0].getsockname()[1]
    with open(sys.argv[2] + "/known_hosts", "w") as file:
        file.write("[127.0.0.1]:%d %s\n" % (port, key.export_public_key().decode().strip()))
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(ended.set)), daemon=True).start()
    print("listening on 127.0.0.1:%d" % port, flush=True)
    await ended.wait()


if len(sys.argv) != 3:
    print(__doc__)
else:
    asyncio.run(main())

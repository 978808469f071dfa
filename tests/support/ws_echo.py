"""A websocket server made with Python's websockets: every message comes back as it went.

    python3 ws_echo.py      prints "listening on 127.0.0.1:PORT"; ends with its standard input
"""
import asyncio
import sys

import websockets


async def echo(socket, path=None):
    try:
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass


async def main():
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    loop.add_reader(sys.stdin, lambda: sys.stdin.buffer.read1() or ended.done() or ended.set_result(None))
    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None, subprotocols=["binary"]) as server:
        print("listening on 127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
        await ended


if len(sys.argv) > 1:
    print(__doc__)
else:
    asyncio.run(main())

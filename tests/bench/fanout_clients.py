"""Clients that read the live stream and throw it away, for `bench_ws_fanout`.

    python -m tests.bench.fanout_clients PORT PATH CLIENTS SECONDS

Prints the bytes that all clients got in the time, after a second of settling.
"""

import asyncio
import base64
import json
import os
import sys
from typing import cast

import uvloop

SETTLE_S = 1.0
_BUFFER = bytearray(1 << 20)


class Client(asyncio.BufferedProtocol):
    """One connection: shakes hands, subscribes, counts."""

    received_bytes = 0

    def __init__(self, path: str) -> None:
        self._path = path
        self._shaken = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # what uvloop gives is one in all but its ancestry
        self._transport = transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )

    def get_buffer(self, sizehint: int) -> bytearray:
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        Client.received_bytes += nbytes
        if not self._shaken:
            self._shaken = True
            text = json.dumps({"type": "subscribe", "interval_ms": 100}).encode()
            self._transport.write(bytes((0x81, 0x80 | len(text))) + b"\0\0\0\0" + text)


async def main(port: int, path: str, clients: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(clients):
        await loop.create_connection(lambda: Client(path), "127.0.0.1", port)
    await asyncio.sleep(SETTLE_S)
    before = Client.received_bytes
    sys.stdout.write("settled\n")
    sys.stdout.flush()
    await asyncio.sleep(seconds)
    sys.stdout.write(f"{Client.received_bytes - before}\n")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))

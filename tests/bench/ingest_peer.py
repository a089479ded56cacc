"""What one would otherwise write: asyncio streams, pynmeagps, a dict for each terminal. Same protocol as the service.

Prints the port it listens on; then, for every line on standard input, what it has done and used so far.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop
from pynmeagps import NMEAParseError, NMEAReader

fleet: dict[str, dict[str, Any]] = {}
totals = {"reads": 0, "sentences": 0, "drops": 0, "connections": 0}


async def serve_terminal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read a terminal's lines until it leaves."""
    totals["connections"] += 1
    state = fleet.setdefault((await reader.readline()).decode().strip(), {})
    while line := await reader.readline():
        try:
            message: Any = NMEAReader.parse(line)
        except NMEAParseError:
            totals["drops"] += 1
            continue
        state.update({name: value for name, value in vars(message).items() if not name.startswith("_")})
        totals["sentences"] += 1
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve_terminal, "127.0.0.1", 0, backlog=4_096)
    stopped = asyncio.Event()

    def answer() -> None:
        if not sys.stdin.readline():
            stopped.set()
            return
        print(json.dumps(totals | {"cpu_s": time.process_time()}), flush=True)  # noqa: T201

    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    asyncio.get_running_loop().add_reader(0, answer)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    uvloop.run(main())

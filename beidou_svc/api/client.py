"""A client of the live stream, complete in one file: it uses `websockets` and `numpy` and nothing of this package.

    async for frame in stream("ws://127.0.0.1:8080/v1/stream", interval_ms=500, quality=[4, 5]):
        print(frame.kind, frame.ids(), frame.columns["lat_deg"])

or, from a shell: `python -m beidou_svc.api.client ws://127.0.0.1:8080/v1/stream`.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

MAGIC = b"BDF1"
MESSAGE_BYTES_MAX = 1 << 26
_REFUSALS = (4400, 4401, 4403)
"""Close codes after which asking again is of no use."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of docs/stream.md. Float columns are in the unit of their name, NaN = not known."""

    kind: Literal["full", "delta"]
    seq: int
    resume: str
    t0_ms: int
    columns: dict[str, NDArray[Any]]
    gone: list[int]
    id_by_slot: dict[int, str]

    def ids(self) -> list[str]:
        """Ids of the rows."""
        return [self.id_by_slot[slot] for slot in self.columns["slot"].tolist()]


def decode_frame(message: bytes, id_by_slot: dict[int, str]) -> Frame:
    """A binary message as columns. Raises ValueError if it is not a frame."""
    if message[:4] != MAGIC:
        raise ValueError("a frame begins with BDF1")
    end = 8 + int.from_bytes(message[4:8], "little")
    header = json.loads(message[8:end])
    columns = {spec["name"]: _column(message, spec, header["n"]) for spec in header["columns"]}
    return Frame(header["kind"], header["seq"], header["resume"], header["t0_ms"], columns, header["gone"], id_by_slot)


def _column(message: bytes, spec: dict[str, Any], n: int) -> NDArray[Any]:
    steps = np.frombuffer(message, f"<{spec['dtype']}", n, spec["offset"])
    if "missing" not in spec:
        return steps
    return np.where(steps == spec["missing"], np.nan, steps * spec["scale"])


async def stream(url: str, *, token: str | None = None, **want: Any) -> AsyncIterator[Frame]:
    """Frames for ever: reconnects after a break and takes up where it left off.

    `want` are fields of the subscribe message (`interval_ms`, `bbox`, `quality`). Raises ConnectionError with the
    server's reason if it refuses.
    """
    id_by_slot: dict[int, str] = {}
    resume: str | None = None
    # as an iterator, `connect` tries again and waits longer each time
    async for socket in connect(url, compression=None, max_size=MESSAGE_BYTES_MAX):
        given = {"token": token, "resume": resume}
        subscribe = {"type": "subscribe", **want} | {key: value for key, value in given.items() if value}
        try:
            await socket.send(json.dumps(subscribe))
            async for message in socket:
                if isinstance(message, bytes):
                    frame = decode_frame(message, id_by_slot)
                    resume = frame.resume
                    yield frame
                else:
                    _note_names(json.loads(message), id_by_slot)
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code in _REFUSALS:
                raise ConnectionError(f"{closed.rcvd.code}: {closed.rcvd.reason}") from closed


def _note_names(message: dict[str, Any], id_by_slot: dict[int, str]) -> None:
    if message["type"] == "terminals":
        id_by_slot.update(zip(message["slot"], message["id"], strict=True))


async def _print_frames(url: str) -> None:
    async for frame in stream(url):
        sys.stdout.write(f"{frame.kind} seq={frame.seq} rows={len(frame.columns['slot'])} gone={len(frame.gone)}\n")


if __name__ == "__main__":
    asyncio.run(_print_frames(sys.argv[1]))

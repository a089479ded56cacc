"""Maps that were sent are read in a process of their own: text becomes a network in Python, which would hold up ticks.

    python -m beidou_svc.roads.reading BODY OUT FRAME NAME

writes the saved network into OUT and prints a JSON object: `report`, or `faults`.
"""

import asyncio
import contextlib
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from beidou_svc.errors import ServiceError
from beidou_svc.roads.faults import Fault, InvalidError
from beidou_svc.roads.networks import from_saved, read_body, report_of, to_saved
from beidou_svc.roads.roads import Roads
from mapping.datums.frame import Frame
from mapping.network.model import RoadNetwork

BYTES_AT_ONCE_MAX: Final = 64 << 10
"""Shorter bodies are read at once: some 20 ms."""


async def read_apart(roads: Roads, body: bytes, name: str) -> tuple[RoadNetwork, dict[str, Any]]:
    """The network of a body, and what was wrong with it. Raises InvalidError; ServiceError where it cannot be read."""
    frame = roads.plane.frame
    if len(body) <= BYTES_AT_ONCE_MAX:
        network, report = await roads.run(read_body, body, frame, name)
        return network, report_of(report)
    with TemporaryDirectory() as folder:
        path, out = Path(folder) / "body", Path(folder) / "network.npz"
        await asyncio.to_thread(path.write_bytes, body)
        said = await _run(sys.executable, "-m", __name__, str(path), str(out), str(frame), name)
        if "faults" in said:
            raise InvalidError([Fault(*fault) for fault in said["faults"]])
        saved = await asyncio.to_thread(out.read_bytes)
    return await asyncio.to_thread(from_saved, saved), said["report"]


async def _run(*command: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await process.communicate()
    finally:
        # who asked may have gone
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    if process.returncode:
        raise ServiceError(f"the map could not be read: its reader ended with {process.returncode}")
    answer: dict[str, Any] = orjson.loads(said)
    return answer


def read_here(body: Path, out: Path, frame: Frame, name: str) -> dict[str, Any]:
    """What the process of its own does."""
    try:
        network, report = read_body(body.read_bytes(), frame, name)
    except InvalidError as error:
        return {"faults": [list(fault) for fault in error.faults]}
    out.write_bytes(to_saved(network))
    return {"report": report_of(report)}


if __name__ == "__main__":
    _body, _out, _frame, _name = sys.argv[1:]
    sys.stdout.buffer.write(orjson.dumps(read_here(Path(_body), Path(_out), Frame.parse(_frame), _name)))

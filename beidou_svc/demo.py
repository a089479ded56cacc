"""`beidou demo`: an invented city, the service over it, and a simulated fleet that drives in it. All on loopback."""

import asyncio
import contextlib
import ctypes
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from beidou_svc.config import Settings
from beidou_svc.errors import StartError

_PR_SET_PDEATHSIG = 1
CHILD_STOP_S_MAX = 3.0
CHILD_POLL_S = 0.5
SPARE_CONNECTIONS = 256
"""Beyond one for each simulated terminal."""


Child = subprocess.Popen[Any]


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What to show."""

    terminals: int
    rate_hz: float
    seed: int
    http_port: int
    open_browser: bool


def run_demo(plan: DemoPlan, base: Settings) -> None:
    """Run until Ctrl-C. Raises StartError if the simulator is missing or fails."""
    simulator = _simulator()
    world = _world(simulator, plan.seed).result()
    ingest_port = _free_port()
    with TemporaryFile(mode="w+") as complaints:
        fleet = _start_fleet(simulator, plan, world, ingest_port, complaints)
        try:
            # the simulator loads at the same time, and tries again until it finds the service listening
            _serve(_settings(base, plan, world, ingest_port), plan, fleet)
        finally:
            _end(fleet)
        if fleet.returncode not in (0, -signal.SIGTERM, -signal.SIGKILL):
            complaints.seek(0)
            raise StartError(f"`beidou-sim fleet` failed ({fleet.returncode}): {complaints.read()[-2_000:].strip()}")


def _serve(settings: Settings, plan: DemoPlan, fleet: Child) -> None:
    """Run the service until it is told to stop or the fleet has ended."""
    from beidou_svc.app import build_service, run_on_own_loop
    from beidou_svc.telemetry.logs import install_logging

    install_logging(settings.log)

    async def main() -> None:
        service = build_service(settings)
        serving = asyncio.create_task(service.run())
        ready = asyncio.create_task(service.ready.wait())
        await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            _announce(service.http_address, plan)
            while not serving.done() and fleet.poll() is None:
                await asyncio.wait([serving], timeout=CHILD_POLL_S)
            service.stop()
        await serving

    run_on_own_loop(main())


class _World:
    """The city file: there already, or being written by a child."""

    def __init__(self, path: Path, child: "subprocess.Popen[str] | None", draft: Path) -> None:
        self.path = path
        self._child = child
        self._draft = draft

    def result(self) -> Path:
        """The finished file."""
        if self._child is not None:
            _, complaint = self._child.communicate()
            if self._child.returncode:
                raise StartError(f"`beidou-sim world` failed: {complaint.strip()}")
            self._draft.replace(self.path)
        return self.path


def _world(simulator: str, seed: int) -> _World:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "beidou-svc"
    name = f"world-{seed}-{_builder_stamp()}"
    path = folder / f"{name}.geojson"
    draft = folder / f"{name}.{os.getpid()}.tmp"
    if path.is_file():
        return _World(path, None, draft)
    folder.mkdir(parents=True, exist_ok=True)
    command = [simulator, "world", "--seed", str(seed), "--out", str(draft)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return _World(path, child, draft)


def _builder_stamp() -> str:
    """Which city builder it is: a kept city of another one is not the city that the fleet drives in."""
    digest = hashlib.sha256()
    for source in sorted((Path(__file__).parents[1] / "simulators").rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def _simulator() -> str:
    beside = Path(sys.executable).with_name("beidou-sim")
    found = str(beside) if beside.is_file() else shutil.which("beidou-sim")
    if found is None:
        raise StartError("`beidou-sim` is not installed beside `beidou`; install the package again")
    return found


def _settings(base: Settings, plan: DemoPlan, world: Path, ingest_port: int) -> Settings:
    """The given settings with the demo's own on top: loopback, the invented city, room for the fleet."""
    values: dict[str, Any] = base.model_dump()
    listener = {"host": "127.0.0.1", "port": ingest_port, "unknown": "accept"}
    values["http"] |= {"host": "127.0.0.1", "port": plan.http_port}
    values["basemap"] = {"file": world}
    values["page"] |= {"demo": True}
    values["ingest"] |= {"tcp": [listener], "udp": [], "outgoing": []}
    values["ingest"]["limits"] |= {
        "connections_max": plan.terminals + SPARE_CONNECTIONS,
        "accept_per_s_max": float(max(plan.terminals, 2_000)),
    }
    values["fleet"]["terminals_max"] = max(base.fleet.terminals_max, plan.terminals)
    return Settings.model_validate(values)


def _announce(address: str, plan: DemoPlan) -> None:
    frame = "─" * (len(address) + 8)
    sys.stdout.write(f"\n  {frame}\n      {address}\n  {frame}\n")
    sys.stdout.write(f"  {plan.terminals} simulated terminals at {plan.rate_hz:g} Hz. Ctrl-C ends everything.\n\n")
    sys.stdout.flush()
    if plan.open_browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _start_fleet(simulator: str, plan: DemoPlan, world: Path, port: int, complaints: IO[str]) -> Child:
    options = {"host": "127.0.0.1", "port": port, "terminals": plan.terminals, "rate-hz": plan.rate_hz}
    options |= {"seed": plan.seed, "world": world}
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    # a session of its own: Ctrl-C reaches the service alone, which ends the fleet in its turn
    return subprocess.Popen(
        [simulator, "fleet", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=complaints,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 (no thread has started yet)
    )


def _end_with_parent() -> None:
    """In the child: the kernel ends it when the demo dies, however it dies (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(child: Child) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(CHILD_STOP_S_MAX)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()

"""`beidou demo`: an invented city, the service over it, and a simulated fleet that drives in it. All on loopback."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beidou_svc.config import Settings
from beidou_svc.errors import StartError

CHILD_STOP_S_MAX = 3.0
SPARE_CONNECTIONS = 256
"""Beyond one for each simulated terminal."""


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
    world = _world(simulator, plan.seed)
    # while the city is being built, the service is loaded
    from beidou_svc.app import build_service, run_on_own_loop
    from beidou_svc.telemetry.logs import install_logging

    settings = _settings(base, plan, world.result())
    install_logging(settings.log)

    async def main() -> None:
        service = build_service(settings)
        serving = asyncio.create_task(service.run())
        ready = asyncio.create_task(service.ready.wait())
        await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        if not serving.done():
            port = int(service.ingest.status().listeners[0].address.rpartition(":")[2])
            _announce(service.http_address, plan)
            await _drive(simulator, plan, world.path, port, serving)
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
    path = folder / f"world-{seed}.geojson"
    draft = folder / f"world-{seed}.{os.getpid()}.tmp"
    if path.is_file():
        return _World(path, None, draft)
    folder.mkdir(parents=True, exist_ok=True)
    command = [simulator, "world", "--seed", str(seed), "--out", str(draft)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return _World(path, child, draft)


def _simulator() -> str:
    beside = Path(sys.executable).with_name("beidou-sim")
    found = str(beside) if beside.is_file() else shutil.which("beidou-sim")
    if found is None:
        raise StartError("`beidou-sim` is not installed beside `beidou`; install the package again")
    return found


def _settings(base: Settings, plan: DemoPlan, world: Path) -> Settings:
    """The given settings with the demo's own on top: loopback, the invented city, room for the fleet."""
    values: dict[str, Any] = base.model_dump()
    values["http"] |= {"host": "127.0.0.1", "port": plan.http_port}
    values["basemap"] = {"file": world}
    values["page"] |= {"demo": True}
    values["ingest"] |= {"tcp": [{"host": "127.0.0.1", "port": 0, "unknown": "accept"}], "udp": [], "outgoing": []}
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


async def _drive(simulator: str, plan: DemoPlan, world: Path, port: int, serving: "asyncio.Task[None]") -> None:
    """Let the fleet drive until the service stops. A fleet that ends by itself is an error."""
    options = {"host": "127.0.0.1", "port": port, "terminals": plan.terminals, "rate-hz": plan.rate_hz}
    options |= {"seed": plan.seed, "world": world}
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    # a session of its own, so that Ctrl-C reaches the service first and the fleet is ended by it
    child = await asyncio.create_subprocess_exec(
        simulator, "fleet", *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    ended = asyncio.create_task(child.communicate())
    await asyncio.wait([serving, ended], return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        complaint = ended.result()[1].decode(errors="replace").strip()
        raise StartError(f"`beidou-sim fleet` ended ({child.returncode}): {complaint[-2_000:]}")
    child.terminate()
    try:
        await asyncio.wait_for(ended, CHILD_STOP_S_MAX)
    except TimeoutError:
        child.kill()

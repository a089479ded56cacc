"""`beidou demo`: an invented city, the service over it, and a simulated fleet that drives in it. All on loopback."""

import asyncio
import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beidou_svc.config import Settings
from beidou_svc.demo_children import Child, find_simulator, simulating
from beidou_svc.errors import StartError

CHILD_POLL_S = 0.5
SPARE_CONNECTIONS = 256
"""Beyond one for each simulated terminal."""

RTK_SCENARIO = "rtk-demo"

SHUTTLES, SHUTTLE_SHARE_MAX = 24, 0.1
"""The first terminals of the simulator's city, at most a tenth of all, drive the scenic route."""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What to show."""

    terminals: int
    rate_hz: float
    seed: int
    http_port: int
    open_browser: bool
    rovers: int = 60
    bases: int = 3


def run_demo(plan: DemoPlan, base: Settings) -> None:
    """Run until Ctrl-C. Raises StartError if the simulator is missing or fails."""
    simulator = find_simulator()
    world = _world(simulator, plan.seed).result()
    common = {"host": "127.0.0.1", "port": _free_port(), "seed": plan.seed, "world": world}
    fleet = {**common, "terminals": plan.terminals, "rate-hz": plan.rate_hz}
    rtk = {**common, "terminals": plan.rovers, "bases": plan.bases, "scenario": RTK_SCENARIO}
    with contextlib.ExitStack() as stack:
        # the simulators load at the same time, and try again until they find the service listening
        children = [stack.enter_context(simulating(simulator, "fleet", fleet))]
        if plan.rovers:
            children.append(stack.enter_context(simulating(simulator, "rtk", rtk)))
        _serve(_settings(base, plan, world, int(str(common["port"]))), plan, children)


def _serve(settings: Settings, plan: DemoPlan, children: Sequence[Child]) -> None:
    """Run the service until it is told to stop or a simulator has ended."""
    from beidou_svc.app import build_service
    from beidou_svc.running import run_on_own_loop
    from beidou_svc.telemetry.logs import install_logging

    install_logging(settings.log)

    async def main() -> None:
        service = build_service(settings)
        serving = await service.start()
        if not serving.done():
            _announce(service.http_address, plan)
            while not serving.done() and not any(child.has_ended for child in children):
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


def _settings(base: Settings, plan: DemoPlan, world: Path, ingest_port: int) -> Settings:
    """The given settings with the demo's own on top: loopback, the invented city, room for the fleet."""
    values: dict[str, Any] = base.model_dump()
    listener = {"host": "127.0.0.1", "port": ingest_port, "unknown": "accept"}
    values["http"] |= {"host": "127.0.0.1", "port": plan.http_port}
    values["basemap"] = {"file": world}
    values["roads"] |= {"network": str(world), "fences": world}
    values["page"] |= {"demo": True}
    values["ingest"] |= {"tcp": [listener], "udp": [], "outgoing": []}
    values["ingest"]["limits"] |= {
        "connections_max": plan.terminals + plan.rovers + plan.bases + SPARE_CONNECTIONS,
        "accept_per_s_max": float(max(plan.terminals, 2_000)),
    }
    values["fleet"]["terminals_file"] = _register(world.parent, min(SHUTTLES, int(plan.terminals * SHUTTLE_SHARE_MAX)))
    values["fleet"]["terminals_max"] = max(base.fleet.terminals_max, plan.terminals + plan.rovers + plan.bases)
    return Settings.model_validate(values)


def _register(folder: Path, shuttles: int) -> Path:
    """A register that says which terminals are shuttles: the corridor of the scenic route is for them alone."""
    path, draft = folder / f"shuttles-{shuttles}.csv", folder / f"shuttles-{shuttles}.{os.getpid()}.tmp"
    draft.write_text("id,groups\n" + "".join(f"gz-{k:05},shuttles\n" for k in range(1, shuttles + 1)), "utf-8")
    draft.replace(path)
    return path


def _announce(address: str, plan: DemoPlan) -> None:
    frame = "─" * (len(address) + 8)
    sys.stdout.write(f"\n  {frame}\n      {address}\n  {frame}\n")
    sys.stdout.write(f"  {plan.terminals} simulated terminals at {plan.rate_hz:g} Hz. Ctrl-C ends everything.\n")
    if plan.rovers:
        sys.stdout.write(
            f"  {plan.rovers} more (rtk-...) stream raw observations: their centimetres are computed here, against\n"
            f"  {plan.bases} base stations, of which one is unplugged every few minutes.\n"
        )
    sys.stdout.write("\n")
    sys.stdout.flush()
    if plan.open_browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port

"""What the commands share: errors told, a city, a start on the whole second, a run from its start to its sum."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson
import typer
from rich.table import Table

from gnss.constants import NS_PER_S
from simulators.broadcast import Broadcast, Cars, Epochs, Voice
from simulators.chart import Chart
from simulators.display import Display, console
from simulators.errors import LinkError, SimulatorError
from simulators.link import Link
from simulators.network import Network, build_network, read_network
from simulators.scenario import Scenario
from simulators.wire import Wire

E = TypeVar("E", bound=Epochs)

CONNECT_WAIT_S_MAX = 60.0


class City(NamedTuple):
    """A city as its network, and the features it was made of."""

    network: Network
    features: list[dict[str, Any]]
    chart: Chart


class SystemClock:
    """The steady clock of the machine."""

    def now_s(self) -> float:
        """Seconds of `time.monotonic`."""
        return time.monotonic()

    def wait_until(self, at_s: float) -> None:
        """Sleep until a moment."""
        left_s = at_s - time.monotonic()
        if left_s > 0:
            time.sleep(left_s)


class errors_told:
    """Prints errors raised on purpose and ends with status 2."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Tell and end."""
        if isinstance(error, SimulatorError):
            console.print(f"[red]error:[/red] {error}", highlight=False, soft_wrap=True)
            raise typer.Exit(2) from error


def city_of(path: Path | None, seed: int) -> City:
    """A city file, or the city of the seed."""
    chart = Chart()
    if path is not None:
        return City(read_network(path, chart), orjson.loads(path.read_bytes())["features"], chart)
    from simulators.world import build_world
    from simulators.world.geojson_io import encode_world

    features = orjson.loads(encode_world(build_world(seed), chart))["features"]
    return City(build_network(features, chart), features, chart)


def start_of(plan: Scenario) -> tuple[int, float]:
    """Event time of the first epoch (Unix ns) and its moment of the steady clock: the next whole second.

    A scenario with a start of its own has that event time, at the same moment.
    """
    now_ns, now_s = time.time_ns(), time.monotonic()
    next_ns = (now_ns // NS_PER_S + 2) * NS_PER_S
    begin_s = now_s + (next_ns - now_ns) / NS_PER_S
    return (next_ns if plan.start is None else round(plan.start.timestamp() * 1e3) * (NS_PER_S // 1000)), begin_s


def connect_all(wire: Wire, terminals: int) -> None:
    """Connect every terminal before the first epoch."""
    give_up_s = time.monotonic() + CONNECT_WAIT_S_MAX
    while wire.connected < terminals:
        wire.poll(time.monotonic())
        if time.monotonic() > give_up_s:
            trouble = wire.reasons.most_common(1)[0][0] if wire.reasons else "no answer"
            raise LinkError(f"only {wire.connected} of {terminals} terminals could connect: {trouble}")
        time.sleep(0.001)


def run_broadcast(
    cars: Cars[E],
    speaker: Voice[E],
    link: Link,
    wire: Wire,
    speedup: float,
    duration_s: float | None,
    begin_s: float,
) -> dict[str, float | int]:
    """Run to the end or to Ctrl-C; returns what was sent and what it cost."""
    display = Display(wire, cars.schedule.terminals, cars.scenario.name)
    broadcast = Broadcast(cars, speaker, link, wire, SystemClock(), speedup, display.update)
    began_s, began = time.monotonic(), os.times()
    with display:
        try:
            broadcast.run(duration_s, begin_s)
        except KeyboardInterrupt:
            console.print("stopped")
    return {
        "wall_s": round(time.monotonic() - began_s, 3),
        "cpu_user_s": round(os.times().user - began.user, 3),
        "cpu_system_s": round(os.times().system - began.system, 3),  # on loopback also what the receiver's stack does
        "epochs": broadcast.progress.epochs,
        "late_slots": broadcast.progress.late_slots,
        "lag_max_ms": round(broadcast.progress.lag_max_s * 1e3, 1),
        **display.wire.stats,
        **broadcast.progress.faults,
    }


def tell_sum(summary: dict[str, float | int], report: Path | None) -> None:
    """Print a sum, and write it as JSON where wanted."""
    table = Table(show_header=False, box=None)
    for name, value in summary.items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    console.print(table)
    if report is not None:
        report.write_text(json.dumps({"ended": datetime.now(UTC).isoformat(), **summary}, indent=1), encoding="utf-8")

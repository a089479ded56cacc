"""`beidou-sim`: build a city, send a fleet to a service, write a log."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from simulators.broadcast import Broadcast, identities
from simulators.display import Display, console
from simulators.errors import LinkError, SimulatorError
from simulators.fleet import Fleet
from simulators.link import Link, Writes
from simulators.log_io import Prefix, write_log
from simulators.network import Network, build_network, read_network
from simulators.scenario import Scenario, describe_settings, load_scenario, shipped_scenarios
from simulators.schedule import NS, Schedule
from simulators.sentences import Speaker
from simulators.wire import Wire

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_show_locals=False)
CONNECT_WAIT_MAX_S = 60.0
WARM_TERMINALS = 40

DurationS = Annotated[float | None, typer.Option(min=0, help="seconds of scenario time; default: until stopped")]
Seed = Annotated[int, typer.Option(help="everything random follows from it")]
Terminals = Annotated[int, typer.Option(min=1, max=100_000, help="how many terminals")]
RateHz = Annotated[float, typer.Option(help="epochs of one terminal per second: 0.1, 0.2, 0.5, 1, 2, 5, 10 or 20")]
ScenarioName = Annotated[str, typer.Option(help="a shipped scenario (see `scenarios`) or a .toml file")]
WorldFile = Annotated[Path | None, typer.Option(help="city file of `world`; default: built from the seed on the spot")]


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


@app.command()
def world(
    seed: Seed = 7, out: Annotated[Path, typer.Option(help="GeoJSON file to write")] = Path("world.geojson")
) -> None:
    """Build a seeded city district of 70 km2 and write it as GeoJSON."""
    from simulators.world import build_world
    from simulators.world.geojson_io import write_world

    city = build_world(seed)
    write_world(city, out)
    console.print(
        f"{out}: {city.area_km2:.0f} km2, {city.road_km:.0f} km of road in {len(city.streets)} edges, "
        f"{len(city.buildings)} buildings, {out.stat().st_size / 1e6:.1f} MB"
    )


@app.command()
def fleet(
    host: Annotated[str, typer.Option(help="where the service listens")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="TCP port for NMEA")] = 9000,
    terminals: Terminals = 1000,
    rate_hz: RateHz = 1.0,
    seed: Seed = 7,
    scenario: ScenarioName = "city",
    world: WorldFile = None,
    duration_s: DurationS = None,
    speedup: Annotated[float, typer.Option(min=0.001, max=1000, help="scenario seconds per second")] = 1.0,
    epochs_per_write: Annotated[int | None, typer.Option(min=1, max=50, help="overrides load.epochs_per_write")] = None,
    writes_per_s: Annotated[float | None, typer.Option(min=0, help="overrides load.writes_per_s; paced")] = None,
    connect_first: Annotated[bool, typer.Option(help="start sending only when every terminal is connected")] = False,
    report: Annotated[Path | None, typer.Option(help="write what was sent as JSON when done")] = None,
) -> None:
    """Drive a fleet and stream its NMEA, every terminal over its own TCP connection."""
    with _errors_told():
        plan = _with_load(load_scenario(scenario), epochs_per_write, writes_per_s)
        schedule = Schedule.at_rate(terminals, rate_hz, staggered=not plan.load.unlimited)
        network = _network(world, seed)
        _warm_up(network)
        wire = Wire(host, port, identities(plan.fleet.id_prefix, plan.fleet.token, terminals))
        try:
            if connect_first or plan.load.unlimited:
                _connect_all(wire, terminals)
            start_ns, begin_s = _start(plan)
            cars = Fleet(network, plan, schedule, seed, start_ns)
            _broadcast(cars, wire, seed, speedup, duration_s, begin_s, report)
        finally:
            wire.close()


def _broadcast(
    cars: Fleet, wire: Wire, seed: int, speedup: float, duration_s: float | None, begin_s: float, report: Path | None
) -> None:
    """Run to the end or to Ctrl-C, then sum up."""
    terminals = cars.schedule.terminals
    display = Display(wire, terminals, cars.scenario.name)
    link = Link(cars.scenario.link, terminals, seed)
    broadcast = Broadcast(cars, Speaker(cars), link, wire, SystemClock(), speedup, display.update)
    began_s, began = time.monotonic(), os.times()
    with display:
        try:
            broadcast.run(duration_s, begin_s)
        except KeyboardInterrupt:
            console.print("stopped")
    summary: dict[str, float | int] = {
        "wall_s": round(time.monotonic() - began_s, 3),
        "cpu_user_s": round(os.times().user - began.user, 3),
        "cpu_system_s": round(os.times().system - began.system, 3),  # on loopback also what the receiver's stack does
        "epochs": broadcast.progress.epochs,
        "late_slots": broadcast.progress.late_slots,
        "lag_max_ms": round(broadcast.progress.lag_max_s * 1e3, 1),
        **display.wire.stats,
        **broadcast.progress.faults,
    }
    table = Table(show_header=False, box=None)
    for name, value in summary.items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    console.print(table)
    if report is not None:
        report.write_text(json.dumps({"ended": datetime.now(UTC).isoformat(), **summary}, indent=1), encoding="utf-8")


@app.command()
def log(
    out: Annotated[Path, typer.Option(help="log to write; .gz compresses")],
    terminals: Terminals = 1,
    rate_hz: RateHz = 1.0,
    duration_s: Annotated[float, typer.Option(min=0, help="seconds")] = 3600.0,
    seed: Seed = 7,
    scenario: ScenarioName = "calm",
    world: WorldFile = None,
    prefix: Annotated[Prefix, typer.Option(help="what stands before each sentence")] = Prefix.NONE,
    truth: Annotated[Path | None, typer.Option(help="write the truth as Parquet, or CSV by its suffix")] = None,
) -> None:
    """Write the same text as a log file, with the truth beside it if wanted."""
    with _errors_told():
        plan = load_scenario(scenario)
        cars = Fleet(_network(world, seed), plan, Schedule.at_rate(terminals, rate_hz), seed, _start(plan)[0])
        written = write_log(cars, Speaker(cars), Link(plan.link, terminals, seed), duration_s, out, prefix, truth)
        console.print(f"{out}: {written / 1e6:.2f} MB of text, {terminals} terminals, {duration_s:g} s")


@app.command()
def scenarios(
    name: Annotated[str | None, typer.Argument(help="show this one as TOML")] = None,
    settings: Annotated[bool, typer.Option(help="list every setting with its default")] = False,
) -> None:
    """List the scenarios that come along, one of them, or all settings."""
    with _errors_told():
        if settings:
            for key, default, description in describe_settings():
                typer.echo(f"{key} = {default}  # {description}")
        elif name is not None:
            load_scenario(name)
            typer.echo(shipped_scenarios()[name] if name in shipped_scenarios() else Path(name).read_text("utf-8"))
        else:
            for key, text in shipped_scenarios().items():
                typer.echo(f"{key}: {text.splitlines()[0].removeprefix('# ')}")


@app.command()
def warm() -> None:
    """Compile all kernels now, so that no later start waits for it."""
    with _errors_told():
        _warm_up(_network(None, 7))


class _errors_told:
    """Prints errors raised on purpose and ends with status 2."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Tell and end."""
        if isinstance(error, SimulatorError):
            console.print(f"[red]error:[/red] {error}", highlight=False, soft_wrap=True)
            raise typer.Exit(2) from error


def _with_load(plan: Scenario, epochs_per_write: int | None, writes_per_s: float | None) -> Scenario:
    """The scenario with what the command line overrides; a fixed rate of writes ends `unlimited`."""
    changes: dict[str, object] = {}
    if epochs_per_write is not None:
        changes["epochs_per_write"] = epochs_per_write
    if writes_per_s is not None:
        changes |= {"writes_per_s": writes_per_s, "unlimited": writes_per_s == 0 and plan.load.unlimited}
    return plan.model_copy(update={"load": plan.load.model_copy(update=changes)})


def _network(path: Path | None, seed: int) -> Network:
    """The network of a city file, or of the city of the seed."""
    if path is not None:
        return read_network(path)
    import orjson

    from simulators.chart import Chart
    from simulators.world import build_world
    from simulators.world.geojson_io import encode_world

    chart = Chart()
    return build_network(orjson.loads(encode_world(build_world(seed), chart))["features"], chart)


def _start(plan: Scenario) -> tuple[int, float]:
    """Event time of the first epoch (Unix ns) and its moment of the steady clock: the next whole second.

    A scenario with a start of its own has that event time, at the same moment.
    """
    now_ns, now_s = time.time_ns(), time.monotonic()
    next_ns = (now_ns // NS + 2) * NS
    begin_s = now_s + (next_ns - now_ns) / NS
    return (next_ns if plan.start is None else round(plan.start.timestamp() * 1e3) * (NS // 1000)), begin_s


def _warm_up(network: Network) -> None:
    """Run every kernel once, on a small fleet that talks to nobody."""
    plan = load_scenario("storm")
    schedule = Schedule.at_rate(WARM_TERMINALS, 1.0)
    cars = Fleet(network, plan, schedule, 7, 1_795_338_000 * NS)
    speaker, wire = Speaker(cars), Wire("127.0.0.1", 9, identities("warm-", "", WARM_TERMINALS))
    epochs = cars.observe(0)
    buffer, offset = speaker.speak(0, epochs)
    wire.send(Writes(epochs.row, offset[:-1], np.diff(offset), buffer))
    wire.flush()
    wire.close()


def _connect_all(wire: Wire, terminals: int) -> None:
    """Connect every terminal before the first epoch."""
    give_up_s = time.monotonic() + CONNECT_WAIT_MAX_S
    while wire.connected < terminals:
        wire.poll(time.monotonic())
        if time.monotonic() > give_up_s:
            trouble = wire.reasons.most_common(1)[0][0] if wire.reasons else "no answer"
            raise LinkError(f"only {wire.connected} of {terminals} terminals could connect: {trouble}")
        time.sleep(0.001)

"""`beidou-sim`: build a city, send a fleet to a service, write a log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from gnss.constants import NS_PER_S
from simulators.arguments import (
    ConnectFirst,
    DurationS,
    Host,
    Port,
    RateHz,
    Report,
    ScenarioName,
    Seed,
    Speedup,
    Terminals,
    WorldFile,
)
from simulators.broadcast import identities
from simulators.display import console
from simulators.fleet import Fleet
from simulators.link import Link, Writes
from simulators.log_io import Prefix, write_log
from simulators.network import Network
from simulators.rtk.commands import horizons_of, rtk, rtk_log, warm_rtk
from simulators.running import city_of, connect_all, errors_told, run_broadcast, start_of, tell_sum
from simulators.scenario import Scenario, describe_settings, load_scenario, shipped_scenarios
from simulators.schedule import Schedule
from simulators.sentences import Speaker
from simulators.wire import Wire

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_show_locals=False)
WARM_TERMINALS = 40

app.command()(rtk)
app.command()(rtk_log)


@app.command()
def world(
    seed: Seed = 7,
    out: Annotated[Path, typer.Option(help="GeoJSON file to write")] = Path("world.geojson"),
    lanelet2: Annotated[Path | None, typer.Option(help="Lanelet2 file of the scenic route's lanes to write")] = None,
) -> None:
    """Build a seeded city district of 70 km2 and write it as GeoJSON."""
    from simulators.world import build_world
    from simulators.world.geojson_io import write_world
    from simulators.world.lanelet2_io import write_lanelet2

    city = build_world(seed)
    write_world(city, out)
    console.print(
        f"{out}: {city.area_km2:.0f} km2, {city.road_km:.0f} km of road in {len(city.streets)} edges, "
        f"{len(city.buildings)} buildings, {out.stat().st_size / 1e6:.1f} MB"
    )
    if lanelet2 is not None:
        console.print(f"{lanelet2}: {write_lanelet2(city, lanelet2)} lanelets of the scenic route")


@app.command()
def fleet(
    host: Host = "127.0.0.1",
    port: Port = 9000,
    terminals: Terminals = 1000,
    rate_hz: RateHz = 1.0,
    seed: Seed = 7,
    scenario: ScenarioName = "city",
    world: WorldFile = None,
    duration_s: DurationS = None,
    speedup: Speedup = 1.0,
    epochs_per_write: Annotated[int | None, typer.Option(min=1, max=50, help="overrides load.epochs_per_write")] = None,
    writes_per_s: Annotated[float | None, typer.Option(min=0, help="overrides load.writes_per_s; paced")] = None,
    connect_first: ConnectFirst = False,
    report: Report = None,
) -> None:
    """Drive a fleet and stream its NMEA, every terminal over its own TCP connection."""
    with errors_told():
        plan = _with_load(load_scenario(scenario), epochs_per_write, writes_per_s)
        schedule = Schedule.at_rate(terminals, rate_hz, staggered=not plan.load.unlimited)
        network = city_of(world, seed).network
        _warm_up(network)
        wire = Wire(host, port, identities(plan.fleet.id_prefix, plan.fleet.token, terminals))
        try:
            if connect_first or plan.load.unlimited:
                connect_all(wire, terminals)
            start_ns, begin_s = start_of(plan)
            cars = Fleet(network, plan, schedule, seed, start_ns)
            link = Link(plan.link, terminals, seed)
            tell_sum(run_broadcast(cars, Speaker(cars), link, wire, speedup, duration_s, begin_s), report)
        finally:
            wire.close()


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
    with errors_told():
        plan = load_scenario(scenario)
        cars = Fleet(city_of(world, seed).network, plan, Schedule.at_rate(terminals, rate_hz), seed, start_of(plan)[0])
        written = write_log(cars, Speaker(cars), Link(plan.link, terminals, seed), duration_s, out, prefix, truth)
        console.print(f"{out}: {written / 1e6:.2f} MB of text, {terminals} terminals, {duration_s:g} s")


@app.command()
def scenarios(
    name: Annotated[str | None, typer.Argument(help="show this one as TOML")] = None,
    settings: Annotated[bool, typer.Option(help="list every setting with its default")] = False,
) -> None:
    """List the scenarios that come along, one of them, or all settings."""
    with errors_told():
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
    with errors_told():
        city = city_of(None, 7)
        _warm_up(city.network)
        warm_rtk(city)
        horizons_of(city, load_scenario("rtk"))


def _with_load(plan: Scenario, epochs_per_write: int | None, writes_per_s: float | None) -> Scenario:
    """The scenario with what the command line overrides; a fixed rate of writes ends `unlimited`."""
    changes: dict[str, object] = {}
    if epochs_per_write is not None:
        changes["epochs_per_write"] = epochs_per_write
    if writes_per_s is not None:
        changes |= {"writes_per_s": writes_per_s, "unlimited": writes_per_s == 0 and plan.load.unlimited}
    return plan.model_copy(update={"load": plan.load.model_copy(update=changes)})


def _warm_up(network: Network) -> None:
    """Run every kernel once, on a small fleet that talks to nobody."""
    plan = load_scenario("storm")
    schedule = Schedule.at_rate(WARM_TERMINALS, 1.0)
    cars = Fleet(network, plan, schedule, 7, 1_795_338_000 * NS_PER_S)
    speaker, wire = Speaker(cars), Wire("127.0.0.1", 9, identities("warm-", "", WARM_TERMINALS))
    epochs = cars.observe(0)
    buffer, offset = speaker.speak(0, epochs)
    wire.send(Writes(epochs.row, offset[:-1], np.diff(offset), buffer))
    wire.flush()
    wire.close()

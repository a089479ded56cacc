"""`beidou-sim rtk` and `rtk-log`: rovers and bases on air, or as files with the truth beside them."""

from __future__ import annotations

from collections.abc import Callable
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
from simulators.broadcast import terminal_ids
from simulators.display import console
from simulators.link import Link, Writes
from simulators.rtk.bases import BASES_MAX, Bases, build_bases, outages_of
from simulators.rtk.fleet import RtkFleet
from simulators.rtk.frames import split_messages
from simulators.rtk.log_io import write_rtk_log
from simulators.rtk.schedule import RtkSchedule
from simulators.rtk.speaker import RtkSpeaker
from simulators.running import City, city_of, connect_all, errors_told, run_broadcast, start_of, tell_sum
from simulators.scenario import Scenario, load_scenario, parse_scenario
from simulators.signals.horizons import Horizons, build_horizons
from simulators.wire import Wire

BaseCount = Annotated[int | None, typer.Option(min=0, max=BASES_MAX, help="bases; default: those of the scenario")]
Msm = Annotated[int | None, typer.Option(help="4 or 7; default: that of the scenario")]
Gga = Annotated[str | None, typer.Option(help="none, single or float; default: that of the scenario")]
BaseOutage = Annotated[list[str] | None, typer.Option(help="unplug a base: ID:START_S:DURATION_S; may be repeated")]


def rtk(
    host: Host = "127.0.0.1",
    port: Port = 9000,
    terminals: Terminals = 1000,
    bases: BaseCount = None,
    msm: Msm = None,
    rate: RateHz = 1.0,
    gga: Gga = None,
    seed: Seed = 7,
    scenario: ScenarioName = "rtk",
    base_outage: BaseOutage = None,
    world: WorldFile = None,
    duration_s: DurationS = None,
    speedup: Speedup = 1.0,
    connect_first: ConnectFirst = False,
    report: Report = None,
) -> None:
    """Send RTCM 3 observations of rovers and bases, each over its own TCP connection."""
    with errors_told():
        plan = _told(load_scenario(scenario), msm, gga)
        stations = build_bases(plan.corrections, bases)
        link = _link(plan, stations, terminals, seed, base_outage)
        city = city_of(world, seed)
        warm_rtk(city)
        horizons = horizons_of(city, plan)

        def ready(start_ns: int) -> RtkFleet:
            return build_rtk_fleet(city, horizons, plan, terminals, stations, rate, seed, start_ns)

        wire = Wire(host, port, rtk_identities(plan, terminals, stations))
        tell_sum(_on_air(plan, ready, link, wire, connect_first, speedup, duration_s, seed), report)


def _on_air(
    plan: Scenario, ready: Callable[[int], RtkFleet], link: Link, wire: Wire, connect_first: bool, speedup: float,
    duration_s: float | None, seed: int,
) -> dict[str, float | int]:  # fmt: skip
    """Connect, start a fleet on a whole second, and send until the end."""
    try:
        if connect_first or plan.load.unlimited:
            connect_all(wire, link.terminals)
        start_ns, begin_s = start_of(plan)
        fleet = ready(start_ns)
        summary = run_broadcast(fleet, RtkSpeaker(fleet, seed), link, wire, speedup, duration_s, begin_s)
        return {**summary, **fleet.observer.counts}
    finally:
        wire.close()


def rtk_log(
    out: Annotated[Path, typer.Option(help="folder to write into: a file for each rover and base, and the truth")],
    terminals: Terminals = 1,
    bases: BaseCount = 1,
    msm: Msm = None,
    rate: RateHz = 1.0,
    gga: Gga = None,
    seed: Seed = 7,
    scenario: ScenarioName = "rtk",
    base_outage: BaseOutage = None,
    world: WorldFile = None,
    duration_s: Annotated[float, typer.Option(min=0, help="seconds")] = 600.0,
) -> None:
    """Write the same messages as RTCM 3 files, with truth.csv beside them."""
    with errors_told():
        plan = _told(load_scenario(scenario), msm, gga)
        stations = build_bases(plan.corrections, bases)
        link = _link(plan, stations, terminals, seed, base_outage)
        city = city_of(world, seed)
        start_ns = start_of(plan)[0]
        fleet = build_rtk_fleet(city, horizons_of(city, plan), plan, terminals, stations, rate, seed, start_ns)
        ids = rtk_ids(plan, terminals, stations)
        written = write_rtk_log(fleet, RtkSpeaker(fleet, seed), link, duration_s, out, ids)
        console.print(f"{out}: {written / 1e6:.2f} MB, {terminals} rovers, {len(stations.id)} bases, {duration_s:g} s")


def rtk_ids(plan: Scenario, terminals: int, bases: Bases) -> list[str]:
    """Ids of the rovers, then of the bases."""
    prefix = plan.fleet.id_prefix
    return [*terminal_ids(prefix, terminals), *(f"{prefix}base-{number}" for number in bases.id)]


def rtk_identities(plan: Scenario, terminals: int, bases: Bases) -> list[bytes]:
    """The first line of everybody: `ID` or `ID TOKEN`."""
    tail = f" {plan.fleet.token}" if plan.fleet.token else ""
    return [f"{name}{tail}\r\n".encode() for name in rtk_ids(plan, terminals, bases)]


def horizons_of(city: City, plan: Scenario) -> Horizons | None:
    """What the buildings of a city hide, where a scenario asks for it."""
    if plan.signals.surroundings != "buildings":
        return None
    return build_horizons(city.network, city.features, city.chart)


def build_rtk_fleet(
    city: City, horizons: Horizons | None, plan: Scenario, terminals: int, bases: Bases, rate_hz: float, seed: int,
    start_utc_ns: int,
) -> RtkFleet:  # fmt: skip
    """Rovers and bases in a city."""
    schedule = RtkSchedule.of(terminals, len(bases.id), rate_hz, 0.0 if plan.load.unlimited else plan.rtk.spread)
    return RtkFleet(city.network, horizons, plan, schedule, bases, seed, start_utc_ns)


def warm_rtk(city: City) -> None:
    """Run every kernel once, on a few rovers that talk to nobody."""
    plan = parse_scenario("[signals]\nsurroundings = 'streets'", "warm.toml")
    fleet = build_rtk_fleet(city, None, plan, 2, build_bases(plan.corrections, 1), 1.0, 7, 1_795_338_000 * NS_PER_S)
    epochs = fleet.observe(0)
    buffer, offset = RtkSpeaker(fleet, 7).speak(0, epochs)
    wire = Wire("127.0.0.1", 9, rtk_identities(plan, 2, fleet.bases))
    wire.send(Writes(epochs.row, offset[:-1], np.diff(offset), buffer))
    wire.flush()
    wire.close()


def _link(plan: Scenario, bases: Bases, terminals: int, seed: int, asked: list[str] | None) -> Link:
    """The links of everybody, with the outages of the bases."""
    outages = outages_of(bases, plan.corrections, asked or (), terminals, seed)
    return Link(plan.link, terminals + len(bases.id), seed, pieces=split_messages, unplugged=outages)


def _told(plan: Scenario, msm: int | None, gga: str | None) -> Scenario:
    """The scenario with what the command line overrides; refused like a scenario."""
    given = {name: value for name, value in (("msm", msm), ("gga", gga)) if value is not None}
    lines = [f"{name} = {value!r}" for name, value in given.items()]
    changed = parse_scenario("[rtk]\n" + "\n".join(lines), "command line.toml").rtk
    update = {name: getattr(changed, name) for name in given}
    return plan.model_copy(update={"rtk": plan.rtk.model_copy(update=update)})

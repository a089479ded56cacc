"""What a simulation is told: every setting with its unit and default, read from TOML, refused with a clear message."""

from __future__ import annotations

import tomllib
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from simulators.errors import ScenarioError
from simulators.rtk.settings import RtkSettings
from simulators.settings import Settings, Share
from simulators.signals.settings import SignalSettings

SentenceName = Literal["GGA", "RMC", "GST", "GSA", "GSV"]
RATES_HZ = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


class BaseStation(Settings):
    """One base station of the correction service."""

    id: int = Field(ge=0, le=4095, description="station id as GGA field 14 shows it")
    lat_deg: float = Field(ge=-90, le=90, description="latitude, degrees CGCS2000")
    lon_deg: float = Field(ge=-180, le=180, description="longitude, degrees CGCS2000")


class Outage(Settings):
    """A time in which a base sends nothing."""

    base: int = Field(ge=0, le=4095, description="id of the base")
    start_s: float = Field(ge=0, description="seconds after the start of the simulation")
    duration_s: float = Field(gt=0, description="seconds")


class FleetSettings(Settings):
    """The vehicles."""

    shuttles: int = Field(
        24, ge=0, le=1000, description="how many terminals are shuttles on the scenic route; a tenth at most"
    )
    parked_share: float = Field(0.18, ge=0.0, le=0.9, description="share of the other vehicles that stand parked")
    id_prefix: str = Field(
        "gz-", pattern=r"^[A-Za-z0-9_.-]{0,16}$", description="terminal ids are this and five digits"
    )
    token: str = Field("", max_length=128, description="sent behind the id on the identity line; empty = no token")


class ReceiverSettings(Settings):
    """The receivers and what they send."""

    rtk_share: Share = Field(0.82, description="share of receivers that fix integers")
    dgnss_share: Share = Field(0.12, description="share of code-differential receivers")
    single_share: Share = Field(0.06, description="share of receivers without corrections, GPS and BDS only")
    ins_share: Share = Field(0.15, description="share of RTK receivers whose inertial unit bridges tunnels (quality 6)")
    sentences: tuple[SentenceName, ...] = Field(("GGA", "RMC", "GST", "GSA", "GSV"), description="sentences to send")
    satellites_every_s: float = Field(5.0, ge=1.0, le=600.0, description="seconds between GSA/GSV of one terminal")

    @model_validator(mode="after")
    def _some_of_each(self) -> Self:
        if self.rtk_share + self.dgnss_share + self.single_share <= 0:
            raise ValueError("rtk_share, dgnss_share and single_share are all 0: no receiver is left")
        if len(set(self.sentences)) != len(self.sentences) or not self.sentences:
            raise ValueError("sentences must name at least one sentence and none twice")
        return self


class CorrectionSettings(Settings):
    """The correction service: bases and when they fail."""

    bases: tuple[BaseStation, ...] = Field(
        (
            BaseStation(id=1, lat_deg=25.8452, lon_deg=114.9051),
            BaseStation(id=2, lat_deg=25.8127, lon_deg=114.9578),
            BaseStation(id=3, lat_deg=25.8611, lon_deg=114.9623),
        ),
        min_length=1,
        description="base stations; a terminal uses the one nearest to where it starts",
    )
    outages: tuple[Outage, ...] = Field((), description="times in which a base sends nothing")
    outage_every_s: float = Field(0.0, ge=0, description="mean time between chance outages of one base, s; 0 = none")
    outage_length_s: float = Field(60.0, gt=0, description="mean length of a chance outage, s")

    @model_validator(mode="after")
    def _known_bases(self) -> Self:
        known = {base.id for base in self.bases}
        for outage in self.outages:
            if outage.base not in known:
                raise ValueError(f"outage of base {outage.base}, but the bases are {sorted(known)}")
        return self


class LinkSettings(Settings):
    """What the way to the service does to the data; shares are per epoch of one terminal unless said otherwise."""

    lose_epoch: Share = Field(0.0, description="share of epochs that never arrive")
    lose_sentence: Share = Field(0.0, description="share of sentences that never arrive")
    duplicate: Share = Field(0.0, description="share of epochs sent twice")
    reorder: Share = Field(0.0, description="share of epochs sent after the next one of the terminal")
    delay: Share = Field(0.0, description="share of epochs held back")
    delay_mean_s: float = Field(1.5, gt=0, le=60, description="mean of the (exponential) delay, s; 20 s at most")
    corrupt: Share = Field(0.0, description="share of epochs with one byte changed")
    cable_pull_per_h: float = Field(0.0, ge=0, description="pulls per terminal and hour: the socket stays half-open, "
                                    "silent, and a new connection follows")  # fmt: skip
    cable_pull_silence_s: float = Field(4.0, ge=0, le=600, description="from the pull to the new connection, s")
    storm_every_s: float = Field(
        0.0, ge=0, description="every so often a share of the fleet reconnects at once; 0 = never"
    )
    storm_share: Share = Field(0.3, description="share of the fleet that a storm takes")


class LoadSettings(Settings):
    """How writes are made; `unlimited` leaves the clock behind and sends as fast as the sockets take it."""

    epochs_per_write: int = Field(1, ge=1, le=50, description="epochs of a terminal sent with one write")
    unlimited: bool = Field(
        False, description="send without waiting for the clock; event time still grows by the period"
    )
    writes_per_s: float = Field(0.0, ge=0, description="fixed total rate of writes instead of rate_hz; 0 = off")


class Scenario(Settings):
    """Everything a fleet simulation is told besides its size and where the service is."""

    name: str = Field("scenario", description="name shown in the progress line")
    start: datetime | None = Field(None, description="event time of the first epoch, RFC 3339; default: now")
    driving: bool = Field(True, description="false: vehicles stand still and repeat their first epoch (load tests)")
    fleet: FleetSettings = Field(default_factory=FleetSettings, description="vehicles")
    receivers: ReceiverSettings = Field(default_factory=ReceiverSettings, description="receivers")
    corrections: CorrectionSettings = Field(default_factory=CorrectionSettings, description="correction service")
    link: LinkSettings = Field(default_factory=LinkSettings, description="faults on the way")
    load: LoadSettings = Field(default_factory=LoadSettings, description="how writes are made")
    signals: SignalSettings = Field(default_factory=SignalSettings, description="satellite signals (`beidou-sim rtk`)")
    rtk: RtkSettings = Field(default_factory=RtkSettings, description="rovers and bases (`beidou-sim rtk`)")

    @model_validator(mode="after")
    def _start_has_zone(self) -> Self:
        if self.start is not None and self.start.tzinfo is None:
            raise ValueError("start needs a time zone: 2026-11-22T06:30:00Z")
        return self


def shipped_scenarios() -> dict[str, str]:
    """Names of the scenarios in the package, with their text."""
    folder = resources.files("simulators") / "scenarios"
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def load_scenario(name_or_file: str) -> Scenario:
    """A scenario by the name of a shipped one or from a TOML file; `ScenarioError` says what is wrong where."""
    path = Path(name_or_file)
    if name_or_file.endswith(".toml"):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ScenarioError(f"cannot read scenario {path}: {error}") from error
    else:
        shipped = shipped_scenarios()
        if name_or_file not in shipped:
            raise ScenarioError(f"no scenario {name_or_file!r}; there are {', '.join(shipped)}, or name a .toml file")
        text = shipped[name_or_file]
    return parse_scenario(text, name_or_file)


def parse_scenario(text: str, origin: str) -> Scenario:
    """A scenario from TOML text; `origin` is named in errors."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"scenario {origin} is not TOML: {error}") from error
    try:
        return Scenario.model_validate({"name": Path(origin).stem, **values})
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'scenario'}: {e['msg']}" for e in error.errors()]
        raise ScenarioError(f"scenario {origin} is not valid:\n" + "\n".join(lines)) from error


def describe_settings(model: type[BaseModel] = Scenario, prefix: str = "") -> list[tuple[str, str, str]]:
    """Every setting as (name, default, description), for the command line and the documentation."""
    rows: list[tuple[str, str, str]] = []
    for name, info in model.model_fields.items():
        default = info.get_default(call_default_factory=True)
        if isinstance(default, Settings):
            rows += describe_settings(type(default), f"{prefix}{name}.")
            continue
        rows.append((prefix + name, _short(default), info.description or ""))
    return rows


def _short(default: object) -> str:
    """A default as TOML would say it, bases shortened."""
    if isinstance(default, tuple) and default and isinstance(default[0], BaseModel):
        return f"{len(default)} stations"
    if isinstance(default, tuple):
        return "[" + ", ".join(f'"{item}"' for item in default) + "]"
    if isinstance(default, bool):
        return str(default).lower()
    return "none" if default is None else f'"{default}"' if isinstance(default, str) else str(default)

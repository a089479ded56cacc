"""RINEX texts made in tests: header lines, fields, and reading them."""

import numpy as np

from gnss.rinex.navigation import RinexNavigation, parse_navigation
from gnss.rinex.observations import RinexObservations, parse_observations
from gnss.rtcm.signals import CODE_INDEX
from gnss.time.civil import days_from_civil
from gnss.time.leap import GPS_EPOCH_DAY

DAY_NS = 86_400 * 10**9
T_2020 = (days_from_civil(2020, 7, 12) - GPS_EPOCH_DAY) * DAY_NS
"""2020-07-12 00:00:00 GPST."""


def line(text: str, label: str) -> str:
    return f"{text:<60}{label}\n"


def header(version: float, *lines: str, kind: str = "OBSERVATION DATA", system: str = "M") -> str:
    first = line(f"{version:9.2f}{'':11}{kind:<20}{system}", "RINEX VERSION / TYPE")
    return first + "".join(lines) + line("", "END OF HEADER")


def types_3(*systems: str) -> str:
    """Lines of observation types: "G C1C L1C"."""
    words = [system.split() for system in systems]
    return "".join(line(f"{w[0]}  {len(w) - 1:3d} " + " ".join(w[1:]), "SYS / # / OBS TYPES") for w in words)


def types_2(*names: str) -> str:
    return line(f"{len(names):6d}" + "".join(f"{name:>6}" for name in names), "# / TYPES OF OBSERV")


def first_obs(system: str) -> str:
    return line(f"  2020     7    12     0     0    0.0000000     {system}", "TIME OF FIRST OBS")


def field(value: float | None, flags: str = "") -> str:
    return f"{'' if value is None else f'{value:.3f}':>14}{flags:<2}"


def head(second: float, count: int, flag: int = 0, minute: int = 0) -> str:
    return f"> 2020 07 12 00 {minute:02d} {second:10.7f}  {flag} {count:2d}\n"


def head_2(second: float, satellites: list[str], flag: int = 0, year: str = "20") -> str:
    first, *more = [satellites[k : k + 12] for k in range(0, len(satellites), 12)] or [[]]
    text = f" {year}  7 12  0  0{second:11.7f}  {flag}{len(satellites):3d}{''.join(first)}\n"
    return text + "".join(f"{'':32}{''.join(part)}\n" for part in more)


def read(text: str) -> RinexObservations:
    return parse_observations(np.frombuffer(text.encode("latin-1"), np.uint8))


def read_nav(text: str) -> RinexNavigation:
    return parse_navigation(np.frombuffer(text.encode("latin-1"), np.uint8))


def seconds(found: RinexObservations) -> list[float]:
    """Instants of the epochs, in seconds of 2020-07-12 GPST."""
    return [(t_ns - T_2020) / 1e9 for t_ns in found.epochs.t_gpst_ns.tolist()]


def codes(found: RinexObservations) -> list[str]:
    """Satellite and signal of each observation: "G08 1C"."""
    o = found.observations
    names = zip(o.satellite_names(), o.signal_names(), strict=True)
    return [f"{satellite} {signal}" for satellite, signal in names]


def signal(code: str) -> int:
    return CODE_INDEX[code]

"""A sky made of recorded ephemerides turned about the Earth's axis, and what a receiver in it observes.

Ranges are computed here once more, in the plain way: light time iterated on tables of the very instant.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.constants import GPS_OMEGA_E_RADPS, L1_HZ, NS_PER_S, NS_PER_WEEK, SPEED_OF_LIGHT_MPS
from gnss.delays.angles import look_angles
from gnss.delays.klobuchar import TYPICAL, klobuchar_gps
from gnss.delays.troposphere import troposphere
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import satellite_index
from gnss.orbits.table import OrbitTable
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX, carrier_hz
from tests.unit.orbits import vectors

C = SPEED_OF_LIGHT_MPS
T_GPST_NS = vectors.LOG_WEEK * NS_PER_WEEK + 320_000 * NS_PER_S
DAY_OF_YEAR = 73 + 320_000 % 86_400 / 86_400
"""Of that instant: 13 March 2024."""
PLACE = (np.radians(25.831), np.radians(114.935), 160.0)
R_ECEF_M = geodetic_to_ecef(*PLACE)
Floats = NDArray[np.float64]


def turned(e: EphemerisBatch, prn: int, node_rad: float, along_rad: float, **changed: Any) -> EphemerisBatch:
    """A satellite on the same orbit, its node turned by one angle and itself moved along by another."""
    columns = {"m0_rad": e.m0_rad + along_rad, "omega0_rad": e.omega0_rad + node_rad, "prn": prn, **changed}
    return e.replace(**{name: np.full(1, value, getattr(e, name).dtype) for name, value in columns.items()})


def turned_glonass(e: GlonassEphemerisBatch, prn: int, angle_rad: float) -> GlonassEphemerisBatch:
    """The same orbit turned about the axis of the Earth, every second one mirrored at the equator."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    columns = {"prn": np.array([prn], np.uint8), "channel": np.array([prn % 13 - 7], np.int8)}
    for ending in ("_m", "_mps", "_mps2"):
        kind = {"_m": "", "_mps": "v", "_mps2": "a"}[ending]
        x, y = getattr(e, f"{kind}x{ending}"), getattr(e, f"{kind}y{ending}")
        z = getattr(e, f"{kind}z{ending}") * (-1) ** prn
        columns |= {f"{kind}x{ending}": c * x - s * y, f"{kind}y{ending}": s * x + c * y, f"{kind}z{ending}": z}
    return e.replace(**columns)


@cache
def book() -> OrbitBook:
    """Some thirty satellites each of GPS, Galileo and BeiDou, twelve of GLONASS, a few of QZSS."""
    one = OrbitBook.empty(1)
    gps, galileo, beidou = (vectors.recorded(name) for name in ("G02", "E05", "C12"))
    delays = {"tgd_s": 3e-9, "tgd2_s": -4e-9}
    for k in range(30):
        node_rad, along_rad = (k % 6) * np.pi / 3, (k // 6) * 2 * np.pi / 5 + k * 0.3
        one.add(turned(gps, k + 1, node_rad, along_rad, tgd_s=-5e-9 + 1e-9 * k))
        one.add(turned(galileo, k + 1, node_rad + 0.4, along_rad + 0.7, **delays))
        one.add(turned(beidou, k + 6, node_rad + 0.9, along_rad + 1.9, tgd_s=8e-9 - 1e-9 * k, tgd2_s=2e-9))
    for k in range(5):
        one.add(turned(vectors.printed_elements("C05"), k + 1, 0.0, 0.0, **_now(k)))
        one.add(turned(gps, k + 1, 1.1 * k, 0.5, system=SYSTEMS.index("J"), number=1044, tgd_s=-2e-9))
    for k in range(12):
        one.add_glonass(turned_glonass(vectors.glonass_ephemeris(), k + 1, k * np.pi / 6))
    return one


@cache
def _book_of(satellite: int) -> OrbitBook:
    """The same with one satellite left: interpreted, a table of all takes a tenth of a second."""
    pages = book().pages
    issues = np.zeros_like(pages.issues)
    issues[satellite] = pages.issues[satellite]
    return OrbitBook(pages._replace(issues=issues))


@cache
def _sky() -> OrbitTable:
    """All satellites at the beginning."""
    return book().table(T_GPST_NS)


def _now(k: int) -> dict[str, Any]:
    """What brings the printed GEO to the time of the sky, over the longitude of the place and its neighbours."""
    toe_ns, toe_s = T_GPST_NS - 986 * NS_PER_S, 319_000
    return {
        "toe_gpst_ns": toe_ns, "toc_gpst_ns": toe_ns, "toe_s": toe_s, "toc_s": toe_s,
        "omega0_rad": -2.878527702187 + GPS_OMEGA_E_RADPS * (toe_s - 172_800) + 0.4 * (k - 1),
    }  # fmt: skip


SIGNALS = {"G": "1C", "R": "1C", "E": "1C", "C": "2I", "J": "1C"}


@dataclass(frozen=True)
class Receiver:
    """A receiver: where it is and moves to, its clock against GPS time and what each constellation adds to it."""

    r_ecef_m: Floats = field(default_factory=lambda: R_ECEF_M)
    v_enu_mps: tuple[float, float, float] = (0.0, 0.0, 0.0)
    clock_s: float = 2.3e-4
    drift_sps: float = 1.5e-7
    system_m: dict[str, float] = field(default_factory=lambda: {"R": 31.0, "E": 4.0, "C": -17.0})

    def at(self, after_s: float) -> Floats:
        """Its position so long after the beginning."""
        velocity = np.array(self.v_enu_mps) @ r_enu_from_ecef(PLACE[0], PLACE[1])
        position: Floats = self.r_ecef_m + velocity * after_s
        return position


def group_delay_s(letter: str, code: str, tgd_s: float, tgd2_s: float) -> float:
    """As the facts state them, signal by signal."""
    if letter in "GJ":
        return tgd_s if code == "1C" else (77 / 60) ** 2 * tgd_s
    if letter == "E":
        # I/NAV's clock is that of E1 and E5b; BGD(E1, E5a) = (delay of E1 - delay of E5a) / (1 - (E1 / E5a)²)
        of_e5a_s = tgd2_s - (1 - (1575.42 / 1176.45) ** 2) * tgd_s
        return {"1C": tgd2_s, "7Q": (1575.42 / 1207.14) ** 2 * tgd2_s, "5Q": of_e5a_s}[code]
    return {"2I": tgd_s, "7I": tgd2_s, "6I": 0.0}[code]


def geometric(satellite: int, t_ns: int, r_m: Floats) -> tuple[float, float, Floats]:
    """(range, satellite clock, direction) of a signal received at a GPS time."""
    travel_s = 0.07
    for _ in range(6):
        table = _book_of(satellite).table(t_ns - round(travel_s * 1e9))
        turn_rad = GPS_OMEGA_E_RADPS * travel_s
        c, s = np.cos(turn_rad), np.sin(turn_rad)
        line = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) @ table.r_ecef_m[satellite] - r_m
        travel_s = float(np.linalg.norm(line)) / C
    return travel_s * C, float(table.clock_s[satellite]), line


def elevation_rad(satellite: int, t_ns: int, r_m: Floats = R_ECEF_M) -> float:
    return float(look_angles(geometric(satellite, t_ns, r_m)[2], PLACE[0], PLACE[1])[1])


def pseudorange_m(receiver: Receiver, satellite: int, code: str, after_s: float, with_air: bool = True) -> float:
    """Without noise, so long after the beginning by the receiver's own clock."""
    letter = SYSTEMS[satellite // 64]
    clock_s = receiver.clock_s + receiver.drift_sps * after_s
    t_ns = T_GPST_NS + round((after_s - clock_s) * 1e9)
    range_m, satellite_clock_s, line = geometric(satellite, t_ns, receiver.at(after_s))
    table = _sky()
    delay_s = 0.0
    if letter != "R":
        delay_s = group_delay_s(letter, code, float(table.tgd_s[satellite]), float(table.tgd2_s[satellite]))
    air_m = 0.0
    if with_air:
        az_rad, el_rad = look_angles(line, PLACE[0], PLACE[1])
        tow_s = T_GPST_NS / 1e9 % 604_800 + after_s
        on_l1_m = klobuchar_gps(TYPICAL, tow_s, PLACE[0], PLACE[1], az_rad, el_rad)
        air_m = float(on_l1_m) * (L1_HZ / frequency_hz(satellite, code)) ** 2
        air_m += float(troposphere(PLACE[0], PLACE[2], DAY_OF_YEAR, el_rad))
    return range_m + C * (clock_s - satellite_clock_s + delay_s) + receiver.system_m.get(letter, 0.0) + air_m


def frequency_hz(satellite: int, code: str) -> float:
    columns = np.array([satellite // 64], np.uint8), np.array([CODE_INDEX[code]], np.uint8)
    channel = max(int(_sky().channel[satellite]), -7)
    return float(carrier_hz(*columns, np.array([channel], np.int8))[0])


def doppler_hz(receiver: Receiver, satellite: int, code: str, after_s: float) -> float:
    """From pseudoranges a moment before and after."""
    step_s = 0.05
    before_m, later_m = (pseudorange_m(receiver, satellite, code, after_s + s, False) for s in (-step_s, step_s))
    return -(later_m - before_m) / (2 * step_s) * frequency_hz(satellite, code) / C


@cache
def in_view(letters: str, mask_deg: float = 12.0) -> tuple[int, ...]:
    """Satellites above the place at the beginning."""
    systems = [SYSTEMS.index(letter) for letter in letters]
    known = [int(s) for s in np.flatnonzero(book().pages.issues[:448]) if s // 64 in systems]
    return tuple(s for s in known if elevation_rad(s, T_GPST_NS) > np.radians(mask_deg))


def observe(
    receiver: Receiver,
    satellites: tuple[int, ...],
    after_s: float = 0.0,
    codes: dict[str, str] | None = None,
    with_doppler: bool = False,
) -> tuple[EpochBatch, ObservationBatch]:
    """One epoch of a receiver without noise, one signal of each satellite."""
    names = [(codes or SIGNALS)[SYSTEMS[s // 64]] for s in satellites]
    pairs = list(zip(satellites, names, strict=True))
    pr_m = [pseudorange_m(receiver, s, code, after_s) for s, code in pairs]
    shift_hz = [doppler_hz(receiver, s, code, after_s) if with_doppler else np.nan for s, code in pairs]
    t_ns = T_GPST_NS + round(after_s * 1e9)
    rows = ObservationBatch.missing(
        len(pairs), t_gpst_ns=t_ns, system=[s // 64 for s in satellites], prn=[s % 64 for s in satellites],
        signal=[CODE_INDEX[code] for code in names], pr_m=pr_m, doppler_hz=shift_hz, cn0_dbhz=45.0, channel=-128,
    )  # fmt: skip
    return EpochBatch.missing(1, t_gpst_ns=t_ns, rows=len(pairs)), rows


def joined(parts: list[tuple[EpochBatch, ObservationBatch]]) -> tuple[EpochBatch, ObservationBatch]:
    """Several epochs as one batch."""
    first = np.cumsum([0, *(len(rows) for _, rows in parts[:-1])])
    epochs = [epoch.replace(first=epoch.first + start) for (epoch, _), start in zip(parts, first, strict=True)]
    return EpochBatch.concat(epochs), ObservationBatch.concat([rows for _, rows in parts])


def index_of(name: str) -> int:
    return int(satellite_index(SYSTEMS.index(name[0]), int(name[1:])))

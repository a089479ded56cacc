"""The sky over the district: circular orbits of five systems, what each surrounding hides of it, and the dops left.

All terminals lie within 10 km, so one sky serves them all, worked out for every surrounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.chart import CENTER_LAT_DEG, CENTER_LON_DEG

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

GM_M3PS2 = 3.986004418e14
EARTH_RATE_RADPS = 7.292115e-5
EARTH_RADIUS_M = 6_371_000.0  # a sphere is enough for directions
CANYON_BINS = 8  # directions of a street, 22.5 degrees each
SKY_OPEN, SKY_BUILT, SKY_CANYON, SKY_TUNNEL = 0, 1, 2, 2 + CANYON_BINS
SKY_KINDS = SKY_TUNNEL + 1
RECEIVER_KINDS = 2  # all systems; GPS and BDS only
CN0_ZENITH_DBHZ = 49.0
DOP_NONE = 99.9
CONDITION_MAX = 1e8  # satellites in such a line give no position


@dataclass(frozen=True)
class Shell:
    """Satellites of one system on orbits of one kind."""

    talker: bytes
    system_id: int
    signal_hex: int
    ids: tuple[int, ...]
    planes: int
    slots: int
    phasing: float  # of a slot, from plane to plane
    radius_km: float
    incl_deg: float
    node_deg: float
    shared_track: bool = False  # the planes follow each other over the same ground
    tracks_deg: tuple[float, ...] = ()  # longitudes of geostationary satellites


SHELLS: tuple[Shell, ...] = (
    Shell(b"GP", 1, 1, tuple(range(1, 31)), 6, 5, 0.37, 26560.0, 55.0, 12.0),
    Shell(b"GL", 2, 1, tuple(range(65, 89)), 3, 8, 0.33, 25508.0, 64.8, 40.0),
    Shell(b"GA", 3, 7, tuple(range(1, 25)), 3, 8, 0.33, 29600.0, 56.0, 75.0),
    Shell(b"GB", 4, 1, (*range(19, 31), *range(32, 38), *range(41, 47)), 3, 8, 0.33, 27906.0, 55.0, 100.0),
    Shell(b"GB", 4, 1, (38, 39, 40), 3, 1, 0.0, 42164.0, 55.0, 118.0, shared_track=True),
    Shell(b"GB", 4, 1, (1, 2, 3, 4, 5), 1, 5, 0.0, 42164.0, 1.5, 0.0, tracks_deg=(140.0, 80.0, 110.5, 160.0, 58.75)),
    Shell(b"GQ", 5, 1, (2, 3, 4), 3, 1, 0.0, 42164.0, 43.0, 135.0, shared_track=True),
)


@dataclass(frozen=True)
class Sky:
    """The sky of one instant.

    name     | dtype   | shape   | unit  | meaning
    el_deg, az_deg | float64 | S  | deg   | direction of every satellite, also below the horizon
    cn0_dbhz | float64 | S       | dB-Hz | of an average antenna
    visible  | bool    | K, S    |       | by sky kind
    hdop, pdop, vdop | float64 | R, K |  | by receiver kind and sky kind; DOP_NONE without a fix
    sats_used | int64  | R, K    |       |
    """

    el_deg: Floats
    az_deg: Floats
    cn0_dbhz: Floats
    visible: Bools
    hdop: Floats
    pdop: Floats
    vdop: Floats
    sats_used: NDArray[np.int64]


@dataclass(frozen=True)
class Constellation:
    """All satellites as orbital elements, in columns; made once."""

    radius_m: Floats
    incl_rad: Floats
    node_rad: Floats
    phase_rad: Floats
    shell: NDArray[np.int64]
    nmea_id: NDArray[np.int64]
    system_id: NDArray[np.int64]


def build_constellation() -> Constellation:
    """The satellites of all shells."""
    rows: list[tuple[float, float, float, float, int, int, int]] = []
    for number, shell in enumerate(SHELLS):
        for k, nmea_id in enumerate(shell.ids):
            plane, slot = divmod(k, shell.slots)
            node = np.radians(shell.node_deg) + 2 * np.pi * plane / shell.planes
            phase = 2 * np.pi * (slot + shell.phasing * plane) / shell.slots
            if shell.shared_track:
                phase = -2 * np.pi * plane / shell.planes
            if shell.tracks_deg:
                node, phase = 0.0, np.radians(shell.tracks_deg[slot])
            element = (shell.radius_km * 1e3, np.radians(shell.incl_deg), node, phase)
            rows.append((*element, number, nmea_id, shell.system_id))
    return Constellation(*(np.array(column) for column in zip(*rows, strict=True)))


def compute_sky(stars: Constellation, t_utc_s: float) -> Sky:
    """Directions, visibility and dops at a time (seconds since 1970, UTC), for an observer at the district's centre."""
    el, az = _directions(stars, t_utc_s)
    visible = np.stack([_visible(kind, el, az) for kind in range(SKY_KINDS)])
    cn0 = CN0_ZENITH_DBHZ - 14.0 * (1.0 - np.sin(np.radians(np.clip(el, 0, 90)))) ** 1.5
    shape = (RECEIVER_KINDS, SKY_KINDS)
    hdop, pdop, vdop = np.empty(shape), np.empty(shape), np.empty(shape)
    used = np.empty(shape, dtype=np.int64)
    for receiver in range(RECEIVER_KINDS):
        for kind in range(SKY_KINDS):
            rows = visible[kind] & receives(stars, receiver)
            hdop[receiver, kind], pdop[receiver, kind], vdop[receiver, kind] = _dops(el[rows], az[rows], stars, rows)
            used[receiver, kind] = rows.sum()
    return Sky(el, az, cn0, visible, hdop, pdop, vdop, used)


def receives(stars: Constellation, receiver: int) -> Bools:
    """Which satellites a kind of receiver uses: 0 all systems, 1 GPS and BDS."""
    return np.isin(stars.system_id, (1, 4)) if receiver == 1 else np.ones(stars.shell.size, dtype=bool)


def _directions(stars: Constellation, t_utc_s: float) -> tuple[Floats, Floats]:
    """Elevation and azimuth in degrees."""
    rate = np.sqrt(GM_M3PS2 / stars.radius_m**3)
    angle = stars.phase_rad + rate * t_utc_s
    node = stars.node_rad - EARTH_RATE_RADPS * t_utc_s
    x, y = np.cos(angle), np.sin(angle) * np.cos(stars.incl_rad)
    ecef = stars.radius_m * np.stack(
        (
            x * np.cos(node) - y * np.sin(node),
            x * np.sin(node) + y * np.cos(node),
            np.sin(angle) * np.sin(stars.incl_rad),
        )
    )
    lat, lon = np.radians(CENTER_LAT_DEG), np.radians(CENTER_LON_DEG)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    sight = ecef - EARTH_RADIUS_M * up[:, None]
    sight /= np.linalg.norm(sight, axis=0)
    north = np.cross(up, east)
    azimuth = np.degrees(np.arctan2(east @ sight, north @ sight)) % 360.0
    return np.degrees(np.arcsin(up @ sight)), azimuth


def _visible(kind: int, el_deg: Floats, az_deg: Floats) -> Bools:
    """What a surrounding leaves of the sky."""
    if kind == SKY_TUNNEL:
        return np.zeros(el_deg.size, dtype=bool)
    if kind < SKY_CANYON:
        return np.asarray(el_deg > (10.0 if kind == SKY_OPEN else 18.0))
    along = (kind - SKY_CANYON) * 180.0 / CANYON_BINS
    off_axis = np.abs((az_deg - along + 90.0) % 180.0 - 90.0)
    return np.asarray(el_deg > np.where(off_axis < 24.0, 15.0, 52.0))


def _dops(el_deg: Floats, az_deg: Floats, stars: Constellation, rows: Bools) -> tuple[float, float, float]:
    """HDOP, PDOP, VDOP with one clock for each system in use."""
    systems = np.unique(stars.system_id[rows])
    if el_deg.size < 4 + max(0, systems.size - 1):
        return DOP_NONE, DOP_NONE, DOP_NONE
    el, az = np.radians(el_deg), np.radians(az_deg)
    clocks = (stars.system_id[rows][:, None] == systems).astype(float)
    design = np.column_stack((np.cos(el) * np.sin(az), np.cos(el) * np.cos(az), np.sin(el), clocks))
    normal = design.T @ design
    if np.linalg.cond(normal) > CONDITION_MAX:
        return DOP_NONE, DOP_NONE, DOP_NONE
    spread = np.diag(np.linalg.inv(normal))
    horizontal, vertical = float(spread[0] + spread[1]), float(spread[2])
    return min(horizontal**0.5, DOP_NONE), min((horizontal + vertical) ** 0.5, DOP_NONE), min(vertical**0.5, DOP_NONE)

"""Coordinate reference systems by which clients may ask: axes in the order that each defines, frames told honestly.

The coordinates of the map are CGCS2000 at 2000.0. EPSG 4490 and the Gauss-Krüger zones are systems of that frame.
CRS84, EPSG 4326 and 3857 are of WGS 84, which moves against it: with a velocity of the ground the coordinates are moved
to the day of the answer, without one they are served as they are, and the collections say so.
Source: OGC API Features Part 2 (OGC 18-058r1), EPSG registry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.datums.frame import CGCS2000_2000, Datum, Frame
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid, grid_to_geodetic, zone_of_epsg
from mapping.datums.transform import cross
from mapping.datums.velocity import Velocity

Floats = NDArray[np.float64]

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
WORLD: Final = (CRS84, f"{EPSG}4326", f"{EPSG}3857")
"""Systems of WGS 84."""
GEOGRAPHIC_CGCS2000: Final = f"{EPSG}4490"

MERCATOR_RADIUS_M: Final = 6_378_137.0  # EPSG method 1024, semi-major axis of WGS 84
MERCATOR_LAT_DEG_MAX: Final = 85.051128779806604  # where the square ends: y = pi R
DEGREE_DECIMALS: Final = 9
METRE_DECIMALS: Final = 4


class UnknownCrsError(ValueError):
    """A system that is not offered."""


class Mapped(NamedTuple):
    """Positions of a system in its own axes, and how many decimals mean something."""

    positions: Floats
    decimals: int


@dataclass(frozen=True)
class Systems:
    """The systems of one map. `velocity` None = coordinates are not moved between frames."""

    frame: Frame
    epsg: int
    velocity: Velocity | None = None

    @property
    def uris(self) -> tuple[str, ...]:
        """All systems that may be asked for; the first is the one that is used unasked."""
        if self.frame != CGCS2000_2000:
            return WORLD
        grids = tuple(f"{EPSG}{code}" for code in dict.fromkeys((4547, 4548, 4526, self.epsg)))
        return (*WORLD, GEOGRAPHIC_CGCS2000, *grids)

    @property
    def storage(self) -> str:
        """The system that coordinates are kept in."""
        return GEOGRAPHIC_CGCS2000 if self.frame == CGCS2000_2000 else CRS84

    def told(self) -> str:
        """What a reader must know of the frame."""
        if self.frame.datum is Datum.WGS84:
            return f"Coordinates are in {self.frame}."
        if self.velocity is not None:
            return (
                f"Coordinates are kept in {self.frame}. CRS84, EPSG 4326 and EPSG 3857 are served in WGS 84 at the day "
                "of the answer, moved with the configured velocity of the ground."
            )
        return (
            f"Coordinates are {self.frame} in every system. CRS84, EPSG 4326 and EPSG 3857 mean WGS 84, from which "
            "they differ by the motion of the ground since 2000 (about 0.9 m by 2026 in southern China): set "
            "frames.velocity to have them moved, or ask for EPSG 4490."
        )

    def require(self, uri: str) -> str:
        """The system that a client names, as URI, CURIE or number; raises UnknownCrsError."""
        short = uri.strip("[]")
        if short.isdecimal():
            short = f"{EPSG}{short}"
        elif short.upper().startswith("EPSG:"):
            short = EPSG + short[5:]
        elif short.upper() in ("OGC:CRS84", "CRS84"):
            short = CRS84
        if short not in self.uris:
            raise UnknownCrsError(f"{uri} is not offered; there are {', '.join(self.uris)}")
        return short

    def to_system(self, lon_lat_deg: Floats, uri: str, epoch: float) -> Mapped:
        """Positions of the map (n, 2), longitude first, as positions of a system in its order of axes.

        Shape: (n, 2). Unit: degrees to degrees or m. Frame: the map's; `epoch` (decimal year) is the day of the answer.
        """
        if uri in WORLD:
            lon_lat_deg = self._moved(lon_lat_deg, epoch, back=False)
        return _from_lon_lat(uri)(lon_lat_deg)

    def to_map(self, positions: Floats, uri: str, epoch: float) -> Floats:
        """And back: longitude, latitude of the map. Shape: (n, 2)."""
        lon_lat_deg = _to_lon_lat(uri)(positions)
        return self._moved(lon_lat_deg, epoch, back=True) if uri in WORLD else lon_lat_deg

    def _moved(self, lon_lat_deg: Floats, epoch: float, *, back: bool) -> Floats:
        """Between the frame of the map and WGS 84 of a day."""
        if self.velocity is None or self.frame.datum is Datum.WGS84:
            return lon_lat_deg
        frames = (self.frame, Frame(Datum.WGS84, epoch))
        source, target = reversed(frames) if back else frames
        lon_rad, lat_rad = np.radians(lon_lat_deg).T
        there = cross(lat_rad, lon_rad, 0.0, source, target, velocity=self.velocity)
        return np.degrees(np.column_stack((there.lon_rad, there.lat_rad)))


def is_projected(uri: str) -> bool:
    """Whether positions are in metres."""
    return uri not in (CRS84, f"{EPSG}4326", GEOGRAPHIC_CGCS2000)


def _from_lon_lat(uri: str) -> Callable[[Floats], Mapped]:
    if uri == CRS84:
        return lambda positions: Mapped(positions, DEGREE_DECIMALS)
    if not is_projected(uri):
        return lambda positions: Mapped(positions[:, ::-1], DEGREE_DECIMALS)
    if uri == f"{EPSG}3857":
        return lambda positions: Mapped(_mercator(positions), METRE_DECIMALS)
    zone = zone_of_epsg(int(uri.removeprefix(EPSG)))

    def project(positions: Floats) -> Mapped:
        lon_rad, lat_rad = np.radians(positions).T
        grid = geodetic_to_grid(lat_rad, lon_rad, zone, frame=CGCS2000_2000)
        # X is north and comes first in these systems
        return Mapped(np.column_stack((grid.northing_m, grid.easting_m)), METRE_DECIMALS)

    return project


def _to_lon_lat(uri: str) -> Callable[[Floats], Floats]:
    if uri == CRS84:
        return lambda positions: positions
    if not is_projected(uri):
        return lambda positions: positions[:, ::-1]
    if uri == f"{EPSG}3857":
        return _unmercator
    zone = zone_of_epsg(int(uri.removeprefix(EPSG)))

    def unproject(positions: Floats) -> Floats:
        lat_rad, lon_rad = grid_to_geodetic(positions[:, 1], positions[:, 0], zone)
        return np.degrees(np.column_stack((lon_rad, lat_rad)))

    return unproject


def _mercator(lon_lat_deg: Floats) -> Floats:
    lon_rad, lat_rad = np.radians(
        np.clip(lon_lat_deg, (-np.inf, -MERCATOR_LAT_DEG_MAX), (np.inf, MERCATOR_LAT_DEG_MAX))
    ).T
    return MERCATOR_RADIUS_M * np.column_stack((lon_rad, np.log(np.tan(pi / 4 + lat_rad / 2))))


def _unmercator(positions: Floats) -> Floats:
    x, y = positions.T / MERCATOR_RADIUS_M
    lon_lat_deg: Floats = np.degrees(np.column_stack((x, 2 * np.arctan(np.exp(y)) - pi / 2)))
    return lon_lat_deg


assert set(ZONES) >= {4547, 4548, 4526}

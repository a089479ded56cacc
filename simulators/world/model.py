"""What a simulated city is made of: streets with their class, areas, buildings and labels, in chart metres."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

Floats = NDArray[np.float64]


class RoadClass(StrEnum):
    """Classes of road, as the tiles name them."""

    MOTORWAY = "motorway"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    RESIDENTIAL = "residential"
    SERVICE = "service"
    SCENIC = "scenic"


class Structure(StrEnum):
    """How a piece of street lies: on the ground, over something, under something."""

    GROUND = "ground"
    BRIDGE = "bridge"
    TUNNEL = "tunnel"


@dataclass(frozen=True)
class ClassDefaults:
    """What a street of a class has unless it says otherwise. Lanes count both directions of a two-way street."""

    lanes: int
    maxspeed_kmh: int
    oneway: bool
    width_m: float


CLASS_DEFAULTS: dict[RoadClass, ClassDefaults] = {
    RoadClass.MOTORWAY: ClassDefaults(3, 80, True, 14.0),
    RoadClass.PRIMARY: ClassDefaults(6, 60, False, 34.0),
    RoadClass.SECONDARY: ClassDefaults(4, 50, False, 24.0),
    RoadClass.TERTIARY: ClassDefaults(2, 40, False, 15.0),
    RoadClass.RESIDENTIAL: ClassDefaults(2, 30, False, 11.0),
    RoadClass.SERVICE: ClassDefaults(2, 20, False, 8.0),
    RoadClass.SCENIC: ClassDefaults(2, 25, False, 7.0),
}


@dataclass(frozen=True)
class Name:
    """A name in Chinese and in English."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Street:
    """One line of street; ends where it meets others once the network is noded."""

    line: LineString
    road_class: RoadClass
    name: Name = Name()
    structure: Structure = Structure.GROUND
    oneway: bool | None = None
    maxspeed_kmh: int | None = None
    lanes: int | None = None
    canyon: bool = False

    def along(self, line: LineString) -> Street:
        """The same street on another line."""
        return replace(self, line=line)

    @property
    def is_oneway(self) -> bool:
        """Whether only the direction of the line may be driven."""
        return CLASS_DEFAULTS[self.road_class].oneway if self.oneway is None else self.oneway

    @property
    def level(self) -> int:
        """What lies above what, as OSM's `layer`: the expressway over the streets' bridges, and under their tunnels."""
        beyond = 2 if self.road_class is RoadClass.MOTORWAY else 1
        return {Structure.GROUND: 0, Structure.BRIDGE: beyond, Structure.TUNNEL: -beyond}[self.structure]

    @property
    def speed_limit_kmh(self) -> int:
        """The limit that is signed here."""
        return self.maxspeed_kmh or CLASS_DEFAULTS[self.road_class].maxspeed_kmh

    @property
    def lane_count(self) -> int:
        """Lanes of both directions together."""
        return self.lanes or CLASS_DEFAULTS[self.road_class].lanes


@dataclass(frozen=True)
class Area:
    """A piece of water or green; `kind` says which sort (river, lake, park, hill, verge, farmland ...)."""

    polygon: Polygon
    kind: str
    name: Name = Name()


@dataclass(frozen=True)
class Building:
    """A footprint and how high it stands."""

    polygon: Polygon
    height_m: float


@dataclass(frozen=True)
class Place:
    """A label: `kind` is city, district, park, water, bridge, hill, campus or stop."""

    point: Point
    kind: str
    name: Name


@dataclass(frozen=True)
class Lane:
    """One lane with its borders, in driving direction; `road` numbers its street, `index` counts from the left."""

    road: int
    is_back: bool
    index: int
    line: LineString
    left: LineString
    right: LineString
    width_m: float
    limit_kmh: int


@dataclass(frozen=True)
class Route:
    """A line that shuttles serve: streets in order (there and back again), stops by their place."""

    name: Name
    roads: tuple[int, ...]
    stops: tuple[int, ...]
    headway_s: float


@dataclass(frozen=True)
class Zone:
    """Something with a limit worth watching: an area, or a line with a half width; the rest says what is wanted."""

    shape: Polygon | LineString
    name: Name
    kinds: tuple[str, ...]
    half_width_m: float | None = None
    speed_limit_kmh: float | None = None
    dwell_s: float | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """A whole city in chart metres, with the outline of the district."""

    seed: int
    outline: Polygon
    streets: tuple[Street, ...]
    water: tuple[Area, ...]
    green: tuple[Area, ...]
    buildings: tuple[Building, ...]
    places: tuple[Place, ...]
    lanes: tuple[Lane, ...] = ()
    routes: tuple[Route, ...] = ()
    zones: tuple[Zone, ...] = ()

    @property
    def area_km2(self) -> float:
        """Area of the district."""
        return float(self.outline.area) / 1e6

    @property
    def road_km(self) -> float:
        """Length of all streets; the two carriageways of the ring count each."""
        return sum(float(street.line.length) for street in self.streets) / 1e3


def stage_rng(seed: int, stage: str) -> np.random.Generator:
    """A generator for one stage of the build, so that a change in one stage leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(stage.encode())])

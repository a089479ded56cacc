"""An OpenDRIVE map as its file states it, with numbers read and nothing yet computed.

Source: ASAM OpenDRIVE 1.4 to 1.8.
"""

from dataclasses import dataclass
from typing import NamedTuple

from mapping.network.codes import Structure
from mapping.network.opendrive_planview import Geometry
from mapping.network.opendrive_profile import CrossShape, Profile


class Link(NamedTuple):
    """What a road is joined to at one end: a road, at its `start` or `end`, or a junction."""

    kind: str
    ref: str
    contact: str


class RoadMark(NamedTuple):
    """The line on the outer side of a lane, from a distance into its section on; `lane_change` as stated, or empty."""

    s_m: float
    kind: str
    lane_change: str


class Speed(NamedTuple):
    """A speed limit from a distance on; infinite for none."""

    s_m: float
    limit_mps: float


@dataclass(frozen=True, slots=True)
class OdrLane:
    """One lane of a section; widths and borders count from the section's start."""

    number: int
    kind: str
    widths: Profile
    borders: Profile
    predecessors: tuple[int, ...]
    successors: tuple[int, ...]
    marks: tuple[RoadMark, ...]
    speeds: tuple[Speed, ...]
    direction: str = ""


@dataclass(frozen=True, slots=True)
class OdrSection:
    """The stretch of a road over which its lanes stay the same; `lanes` has the centre (0) too, for its marks."""

    s_m: float
    end_m: float
    lanes: dict[int, OdrLane]


class RoadType(NamedTuple):
    """What a road is from a distance on, and the limit that goes with it (NaN = not stated)."""

    s_m: float
    kind: str
    limit_mps: float


class Signal(NamedTuple):
    """A signal or a crosswalk: place along and beside the road, for which direction (`+`, `-`, `none`) and lanes."""

    ref: str
    kind: str
    is_dynamic: bool
    s_m: float
    t_m: float
    orientation: str
    validity: tuple[tuple[int, int], ...]


class Stretch(NamedTuple):
    """A bridge or tunnel."""

    begin_m: float
    end_m: float
    structure: Structure


@dataclass(frozen=True, slots=True)
class OdrRoad:
    """One road; `number` stands for its id where a number is needed."""

    ref: str
    number: int
    name: str
    length_m: float
    junction: str
    is_left_hand: bool
    predecessor: Link | None
    successor: Link | None
    pieces: list[Geometry]
    elevation: Profile
    superelevation: Profile
    cross: CrossShape
    lane_offset: Profile
    sections: list[OdrSection]
    types: list[RoadType]
    stretches: list[Stretch]
    signals: list[Signal]


class Connection(NamedTuple):
    """One way through a junction: from a road onto another, at its `start` or `end`, lane by lane."""

    incoming: str
    onto: str
    contact: str
    lanes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class OdrMap:
    """All of one file; `offset` is x, y, z (m) and heading (rad) of its grid in the one of `geo_reference`."""

    name: str
    geo_reference: str
    offset: tuple[float, float, float, float]
    roads: dict[str, OdrRoad]
    junctions: dict[str, list[Connection]]

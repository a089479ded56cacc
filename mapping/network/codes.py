"""The small numbers in a network's columns: what each stands for."""

from enum import IntEnum, IntFlag
from typing import Final


class RoadClass(IntEnum):
    """Rank of a road, in the words of OSM's `highway`; slip roads have the class of their road and a flag."""

    UNKNOWN = 0
    MOTORWAY = 1
    TRUNK = 2
    PRIMARY = 3
    SECONDARY = 4
    TERTIARY = 5
    UNCLASSIFIED = 6
    RESIDENTIAL = 7
    LIVING_STREET = 8
    SERVICE = 9
    TRACK = 10
    SCENIC = 11
    BUSWAY = 12

    @property
    def label(self) -> str:
        """The word for it in files and tables."""
        return self.name.lower()


CLASS_BY_LABEL: Final = {road_class.label: road_class for road_class in RoadClass}


class Structure(IntEnum):
    """What carries a road."""

    GROUND = 0
    BRIDGE = 1
    TUNNEL = 2


class EdgeFlag(IntFlag):
    """What else is true of an edge."""

    NONE = 0
    ONEWAY = 1
    PRIVATE = 2
    ROUNDABOUT = 4
    LINK = 8
    """A slip road or another connection between roads."""
    REVERSED = 16
    """Runs against the direction in which its source draws the road."""
    ASSUMED_LIMIT = 32
    """The speed limit follows from a zone or class that the source names, not from a number in it."""
    BUS = 64
    """For buses and the like only."""


class Direction(IntEnum):
    """Which ways a drafted road may be driven, seen along its points."""

    BOTH = 0
    FORWARD = 1
    BACKWARD = 2


class TurnKind(IntEnum):
    """How the next edge follows."""

    FOLLOW = 0
    """The only way on."""
    TURN = 1
    """One of several ways on."""
    U_TURN = 2
    """Back on the twin: kept, so that whoever searches may allow it, forbid it or make it dear."""


class LaneKind(IntEnum):
    """What a lane is for."""

    DRIVING = 0
    BUS = 1
    BICYCLE = 2
    SHOULDER = 3
    PARKING = 4
    SIDEWALK = 5
    OTHER = 6
    CROSSWALK = 7


class LaneChange(IntFlag):
    """To which side the markings let a vehicle change."""

    NONE = 0
    LEFT = 1
    RIGHT = 2


class RestrictionKind(IntEnum):
    """Whether a turn is forbidden, or forbidden is every other."""

    NO = 0
    ONLY = 1

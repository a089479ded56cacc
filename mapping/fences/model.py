"""What an operator asks for: fence drafts, as values. Coordinates are degrees in the frame of the draft.

A draft is checked (`mapping.fences.check`), put into the plane and into a `FenceSet`; GeoJSON to drafts and back is
`mapping.fences.geojson`.
"""

from dataclasses import dataclass, field
from typing import Final

from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.fences.kinds import EventKind
from mapping.fences.windows import Window

VERTICES_MAX: Final = 100_000  # of one fence
GROUPS_MAX: Final = 63  # of one set of fences: bits of a word
CONFIRM_ROWS_MAX: Final = 100
LABEL_LENGTH_MAX: Final = 200  # characters of an id or a name

Position = tuple[float, float]
"""Latitude and longitude in degrees."""

Line = tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """Polygons: each a closed outer ring and the closed rings of its holes."""

    polygons: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within a radius of a centre."""

    centre: Position
    radius_m: float


@dataclass(frozen=True, slots=True)
class Corridor:
    """All points within a half width of one of the lines; a line's direction is the way that is right."""

    lines: tuple[Line, ...]
    half_width_m: float


Shape = Area | Circle | Corridor

DEFAULT_KINDS: Final = frozenset({EventKind.ENTER, EventKind.EXIT})


@dataclass(frozen=True, slots=True)
class FenceDraft:
    """One fence.

    `groups` empty = for every terminal. `edges` not empty = inside only while the terminal is matched to one of these
    edges of the network. `confirm_rows` 0 = the rule of the settings. `source` is what the shape was made from, for
    display.
    """

    ref: str
    shape: Shape
    name: str = ""
    frame: Frame = CGCS2000_2000
    kinds: frozenset[EventKind] = DEFAULT_KINDS
    groups: frozenset[str] = frozenset()
    window: Window | None = None
    speed_limit_mps: float | None = None
    dwell_s: float | None = None
    confirm_rows: int = 0
    confirm_s: float = 0.0
    edges: frozenset[int] = frozenset()
    source: str = field(default="", compare=True)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a fence: its place in the list, its id where it has one, and a sentence."""

    index: int
    ref: str
    message: str

    def __str__(self) -> str:
        return f"fence {self.ref or f'number {self.index + 1}'}: {self.message}"

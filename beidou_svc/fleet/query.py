"""Questions about the whole fleet, answered in one pass over the columns."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.names import Names
from beidou_svc.fleet.state import FleetState
from gnss._jit import inline_kernel, kernel

QUALITIES = range(9)
"""`fix_quality`: NMEA GGA field 6."""

ALL_QUALITIES = (1 << len(QUALITIES)) - 1
ALL_LIVENESS = (1 << len(Liveness)) - 1

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east spans the antimeridian."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """What to select. Bit sets name the accepted values; without a box, terminals without a position count too."""

    bbox: Bbox | None = None
    qualities: int = ALL_QUALITIES
    liveness: int = ALL_LIVENESS
    text: str = ""


EVERYTHING = Criteria()


@inline_kernel
def _inside(lat_rad: float, lon_rad: float, box_rad: NDArray[np.float64]) -> bool:
    """NaN is outside everything."""
    west, south, east, north = box_rad[0], box_rad[1], box_rad[2], box_rad[3]
    if not south <= lat_rad <= north:
        return False
    if west <= east:
        return bool(west <= lon_rad <= east)
    return bool(lon_rad >= west or lon_rad <= east)


@kernel
def _match_rows(
    box_rad: NDArray[np.float64],
    qualities: int,
    wanted_liveness: int,
    lat_rad: NDArray[np.float64],
    lon_rad: NDArray[np.float64],
    fix_quality: NDArray[np.uint8],
    liveness: NDArray[np.uint8],
    matches: NDArray[np.bool_],
) -> None:
    boxed = box_rad.size == 4
    for slot in range(matches.size):
        wanted = (qualities >> fix_quality[slot]) & (wanted_liveness >> liveness[slot]) & 1
        if wanted and boxed:
            wanted = _inside(lat_rad[slot], lon_rad[slot], box_rad)
        matches[slot] = wanted != 0


def match(state: FleetState, criteria: Criteria) -> NDArray[np.bool_]:
    """Which slots (of `state.count`) satisfy the criteria other than `text`."""
    n = state.count
    box_rad = np.array([math.radians(edge) for edge in criteria.bbox or ()], np.float64)
    matches = np.empty(n, np.bool_)
    columns = state.columns
    _match_rows(
        box_rad,
        criteria.qualities,
        criteria.liveness,
        columns["lat_rad"],
        columns["lon_rad"],
        columns["fix_quality"],
        state.liveness,
        matches,
    )
    return matches


def select(state: FleetState, names: Names, criteria: Criteria) -> NDArray[np.int32]:
    """The slots that satisfy the criteria, ascending."""
    matches = match(state, criteria)
    if criteria.text:
        matches &= names.contain(criteria.text, len(matches))
    return np.flatnonzero(matches).astype(np.int32)

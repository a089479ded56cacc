"""The scenic route lane by lane: one lane each way between borders that the pieces of the route share at their ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from shapely import LineString

from simulators.world.model import Lane, RoadClass, Street
from simulators.world.noding import ends_of

Floats = NDArray[np.float64]

LANE_M = 3.5


def scenic_chain(streets: Sequence[Street]) -> list[tuple[int, bool]]:
    """Numbers of the streets of the scenic route from one end to the other, and whether each lies against the way."""
    scenic = {k: ends_of(street) for k, street in enumerate(streets) if street.road_class is RoadClass.SCENIC}
    count: dict[tuple[float, float], int] = {}
    for pair in scenic.values():
        for node in pair:
            count[node] = count.get(node, 0) + 1
    chain: list[tuple[int, bool]] = []
    here = min((node for node, n in count.items() if n == 1), default=None)
    while here is not None:
        found = next((k for k, pair in scenic.items() if here in pair), None)
        if found is None:
            break
        first, last = scenic.pop(found)
        chain.append((found, here == last))
        here = last if here == first else first
    return chain


def build_lanes(streets: Sequence[Street], chain: Sequence[tuple[int, bool]]) -> list[Lane]:
    """Two lanes a street, one each way, right-hand traffic. Neighbouring pieces end in the very same border points."""
    lines = [_coords(streets[k], is_turned) for k, is_turned in chain]
    if not lines:
        return []
    whole = np.vstack([lines[0], *(line[1:] for line in lines[1:])])
    mitres = _mitres(whole)
    lanes, first = [], 0
    for line, (road, is_turned) in zip(lines, chain, strict=True):
        rows = slice(first, first + len(line))
        first += len(line) - 1
        for is_reverse in (False, True):
            lanes.append(_lane(whole[rows], mitres[rows], is_reverse, road, is_turned, streets[road]))
    return lanes


def _coords(street: Street, is_turned: bool) -> Floats:
    coords = np.asarray(street.line.coords)
    return coords[::-1] if is_turned else coords


def _mitres(line: Floats) -> Floats:
    """At each point the vector to the left whose distance from both segments that meet there is 1."""
    segment = np.diff(line, axis=0)
    across = np.column_stack((-segment[:, 1], segment[:, 0])) / np.hypot(*segment.T)[:, None]
    before, after = np.vstack((across[:1], across)), np.vstack((across, across[-1:]))
    mitres: Floats = (before + after) / (1.0 + np.sum(before * after, axis=1))[:, None]
    return mitres


def _lane(line: Floats, mitre: Floats, is_reverse: bool, road: int, is_turned: bool, street: Street) -> Lane:
    """The lane right of the middle line, in its own driving direction."""
    step = -1 if is_reverse else 1
    side = 1.0 if is_reverse else -1.0

    def border(width_m: float) -> LineString:
        return LineString(np.round((line + side * width_m * mitre)[::step], 3))

    middle = border(LANE_M / 2)
    return Lane(road, is_reverse != is_turned, 0, middle, border(0.0), border(LANE_M), LANE_M, street.speed_limit_kmh)

"""Footprints and heights: rows of flats that face south, towers in the centre, sheds at the works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, STRtree
from shapely.affinity import rotate

from simulators.world.blocks import Block, Use
from simulators.world.model import CLASS_DEFAULTS, Building, Street, Structure, stage_rng

Floats = NDArray[np.float64]

CANYON_REACH_M = 42.0
CANYON_HEIGHT_M = 66.0
CANYON_SHARE = 0.6
CANYON_STEP_M = 25.0


@dataclass(frozen=True)
class Pattern:
    """How a kind of block is built over: footprint, gaps, heights of a whole block and their spread inside it."""

    width_m: float
    depth_m: float
    gap_x_m: float
    gap_y_m: float
    height_m: tuple[float, float]
    spread: float
    keep: float
    setback_m: float


PATTERNS: dict[Use, Pattern] = {
    Use.TOWERS: Pattern(36.0, 34.0, 17.0, 19.0, (70.0, 230.0), 0.25, 0.80, 13.0),
    Use.MIXED: Pattern(50.0, 20.0, 16.0, 26.0, (30.0, 95.0), 0.25, 0.84, 11.0),
    Use.HOMES: Pattern(54.0, 15.0, 15.0, 37.0, (33.0, 99.0), 0.10, 0.92, 11.0),
    Use.OLD_TOWN: Pattern(44.0, 13.0, 9.0, 18.0, (12.0, 24.0), 0.20, 0.88, 7.0),
    Use.VILLAS: Pattern(18.0, 13.0, 18.0, 26.0, (8.0, 12.0), 0.10, 0.80, 10.0),
    Use.WORKS: Pattern(92.0, 44.0, 24.0, 26.0, (9.0, 16.0), 0.15, 0.86, 16.0),
    Use.CAMPUS: Pattern(62.0, 18.0, 44.0, 58.0, (15.0, 32.0), 0.20, 0.80, 22.0),
}


def build_buildings(
    seed: int, blocks: Sequence[Block], streets: Sequence[Street], keep_clear: shapely.Geometry
) -> list[Building]:
    """Fill every block by the pattern of its use, away from streets and from `keep_clear`."""
    rng = stage_rng(seed, "buildings")
    carriageways = STRtree([s.line for s in streets if s.structure is not Structure.TUNNEL])
    widths = np.array([CLASS_DEFAULTS[s.road_class].width_m for s in streets if s.structure is not Structure.TUNNEL])
    footprints: list[Polygon] = []
    heights: list[Floats] = []
    for block in blocks:
        if block.use not in PATTERNS:
            continue
        pattern = PATTERNS[block.use]
        placed = _fill(rng, block.polygon.buffer(-pattern.setback_m), pattern)
        footprints += placed
        heights.append(_heights(rng, pattern, len(placed)))
    height_m = np.concatenate(heights)
    free = ~shapely.intersects(footprints, keep_clear)
    which, line = carriageways.query(footprints, predicate="dwithin", distance=0.5 * widths.max() + 2.0)
    gap = shapely.distance(np.asarray(footprints)[which], carriageways.geometries[line])
    free[which[gap < 0.5 * widths[line] + 2.0]] = False
    return [Building(footprints[k], float(height_m[k])) for k in np.flatnonzero(free)]


def _heights(rng: np.random.Generator, pattern: Pattern, count: int) -> Floats:
    """Heights in storeys of 3 m: one level for the block, some spread inside it."""
    low, high = pattern.height_m
    level = low + (high - low) * rng.beta(1.4, 1.8)
    return np.maximum(6.0, np.round(level * (1 + pattern.spread * rng.uniform(-1, 1, count)) / 3.0) * 3.0)


def _fill(rng: np.random.Generator, ground: shapely.Geometry, pattern: Pattern) -> list[Polygon]:
    """Rows of footprints on a piece of ground, along whichever of its sides runs more east to west."""
    if ground.is_empty or ground.area < 2 * pattern.width_m * pattern.depth_m:
        return []
    angle_deg = _facing_deg(ground)
    level = rotate(ground, -angle_deg, origin=(0, 0))
    left, low, right, top = level.bounds
    pitch_x, pitch_y = pattern.width_m + pattern.gap_x_m, pattern.depth_m + pattern.gap_y_m
    columns = max(1, int((right - left + pattern.gap_x_m) // pitch_x))
    rows = max(1, int((top - low + pattern.gap_y_m) // pitch_y))
    spare_x = (right - left - columns * pitch_x + pattern.gap_x_m) / 2
    spare_y = (top - low - rows * pitch_y + pattern.gap_y_m) / 2
    x, y = np.meshgrid(left + spare_x + pitch_x * np.arange(columns), low + spare_y + pitch_y * np.arange(rows))
    width = pattern.width_m * rng.uniform(0.86, 1.06, x.shape)
    boxes = shapely.box(x, y, x + width, y + pattern.depth_m).ravel()
    shapely.prepare(level)
    fits = shapely.contains(level, boxes) & (rng.random(boxes.size) < pattern.keep)
    return [rotate(box, angle_deg, origin=(0, 0)) for box in boxes[fits]]


def _facing_deg(ground: shapely.Geometry) -> float:
    """The direction of the rows, -45 to 45 degrees from east."""
    corners = np.asarray(ground.minimum_rotated_rectangle.exterior.coords)
    side = corners[1] - corners[0]
    angle = float(np.degrees(np.arctan2(side[1], side[0])))
    return (angle + 45.0) % 90.0 - 45.0


def is_canyon(streets: Sequence[Street], buildings: Sequence[Building]) -> NDArray[np.bool_]:
    """Which streets run between high walls for at least half of their length."""
    tree = STRtree([building.polygon for building in buildings if building.height_m >= CANYON_HEIGHT_M])
    steps = [max(1, int(street.line.length / CANYON_STEP_M)) for street in streets]
    owner = np.repeat(np.arange(len(streets)), steps)
    share = np.concatenate([(np.arange(n) + 0.5) / n for n in steps])
    lines = np.asarray([street.line for street in streets])[owner]
    probes = shapely.line_interpolate_point(lines, share, normalized=True)
    hit, _ = tree.query(probes, predicate="dwithin", distance=CANYON_REACH_M)
    walls = np.bincount(hit, minlength=len(probes)) >= 2
    on_ground = np.array([street.structure is Structure.GROUND for street in streets])
    between = np.bincount(owner, weights=walls) / np.bincount(owner)
    return np.asarray(on_ground & (between >= CANYON_SHARE))

"""Fences and ways drawn in characters: a character is a square of so many metres, the first line is the north."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from gnss.batches import FixBatch
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.placed import Placed
from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.fences.fence_set import FenceSet
from mapping.fences.model import Area, FenceDraft, Line

PLANE = Plane(CGCS2000_2000, math.radians(25.831), math.radians(114.935))
SECOND_NS = 1_000_000_000
T0_NS = 1_400_000_000 * SECOND_NS
ORDER = "0123456789abcdefghijklmnopqrstuvwxyz"

Floats = NDArray[np.float64]


def degrees_of(points_m: Floats) -> Line:
    """Points (n, 2) of the plane in m as latitudes and longitudes in degrees."""
    lat_rad, lon_rad = plane_to_geodetic(points_m[:, 0], points_m[:, 1], PLANE)
    return tuple(zip(np.degrees(lat_rad).tolist(), np.degrees(lon_rad).tolist(), strict=True))


def area_of(geometry: shapely.Geometry) -> Area:
    """Polygons of the plane as a draft has them."""
    polygons = shapely.get_parts(geometry)
    return Area(
        tuple(
            tuple(degrees_of(shapely.get_coordinates(ring)) for ring in (polygon.exterior, *polygon.interiors))
            for polygon in polygons
        )
    )


def squares(text: str) -> list[tuple[str, int, int]]:
    """Characters of a map with column (east) and row (north)."""
    lines = text.strip().splitlines()
    return [
        (character, column, len(lines) - 1 - row)
        for row, line in enumerate(lines)
        for column, character in enumerate(line.strip())
    ]


def drawn_shape(text: str, side_m: float = 10.0) -> shapely.Geometry:
    """The union of the squares marked #, (0, 0) being the south-west corner of the map."""
    boxes = [
        shapely.box(x * side_m, y * side_m, (x + 1) * side_m, (y + 1) * side_m)
        for character, x, y in squares(text)
        if character == "#"
    ]
    return shapely.union_all(boxes)


def drawn(ref: str, text: str, side_m: float = 10.0, **asked: object) -> FenceDraft:
    """A fence of the squares marked #."""
    return FenceDraft(ref, area_of(drawn_shape(text, side_m)), **asked)  # type: ignore[arg-type]


def way(text: str, side_m: float = 10.0) -> Floats:
    """Middles of the squares marked 0, 1, ... 9, a, b, ... in this order, (n, 2) in m."""
    at = {character: (x, y) for character, x, y in squares(text) if character in ORDER}
    return (np.array([at[character] for character in ORDER if character in at], np.float64) + 0.5) * side_m


def placed(points_m: Floats, t_s: NDArray[np.generic] | None = None, *, slot: object = 0, **columns: object) -> Placed:
    """Fixes at points (n, 2) of the plane, a second apart unless stated; RTK fixed with 2 cm unless stated."""
    n = len(points_m)
    lat_rad, lon_rad = plane_to_geodetic(points_m[:, 0], points_m[:, 1], PLANE)
    t_ns = T0_NS + np.round((np.arange(n) if t_s is None else np.asarray(t_s, np.float64)) * SECOND_NS).astype(np.int64)
    usual: dict[str, object] = {"fix_quality": 4, "sigma_n_m": 0.02, "sigma_e_m": 0.02}
    rows = FixBatch.missing(
        n, slot=np.broadcast_to(np.asarray(slot, np.int32), n), t_gpst_ns=t_ns, lat_rad=lat_rad, lon_rad=lon_rad,
        **(usual | columns),
    )  # fmt: skip
    return Placed(CGCS2000_2000, rows)


RING = """
..........
.########.
.###..###.
.###..###.
.########.
..........
"""


def built(*drafts: FenceDraft, cell_m: float | None = None, margin_m: float = 25.0) -> FenceSet:
    fences, problems = FenceSet.build(PLANE, drafts, cell_m=cell_m, margin_m=margin_m)
    assert problems == []
    return fences


BLOCK = """
............
....####....
....####....
............
"""


def straight(x_m: list[float], y_m: float = 0.0) -> Floats:
    return np.column_stack([x_m, np.full(len(x_m), y_m)])

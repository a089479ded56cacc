"""A fence draft into the plane, or a sentence that says what is wrong with it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.datums.plane import Plane, geodetic_to_plane, plane_to_geodetic
from mapping.errors import MappingError
from mapping.fences.kinds import EventKind
from mapping.fences.model import (
    CONFIRM_ROWS_MAX,
    LABEL_LENGTH_MAX,
    VERTICES_MAX,
    Area,
    Circle,
    FenceDraft,
    Line,
)

RADIUS_M_MAX: Final = 100_000.0
EXTENT_M_MAX: Final = 1_000_000.0
"""Fences lie within this of the origin of their plane; lengths are 1.2 % too long there."""

SECONDS_MAX: Final = 7 * 86_400.0
SPEED_MPS_MAX: Final = 150.0

_AT = re.compile(r"(.*)\[(\S+) (\S+)\]$")


class FenceError(MappingError, ValueError):
    """A fence that is none; the message is a sentence for its author."""


@dataclass(frozen=True, slots=True)
class PlaneShape:
    """A fence in the plane: vertices (n, 2) in m, where each closed ring (or line) begins, and for lines the radius.

    `radius_m` NaN = the inside of the rings.
    """

    vertex_m: NDArray[np.float64]
    rings: NDArray[np.int32]
    radius_m: float

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        reach_m = 0.0 if math.isnan(self.radius_m) else self.radius_m
        west, south = self.vertex_m.min(axis=0) - reach_m
        east, north = self.vertex_m.max(axis=0) + reach_m
        return float(west), float(south), float(east), float(north)


def plane_shape(draft: FenceDraft, plane: Plane) -> PlaneShape:
    """The shape of a draft in metres of the plane, after all checks; raises `FenceError`.

    Shape: rings one after the other, each closed. Unit: degrees to m. Frame: the plane's. Error: 5e-9 m; edges are
    straight in the plane.
    """
    _check_words(draft)
    _check_numbers(draft)
    if draft.frame != plane.frame:
        raise FenceError(
            f"it is drawn in {draft.frame}, the fences of this set are in {plane.frame}: transform it first"
        )
    lines = _lines(draft)
    shape = _in_plane(lines, plane, _radius_m(draft))
    if isinstance(draft.shape, Area):
        _check_polygons(draft.shape, shape, plane)
    return shape


def _check_words(draft: FenceDraft) -> None:
    for what, text in (("id", draft.ref), ("name", draft.name)):
        if len(text) > LABEL_LENGTH_MAX:
            raise FenceError(f"its {what} has {len(text)} characters, at most {LABEL_LENGTH_MAX} are kept")
    if not draft.ref.strip():
        raise FenceError("it has no id")
    if EventKind.SPEEDING in draft.kinds and draft.speed_limit_mps is None:
        raise FenceError("it wants speeding reported and states no speed limit")
    if EventKind.DWELL in draft.kinds and draft.dwell_s is None:
        raise FenceError("it wants dwelling reported and does not say after how long (dwell_s)")
    if EventKind.WRONG_WAY in draft.kinds and isinstance(draft.shape, Area | Circle) and not draft.edges:
        raise FenceError("only a corridor has a direction that can be the wrong way")


def _check_numbers(draft: FenceDraft) -> None:
    _within("speed limit", draft.speed_limit_mps, SPEED_MPS_MAX, "m/s")
    _within("dwell time", draft.dwell_s, SECONDS_MAX, "s")
    if isinstance(draft.shape, Circle):
        _within("radius", draft.shape.radius_m, RADIUS_M_MAX, "m")
    elif not isinstance(draft.shape, Area):
        _within("half width", draft.shape.half_width_m, RADIUS_M_MAX, "m")
    if not 0.0 <= draft.confirm_s <= SECONDS_MAX:
        raise FenceError(f"its confirmation time must be between 0 and {SECONDS_MAX:g} s, it is {draft.confirm_s:g}")
    if not 0 <= draft.confirm_rows <= CONFIRM_ROWS_MAX:
        raise FenceError(f"it wants {draft.confirm_rows} rows of confirmation; 0 to {CONFIRM_ROWS_MAX} are possible")


def _within(what: str, value: float | None, most: float, unit: str) -> None:
    if value is not None and not 0.0 < value <= most:
        raise FenceError(f"its {what} must be more than 0 and at most {most:g} {unit}, it is {value:g}")


def _radius_m(draft: FenceDraft) -> float:
    shape = draft.shape
    if isinstance(shape, Area):
        return math.nan
    return shape.radius_m if isinstance(shape, Circle) else shape.half_width_m


def _lines(draft: FenceDraft) -> list[Line]:
    shape = draft.shape
    if isinstance(shape, Circle):
        return [(shape.centre, shape.centre)]
    if not isinstance(shape, Area):
        _check_line_lengths(shape.lines, 2, "a line needs two points")
        return list(shape.lines)
    rings = [ring for polygon in shape.polygons for ring in polygon]
    _check_line_lengths(rings, 4, "a ring needs four positions, the last being the first again")
    if any(ring[0] != ring[-1] for ring in rings):
        raise FenceError("a ring is not closed: its last position must be its first again")
    return rings


def _check_line_lengths(lines: Sequence[Line], least: int, otherwise: str) -> None:
    if not lines:
        raise FenceError("it has no coordinates")
    if min(len(line) for line in lines) < least:
        raise FenceError(otherwise)
    if (n := sum(len(line) for line in lines)) > VERTICES_MAX:
        raise FenceError(f"it has {n} vertices, at most {VERTICES_MAX} are possible: simplify it")


def _too_far_text(plane: Plane) -> str:
    middle = f"latitude {np.degrees(plane.lat0_rad):.2f}, longitude {np.degrees(plane.lon0_rad):.2f}"
    return (
        f"it reaches more than {EXTENT_M_MAX / 1000:,.0f} km from the middle of the map ({middle}): "
        "GeoJSON has longitude first"
    )


def _in_plane(lines: Sequence[Line], plane: Plane, radius_m: float) -> PlaneShape:
    degrees = np.array([position for line in lines for position in line], dtype=np.float64)
    if not (np.abs(degrees) <= (90.0, 180.0)).all():
        raise FenceError("a coordinate is no latitude and longitude in degrees (GeoJSON has longitude first)")
    lat_rad, lon_rad = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    vertex_m = np.column_stack(geodetic_to_plane(lat_rad, lon_rad, plane, frame=plane.frame))
    if not (np.abs(vertex_m) <= EXTENT_M_MAX).all():
        raise FenceError(_too_far_text(plane))
    rings = np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int32)
    return PlaneShape(vertex_m, rings, radius_m)


def _check_polygons(area: Area, shape: PlaneShape, plane: Plane) -> None:
    """What makes polygons invalid, said with the place in degrees. Source: OGC Simple Features, as GEOS checks it."""
    geometry = to_shapely(area, shape)
    if shapely.is_valid(geometry):
        return
    reason = shapely.is_valid_reason(geometry)
    at = _AT.match(reason)
    if not at:
        raise FenceError(f"its outline is not valid: {reason}")
    lat_rad, lon_rad = plane_to_geodetic(float(at[2]), float(at[3]), plane)
    where = f"{math.degrees(float(lat_rad)):.7f}, {math.degrees(float(lon_rad)):.7f}"
    raise FenceError(f"its outline is not valid: {at[1].lower()} at latitude, longitude {where}")


def to_shapely(area: Area, shape: PlaneShape) -> shapely.Geometry:
    """The polygons as shapely has them, in metres of the plane."""
    rings = [shape.vertex_m[a:b] for a, b in zip(shape.rings[:-1], shape.rings[1:], strict=True)]
    polygons = []
    for polygon in area.polygons:
        own, rings = rings[: len(polygon)], rings[len(polygon) :]
        polygons.append(shapely.Polygon(own[0], own[1:]))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)

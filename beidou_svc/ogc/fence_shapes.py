"""Fences as polygons in degrees, for programs that know neither circles nor corridors."""

from typing import Any, Final

import numpy as np
import shapely

from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.fences.check import plane_shape, to_shapely
from mapping.fences.model import Area, Circle, FenceDraft

QUARTER_SEGMENTS: Final = 32
"""Of a circle: its outline is then within 0.03 % of the radius."""


def fence_polygon(draft: FenceDraft, plane: Plane) -> Any:
    """The outline of a fence, longitude and latitude of the plane's frame."""
    shape = plane_shape(draft, plane)
    if isinstance(draft.shape, Area):
        outline = to_shapely(draft.shape, shape)
    elif isinstance(draft.shape, Circle):
        outline = shapely.Point(shape.vertex_m[0]).buffer(shape.radius_m, quad_segs=QUARTER_SEGMENTS)
    else:
        bounds = zip(shape.rings[:-1].tolist(), shape.rings[1:].tolist(), strict=True)
        lines = [shapely.LineString(shape.vertex_m[a:b]) for a, b in bounds]
        outline = shapely.MultiLineString(lines).buffer(shape.radius_m, quad_segs=QUARTER_SEGMENTS)
    return shapely.transform(outline, lambda xy_m: _lon_lat_deg(xy_m, plane))


def _lon_lat_deg(xy_m: Any, plane: Plane) -> Any:
    lat_rad, lon_rad = plane_to_geodetic(xy_m[:, 0], xy_m[:, 1], plane)
    return np.degrees(np.column_stack((lon_rad, lat_rad)))

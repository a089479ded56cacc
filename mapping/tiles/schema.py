"""What the tiles of a base map hold: layers, their fields, and from which zoom each class of object is shown.

The zooms are those at which the page draws a class (a tile of zoom z serves views from z on), so that no tile carries
what nobody sees. Source: docs/api.md (layers and fields), TileJSON 3.0.0 (names of the field types).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

ZOOM_MAX: Final = 14  # deepest tiles; views beyond are drawn from these
EXTENT: Final = 4096  # tile units a side, Mapbox Vector Tile 2.1
UNITS_PER_PX: Final = EXTENT / 512  # tile units a pixel of the page
BUFFER_UNITS: Final = 64  # tile units kept around a tile, so that line ends and outlines do not show: 8 pixels


class GeometryKind(IntEnum):
    """Geometry types of the Mapbox Vector Tile format, by their number there."""

    POINT = 1
    LINE = 2
    POLYGON = 3


@dataclass(frozen=True, slots=True)
class LayerRule:
    """One layer: geometry, fields, the property that ranks its objects, and from which zoom each rank is shown."""

    name: str
    kind: GeometryKind
    fields: dict[str, type]
    ranked_by: str
    zoom_min_by_rank: dict[str, int]
    zoom_min: int
    description: str


ROAD_ZOOM_MIN: Final = {
    "motorway": 5,
    "primary": 8,
    "secondary": 9,
    "scenic": 10,
    "tertiary": 11,
    "residential": 12,
    "service": 14,
}
PLACE_ZOOM_MIN: Final = {"city": 6, "district": 10, "water": 11, "park": 12, "hill": 12, "island": 12, "stop": 13}

NAMED: Final[dict[str, type]] = {"name": str, "name_en": str}
ROAD_FIELDS: Final[dict[str, type]] = {"class": str, **NAMED, "oneway": bool, "bridge": bool, "tunnel": bool}

# In drawing order, the ground first.
LAYERS: Final = (
    LayerRule("green", GeometryKind.POLYGON, {"kind": str, **NAMED}, "kind", {}, 8, "parks, fields, verges, hills"),
    LayerRule("water", GeometryKind.POLYGON, {"kind": str, **NAMED}, "kind", {"river": 5}, 8, "rivers and lakes"),
    LayerRule("building", GeometryKind.POLYGON, {"height_m": float}, "", {}, 13, "footprints with heights in metres"),
    LayerRule("road", GeometryKind.LINE, ROAD_FIELDS, "class", ROAD_ZOOM_MIN, 13, "centre lines of roads by class"),
    LayerRule("place", GeometryKind.POINT, {"kind": str, **NAMED}, "kind", PLACE_ZOOM_MIN, 13, "labels by kind"),
)
LAYER_BY_NAME: Final = {rule.name: rule for rule in LAYERS}

TILEJSON_TYPE: Final = {str: "String", float: "Number", bool: "Boolean"}

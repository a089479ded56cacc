"""One layer at one zoom: what is shown there, as simple as the tile grid allows, with a tree to find it."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from mapping.tiles.features import LayerColumns, Objects
from mapping.tiles.schema import BUFFER_UNITS, EXTENT, UNITS_PER_PX, ZOOM_MAX, GeometryKind

TOLERANCE_UNITS: Final = 2.0  # a quarter of a pixel: what simplification may move a line by, above the deepest zoom
AREA_MIN_PX2: Final = 4.0  # smaller polygons are not shown, above the deepest zoom
OBJECTS_MAX: Final = 20_000  # objects a layer and tile; beyond, those that show from the smallest zoom stay

Ints = NDArray[np.int64]
Box = tuple[float, float, float, float]


class Level:
    """The visible objects of a layer at a zoom."""

    def __init__(self, layer: LayerColumns, z: int) -> None:
        units_per_world = float(EXTENT * 2**z)
        visible = layer.zoom_min <= z
        deepest = z == ZOOM_MAX
        if layer.rule.kind is GeometryKind.POLYGON and not deepest:
            area_min = AREA_MIN_PX2 * (UNITS_PER_PX / units_per_world) ** 2
            visible &= shapely.area(layer.geometry) >= area_min
        self.layer = layer
        self.z = z
        self.rows: Ints = np.flatnonzero(visible)
        shown = layer.geometry[self.rows]
        simple = layer.rule.kind is GeometryKind.POINT or deepest
        self.geometry: Objects = shown if simple else shapely.simplify(shown, TOLERANCE_UNITS / units_per_world)
        self._tree = shapely.STRtree(self.geometry)

    def cut(self, x: int, y: int) -> tuple[Ints, Objects, int]:
        """Rows of the layer in a tile, their geometry clipped to the tile and its margin, and how many were too many.

        Shape: (n,), (n,). Unit: unit square. Error: none; the order is that of the layer, so a tile is always the same.
        """
        tiles, margin = 2**self.z, BUFFER_UNITS / EXTENT
        box = ((x - margin) / tiles, (y - margin) / tiles, (x + 1 + margin) / tiles, (y + 1 + margin) / tiles)
        found: Ints = np.sort(self._tree.query(shapely.box(*box)))
        surplus = max(found.size - OBJECTS_MAX, 0)
        if surplus:
            ranks = self.layer.zoom_min[self.rows[found]]
            found = np.sort(found[np.argsort(ranks, kind="stable")[:OBJECTS_MAX]])
        return self.rows[found], clip(self.geometry[found], box), surplus


def clip(geometry: Objects, box: Box) -> Objects:
    """Geometry cut to a box, by the fast way for all at once, and one by one where an object defeats that.

    Shape: (n,) to (n,). Unit: that of the geometry. Error: an object that no way can cut comes back empty.
    """
    try:
        cut: Objects = shapely.clip_by_rect(geometry, *box)
    except shapely.errors.GEOSException:
        cut = np.empty(geometry.size, dtype=object)
        cut[:] = [_clip_one(one, box) for one in geometry]
    return cut


def _clip_one(geometry: Any, box: Box) -> Any:
    """The fast way fails on holes that touch their outer ring at the box; the exact way fails on invalid rings."""
    try:
        return shapely.clip_by_rect(geometry, *box)
    except shapely.errors.GEOSException:
        pass
    try:
        return geometry.intersection(shapely.box(*box))
    except shapely.errors.GEOSException:
        return shapely.Point()

"""A base map that is served as vector tiles: features in once, tiles out on demand, TileJSON to announce them."""

import gzip
from collections.abc import Iterable
from typing import Any, Final

from mapping.datums.frame import Frame
from mapping.tiles.cache import TileCache
from mapping.tiles.encode import add_layer, new_tile
from mapping.tiles.features import BaseMap, read_base_map
from mapping.tiles.level import Level
from mapping.tiles.mercator import LAT_DEG_MAX, require_tile
from mapping.tiles.report import BaseMapReport
from mapping.tiles.schema import TILEJSON_TYPE, ZOOM_MAX

CACHE_BYTES_MAX: Final = 64 * 2**20
GZIP_LEVEL: Final = 6
WORLD_DEG: Final = (-180.0, -LAT_DEG_MAX, 180.0, LAT_DEG_MAX)


class TileSet:
    """Vector tiles of one base map, cut when asked for and kept within a limit of bytes.

    The frame says what the coordinates of the features were in: a page draws positions over these tiles only if they
    are in the same frame. Not for use from several threads at once.
    """

    def __init__(self, base_map: BaseMap, frame: Frame, name: str = "", cache_bytes_max: int = CACHE_BYTES_MAX) -> None:
        self.frame = frame
        self.name = name
        self.report: BaseMapReport = base_map.report
        self.bounds_deg = base_map.bounds_deg
        self.cache = TileCache(cache_bytes_max)
        self.surplus_objects = 0
        self._layers = base_map.layers
        self._levels: dict[int, tuple[Level, ...]] = {}

    @classmethod
    def from_features(
        cls, features: Iterable[object], *, frame: Frame, name: str = "", cache_bytes_max: int = CACHE_BYTES_MAX
    ) -> "TileSet":
        """Tiles of GeoJSON features whose property `layer` is green, water, building, road or place.

        Shape: any number of features. Unit: degrees. Frame: `frame`, longitude before latitude. Error: broken objects
        are left out and stand in `report`; nothing that a JSON file can hold raises. Source: RFC 7946, docs/api.md.
        """
        return cls(read_base_map(features), frame, name, cache_bytes_max)

    def tile(self, z: int, x: int, y: int) -> bytes:
        """A tile, gzipped (send it with `Content-Encoding: gzip`); empty bytes where the map has nothing to show.

        Unit: tile address, XYZ scheme (y down). Frame: Web Mercator picture of `frame`. Error: an address outside the
        pyramid raises `TileRangeError`. The same map gives the same bytes. Source: Mapbox Vector Tile 2.1.
        """
        require_tile(z, x, y, ZOOM_MAX)
        cached = self.cache.get((z, x, y))
        if cached is not None:
            return cached
        message = new_tile()
        objects = 0
        for level in self._levels_at(z):
            rows, clipped, surplus = level.cut(x, y)
            self.surplus_objects += surplus
            objects += add_layer(message, level.layer, rows, clipped, (2**z, x, y))
        encoded = gzip.compress(message.SerializeToString(), GZIP_LEVEL, mtime=0) if objects else b""
        self.cache.put((z, x, y), encoded)
        return encoded

    def _levels_at(self, z: int) -> tuple[Level, ...]:
        levels = self._levels.get(z)
        if levels is None:
            levels = self._levels[z] = tuple(Level(layer, z) for layer in self._layers)
        return levels

    def tilejson(self, tiles_url: str) -> dict[str, Any]:
        """The TileJSON 3 document; `tiles_url` holds `{z}`, `{x}` and `{y}`. Source: TileJSON 3.0.0."""
        west, south, east, north = self.bounds_deg or WORLD_DEG
        return {
            "tilejson": "3.0.0",
            "name": self.name,
            "tiles": [tiles_url],
            "scheme": "xyz",
            "minzoom": 0,
            "maxzoom": ZOOM_MAX,
            "bounds": [west, south, east, north],
            "center": [(west + east) / 2, (south + north) / 2, 12],
            "frame": {"datum": str(self.frame.datum), "epoch": self.frame.epoch},
            "vector_layers": [
                {
                    "id": rule.name,
                    "description": rule.description,
                    "minzoom": min([rule.zoom_min, *rule.zoom_min_by_rank.values()]),
                    "maxzoom": ZOOM_MAX,
                    "fields": {name: TILEJSON_TYPE[kind] for name, kind in rule.fields.items()},
                }
                for rule in (layer.rule for layer in self._layers)
            ],
        }

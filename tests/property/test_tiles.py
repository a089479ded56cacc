"""What holds for every base map: a road is in every tile that it crosses, and nothing in a file breaks the reader."""

import gzip
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from mapping.datums.frame import CGCS2000_2000
from mapping.tiles.mercator import lonlat_to_world
from mapping.tiles.schema import EXTENT, LAYERS, ROAD_ZOOM_MIN, ZOOM_MAX
from mapping.tiles.tileset import TileSet

positions = st.tuples(st.floats(114.8, 115.0), st.floats(25.7, 25.9)).map(list)
lines = st.lists(positions, min_size=2, max_size=6)
classes = st.sampled_from(sorted(ROAD_ZOOM_MIN))


def road(line: list[list[float]], road_class: str, number: int) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": line}
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": {"layer": "road", "class": road_class}}


def road_ids(tiles: TileSet, z: int, x: int, y: int) -> set[int]:
    tile = tiles.tile(z, x, y)
    if not tile:
        return set()
    layers = mapbox_vector_tile.decode(gzip.decompress(tile))
    return {one["id"] for one in layers["road"]["features"]}


def tiles_crossed(line: list[list[float]], z: int) -> list[tuple[int, int]]:
    """Tiles in which the line is longer than it may shrink by simplification and rounding."""
    world = shapely.LineString(lonlat_to_world(np.array(line)) * 2**z)
    west, north, east, south = (int(np.floor(value)) for value in world.bounds)
    addresses = [(x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
    return [(x, y) for x, y in addresses if world.intersection(shapely.box(x, y, x + 1, y + 1)).length > 8 / EXTENT]


@given(st.lists(st.tuples(lines, classes), min_size=1, max_size=4), st.integers(8, ZOOM_MAX))
def test_every_road_is_in_every_tile_it_crosses(roads: list[tuple[list[list[float]], str]], z: int) -> None:
    features = [road(line, road_class, number) for number, (line, road_class) in enumerate(roads)]
    tiles = TileSet.from_features(features, frame=CGCS2000_2000)
    for number, (line, road_class) in enumerate(roads):
        shown = z >= ROAD_ZOOM_MIN[road_class]
        for x, y in tiles_crossed(line, z):
            assert (number in road_ids(tiles, z, x, y)) == shown


@given(lines, st.integers(11, ZOOM_MAX))
def test_a_road_keeps_its_course_to_a_pixel_through_all_tiles(line: list[list[float]], z: int) -> None:
    tiles = TileSet.from_features([road(line, "tertiary", 1)], frame=CGCS2000_2000)
    given_line = shapely.LineString(lonlat_to_world(np.array(line)) * 2**z * EXTENT)
    for x, y in tiles_crossed(line, z):
        layers = mapbox_vector_tile.decode(gzip.decompress(tiles.tile(z, x, y)), default_options={"y_coord_down": True})
        drawn = shapely.geometry.shape(layers["road"]["features"][0]["geometry"])
        placed = shapely.transform(drawn, lambda xy, x=x, y=y: xy + np.array([x, y]) * EXTENT)
        corners = shapely.points(shapely.get_coordinates(placed))
        assert shapely.distance(corners, given_line).max() < 4.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
coordinates = st.recursive(
    st.floats(width=32) | st.integers(-200, 200) | st.none(), lambda inner: st.lists(inner, max_size=5), max_leaves=20
)
types = st.sampled_from(
    ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection", "Feature"]
)
geometries = (
    st.fixed_dictionaries({"type": types, "coordinates": coordinates})
    | st.fixed_dictionaries({"type": types, "geometries": st.lists(json_values, max_size=2)})
    | json_values
)
layers = st.sampled_from([rule.name for rule in LAYERS]) | json_values
features = json_values | st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "id": json_values,
        "geometry": geometries,
        "properties": st.fixed_dictionaries(
            {"layer": layers}, optional={"class": json_values, "height_m": json_values, "name": json_values}
        ),
    }
)


@given(st.lists(features, max_size=4))
def test_nothing_in_a_file_breaks_the_reader_or_the_tiles(broken: list[Any]) -> None:
    tiles = TileSet.from_features(broken, frame=CGCS2000_2000)
    report = tiles.report
    lost = sum(count for reason, count in report.counts.items() if reason.name != "REPAIRED")
    assert report.read == len(broken) == report.kept + lost
    for z, x, y in ((0, 0, 0), (7, 64, 63), (14, 8192, 8191)):
        tile = tiles.tile(z, x, y)
        assert tile == b"" or mapbox_vector_tile.decode(gzip.decompress(tile))


# rings on a small grid: touching, crossing, spikes and repeated corners in plenty
ring = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9)


@given(st.lists(ring, min_size=1, max_size=3))
@example([[(0, 0), (1, 3), (2, 0)], [(0, 0), (0, 6), (2, 0)]])  # GEOS cannot clip this by a rectangle
@example([[(0, 0), (0, 0), (0, 0)], [(0, 1), (0, 2), (1, 0)]])  # nor make this one valid
def test_any_polygon_is_kept_repaired_or_named(rings: list[list[tuple[int, int]]]) -> None:
    closed = [[[114.9 + x * 1e-3, 25.8 + y * 1e-3] for x, y in [*one, one[0]]] for one in rings]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": closed},
        "properties": {"layer": "water"},
    }
    tiles = TileSet.from_features([feature], frame=CGCS2000_2000)
    assert tiles.report.kept + sum(n for r, n in tiles.report.counts.items() if r.name != "REPAIRED") == 1
    tile = tiles.tile(14, 13421, 6976)
    assert tile == b"" or mapbox_vector_tile.decode(gzip.decompress(tile))

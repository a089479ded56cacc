"""Command integers against the examples of the Mapbox Vector Tile specification 2.1, and whole layers against the
encoder of the mapbox-vector-tile library."""

import gzip
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from mapping.datums.frame import CGCS2000_2000
from mapping.tiles.commands import encode_commands, to_ragged
from mapping.tiles.mercator import lonlat_to_world, tile_at
from mapping.tiles.schema import BUFFER_UNITS, EXTENT, GeometryKind
from mapping.tiles.tileset import TileSet
from tests.unit.tiles.town import cell, town

# section 4.3.5 of the specification
SPEC_EXAMPLES = [
    ("POINT (25 17)", GeometryKind.POINT, [9, 50, 34]),
    ("MULTIPOINT ((5 7), (3 2))", GeometryKind.POINT, [17, 10, 14, 3, 9]),
    ("LINESTRING (2 2, 2 10, 10 10)", GeometryKind.LINE, [9, 4, 4, 18, 0, 16, 16, 0]),
    (
        "MULTILINESTRING ((2 2, 2 10, 10 10), (1 1, 3 5))",
        GeometryKind.LINE,
        [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8],
    ),
    ("POLYGON ((3 6, 8 12, 20 34, 3 6))", GeometryKind.POLYGON, [9, 6, 12, 18, 10, 12, 24, 44, 15]),
    (
        "MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)),"
        "((11 11, 20 11, 20 20, 11 20, 11 11), (13 13, 13 17, 17 17, 17 13, 13 13)))",
        GeometryKind.POLYGON,
        [
            *(9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15),
            *(9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15),
            *(9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15),
        ],
    ),
]


def commands(*wkt: str, kind: GeometryKind) -> list[list[int]]:
    geometry = np.array([shapely.from_wkt(text) for text in wkt], dtype=object)
    flat, offsets = encode_commands(int(kind), to_ragged(geometry, shapely.get_coordinates(geometry)))
    return [flat[start:end].tolist() for start, end in pairwise(offsets)]


@pytest.mark.parametrize(("wkt", "kind", "expected"), SPEC_EXAMPLES)
def test_examples_of_the_specification(wkt: str, kind: GeometryKind, expected: list[int]) -> None:
    assert commands(wkt, kind=kind) == [expected]


def test_rings_are_turned_the_way_the_specification_wants_them() -> None:
    right = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))"
    wrong = "POLYGON ((0 0, 0 10, 10 10, 10 0, 0 0), (2 2, 4 2, 4 4, 2 4, 2 2))"
    for integers in commands(right, wrong, kind=GeometryKind.POLYGON):
        outer, hole = _rings(integers)
        assert (_area(outer), _area(hole)) == (100, -4)


def _rings(integers: list[int]) -> list[list[tuple[int, int]]]:
    """A decoder of polygons by the letter of the specification."""
    rings: list[list[tuple[int, int]]] = []
    x = y = at = 0
    while at < len(integers):
        command, count = integers[at] & 7, integers[at] >> 3
        at += 1
        if command == 1:
            rings.append([])
        for _ in range(count if command != 7 else 0):
            x += (integers[at] >> 1) ^ -(integers[at] & 1)
            y += (integers[at + 1] >> 1) ^ -(integers[at + 1] & 1)
            rings[-1].append((x, y))
            at += 2
    return rings


def _area(ring: list[tuple[int, int]]) -> float:
    turned = [*ring[1:], ring[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, turned, strict=True)) / 2


def test_what_shrinks_to_nothing_takes_no_commands_and_moves_no_pen() -> None:
    lines = commands("LINESTRING (5 5, 5.2 5.1)", "LINESTRING (2 2, 2.1 2, 2 10)", kind=GeometryKind.LINE)
    assert lines == [[], [9, 4, 4, 10, 0, 16]]
    assert commands("MULTILINESTRING ((5 5, 5.2 5.1), (2 2, 2 10))", kind=GeometryKind.LINE) == [[9, 4, 4, 10, 0, 16]]
    sliver, holed = (
        "POLYGON ((0 0, 9 0, 9 0.2, 0 0))",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 3.1 3, 3.1 3.1, 3 3))",
    )
    assert commands(sliver, holed, kind=GeometryKind.POLYGON) == [[], [9, 0, 0, 26, 18, 0, 0, 18, 17, 0, 15]]


def test_a_mixed_column_of_single_and_multi_geometries() -> None:
    assert commands("LINESTRING (0 0, 1 0)", "MULTILINESTRING ((0 0, 1 0), (5 5, 6 6))", kind=GeometryKind.LINE) == [
        [9, 0, 0, 10, 2, 0],
        [9, 0, 0, 10, 2, 0, 9, 8, 10, 10, 2, 2],
    ]


def test_a_whole_tile_equals_the_one_that_the_library_encodes() -> None:
    z = 14
    x, y = tile_at(*cell(6, 3), z)
    ours = TileSet.from_features(town(), frame=CGCS2000_2000).tile(z, x, y)
    theirs = mapbox_vector_tile.encode(_library_layers(z, x, y), default_options={"y_coord_down": True})
    assert _as_shapes(gzip.decompress(ours)) == _as_shapes(theirs)


def _library_layers(z: int, x: int, y: int) -> list[dict[str, Any]]:
    """The same tile, made object by object with shapely and rounded there."""
    layers: dict[str, list[dict[str, Any]]] = {}
    for one in town():
        properties = {key: value for key, value in one["properties"].items() if key != "layer"}
        shape = shapely.transform(shapely.geometry.shape(one["geometry"]), lonlat_to_world)
        shape = shapely.transform(shape, lambda xy: (xy * 2**z - [x, y]) * EXTENT)
        margin = BUFFER_UNITS
        cut = shapely.clip_by_rect(shape, -margin, -margin, EXTENT + margin, EXTENT + margin)
        if not cut.is_empty:
            layers.setdefault(one["properties"]["layer"], []).append(
                {"geometry": cut, "properties": properties, "id": one["id"]}
            )
    return [{"name": name, "features": features} for name, features in layers.items()]


def _as_shapes(tile: bytes) -> dict[tuple[str, int], tuple[Any, str]]:
    """Layers and ids to properties and normalised shapes."""
    decoded = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return {
        (name, one["id"]): (one["properties"], shapely.normalize(shapely.geometry.shape(one["geometry"])).wkt)
        for name, layer in decoded.items()
        for one in layer["features"]
    }

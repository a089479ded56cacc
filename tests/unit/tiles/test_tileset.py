"""Tiles of a small town: what is in them at which zoom, with which properties, and how they are announced."""

import gzip
from typing import Any

import mapbox_vector_tile
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.errors import TileRangeError
from mapping.tiles.mercator import tile_at
from mapping.tiles.schema import BUFFER_UNITS, EXTENT
from mapping.tiles.tileset import TileSet
from tests.unit.tiles.town import cell, feature, square, town

MIDDLE = cell(6, 3)


@pytest.fixture(scope="module")
def tiles() -> TileSet:
    return TileSet.from_features(town(), frame=CGCS2000_2000, name="town")


def decode(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    if not tile:
        return {}
    layers = mapbox_vector_tile.decode(gzip.decompress(tile), default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in layers.items()}


def shown(tiles: TileSet, z: int) -> dict[str, int]:
    """How many objects a layer shows at a zoom, in the tile at the middle of the town."""
    return {name: len(features) for name, features in decode(tiles.tile(z, *tile_at(*MIDDLE, z))).items()}


def test_each_class_appears_at_its_zoom(tiles: TileSet) -> None:
    assert shown(tiles, 14) == {"green": 1, "water": 1, "building": 7, "road": 4, "place": 1}
    assert shown(tiles, 13) == {"green": 1, "water": 1, "building": 7, "road": 3, "place": 1}
    assert shown(tiles, 11) == {"green": 1, "water": 1, "road": 2, "place": 1}
    assert shown(tiles, 8) == {"road": 2}
    assert tiles.tile(4, *tile_at(*MIDDLE, 4)) == b""


def test_layers_come_in_drawing_order(tiles: TileSet) -> None:
    assert list(shown(tiles, 14)) == ["green", "water", "building", "road", "place"]


def test_properties_keep_their_types(tiles: TileSet) -> None:
    layers = decode(tiles.tile(14, *tile_at(*MIDDLE, 14)))
    roads = sorted((road["properties"] for road in layers["road"]), key=lambda p: str(p["class"]) + p.get("name", ""))
    assert roads == [
        {"class": "primary", "name": "赣江大道"},
        {"class": "primary", "name": "阳明路"},
        {"class": "residential", "oneway": True},
        {"class": "service", "tunnel": True},
    ]
    assert {b["properties"]["height_m"] for b in layers["building"]} == {12.5, 13.5, 14, 14.5}
    assert layers["place"][0]["properties"] == {"kind": "district", "name": "新区", "name_en": "New District"}
    assert layers["green"][0]["id"] == 0


def test_true_and_one_are_two_values() -> None:
    """Equal in Python, different in a tile."""
    features = [
        feature("road", "LineString", [cell(0, 0), cell(1, 1)], **{"class": "primary", "oneway": True}),
        feature("building", "Polygon", square(2, 2), height_m=1),
    ]
    layers = decode(TileSet.from_features(features, frame=CGCS2000_2000).tile(14, *tile_at(*cell(1, 1), 14)))
    assert layers["road"][0]["properties"]["oneway"] is True
    assert layers["building"][0]["properties"]["height_m"] == 1
    assert layers["building"][0]["properties"]["height_m"] is not True


def test_properties_of_the_wrong_type_are_left_out() -> None:
    wrong = {"class": "primary", "name": 7, "oneway": "yes", "tunnel": 1, "bridge": None, "name_en": ["A"]}
    tiles = TileSet.from_features(
        [feature("road", "LineString", [cell(0, 0), cell(1, 1)], **wrong)], frame=CGCS2000_2000
    )
    assert decode(tiles.tile(14, *tile_at(*cell(1, 1), 14)))["road"][0]["properties"] == {"class": "primary"}


def test_nothing_reaches_beyond_the_margin(tiles: TileSet) -> None:
    """A street that crosses the whole of China, cut to one tile."""
    across = TileSet.from_features(
        [feature("road", "LineString", [[80.0, 25.8], [130.0, 25.9]], **{"class": "motorway"})], frame=CGCS2000_2000
    )
    x, y = tile_at(114.93, 25.8697, 14)
    line = decode(across.tile(14, x, y))["road"][0]["geometry"]["coordinates"]
    assert all(-BUFFER_UNITS <= value <= EXTENT + BUFFER_UNITS for point in line for value in point)
    assert {line[0][0], line[-1][0]} == {-BUFFER_UNITS, EXTENT + BUFFER_UNITS}


def test_the_same_map_gives_the_same_bytes(tiles: TileSet) -> None:
    again = TileSet.from_features(town(), frame=CGCS2000_2000)
    for z in (8, 11, 14):
        address = (z, *tile_at(*MIDDLE, z))
        assert again.tile(*address) == tiles.tile(*address)


def test_tilejson_announces_what_the_tiles_hold(tiles: TileSet) -> None:
    document = tiles.tilejson("http://localhost/v1/tiles/{z}/{x}/{y}.mvt")
    assert document["tilejson"] == "3.0.0"
    assert document["tiles"] == ["http://localhost/v1/tiles/{z}/{x}/{y}.mvt"]
    assert (document["minzoom"], document["maxzoom"]) == (0, 14)
    assert document["frame"] == {"datum": "CGCS2000", "epoch": 2000.0}
    west, south, east, north = document["bounds"]
    assert (west, north) == pytest.approx(cell(0, 0), abs=1e-12)
    assert (east, south) == pytest.approx(cell(12, 6), abs=1e-12)
    announced = {layer["id"]: layer["fields"] for layer in document["vector_layers"]}
    for name, features in decode(tiles.tile(14, *tile_at(*MIDDLE, 14))).items():
        assert {key for one in features for key in one["properties"]} <= announced[name].keys()


def test_an_empty_base_map_has_tiles_with_nothing_in_them() -> None:
    empty = TileSet.from_features([], frame=CGCS2000_2000)
    assert empty.tile(14, 13422, 6974) == b""
    assert empty.tilejson("")["bounds"][0] == -180.0
    assert (empty.report.read, empty.report.kept) == (0, 0)


@pytest.mark.parametrize("address", [(15, 0, 0), (-1, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0), (0, 0, 1)])
def test_addresses_outside_the_pyramid(tiles: TileSet, address: tuple[int, int, int]) -> None:
    with pytest.raises(TileRangeError):
        tiles.tile(*address)


def test_a_tile_is_cut_once_and_then_remembered() -> None:
    tiles = TileSet.from_features(town(), frame=CGCS2000_2000)
    address = (14, *tile_at(*MIDDLE, 14))
    assert tiles.tile(*address) is tiles.tile(*address)
    assert (tiles.cache.hits, tiles.cache.misses) == (1, 1)
    forgetful = TileSet.from_features(town(), frame=CGCS2000_2000, cache_bytes_max=0)
    assert forgetful.tile(*address) == forgetful.tile(*address) == tiles.tile(*address)
    assert (forgetful.cache.hits, len(forgetful.cache)) == (0, 0)

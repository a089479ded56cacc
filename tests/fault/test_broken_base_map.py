"""A base map with broken objects: each is named with its reason, and the sound ones are served."""

import gzip
from math import nan
from typing import Any

import mapbox_vector_tile
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.tiles.features import read_base_map
from mapping.tiles.mercator import tile_at
from mapping.tiles.report import FAULTS_MAX, FaultReason
from mapping.tiles.tileset import TileSet
from tests.unit.tiles.town import cell, feature, square, town

GOOD = feature("road", "LineString", [cell(0, 0), cell(1, 1)], **{"class": "primary"})
CYCLE: dict[str, Any] = {"type": "LineString"}
CYCLE["coordinates"] = CYCLE

BROKEN = {
    "a number": (7, FaultReason.NOT_A_FEATURE),
    "null": (None, FaultReason.NOT_A_FEATURE),
    "a bare geometry": ({"type": "Point", "coordinates": [114, 25]}, FaultReason.NOT_A_FEATURE),
    "no properties": ({**GOOD, "properties": None}, FaultReason.NOT_A_FEATURE),
    "no layer": ({**GOOD, "properties": {"class": "primary"}}, FaultReason.UNKNOWN_LAYER),
    "a layer that is a list": ({**GOOD, "properties": {"layer": ["road"]}}, FaultReason.UNKNOWN_LAYER),
    "another layer": (feature("railway", "LineString", [cell(0, 0), cell(1, 1)]), FaultReason.UNKNOWN_LAYER),
    "geometry null": ({**GOOD, "geometry": None}, FaultReason.NO_GEOMETRY),
    "geometry missing": ({k: v for k, v in GOOD.items() if k != "geometry"}, FaultReason.NO_GEOMETRY),
    "geometry a text": ({**GOOD, "geometry": "LINESTRING (0 0, 1 1)"}, FaultReason.GEOMETRY_SYNTAX),
    "geometry a cycle": ({**GOOD, "geometry": CYCLE}, FaultReason.GEOMETRY_SYNTAX),
    "no coordinates": ({**GOOD, "geometry": {"type": "LineString"}}, FaultReason.GEOMETRY_SYNTAX),
    "coordinates of text": (feature("road", "LineString", [["a", "b"], ["c", "d"]]), FaultReason.GEOMETRY_SYNTAX),
    "one coordinate": (feature("road", "LineString", [[114.0], [115.0]]), FaultReason.GEOMETRY_SYNTAX),
    "a line of one point": (feature("road", "LineString", [cell(0, 0)]), FaultReason.GEOMETRY_SYNTAX),
    "a ring of three points": (
        feature("water", "Polygon", [[cell(0, 0), cell(1, 0), cell(0, 0)]]),
        FaultReason.EMPTY,
    ),
    "an open ring": (feature("water", "Polygon", [square(0, 0)[0][:-1]]), FaultReason.GEOMETRY_SYNTAX),
    "a point as a road": (feature("road", "Point", cell(0, 0)), FaultReason.GEOMETRY_TYPE),
    "a line as a lake": (feature("water", "LineString", [cell(0, 0), cell(1, 1)]), FaultReason.GEOMETRY_TYPE),
    "no points": (feature("road", "LineString", []), FaultReason.EMPTY),
    "a line that stays in its place": (feature("road", "LineString", [cell(0, 0), cell(0, 0)]), FaultReason.EMPTY),
    "a polygon without area": (
        feature("water", "Polygon", [[cell(0, 0), cell(0, 1), cell(0, 2), cell(0, 0)]]),
        FaultReason.EMPTY,
    ),
    "latitude first": (feature("place", "Point", [25.8, 114.9]), FaultReason.COORDINATES),
    "metres": (feature("place", "Point", [593746.2, 2858444.9]), FaultReason.COORDINATES),
    "the pole": (feature("place", "Point", [114.9, 90.0]), FaultReason.COORDINATES),
    "NaN": (feature("place", "Point", [114.9, nan]), None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_object_is_named_and_its_neighbours_are_served(name: str) -> None:
    broken, reason = BROKEN[name]
    tiles = TileSet.from_features([GOOD, broken, GOOD], frame=CGCS2000_2000)
    assert (tiles.report.read, tiles.report.kept) == (3, 2)
    (fault,) = tiles.report.faults
    assert fault.index == 1
    assert reason is None or fault.reason is reason
    layers = mapbox_vector_tile.decode(gzip.decompress(tiles.tile(14, *tile_at(*cell(0.5, 0.5), 14))))
    assert len(layers["road"]["features"]) == 2


def test_a_polygon_that_crosses_itself_is_repaired_and_said_to_be() -> None:
    """A bow tie of two triangles keeps the area of both."""
    bow_tie = feature("water", "Polygon", [[cell(0, 0), cell(2, 2), cell(2, 0), cell(0, 2), cell(0, 0)]])
    tiles = TileSet.from_features([{**bow_tie, "id": "pond"}], frame=CGCS2000_2000)
    assert tiles.report.kept == 1
    assert [(f.index, f.feature_id, f.reason) for f in tiles.report.faults] == [(0, "pond", FaultReason.REPAIRED)]
    layers = mapbox_vector_tile.decode(gzip.decompress(tiles.tile(14, *tile_at(*cell(1, 1), 14))))
    assert layers["water"]["features"][0]["geometry"]["type"] == "MultiPolygon"


def test_the_report_reads_like_a_report() -> None:
    features = [GOOD, 7, None, feature("railway", "Point", [0, 0])]
    lines = TileSet.from_features(features, frame=CGCS2000_2000).report.lines()
    assert lines[0] == "1 of 4 objects are in the base map"
    assert lines[1] == f"2 x {FaultReason.NOT_A_FEATURE}, first at index 1"
    assert lines[2] == f"1 x {FaultReason.UNKNOWN_LAYER}, first at index 3"


def test_faults_are_bounded_and_still_counted() -> None:
    report = read_base_map([None] * (FAULTS_MAX + 500)).report
    assert len(report.faults) == FAULTS_MAX
    assert report.counts[FaultReason.NOT_A_FEATURE] == FAULTS_MAX + 500


def test_more_objects_than_allowed_are_counted_not_kept() -> None:
    report = read_base_map(town(), features_max=5).report
    assert report.kept == 5
    assert report.counts == {FaultReason.TOO_MANY: len(town()) - 5}


def test_altitudes_are_ignored() -> None:
    flat = TileSet.from_features([GOOD], frame=CGCS2000_2000)
    line = [[*cell(0, 0), 123.0], [*cell(1, 1), 456.0]]
    tall = TileSet.from_features([feature("road", "LineString", line, **{"class": "primary"})], frame=CGCS2000_2000)
    address = (14, *tile_at(*cell(0.5, 0.5), 14))
    assert tall.tile(*address) == flat.tile(*address)

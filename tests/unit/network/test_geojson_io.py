"""Base-map files: plain and gzipped, with and without a frame, and files that are something else."""

import gzip
from pathlib import Path

import orjson
import pytest

from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.errors import MapFormatError, MappingError
from mapping.network.geojson_io import parse_geojson, read_geojson
from mapping.tiles.tileset import TileSet
from tests.unit.tiles.town import town

TEXT = orjson.dumps({"type": "FeatureCollection", "name": "town", "features": town()})


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_plain_or_gzipped(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "town.geojson"
    path.write_bytes(gzip.compress(TEXT) if packed else TEXT)
    collection = read_geojson(path)
    assert (collection.name, collection.frame) == ("town", None)
    assert TileSet.from_features(collection.features, frame=CGCS2000_2000).report.kept == len(town())


@pytest.mark.parametrize(
    ("stated", "frame"),
    [
        ({"datum": "CGCS2000", "epoch": 2000.0, "axes": "longitude, latitude"}, CGCS2000_2000),
        ("CGCS2000@2000.0", CGCS2000_2000),
        ({"datum": "GCJ02"}, Frame.parse("GCJ02")),
        (None, None),
    ],
)
def test_the_frame_that_a_file_states(stated: object, frame: Frame | None) -> None:
    text = orjson.dumps({"type": "FeatureCollection", "features": [], "frame": stated})
    assert parse_geojson(text).frame == frame


@pytest.mark.parametrize(
    "stated", ["WGS84", {"datum": "XIAN80"}, {"datum": "CGCS2000"}, 7, [], {"datum": "WGS84", "epoch": "x"}]
)
def test_a_frame_that_is_none_is_not_taken_for_one(stated: object) -> None:
    with pytest.raises(MapFormatError, match="frame"):
        parse_geojson(orjson.dumps({"type": "FeatureCollection", "features": [], "frame": stated}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "not JSON"),
        (b'{"type": "FeatureCollection"', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "FeatureCollection"),
        (b'{"type": "Feature"}', "FeatureCollection"),
        (b'{"type": "FeatureCollection"}', "features"),
        (b'{"type": "FeatureCollection", "features": {}}', "features"),
    ],
)
def test_text_that_is_something_else(text: bytes, message: str) -> None:
    with pytest.raises(MapFormatError, match=message):
        parse_geojson(text)


@pytest.mark.parametrize(
    "content", [gzip.compress(TEXT)[:-20], gzip.compress(TEXT)[:200] + b"x" * 50, b"\x1f\x8b", b"PK\x03\x04"]
)
def test_broken_files_are_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.geojson.gz"
    path.write_bytes(content)
    with pytest.raises(MapFormatError, match=r"broken\.geojson\.gz"):
        read_geojson(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read"):
        read_geojson(tmp_path / "nowhere.geojson")


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_beyond_the_limit_is_refused_before_it_fills_the_memory(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "huge.geojson"
    text = TEXT + b" " * 1_000_000
    path.write_bytes(gzip.compress(text) if packed else text)
    with pytest.raises(MapFormatError, match="more than 100000 bytes"):
        read_geojson(path, bytes_max=100_000)

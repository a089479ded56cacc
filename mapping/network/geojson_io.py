"""GeoJSON files of a base map: bytes to a list of features, with the frame where the file states it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from mapping.datums.frame import Datum, Frame
from mapping.errors import MapFormatError
from mapping.network.text_io import FILE_BYTES_MAX, read_map_text


@dataclass(frozen=True, slots=True)
class FeatureCollection:
    """The features of one file as they came (broken ones too), its name, and frame, routes, lanes where it has any."""

    features: list[object]
    frame: Frame | None
    name: str
    routes: tuple[object, ...] = ()
    lanes: tuple[object, ...] = ()


def read_geojson(path: Path, bytes_max: int = FILE_BYTES_MAX) -> FeatureCollection:
    """Read a GeoJSON FeatureCollection, plain or gzipped.

    Unit: degrees, longitude before latitude. Frame: the file's member `frame`, else not stated. Error: what is no
    readable collection raises `MapFormatError` with the file's name; single features are not looked at here.
    Source: RFC 7946.
    """
    text = read_map_text(path, bytes_max)
    try:
        return parse_geojson(text)
    except MapFormatError as error:
        raise MapFormatError(f"{path}: {error}") from error


def parse_geojson(text: bytes) -> FeatureCollection:
    """The features of a GeoJSON text.

    Unit: degrees, longitude before latitude. Frame: the member `frame` (`{"datum": "CGCS2000", "epoch": 2000.0}` or
    `"CGCS2000@2000.0"`), else not stated. Error: no FeatureCollection, or a frame that is none, raises
    `MapFormatError`. Source: RFC 7946.
    """
    try:
        collection = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MapFormatError(f"not JSON: {error}") from error
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        raise MapFormatError('not a GeoJSON FeatureCollection (its outermost member "type" must say so)')
    features = collection.get("features")
    if not isinstance(features, list):
        raise MapFormatError('the FeatureCollection has no list "features"')
    name = collection.get("name")
    return FeatureCollection(
        features,
        stated_frame(collection),
        name if isinstance(name, str) else "",
        _members(collection, "routes"),
        _members(collection, "lanes"),
    )


def _members(collection: dict[str, Any], name: str) -> tuple[object, ...]:
    """A further list of the collection; what is none is not there."""
    found = collection.get(name)
    return tuple(found) if isinstance(found, list) else ()


SHIFTED_NAMES: Final = {"GCJ02": Datum.GCJ02, "BD09": Datum.BD09, "BD09LL": Datum.BD09}
"""How the member `crs` names public-map coordinates, without marks between."""


def stated_frame(collection: dict[str, Any]) -> Frame | None:
    """The frame that a collection states; nothing stated is nothing.

    Shape: scalar. Frame: the member `frame`; `GCJ-02` and `BD-09` also as the member `crs` of old GeoJSON, other
    names of which say nothing. Error: a frame that is none raises `MapFormatError`. Source: GeoJSON 2008 (`crs`).
    """
    crs = collection.get("crs")
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else crs
    words = "".join(each for each in str(name).upper() if each.isalnum())
    if collection.get("frame") is None and words in SHIFTED_NAMES:
        return Frame(SHIFTED_NAMES[words])
    return _frame(collection.get("frame"))


def _frame(stated: Any) -> Frame | None:
    """The frame a file states; nothing stated is nothing, a wrong statement is an error."""
    try:
        if stated is None:
            return None
        if isinstance(stated, str):
            return Frame.parse(stated)
        epoch = stated.get("epoch")
        return Frame(Datum(stated.get("datum")), None if epoch is None else float(epoch))
    except (ValueError, TypeError, AttributeError) as error:
        raise MapFormatError(f'member "frame": {error}') from error

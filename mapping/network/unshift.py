"""Coordinates of public maps (GCJ-02, BD-09) in GeoJSON, shifted back before anything is made of them.

The inverse of the public formula is exact; the formula itself is metres from the state's algorithm.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from mapping.datums.bd09 import bd09_to_gcj02
from mapping.datums.frame import SHIFTED, Datum, Frame
from mapping.datums.gcj02 import gcj02_to_geodetic
from mapping.network.geojson_io import FeatureCollection

WARNING: Final = (
    "shifted back by the public formula, some metres from the state's; not for surveying, and China's law on surveying "
    "and mapping applies to what is made of it"
)


def is_shifted(frame: Frame | None) -> bool:
    """Whether coordinates of a frame have to be shifted back first.

    Shape: scalar.
    """
    return frame is not None and frame.datum in SHIFTED


def unshifted_geometry(geometry: Any, frame: Frame) -> Any:
    """A geometry of GeoJSON with its positions shifted back; what is no position stays.

    Shape: any nesting of positions. Unit: degrees, longitude first. Frame: `frame`, GCJ-02 or BD-09, to WGS 84, which
    CGCS2000 differs from by less than the formula is worth. Error: some metres. Source: the public formula.
    """
    if not isinstance(geometry, dict) or not isinstance(geometry.get("coordinates"), list):
        return geometry
    return {**geometry, "coordinates": _unshifted(geometry["coordinates"], frame)}


def unshifted_collection(collection: FeatureCollection, frame: Frame, target: Frame) -> FeatureCollection:
    """A collection with all positions of its features and lanes shifted back.

    Shape: as it came. Unit: degrees, longitude first. Frame: `frame`, GCJ-02 or BD-09, to `target`. Error: some
    metres. Source: the public formula.
    """
    features = [
        {**each, "geometry": unshifted_geometry(each.get("geometry"), frame)} if isinstance(each, dict) else each
        for each in collection.features
    ]
    lanes = tuple(unshifted_geometry(lane, frame) for lane in collection.lanes)
    return replace(collection, features=features, lanes=lanes, frame=target)


def _unshifted(coordinates: list[Any], frame: Frame) -> list[Any]:
    """All positions of a geometry with one call."""
    found = list(_positions(coordinates))
    if not found:
        return coordinates
    at = np.radians(np.array([position[:2] for position in found], np.float64))
    lat_rad, lon_rad = at[:, 1], at[:, 0]
    if frame.datum is Datum.BD09:
        lat_rad, lon_rad = bd09_to_gcj02(lat_rad, lon_rad)
    lat_rad, lon_rad = gcj02_to_geodetic(lat_rad, lon_rad)
    true = iter(zip(np.degrees(lon_rad).tolist(), np.degrees(lat_rad).tolist(), strict=True))
    rebuilt: list[Any] = _rebuilt(coordinates, true)
    return rebuilt


def _is_position(value: Any) -> bool:
    return len(value) >= 2 and all(isinstance(v, int | float) and not isinstance(v, bool) for v in value[:2])


def _positions(coordinates: Any) -> Iterator[list[float]]:
    if not isinstance(coordinates, list):
        return
    if _is_position(coordinates):
        yield coordinates
        return
    for each in coordinates:
        yield from _positions(each)


def _rebuilt(coordinates: Any, true: Iterator[tuple[float, float]]) -> Any:
    if not isinstance(coordinates, list):
        return coordinates
    if _is_position(coordinates):
        return [*next(true), *coordinates[2:]]
    return [_rebuilt(each, true) for each in coordinates]

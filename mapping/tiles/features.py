"""GeoJSON features to columns: geometry on the unit square, rank and tags, and a fault for every broken object."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from mapping.tiles.mercator import LAT_DEG_MAX, lonlat_to_world
from mapping.tiles.report import BaseMapReport, FaultReason, FeatureFault, make_report
from mapping.tiles.schema import LAYER_BY_NAME, LAYERS, GeometryKind, LayerRule

FEATURES_MAX: Final = 2_000_000  # objects of a base map; the rest are faults
ID_MAX: Final = 2**53  # ids beyond lose digits in a browser
NUMBER_MAX: Final = 1e15  # numbers beyond (NaN and infinity too) are no property of a map object

SHAPELY_TYPES: Final = {
    GeometryKind.POINT: (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT),
    GeometryKind.LINE: (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING),
    GeometryKind.POLYGON: (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
}

Objects = NDArray[np.object_]
Value = str | float | bool


@dataclass(frozen=True, slots=True)
class LayerColumns:
    """The objects of one layer.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | geometry | object | n | 1 / circumference | shapely geometry on the unit square of Web Mercator |
    | feature_id | i8 | n | | id of the object, -1 = none |
    | zoom_min | u1 | n | | first zoom that shows it |
    | tags | i4 | n, fields | | index into `values` of each field of the rule, -1 = not given |
    """

    rule: LayerRule
    geometry: Objects
    feature_id: NDArray[np.int64]
    zoom_min: NDArray[np.uint8]
    tags: NDArray[np.int32]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class BaseMap:
    """All layers in drawing order, what was wrong with the rest, and the bounds (west, south, east, north, degrees)."""

    layers: tuple[LayerColumns, ...]
    report: BaseMapReport
    bounds_deg: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An object whose frame is right; its geometry is still text."""

    index: int
    layer: str
    feature_id: str | int | None
    geometry_text: bytes
    properties: dict[str, Any]


def read_base_map(features: Iterable[object], features_max: int = FEATURES_MAX) -> BaseMap:
    """Columns of every sound object of a feature collection.

    Shape: one row an object, by layer. Unit: degrees in, unit square out. Frame: that of the collection, longitude
    first (GeoJSON). Error: broken objects become faults of the report and harm no other; beyond `features_max` every
    object is a fault. Source: RFC 7946.
    """
    candidates: dict[str, list[_Candidate]] = {rule.name: [] for rule in LAYERS}
    faults: list[FeatureFault] = []
    read = 0
    for index, feature in enumerate(features):
        read += 1
        sifted = _sift(index, feature) if index < features_max else FaultReason.TOO_MANY
        if isinstance(sifted, _Candidate):
            candidates[sifted.layer].append(sifted)
        else:
            faults.append(FeatureFault(index, _id_of(feature), sifted))
    layers, boxes = [], []
    for rule in LAYERS:
        geometry, kept = _read_geometry(rule, candidates[rule.name], faults)
        layers.append(_layer(rule, geometry, kept))
        boxes.append(shapely.bounds(geometry))
    kept_count = sum(layer.geometry.size for layer in layers)
    return BaseMap(tuple(layers), make_report(read, kept_count, faults), _bounds(np.concatenate(boxes)))


def _id_of(feature: object) -> str | int | None:
    given = feature.get("id") if isinstance(feature, dict) else None
    return given if isinstance(given, str | int) and not isinstance(given, bool) else None


def _sift(index: int, feature: object) -> _Candidate | FaultReason:
    """A feature that is one, of a layer that is one, with a geometry that can be written as JSON."""
    if not (isinstance(feature, dict) and feature.get("type") == "Feature"):
        return FaultReason.NOT_A_FEATURE
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(properties, dict):
        return FaultReason.NOT_A_FEATURE
    layer = properties.get("layer")
    if not (isinstance(layer, str) and layer in LAYER_BY_NAME):
        return FaultReason.UNKNOWN_LAYER
    if geometry is None:
        return FaultReason.NO_GEOMETRY
    try:
        text = orjson.dumps(geometry)
    except TypeError:  # orjson: cycles, keys that are no text, objects that JSON does not know
        return FaultReason.GEOMETRY_SYNTAX
    return _Candidate(index, layer, _id_of(feature), text, properties)


def _read_geometry(
    rule: LayerRule, candidates: list[_Candidate], faults: list[FeatureFault]
) -> tuple[Objects, list[_Candidate]]:
    """Geometry in degrees of the candidates that are sound, and those candidates; the others go to `faults`."""
    texts = np.array([candidate.geometry_text for candidate in candidates], dtype=object)
    geometry: Objects = shapely.force_2d(shapely.from_geojson(texts, on_invalid="ignore"))
    repaired = _repair(rule, geometry)
    verdicts = _verdicts(rule, geometry)
    for row, reason in verdicts.items():
        faults.append(FeatureFault(candidates[row].index, candidates[row].feature_id, reason))
    for row in repaired - verdicts.keys():
        faults.append(FeatureFault(candidates[row].index, candidates[row].feature_id, FaultReason.REPAIRED))
    sound = np.array([row for row in range(geometry.size) if row not in verdicts], dtype=np.int64)
    return geometry[sound], [candidates[row] for row in sound]


def _repair(rule: LayerRule, geometry: Objects) -> set[int]:
    """Replace polygons that cross themselves by valid ones, in place; gives the rows that changed."""
    if rule.kind is not GeometryKind.POLYGON:
        return set()
    is_area = np.isin(shapely.get_type_id(geometry), SHAPELY_TYPES[rule.kind])
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    broken = np.flatnonzero(is_area & finite & ~shapely.is_valid(geometry))
    for row in broken:
        try:
            geometry[row] = shapely.make_valid(geometry[row], method="structure", keep_collapsed=False)
        except shapely.errors.GEOSException:  # an outer ring without area around holes with area, for example
            geometry[row] = shapely.Polygon()
    return {int(row) for row in broken}


def _verdicts(rule: LayerRule, geometry: Objects) -> dict[int, FaultReason]:
    """What is wrong with each row, the first reason found; rows without fault are not in it."""
    types = shapely.get_type_id(geometry)
    box = shapely.bounds(geometry)
    on_map = (np.abs(box) <= [180.0, LAT_DEG_MAX, 180.0, LAT_DEG_MAX]).all(axis=1)
    extent = shapely.area(geometry) if rule.kind is GeometryKind.POLYGON else shapely.length(geometry)
    checks = (
        (types == shapely.GeometryType.MISSING, FaultReason.GEOMETRY_SYNTAX),
        (shapely.is_empty(geometry), FaultReason.EMPTY),
        (~np.isin(types, SHAPELY_TYPES[rule.kind]), FaultReason.GEOMETRY_TYPE),
        (~on_map, FaultReason.COORDINATES),
        (~(extent > 0.0) & (rule.kind is not GeometryKind.POINT), FaultReason.EMPTY),
    )
    verdicts: dict[int, FaultReason] = {}
    for failed, reason in checks:
        for row in np.flatnonzero(failed):
            verdicts.setdefault(int(row), reason)
    return verdicts


def _layer(rule: LayerRule, geometry_deg: Objects, kept: list[_Candidate]) -> LayerColumns:
    geometry = shapely.transform(geometry_deg, lonlat_to_world)
    ids = [c.feature_id if isinstance(c.feature_id, int) and 0 <= c.feature_id < ID_MAX else -1 for c in kept]
    ranks = [c.properties.get(rule.ranked_by) for c in kept]
    zooms = [
        rule.zoom_min_by_rank.get(rank, rule.zoom_min) if isinstance(rank, str) else rule.zoom_min for rank in ranks
    ]
    tags, values = _tags(rule, kept)
    return LayerColumns(rule, geometry, np.array(ids, dtype=np.int64), np.array(zooms, dtype=np.uint8), tags, values)


def _tags(rule: LayerRule, kept: list[_Candidate]) -> tuple[NDArray[np.int32], tuple[Value, ...]]:
    """Properties as indices into the values that occur; a property of another type than its field's is left out."""
    numbers: dict[tuple[type, Value], int] = {}
    tags = np.full((len(kept), len(rule.fields)), -1, dtype=np.int32)
    for row, candidate in enumerate(kept):
        for column, (name, kind) in enumerate(rule.fields.items()):
            value = _typed(candidate.properties.get(name), kind)
            if value is not None:
                # the type is part of the key: True and 1.0 are equal in Python and different in a tile
                tags[row, column] = numbers.setdefault((kind, value), len(numbers))
    return tags, tuple(value for _, value in numbers)


def _typed(value: object, kind: type) -> Value | None:
    """The value as a tile can carry it, or nothing where it is not of the field's type."""
    if kind is float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) < NUMBER_MAX else None
    return value if isinstance(value, str | bool) and isinstance(value, kind) else None


def _bounds(boxes_deg: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    if boxes_deg.shape[0] == 0:
        return None
    west, south = boxes_deg[:, :2].min(axis=0).tolist()
    east, north = boxes_deg[:, 2:].max(axis=0).tolist()
    return west, south, east, north

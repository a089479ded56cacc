"""What a request for features asks: area, time, properties, page. Source: OGC API Features Part 1 (OGC 17-069r4)."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from beidou_svc.api.problems import ProblemError
from beidou_svc.clock import FOREVER
from beidou_svc.ogc.crs import CRS84, Systems, UnknownCrsError, is_projected
from beidou_svc.ogc.tables import Collection, FeatureTable
from beidou_svc.utc import parse_gpst
from gnss.batches import NO_TIME

LIMIT_DEFAULT: Final = 1_000
LIMIT_MAX: Final = 10_000
_KNOWN: Final = {"bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "f"}
_EDGE_POINTS: Final = 33
"""A box of a projected system has edges that bend in degrees: they are followed by so many points."""


class ItemQuery(NamedTuple):
    """One request. `area` None = everywhere; times are GPST ns, both included."""

    crs: str
    area: Any
    from_gpst_ns: int
    to_gpst_ns: int
    equal: Mapping[str, str]
    limit: int
    offset: int


def read_query(parameters: Mapping[str, str], collection: Collection, systems: Systems, epoch: float) -> ItemQuery:
    """The query of a request. A parameter that means nothing is refused, as the standard demands."""
    unknown = sorted(set(parameters) - _KNOWN - set(collection.queryables))
    if unknown:
        known = ", ".join(sorted(_KNOWN | set(collection.queryables)))
        raise ProblemError("bad-parameter", f"{', '.join(unknown)}: there are {known}")
    if parameters.get("f", "json") not in ("json", "geojson"):
        raise ProblemError("not-acceptable", "f: json is what there is")
    crs = _system(parameters.get("crs", CRS84), "crs", systems)
    from_ns, to_ns = _interval(parameters.get("datetime"))
    return ItemQuery(
        crs,
        _area(parameters, systems, epoch),
        from_ns,
        to_ns,
        {name: parameters[name] for name in collection.queryables if name in parameters},
        min(_whole(parameters, "limit", LIMIT_DEFAULT, 1), LIMIT_MAX),
        _whole(parameters, "offset", 0, 0),
    )


def select_rows(table: FeatureTable, query: ItemQuery) -> NDArray[np.intp]:
    """The rows of a table that a query asks for, in order, all pages."""
    chosen = np.ones(len(table.ids), np.bool_)
    if query.area is not None:
        shapely.prepare(query.area)
        chosen &= shapely.intersects(query.area, table.shapes)
    if table.t_gpst_ns is not None and (query.from_gpst_ns, query.to_gpst_ns) != (NO_TIME, FOREVER):
        chosen &= (table.t_gpst_ns != NO_TIME) & (table.t_gpst_ns >= query.from_gpst_ns)
        chosen &= table.t_gpst_ns <= query.to_gpst_ns
    rows = np.flatnonzero(chosen)
    if query.equal:
        said = table.properties(rows)
        matches = [all(_text(each.get(name)) == value for name, value in query.equal.items()) for each in said]
        rows = rows[np.array(matches, np.bool_)]
    return rows


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _system(uri: str, name: str, systems: Systems) -> str:
    try:
        return systems.require(uri)
    except UnknownCrsError as error:
        raise ProblemError("bad-parameter", f"{name}: {error}") from None


def _whole(parameters: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = parameters.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < least:
        raise ProblemError("bad-parameter", f"{name}: {text!r} is no whole number from {least}")
    return int(text)


def _interval(text: str | None) -> tuple[int, int]:
    """An instant or an interval, `..` or nothing for an open end."""
    if text is None:
        return NO_TIME, FOREVER
    begin, slash, end = text.partition("/")
    try:
        if not slash:
            t_ns = parse_gpst(begin)
            return t_ns, t_ns
        from_ns = NO_TIME if begin in ("", "..") else parse_gpst(begin)
        to_ns = FOREVER if end in ("", "..") else parse_gpst(end)
    except ValueError as error:
        raise ProblemError("bad-parameter", f"datetime: {error}") from None
    if from_ns > to_ns:
        raise ProblemError("bad-parameter", "datetime: the interval ends before it begins")
    return from_ns, to_ns


def _area(parameters: Mapping[str, str], systems: Systems, epoch: float) -> Any:
    text = parameters.get("bbox")
    uri = _system(parameters.get("bbox-crs", CRS84), "bbox-crs", systems)
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
        if len(numbers) not in (4, 6) or not np.isfinite(numbers).all():
            raise ValueError
    except ValueError:
        raise ProblemError("bad-parameter", "bbox: four numbers are needed, or six with heights") from None
    half = len(numbers) // 2
    low, high = numbers[:2], numbers[half : half + 2]
    return _outline(low, high, uri, systems, epoch)


def _outline(low: list[float], high: list[float], uri: str, systems: Systems, epoch: float) -> Any:
    """A box of any system as an area of the map, in degrees."""
    if is_projected(uri):
        if low[0] > high[0] or low[1] > high[1]:
            raise ProblemError("bad-parameter", "bbox: the lower corner comes first")
        ring = shapely.get_coordinates(
            shapely.segmentize(shapely.box(*low, *high), max(high[0] - low[0], high[1] - low[1], 1e-3) / _EDGE_POINTS)
        )
        positions = systems.to_map(ring, uri, epoch)
        if not np.isfinite(positions).all():
            raise ProblemError("bad-parameter", f"bbox: {low}, {high} are no positions of {uri}")
        return shapely.Polygon(positions)
    (west, south), (east, north) = systems.to_map(np.array([low, high]), uri, epoch).tolist()
    if not (-90 <= south <= north <= 90 and abs(west) <= 180 and abs(east) <= 180):
        raise ProblemError("bad-parameter", "bbox: the lower corner comes first, in degrees")
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.MultiPolygon([shapely.box(west, south, 180.0, north), shapely.box(-180.0, south, east, north)])

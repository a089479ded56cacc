"""The collections as tables of features: ids, shapes (longitude, latitude of the map), and properties on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from beidou_svc.api.context import Context
from beidou_svc.api.fields import columns_of
from beidou_svc.api.road_fields import ROAD_FIELDS
from beidou_svc.fleet.merge import TRUST_DATED
from beidou_svc.fleet.query import EVERYTHING, select
from beidou_svc.ogc.fence_shapes import fence_polygon
from beidou_svc.roads.fence_documents import feature_to_show
from beidou_svc.roads.roads import Roads
from gnss.batches import NO_TIME
from mapping.network.features import road_features, stop_features
from mapping.network.model import RoadNetwork

Rows = NDArray[np.intp]
Properties = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Features in a fixed order. `t_gpst_ns` None = they have no time."""

    ids: Sequence[str]
    shapes: NDArray[Any]
    properties: Callable[[Rows], Properties]
    t_gpst_ns: NDArray[np.int64] | None = None


class Collection(NamedTuple):
    """One collection: words for people, what its properties are, and its table."""

    id: str
    title: str
    description: str
    queryables: dict[str, str]
    table: Callable[[Context], FeatureTable]
    is_moving: bool = False


_TERMINAL_FIELDS: Final = (
    *("id", "name", "time", "position_time", "h_ell_m", "fix_quality", "sigma_n_m", "sigma_e_m", "speed_mps"),
    *("course_deg", "heading_deg", "age_corr_s", "sats_used", "source", "liveness", "role", "base"),
)


def empty_table() -> FeatureTable:
    """Nothing."""
    return FeatureTable((), np.empty(0, object), lambda rows: [])


def terminals_table(service: Context) -> FeatureTable:
    """All terminals that have a position."""
    service.names.refresh()
    state, names = service.state, service.names
    slots = select(state, names, EVERYTHING)
    lat_deg, lon_deg = np.degrees(state.columns["lat_rad"][slots]), np.degrees(state.columns["lon_rad"][slots])
    known = np.isfinite(lat_deg) & np.isfinite(lon_deg)
    slots, shapes = slots[known], shapely.points(lon_deg[known], lat_deg[known])
    dated = state.position.trust[slots] == TRUST_DATED
    fields = (*_TERMINAL_FIELDS, *(ROAD_FIELDS if service.roads is not None and service.roads.active else ()))

    def properties(rows: Rows) -> Properties:
        columns = orjson.loads(
            orjson.dumps(columns_of(state, names, slots[rows], fields), option=orjson.OPT_SERIALIZE_NUMPY)
        )
        return [
            dict(zip(fields, values, strict=True)) for values in zip(*(columns[name] for name in fields), strict=True)
        ]

    ids = [names.ids[slot] for slot in slots.tolist()]
    return FeatureTable(ids, shapes, properties, np.where(dated, state.position.t_ns[slots], NO_TIME))


def fences_table(service: Context) -> FeatureTable:
    """All fences, as polygons: circles and corridors by their outlines."""
    roads = service.roads
    if roads is None:
        return empty_table()
    entries = sorted(roads.desk.entries.items())
    shapes = np.array([fence_polygon(entry.draft, roads.plane) for _, entry in entries], object)

    def properties(rows: Rows) -> Properties:
        return [
            _flat(feature_to_show(entry.drawn, entry.version, entry.t_utc_ns, entry.active)["properties"])
            for entry in (entries[row][1] for row in rows.tolist())
        ]

    return FeatureTable([ref for ref, _ in entries], shapes, properties)


def roads_table(service: Context) -> FeatureTable:
    """The roads of the active network: both directions of a road are one feature."""
    return _of_network(service, "roads", _road_list)


def stops_table(service: Context) -> FeatureTable:
    """The stops of the active network."""
    return _of_network(service, "stops", lambda network: list(stop_features(network)))


def routes_table(service: Context) -> FeatureTable:
    """The routes of the active network, and those drawn on it."""
    active = None if service.roads is None else service.roads.active
    if active is None:
        return empty_table()
    features = [active.book.feature(place) for place in range(len(active.book.routes))]
    return _of_features([feature for feature in features if len(feature["geometry"]["coordinates"]) > 1])


def _road_list(network: RoadNetwork) -> Properties:
    # pieces of one road share its id in the source, features must not: their edges do
    return [{**feature, "id": feature["properties"]["edge"]} for feature in road_features(network)]


def _of_network(service: Context, name: str, read: Callable[[RoadNetwork], Properties]) -> FeatureTable:
    roads = service.roads
    if roads is None or roads.active is None:
        return empty_table()
    return _kept(roads, name, roads.active.named.network, read)


def _kept(roads: Roads, name: str, network: RoadNetwork, read: Callable[[RoadNetwork], Properties]) -> FeatureTable:
    """A table that is made once for a network."""
    known = roads.kept.get(name)
    if known is None or known[0] != network.content_digest:
        known = roads.kept[name] = (network.content_digest, _of_features(read(network)))
    table = known[1]
    assert isinstance(table, FeatureTable)
    return table


def _of_features(features: Properties) -> FeatureTable:
    shapes = np.array([_shape(feature["geometry"]) for feature in features], object)
    said = [_flat(feature["properties"]) for feature in features]
    return FeatureTable(
        [str(feature["id"]) for feature in features], shapes, lambda rows: [said[row] for row in rows.tolist()]
    )


def _shape(geometry: dict[str, Any]) -> Any:
    make = shapely.Point if geometry["type"] == "Point" else shapely.LineString
    return make(geometry["coordinates"])


def _flat(properties: dict[str, Any]) -> dict[str, Any]:
    """Lists and objects as text: tables of geographic programs hold plain values."""
    return {
        name: orjson.dumps(value).decode() if isinstance(value, list | dict) else value
        for name, value in properties.items()
    }


COLLECTIONS: Final = {
    each.id: each
    for each in (
        Collection(
            "terminals", "Terminals", "Positions of the fleet now, with their quality, and where they are on the road.",
            {"id": "string", "fix_quality": "integer", "liveness": "string", "source": "string", "role": "string"},
            terminals_table, is_moving=True,
        ),
        Collection(
            "fences", "Fences", "What is watched: areas, circles and corridors, as polygons.",
            {"name": "string", "shape": "string"}, fences_table,
        ),
        Collection(
            "roads", "Roads", "The road network that positions are matched to.",
            {"class": "string", "name": "string", "edge": "integer"}, roads_table,
        ),
        Collection("routes", "Routes", "Lines that shuttles drive.", {"name": "string"}, routes_table),
        Collection("stops", "Stops", "Where passengers wait.", {"name": "string"}, stops_table),
    )
}  # fmt: skip
"""By id, in the order in which they are listed."""

"""OSM files (pbf, xml, also compressed): what concerns roads, as it stands in the file.

The file is read by libosmium, once each for ways, relations and stops. Source: OSM's data model; pyosmium.
"""

from dataclasses import dataclass, field
from math import nan, radians
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.errors import MapFormatError
from mapping.network.tables import Floats

UNITS_PER_DEG: Final = 1e7  # of the coordinates of OSM
X_MAX: Final = 1_800_000_000  # beyond is no longitude; a node that the file does not have is there
Y_MAX: Final = 900_000_000  # beyond is no latitude
STOP_TAGS: Final = (("highway", "bus_stop"), ("public_transport", "platform"), ("public_transport", "stop_position"))
RELATION_TAGS: Final = (("type", "restriction"), ("type", "route"))


class Member(NamedTuple):
    """A member of a relation: `n`, `w` or `r`, its id and its role."""

    kind: str
    ref: int
    role: str


class OsmWay(NamedTuple):
    """A way: its id, its tags, its nodes and where they are, in rad; NaN where the file does not have a node."""

    ref: int
    tags: dict[str, str]
    node_refs: NDArray[np.int64]
    lat_rad: Floats
    lon_rad: Floats


class OsmRelation(NamedTuple):
    """A relation: its id, its tags and its members."""

    ref: int
    tags: dict[str, str]
    members: list[Member]


class OsmStop(NamedTuple):
    """A node with the tags of a stop, and where it is, in rad."""

    ref: int
    tags: dict[str, str]
    lat_rad: float
    lon_rad: float


@dataclass(slots=True)
class OsmFile:
    """What a file has of roads: ways with the tag `highway`, restrictions and routes, stops as nodes and as ways."""

    name: str
    ways: list[OsmWay] = field(default_factory=list)
    relations: list[OsmRelation] = field(default_factory=list)
    platforms: dict[int, OsmWay] = field(default_factory=dict)
    stops: dict[int, OsmStop] = field(default_factory=dict)


def read_osm(path: Path) -> OsmFile:
    """Read the ways, restrictions, routes and stops of a file.

    Unit: degrees in the file, rad here. Frame: not stated by the format. Error: a file that is none raises
    `MapFormatError`; what its objects lack is for the importer to say.
    """
    if not path.is_file():
        raise MapFormatError(f"{path}: there is no such file")
    try:
        return _read(path)
    except (RuntimeError, ValueError, OSError) as error:  # what libosmium raises for files that it cannot read
        raise MapFormatError(f"{path}: not read as an OSM file ({error})") from error


def _read(path: Path) -> OsmFile:
    import osmium as typed

    osmium: Any = typed  # its filters narrow what it yields, which its types do not say
    found = OsmFile(path.name.split(".")[0])
    found.ways = [_way(way) for way in _located_ways(osmium, path, osmium.filter.KeyFilter("highway"))]
    found.ways = _with_lost_nodes(osmium, path, found.ways)
    named = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(osmium.filter.TagFilter(*RELATION_TAGS))
    found.relations = [_relation(relation) for relation in named]
    refs = sorted(_platform_refs(found.relations))
    if refs:
        drawn = _located_ways(osmium, path, osmium.filter.IdFilter(refs))
        found.platforms = {way.id: _way(way) for way in drawn}
    for node in osmium.FileProcessor(path, osmium.osm.NODE).with_filter(osmium.filter.TagFilter(*STOP_TAGS)):
        if node.location.valid():
            lat_rad, lon_rad = radians(node.location.y / UNITS_PER_DEG), radians(node.location.x / UNITS_PER_DEG)
            found.stops[node.id] = OsmStop(node.id, _tags(node), lat_rad, lon_rad)
    return found


def _located_ways(osmium: Any, path: Path, wanted: Any) -> Any:
    """The ways that pass a filter, with the positions of their nodes."""
    every = osmium.FileProcessor(path).with_locations()
    return every.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(wanted)


def _with_lost_nodes(osmium: Any, path: Path, ways: list[OsmWay]) -> list[OsmWay]:
    """The ways with the nodes that libosmium's index leaves out: those below 0, which an editor made, and those that
    stand behind the ways in the file."""
    lost = {ref for way in ways for ref in way.node_refs[np.isnan(way.lat_rad)].tolist()}
    if not lost:
        return ways
    nodes = osmium.FileProcessor(path, osmium.osm.NODE)
    if min(lost) >= 0:
        nodes = nodes.with_filter(osmium.filter.IdFilter(sorted(lost)))
    at = {n.id: (n.location.y, n.location.x) for n in nodes if n.id in lost and n.location.valid()}
    return [_located(way, at) for way in ways] if at else ways


def _located(way: OsmWay, at: dict[int, tuple[int, int]]) -> OsmWay:
    rows = [at.get(ref, (nan, nan)) for ref in way.node_refs.tolist()]
    lat_rad, lon_rad = np.radians(np.array(rows, dtype=np.float64).reshape(-1, 2) / UNITS_PER_DEG).T
    is_lost = np.isnan(way.lat_rad)
    return way._replace(
        lat_rad=np.where(is_lost, lat_rad, way.lat_rad), lon_rad=np.where(is_lost, lon_rad, way.lon_rad)
    )


def _tags(entity: Any) -> dict[str, str]:
    return {tag.k: tag.v for tag in entity.tags}


def _way(way: Any) -> OsmWay:
    rows = [(node.ref, node.location.x, node.location.y) for node in way.nodes]
    ref, x, y = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    known = (np.abs(x) <= X_MAX) & (np.abs(y) <= Y_MAX)
    lat_rad, lon_rad = (np.where(known, np.radians(column / UNITS_PER_DEG), nan) for column in (y, x))
    return OsmWay(way.id, _tags(way), ref, lat_rad, lon_rad)


def _relation(relation: Any) -> OsmRelation:
    members = [Member(member.type, member.ref, member.role) for member in relation.members]
    return OsmRelation(relation.id, _tags(relation), members)


def _platform_refs(relations: list[OsmRelation]) -> set[int]:
    """Stops that are drawn as ways, and belong to a route."""
    return {
        member.ref
        for relation in relations
        if relation.tags["type"] == "route"
        for member in relation.members
        if member.kind == "w" and member.role.startswith("platform")
    }

"""OSM files (pbf, xml, also compressed): what concerns roads, as it stands in the file.

The file is read by libosmium in three passes: ways and relations, then the positions of the nodes that these name,
then stops. Source: OSM's data model; pyosmium.
"""

from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.errors import MapFormatError
from mapping.network.tables import Floats

NODES_MAX: Final = 200_000_000  # named by roads: beyond, cut the file to the area that is driven
UNITS_PER_DEG: Final = 1e7  # of the coordinates of OSM
STOP_TAGS: Final = (("highway", "bus_stop"), ("public_transport", "platform"), ("public_transport", "stop_position"))
RELATION_TAGS: Final = (("type", "restriction"), ("type", "route"))


class Member(NamedTuple):
    """A member of a relation: `n`, `w` or `r`, its id and its role."""

    kind: str
    ref: int
    role: str


class OsmWay(NamedTuple):
    """A way: its id, its tags and the ids of its nodes."""

    ref: int
    tags: dict[str, str]
    node_refs: NDArray[np.int64]


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
    """What a file has of roads. Node ids are ascending; `lat_rad` and `lon_rad` are NaN where the file has no node."""

    name: str
    ways: list[OsmWay] = field(default_factory=list)
    relations: list[OsmRelation] = field(default_factory=list)
    platforms: dict[int, OsmWay] = field(default_factory=dict)
    stops: dict[int, OsmStop] = field(default_factory=dict)
    node_refs: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    lat_rad: Floats = field(default_factory=lambda: np.empty(0))
    lon_rad: Floats = field(default_factory=lambda: np.empty(0))

    def positions(self, refs: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Latitudes and longitudes of nodes, NaN where the file has none.

        Shape: (n,), twice. Unit: rad.
        """
        if self.node_refs.size == 0:
            return np.full(refs.size, nan), np.full(refs.size, nan)
        at = np.minimum(np.searchsorted(self.node_refs, refs), self.node_refs.size - 1)
        known = self.node_refs[at] == refs
        return np.where(known, self.lat_rad[at], nan), np.where(known, self.lon_rad[at], nan)


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
    import osmium

    found = OsmFile(path.name.split(".")[0])
    roads = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    found.ways = [_way(way) for way in roads]
    named = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(osmium.filter.TagFilter(*RELATION_TAGS))
    found.relations = [_relation(relation) for relation in named]
    _read_platforms(osmium, path, found)
    _read_nodes(osmium, path, found)
    _read_stops(osmium, path, found)
    return found


def _tags(entity: Any) -> dict[str, str]:
    return {tag.k: tag.v for tag in entity.tags}


def _way(way: Any) -> OsmWay:
    return OsmWay(way.id, _tags(way), np.array([node.ref for node in way.nodes], dtype=np.int64))


def _relation(relation: Any) -> OsmRelation:
    members = [Member(member.type, member.ref, member.role) for member in relation.members]
    return OsmRelation(relation.id, _tags(relation), members)


def _read_platforms(osmium: Any, path: Path, found: OsmFile) -> None:
    """Stops that are drawn as ways, and belong to a route."""
    refs = {
        member.ref
        for relation in found.relations
        if relation.tags["type"] == "route"
        for member in relation.members
        if member.kind == "w" and member.role.startswith("platform")
    }
    if refs:
        for way in osmium.FileProcessor(path, osmium.osm.WAY).with_filter(osmium.filter.IdFilter(sorted(refs))):
            found.platforms[way.id] = _way(way)


def _read_nodes(osmium: Any, path: Path, found: OsmFile) -> None:
    """Positions of all nodes that ways name."""
    named = [way.node_refs for way in (*found.ways, *found.platforms.values())]
    refs = np.unique(np.concatenate(named)) if named else np.empty(0, dtype=np.int64)
    if refs.size > NODES_MAX:
        raise ValueError(f"its roads name more than {NODES_MAX} nodes")
    nodes = osmium.FileProcessor(path, osmium.osm.NODE)
    if refs.size and refs[0] >= 0:  # the filter knows no negative ids, as editors give them to what is new
        tracker = osmium.IdTracker()
        for ref in refs.tolist():
            tracker.add_node(ref)
        nodes = nodes.with_filter(tracker.id_filter())
    rows = [(node.id, node.location.x, node.location.y) for node in nodes if node.location.valid()]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    columns = columns[np.unique(columns[:, 0], return_index=True)[1]]
    found.node_refs = np.ascontiguousarray(columns[:, 0])
    found.lon_rad, found.lat_rad = np.radians(columns[:, 1] / UNITS_PER_DEG), np.radians(columns[:, 2] / UNITS_PER_DEG)


def _read_stops(osmium: Any, path: Path, found: OsmFile) -> None:
    """Nodes with the tags of a stop."""
    for node in osmium.FileProcessor(path, osmium.osm.NODE).with_filter(osmium.filter.TagFilter(*STOP_TAGS)):
        if node.location.valid():
            lat_rad, lon_rad = np.radians([node.location.y / UNITS_PER_DEG, node.location.x / UNITS_PER_DEG]).tolist()
            found.stops[node.id] = OsmStop(node.id, _tags(node), lat_rad, lon_rad)

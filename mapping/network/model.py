"""The road network that everything else computes on: columns in one plane, immutable, with a digest of its content.

What stands in which table is said in `mapping.network.tables`, what the small numbers mean in `mapping.network.codes`.
Importers do not fill it themselves: they hand drafts to `mapping.network.build.NetworkBuilder`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch
from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.network.tables import (
    Edges,
    Ints,
    Lanes,
    Lines,
    Lists,
    Nodes,
    Points,
    Routes,
    RouteStops,
    Stops,
    Turns,
    Units,
)

FORMAT: Final = 1
"""Of the columns; a saved network of another format is refused."""


@dataclass(frozen=True)
class RoadNetwork:
    """A road network.

    | field | rows | meaning |
    |---|---|---|
    | name | | of the network |
    | plane | | where x and y are measured; `frame` is the plane's frame |
    | names | | string pool of the columns `name`; the first is empty |
    | nodes, edges | N, E | `Nodes`, `Edges` |
    | shape | E | the line of each edge, from `node_from` to `node_to`; `run_m` ends at `length_m` |
    | first_next, turns | E + 1, T | which edges may follow, restrictions applied: `Turns` |
    | banned | B | longer sequences of edges that no one may drive in a row (restrictions by way of other roads) |
    | lanes, first_lane | L, E + 1 | `Lanes`; those of edge e: `first_lane[e]` to `first_lane[e + 1]`, left to right |
    | lane_shape, lane_left, lane_right | L | centre line, left and right bound (no points where not known) |
    | lane_next | L | which lanes follow each |
    | stops | | `Stops` |
    | routes, route_edges | R | `Routes`, and the edges of each in order |
    | first_route_stop, route_stops | R + 1 | the calls of each route in order: `RouteStops` |
    | junction_ref, junction_nodes | J | id in the source (or of the node), and the nodes of each |
    | units | | road-side units: `Units` |
    """

    name: str
    plane: Plane
    names: tuple[str, ...]
    nodes: Nodes
    edges: Edges
    shape: Lines
    first_next: Ints
    turns: Turns
    banned: Lists
    lanes: Lanes
    first_lane: Ints
    lane_shape: Lines
    lane_left: Lines
    lane_right: Lines
    lane_next: Lists
    stops: Stops
    routes: Routes
    route_edges: Lists
    first_route_stop: Ints
    route_stops: RouteStops
    junction_ref: NDArray[np.int64]
    junction_nodes: Lists
    units: Units

    @property
    def frame(self) -> Frame:
        """Datum and epoch of the map."""
        return self.plane.frame

    @property
    def edge_count(self) -> int:
        """Directed edges."""
        return len(self.edges)

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """Every array by its dotted name (`edges.length_m`), in order: what is saved and what the digest covers."""
        found: dict[str, NDArray[Any]] = {}
        for field in fields(self):
            found.update(_arrays_of(field.name, getattr(self, field.name)))
        return found

    @cached_property
    def content_digest(self) -> str:
        """SHA-256 over plane, names and all columns: equal for equal networks, whatever file they came from."""
        digest = hashlib.sha256()
        plane = self.plane
        digest.update(repr((FORMAT, str(plane.frame), plane.lat0_rad, plane.lon0_rad, self.names)).encode())
        for name, array in self.arrays().items():
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()

    @cached_property
    def leaving(self) -> Lists:
        """The edges that leave each node."""
        return lists_by(self.edges.node_from, len(self.nodes))

    def next_edges(self, edge: int) -> Ints:
        """The edges that may follow an edge, turning back included."""
        return self.turns.next_edge[int(self.first_next[edge]) : int(self.first_next[edge + 1])]


def _arrays_of(name: str, value: object) -> Iterator[tuple[str, NDArray[Any]]]:
    if isinstance(value, np.ndarray):
        yield name, value
    elif isinstance(value, Batch):
        for column, array in value.columns().items():
            yield f"{name}.{column}", array
    elif isinstance(value, Lines):
        yield f"{name}.first_point", value.first_point
        yield from _arrays_of(f"{name}.points", value.points)
    elif isinstance(value, Lists):
        yield f"{name}.first", value.first
        yield f"{name}.value", value.value


def lists_by(key: Ints, n: int) -> Lists:
    """Rows grouped by a key in 0..n-1, in order within each group.

    Shape: (rows,) to n lists.
    """
    order = np.argsort(key, kind="stable").astype(np.int32)
    return Lists(offsets_of(np.bincount(key, minlength=n)), order)


def offsets_of(counts: NDArray[Any]) -> Ints:
    """Where each list begins, and at the end how many values there are, from the lengths of the lists.

    Shape: (n,) to (n + 1,).
    """
    first = np.zeros(counts.size + 1, dtype=np.int32)
    np.cumsum(counts, out=first[1:])
    return first


def empty_network(name: str, plane: Plane) -> RoadNetwork:
    """A network without anything."""
    none = np.zeros(1, dtype=np.int32)
    no_lines, no_lists = Lines(none, Points.empty()), Lists(none, np.empty(0, dtype=np.int32))
    return RoadNetwork(
        name=name,
        plane=plane,
        names=("",),
        nodes=Nodes.empty(),
        edges=Edges.empty(),
        shape=no_lines,
        first_next=none,
        turns=Turns.empty(),
        banned=no_lists,
        lanes=Lanes.empty(),
        first_lane=none,
        lane_shape=no_lines,
        lane_left=no_lines,
        lane_right=no_lines,
        lane_next=no_lists,
        stops=Stops.empty(),
        routes=Routes.empty(),
        route_edges=no_lists,
        first_route_stop=none,
        route_stops=RouteStops.empty(),
        junction_ref=np.empty(0, dtype=np.int64),
        junction_nodes=no_lists,
        units=Units.empty(),
    )

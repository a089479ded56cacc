"""The tables of a road network: columns of equal length, and ragged lists by offsets.

All coordinates are metres in the plane of the network (x east, y north). Heights are what the map states (`h_map_m`),
above whatever its maker measured from: good for telling one level from another, not for comparison with a receiver.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Nodes(Batch):
    """Where edges begin and end.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | ref | i8 | | | id in the source, negative = made by the importer |
    | x_m | f8 | | m | east |
    | y_m | f8 | | m | north |
    | h_map_m | f8 | | m | height as the map states it, NaN = not stated |
    """

    ref: NDArray[np.int64] = column("i8")
    x_m: NDArray[np.float64] = column("f8")
    y_m: NDArray[np.float64] = column("f8")
    h_map_m: NDArray[np.float64] = column("f8")


@dataclass(frozen=True, slots=True)
class Edges(Batch):
    """Directed edges: a road that is driven both ways is two of them, each the twin of the other.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | ref | i8 | | | id of the way, road or group of lanelets in the source; pieces of one road share it |
    | node_from | i4 | | | row of `Nodes` |
    | node_to | i4 | | | row of `Nodes` |
    | length_m | f8 | | m | of its line |
    | road_class | u1 | | | a `RoadClass` |
    | limit_mps | f4 | | m/s | speed limit, NaN = not stated, inf = stated as none |
    | lane_count | u1 | | | lanes of this direction, 0 = not stated |
    | layer | i1 | | | above (+) or below (-) others that it crosses |
    | structure | u1 | | | a `Structure` |
    | twin | i4 | | | the edge of the other direction, -1 = none |
    | name | i4 | | | row of `RoadNetwork.names` |
    | flags | u1 | | | `EdgeFlag`s |
    """

    ref: NDArray[np.int64] = column("i8")
    node_from: NDArray[np.int32] = column("i4")
    node_to: NDArray[np.int32] = column("i4")
    length_m: NDArray[np.float64] = column("f8")
    road_class: NDArray[np.uint8] = column("u1")
    limit_mps: NDArray[np.float32] = column("f4")
    lane_count: NDArray[np.uint8] = column("u1")
    layer: NDArray[np.int8] = column("i1")
    structure: NDArray[np.uint8] = column("u1")
    twin: NDArray[np.int32] = column("i4", missing=-1)
    name: NDArray[np.int32] = column("i4")
    flags: NDArray[np.uint8] = column("u1")


@dataclass(frozen=True, slots=True)
class Lanes(Batch):
    """Lanes, sorted by edge, the leftmost of each edge first; no rows where the source has none.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | ref | i8 | | | id in the source |
    | edge | i4 | | | row of `Edges` |
    | index | u1 | | | 0 = leftmost of its edge, seen along the edge |
    | width_m | f4 | | m | mean width, NaN = not stated |
    | kind | u1 | | | a `LaneKind` |
    | limit_mps | f4 | | m/s | speed limit, NaN = not stated |
    | left | i4 | | | the lane to its left, same direction, -1 = none |
    | right | i4 | | | the lane to its right, same direction, -1 = none |
    | change | u1 | | | `LaneChange`: to which sides the markings let one change |
    """

    ref: NDArray[np.int64] = column("i8")
    edge: NDArray[np.int32] = column("i4")
    index: NDArray[np.uint8] = column("u1")
    width_m: NDArray[np.float32] = column("f4")
    kind: NDArray[np.uint8] = column("u1")
    limit_mps: NDArray[np.float32] = column("f4")
    left: NDArray[np.int32] = column("i4", missing=-1)
    right: NDArray[np.int32] = column("i4", missing=-1)
    change: NDArray[np.uint8] = column("u1")


@dataclass(frozen=True, slots=True)
class Stops(Batch):
    """Where passengers wait, each placed on the edge that serves it.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | ref | i8 | | | id in the source |
    | name | i4 | | | row of `RoadNetwork.names` |
    | edge | i4 | | | row of `Edges`, -1 = no road near |
    | offset_m | f8 | | m | from the start of the edge |
    | x_m | f8 | | m | east, of the stop itself |
    | y_m | f8 | | m | north, of the stop itself |
    | lane | i4 | | | row of `Lanes`, -1 = not known |
    """

    ref: NDArray[np.int64] = column("i8")
    name: NDArray[np.int32] = column("i4")
    edge: NDArray[np.int32] = column("i4", missing=-1)
    offset_m: NDArray[np.float64] = column("f8")
    x_m: NDArray[np.float64] = column("f8")
    y_m: NDArray[np.float64] = column("f8")
    lane: NDArray[np.int32] = column("i4", missing=-1)


@dataclass(frozen=True, slots=True)
class Routes(Batch):
    """Routes: one direction each; their edges and stops in order are in `RoadNetwork.route_edges` and `route_stops`.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | ref | i8 | | | id in the source |
    | name | i4 | | | row of `RoadNetwork.names` |
    | is_loop | ? | | | whether it ends where it begins |
    | length_m | f8 | | m | of all its edges |
    | headway_s | f4 | | s | between two vehicles, NaN = not stated |
    """

    ref: NDArray[np.int64] = column("i8")
    name: NDArray[np.int32] = column("i4")
    is_loop: NDArray[np.bool_] = column("?")
    length_m: NDArray[np.float64] = column("f8")
    headway_s: NDArray[np.float32] = column("f4")


@dataclass(frozen=True, slots=True)
class RouteStops(Batch):
    """Calls of routes at stops: rows of one route are consecutive, in order (`RoadNetwork.first_route_stop`).

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | stop | i4 | | | row of `Stops` |
    | run_m | f8 | | m | along the route from its start |
    | arrive_s | f4 | | s | after the start of the run, NaN = no timetable |
    | depart_s | f4 | | s | after the start of the run, NaN = no timetable |
    """

    stop: NDArray[np.int32] = column("i4", missing=-1)
    run_m: NDArray[np.float64] = column("f8")
    arrive_s: NDArray[np.float32] = column("f4")
    depart_s: NDArray[np.float32] = column("f4")


@dataclass(frozen=True, slots=True)
class Units(Batch):
    """Road-side units.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | ref | i8 | | | id in the source |
    | name | i4 | | | row of `RoadNetwork.names` |
    | x_m | f8 | | m | east |
    | y_m | f8 | | m | north |
    """

    ref: NDArray[np.int64] = column("i8")
    name: NDArray[np.int32] = column("i4")
    x_m: NDArray[np.float64] = column("f8")
    y_m: NDArray[np.float64] = column("f8")


@dataclass(frozen=True, slots=True)
class Turns(Batch):
    """Which edge may follow which; those after edge e are rows `first_next[e]` to `first_next[e + 1]`.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | next_edge | i4 | | | row of `Edges` |
    | next_kind | u1 | | | a `TurnKind` |
    | next_turn_rad | f4 | | rad | change of course at the node, left positive |
    """

    next_edge: NDArray[np.int32] = column("i4")
    next_kind: NDArray[np.uint8] = column("u1")
    next_turn_rad: NDArray[np.float32] = column("f4")


@dataclass(frozen=True, slots=True)
class Points(Batch):
    """Points of lines, one line after the other.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | x_m | f8 | | m | east |
    | y_m | f8 | | m | north |
    | h_map_m | f8 | | m | height as the map states it, NaN = not stated |
    | run_m | f8 | | m | along the line from its start |
    """

    x_m: NDArray[np.float64] = column("f8")
    y_m: NDArray[np.float64] = column("f8")
    h_map_m: NDArray[np.float64] = column("f8")
    run_m: NDArray[np.float64] = column("f8")


@dataclass(frozen=True, slots=True)
class Lines:
    """Ragged lines: line i has rows `first_point[i]` to `first_point[i + 1]` of `points` (none = not known)."""

    first_point: Ints
    points: Points

    def __len__(self) -> int:
        return self.first_point.size - 1

    def line(self, i: int) -> Points:
        """The points of one line."""
        return self.points.take(slice(int(self.first_point[i]), int(self.first_point[i + 1])))


@dataclass(frozen=True, slots=True)
class Lists:
    """Ragged lists of row numbers: list i is `value[first[i]:first[i + 1]]`."""

    first: Ints
    value: Ints

    def __len__(self) -> int:
        return self.first.size - 1

    def of(self, i: int) -> Ints:
        """One list."""
        return self.value[int(self.first[i]) : int(self.first[i + 1])]

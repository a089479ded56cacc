"""The steps from drafts to a network, in order."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mapping.network._cut import Cut, cut
from mapping.network._gather import Gathered, gather
from mapping.network._lane_tables import lane_tables
from mapping.network._restrict import Restrictor
from mapping.network._timetable import with_routes_and_stops
from mapping.network._turns import lists_of, meeting_edges, pair_keys, turns_of
from mapping.network.codes import Direction, EdgeFlag
from mapping.network.model import RoadNetwork, empty_network
from mapping.network.names import NamePool
from mapping.network.tables import Edges, Ints, Lists, Turns, Units

if TYPE_CHECKING:
    from mapping.network.build import NetworkBuilder

JUNCTION_ROADS_MIN = 3


def build_all(builder: "NetworkBuilder") -> RoadNetwork:
    """Make the network."""
    pool = NamePool()
    g = gather(builder.roads, builder.road_kind, builder.join_m, not builder.turns_are_stated, builder.report)
    made = cut(g, _joined_ends(builder, g))
    edge_of_road = _edge_of_road(len(builder.roads), g, made)
    _set_twins(builder, made, edge_of_road)
    edges = _edges(g, made, pool)
    first_next, turns, banned = _turns(builder, made, edges, edge_of_road)
    network = replace(
        empty_network(builder.name, builder.plane),
        nodes=made.nodes,
        edges=edges,
        shape=made.shape,
        first_next=first_next,
        turns=turns,
        banned=banned,
        first_lane=np.zeros(len(edges) + 1, dtype=np.int32),
        units=_units(builder, pool),
    )
    network = _with_lanes(builder, network, edge_of_road)
    network = _with_junctions(builder, network, g, made)
    network = with_routes_and_stops(builder, network, edges_of_draft(g, made), pool)
    network = replace(network, names=pool.names)
    _count_rows(builder, network)
    return network


def _ends(g: Gathered) -> dict[int, tuple[int, int]]:
    """Nodes at which each draft begins and ends, in its driving direction."""
    ends = {}
    for row, (number, road) in enumerate(zip(g.number.tolist(), g.roads, strict=True)):
        if g.first[row] < g.first[row + 1]:
            a, b = int(g.node[g.first[row]]), int(g.node[g.first[row + 1] - 1])
            ends[number] = (b, a) if road.direction is Direction.BACKWARD else (a, b)
    return ends


def _joined_ends(builder: "NetworkBuilder", g: Gathered) -> list[tuple[int, int]]:
    """Nodes that are one because roads are stated to follow each other there."""
    if not builder.followers:
        return []
    ends = _ends(g)
    return [(ends[road][1], ends[then][0]) for road, then in builder.followers if road in ends and then in ends]


def _edge_of_road(drafts: int, g: Gathered, made: Cut) -> Ints:
    """The edge of each draft that became exactly one, -1 for the others."""
    edge = np.full(drafts, -1, dtype=np.int32)
    edge[g.number[made.road]] = np.arange(made.road.size, dtype=np.int32)
    count = np.bincount(g.number[made.road], minlength=drafts)
    edge[count != 1] = -1
    return edge


def edges_of_draft(g: Gathered, made: Cut) -> Ints:
    """The draft that each edge is of."""
    return g.number[made.road]


def _set_twins(builder: "NetworkBuilder", made: Cut, edge_of_road: Ints) -> None:
    for road, opposite in builder.pairs:
        a, b = int(edge_of_road[road]), int(edge_of_road[opposite])
        if a >= 0 and b >= 0:
            made.twin[a], made.twin[b] = b, a


def _edges(g: Gathered, made: Cut, pool: NamePool) -> Edges:
    """The table of edges."""
    roads = g.roads
    limit = np.array([(r.limit_mps, _or(r.limit_back_mps, r.limit_mps)) for r in roads], dtype=np.float32)
    lanes = np.array([(r.lane_count, _or(r.lane_count_back, r.lane_count)) for r in roads], dtype=np.int64)
    flags_of_road = np.array(
        [(r.flags, r.flags if r.flags_back is None else r.flags_back) for r in roads], dtype=np.uint8
    )
    side = made.is_back.astype(np.int64)
    flags = flags_of_road.reshape(-1, 2)[made.road, side]
    flags |= np.where(made.twin < 0, EdgeFlag.ONEWAY, 0).astype(np.uint8)
    flags |= np.where(made.is_back, EdgeFlag.REVERSED, 0).astype(np.uint8)
    last = made.shape.first_point[1:] - 1
    return Edges.of(
        ref=np.array([r.ref for r in roads], dtype=np.int64)[made.road],
        node_from=made.node_from,
        node_to=made.node_to,
        length_m=made.shape.points.run_m[last],
        road_class=np.array([r.road_class for r in roads], dtype=np.uint8)[made.road],
        limit_mps=limit.reshape(-1, 2)[made.road, side],
        lane_count=np.clip(lanes.reshape(-1, 2)[made.road, side], 0, 255).astype(np.uint8),
        layer=np.clip(np.array([r.layer for r in roads], dtype=np.int64), -128, 127)[made.road].astype(np.int8),
        structure=np.array([r.structure for r in roads], dtype=np.uint8)[made.road],
        twin=made.twin,
        name=pool.numbers([r.name for r in roads])[made.road],
        flags=flags,
    )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _turns(builder: "NetworkBuilder", made: Cut, edges: Edges, edge_of_road: Ints) -> tuple[Ints, Turns, Lists]:
    """Which edge may follow which, after all restrictions."""
    if builder.turns_are_stated:
        pairs = np.array(builder.followers, dtype=np.int32).reshape(-1, 2)
        stated = np.unique(edge_of_road[pairs].reshape(-1, 2), axis=0)
        stated = stated[(stated >= 0).all(axis=1)]
        edge, then = np.ascontiguousarray(stated[:, 0]), np.ascontiguousarray(stated[:, 1])
    else:
        edge, then = meeting_edges(made)
    restrictor = Restrictor(made, edges.ref, builder.report)
    for restriction in builder.restrictions:
        restrictor.apply(restriction)
    forbidden = np.array(restrictor.pairs, dtype=np.int32).reshape(-1, 2)
    keys = pair_keys(forbidden[:, 0], forbidden[:, 1], len(edges))
    kept = ~np.isin(pair_keys(edge, then, len(edges)), keys)
    first_next, turns = turns_of(made, edge[kept], then[kept])
    return first_next, turns, lists_of(sorted(set(restrictor.sequences)))


def _with_lanes(builder: "NetworkBuilder", network: RoadNetwork, edge_of_road: Ints) -> RoadNetwork:
    links = (builder.lane_followers, builder.lane_neighbours)
    made = lane_tables(builder.lanes, edge_of_road, links, network.edge_count, builder.report)
    builder.lane_rows = made.row
    counted = np.diff(made.first_lane)
    lane_count = np.where(network.edges.lane_count == 0, np.minimum(counted, 255), network.edges.lane_count)
    return replace(
        network,
        edges=network.edges.replace(lane_count=lane_count.astype(np.uint8)),
        lanes=made.lanes,
        first_lane=made.first_lane,
        lane_shape=made.shape,
        lane_left=made.left,
        lane_right=made.right,
        lane_next=made.following,
    )


def _with_junctions(builder: "NetworkBuilder", network: RoadNetwork, g: Gathered, made: Cut) -> RoadNetwork:
    """Junctions as drafted, else every node at which three roads meet."""
    if not builder.junctions:
        edges = network.edges
        neighbours = np.unique(np.stack((edges.node_from, edges.node_to)).T, axis=0).reshape(-1, 2)
        neighbours = np.unique(np.concatenate([neighbours, neighbours[:, ::-1]]), axis=0)
        meeting = np.bincount(neighbours[:, 0], minlength=len(network.nodes))
        rows = np.flatnonzero(meeting >= JUNCTION_ROADS_MIN).astype(np.int32)
        first = np.arange(rows.size + 1, dtype=np.int32)
        return replace(network, junction_ref=network.nodes.ref[rows], junction_nodes=Lists(first, rows))
    node = {int(ref): row for row, ref in enumerate(network.nodes.ref.tolist())}
    ends = _ends(g)
    parts = []
    for junction in builder.junctions:
        rows_of_refs = [node[ref] for ref in junction.node_refs if ref in node]
        rows_of_ends = [int(made.node_of[n]) for road in junction.roads if road in ends for n in ends[road]]
        parts.append(tuple(sorted({row for row in rows_of_refs + rows_of_ends if row >= 0})))
    refs = np.array([junction.ref for junction in builder.junctions], dtype=np.int64)
    return replace(network, junction_ref=refs, junction_nodes=lists_of(parts))


def _units(builder: "NetworkBuilder", pool: NamePool) -> Units:
    units = builder.units
    return Units.of(
        ref=np.array([u.ref for u in units], dtype=np.int64),
        name=pool.numbers([u.name for u in units]),
        x_m=np.array([u.x_m for u in units], dtype=np.float64),
        y_m=np.array([u.y_m for u in units], dtype=np.float64),
    )


def _count_rows(builder: "NetworkBuilder", network: RoadNetwork) -> None:
    kept = builder.report.kept
    kept["nodes"], kept["edges"], kept["lanes"] = len(network.nodes), len(network.edges), len(network.lanes)
    kept["turns"], kept["stops"], kept["routes"] = len(network.turns), len(network.stops), len(network.routes)
    kept["restrictions by way of roads"] = len(network.banned)

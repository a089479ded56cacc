"""From drawn lines to a road network: split where streets meet, join what nearly meets, cut what leads nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, STRtree

from simulators.world.model import RoadClass, Street

Floats = NDArray[np.float64]
Node = tuple[float, float]

GRID_M = 0.01  # coordinates of the finished network are multiples of this
SHORT_EDGE_M = 22.0  # junctions that a street joins and that are closer than this become one
MEANT_ONE_M = 6.0  # so do all others that are closer than this
STUB_M_MAX = 260.0
PRUNE_ROUNDS_MAX = 6
RANK = {road_class: rank for rank, road_class in enumerate(RoadClass)}


def node_streets(streets: Sequence[Street]) -> list[Street]:
    """Split streets wherever they touch or cross, so that they share end points and nothing else.

    A piece that belongs to two streets lying on each other takes the higher class.
    """
    ranked = sorted(streets, key=lambda street: RANK[street.road_class])
    noded = shapely.union_all([street.line for street in ranked], grid_size=GRID_M)
    pieces = [piece for piece in shapely.get_parts(noded) if piece.length > 0]
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    tree = STRtree([street.line for street in ranked])
    which, nearest = tree.query_nearest(middles, all_matches=True)
    owner = np.full(len(pieces), len(ranked))
    np.minimum.at(owner, which, nearest)
    return [ranked[k].along(_like(piece, ranked[k].line)) for k, piece in zip(owner, pieces, strict=True)]


def _like(piece: LineString, line: LineString) -> LineString:
    """A piece in the direction of the line it was cut from."""
    start, end = line.project(Point(piece.coords[0])), line.project(Point(piece.coords[-1]))
    return piece if start <= end else piece.reverse()


def ends_of(street: Street) -> tuple[Node, Node]:
    """The two end points, as keys."""
    first, last = street.line.coords[0], street.line.coords[-1]
    return (first[0], first[1]), (last[0], last[1])


def merge_short(streets: Sequence[Street]) -> list[Street]:
    """Make one junction of junctions that almost coincide, and drop the stumps between them."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while (above := parent.get(node, node)) != node:
            node = above
        return node

    short = [ends_of(street) for street in streets if street.line.length < SHORT_EDGE_M]
    for pair in short + _near_nodes(streets):
        kept, given_up = sorted(map(root, pair))
        if kept != given_up:
            parent[given_up] = kept
    moved = [_moved(street, root) for street in streets]
    return _without_twins([street for street in moved if street.line.length >= GRID_M and _is_open(street)])


def _near_nodes(streets: Sequence[Street]) -> list[tuple[Node, Node]]:
    """Pairs of ends that were meant to be one, whether a street joins them or not."""
    nodes = sorted({node for street in streets for node in ends_of(street)})
    points = shapely.points(np.array(nodes))
    pairs = STRtree(points).query(points, predicate="dwithin", distance=MEANT_ONE_M)
    return [(nodes[a], nodes[b]) for a, b in pairs.T.tolist() if a < b]


def _without_twins(streets: Sequence[Street]) -> list[Street]:
    """Of streets that lie on each other from end to end, the one of the highest class."""
    kept: list[Street] = []
    between: dict[tuple[Node, ...], list[Street]] = defaultdict(list)
    for street in sorted(streets, key=lambda street: RANK[street.road_class]):
        others = between[tuple(sorted(ends_of(street)))]
        if all(street.line.hausdorff_distance(other.line) > SHORT_EDGE_M / 2 for other in others):
            others.append(street)
            kept.append(street)
    return kept


def _is_open(street: Street) -> bool:
    """Not a loop so small that nobody would drive it."""
    a, b = ends_of(street)
    return a != b or street.line.length > 4 * SHORT_EDGE_M


def _moved(street: Street, root: Callable[[Node], Node]) -> Street:
    """A street with its ends at the junctions that took over."""
    a, b = ends_of(street)
    inner = [p for p in street.line.coords[1:-1] if min(_gap(p, root(a)), _gap(p, root(b))) > SHORT_EDGE_M / 2]
    return street.along(LineString([root(a), *inner, root(b)]))


def _gap(a: Sequence[float], b: Sequence[float]) -> float:
    """Distance between two points."""
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def prune(streets: Sequence[Street], may_end: Callable[[Node], bool]) -> list[Street]:
    """Remove short blind ends again and again, except where a street may end (at the edge of the district)."""
    kept = list(streets)
    for _ in range(PRUNE_ROUNDS_MAX):
        degree: dict[Node, int] = defaultdict(int)
        for street in kept:
            for node in ends_of(street):
                degree[node] += 1
        blind = {node for node, count in degree.items() if count == 1 and not may_end(node)}
        survivors = [s for s in kept if s.line.length > STUB_M_MAX or not blind.intersection(ends_of(s))]
        if len(survivors) == len(kept):
            break
        kept = survivors
    return kept


def insert_node(streets: list[Street], at: Point, eligible: Callable[[Street], bool]) -> Node:
    """Split the nearest eligible street at a point (in place) and return the junction; a near end is used as it is."""
    candidates = [k for k, street in enumerate(streets) if eligible(street)]
    lines = [streets[k].line for k in candidates]
    chosen = candidates[int(np.argmin(shapely.distance(lines, at)))]
    street = streets[chosen]
    along = street.line.project(at)
    if min(along, street.line.length - along) < SHORT_EDGE_M:
        return ends_of(street)[int(along > street.line.length / 2)]
    head, tail = cut_line(street.line, [along])
    streets[chosen] = street.along(head)
    streets.append(street.along(tail))
    return ends_of(streets[chosen])[1]


def node_at(line: LineString, along_m: float) -> Node:
    """The point at a distance along a line, on the coordinate grid."""
    x, y = line.interpolate(along_m).coords[0]
    return round(x / GRID_M) * GRID_M, round(y / GRID_M) * GRID_M


def cut_line(line: LineString, marks_m: Sequence[float]) -> list[LineString]:
    """A line in pieces that meet at `node_at` of each mark."""
    coords = np.asarray(line.coords)
    run = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))))
    marks = [0.0, *sorted(marks_m), float(run[-1])]
    nodes = [coords[0], *(node_at(line, mark) for mark in marks[1:-1]), coords[-1]]
    pieces = []
    for k in range(len(marks) - 1):
        inner = coords[(run > marks[k] + GRID_M) & (run < marks[k + 1] - GRID_M)]
        pieces.append(LineString(np.vstack((nodes[k], inner, nodes[k + 1]))))
    return pieces


def strongly_connected(streets: Sequence[Street]) -> list[Street]:
    """The streets of the largest part in which every place can be driven to from every other."""
    forward: dict[Node, list[Node]] = defaultdict(list)
    backward: dict[Node, list[Node]] = defaultdict(list)
    for street in streets:
        a, b = ends_of(street)
        for start, end in ((a, b),) if street.is_oneway else ((a, b), (b, a)):
            forward[start].append(end)
            backward[end].append(start)
    seed = _busiest(streets)
    mutual = _reach(forward, seed) & _reach(backward, seed)
    return [street for street in streets if set(ends_of(street)) <= mutual]


def _busiest(streets: Iterable[Street]) -> Node:
    """The junction with most arms: certainly inside the main part."""
    degree: dict[Node, int] = defaultdict(int)
    for street in streets:
        for node in ends_of(street):
            degree[node] += 1
    return max(degree, key=lambda node: (degree[node], node))


def _reach(following: dict[Node, list[Node]], start: Node) -> set[Node]:
    """All junctions that can be reached."""
    seen, todo = {start}, [start]
    while todo:
        for node in following[todo.pop()]:
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return seen

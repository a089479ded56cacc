"""The drafted roads as columns: all their points in one table, each point with the number of the node that it names."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gnss._jit import kernel
from mapping.network.drafts import RoadDraft
from mapping.network.model import offsets_of
from mapping.network.report import NetworkReport
from mapping.network.tables import Floats, Ints

UNNAMED = -1
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Points of all roads, road by road; `node` is a dense number of the node a point names, -1 = only geometry.

    `number` is the draft that each road is; `is_gap` says that points are missing before this one; `same` are pairs of
    nodes that turned out to be one place.
    """

    roads: list[RoadDraft]
    number: Ints
    first: Ints
    x_m: Floats
    y_m: Floats
    h_map_m: Floats
    node: Ints
    is_gap: NDArray[np.bool_]
    node_refs: Longs
    same: list[tuple[int, int]]


def gather(drafts: list[RoadDraft], kind: str, join_m: float, is_joined: bool, report: NetworkReport) -> Gathered:
    """Columns of the sound drafts; points without position and repeated points are left out and reported."""
    number = np.array([i for i, road in enumerate(drafts) if _is_sound(road, kind, report)], dtype=np.int32)
    roads = [drafts[i] for i in number]
    first = offsets_of(np.array([road.x_m.size for road in roads], dtype=np.int64))
    x_m, y_m = _joined([road.x_m for road in roads]), _joined([road.y_m for road in roads])
    h_map_m = _joined([np.full(r.x_m.size, np.nan) if r.h_map_m is None else r.h_map_m for r in roads])
    node, refs = _name_points(roads, first, x_m, y_m, join_m if is_joined else -1.0)
    whole = Gathered(roads, number, first, x_m, y_m, h_map_m, node, np.zeros(x_m.size, dtype=np.bool_), refs, [])
    return _without_useless_points(whole, kind, report)


def _is_sound(road: RoadDraft, kind: str, report: NetworkReport) -> bool:
    """Whether the columns of a draft fit each other and hold a line."""
    sizes = {road.y_m.size, *(c.size for c in (road.h_map_m, road.node_refs) if c is not None)}
    if sizes != {road.x_m.size}:
        report.fault(kind, road.ref, "its columns of points differ in length")
    elif np.count_nonzero(np.isfinite(road.x_m) & np.isfinite(road.y_m)) < 2:
        report.fault(kind, road.ref, "has fewer than two points with a position")
    else:
        return True
    return False


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts).astype(np.float64, copy=False) if parts else np.empty(0)


def _name_points(roads: list[RoadDraft], first: Ints, x_m: Floats, y_m: Floats, join_m: float) -> tuple[Ints, Longs]:
    """Dense node of every point, and what each node is called; unnamed ends are joined where they meet."""
    named = np.zeros(x_m.size, dtype=np.bool_)
    refs = np.zeros(x_m.size, dtype=np.int64)
    bare = []
    for row, road in enumerate(roads):
        a, b = int(first[row]), int(first[row + 1])
        if road.node_refs is not None:
            named[a:b], refs[a:b] = True, road.node_refs
        elif road.ends is not None:
            named[[a, b - 1]], refs[[a, b - 1]] = True, road.ends
        else:
            bare += [a, b - 1]
    node = np.full(x_m.size, UNNAMED, dtype=np.int32)
    called, node[named] = np.unique(refs[named], return_inverse=True)
    rows = np.array(bare, dtype=np.int64)
    cluster = join_points(x_m[rows], y_m[rows], join_m)
    made = int(cluster.max(initial=-1)) + 1
    node[rows] = cluster + called.size
    lowest = min(int(called.min(initial=0)), 0)
    return node, np.concatenate([called, lowest - 1 - np.arange(made, dtype=np.int64)])


def join_points(x_m: Floats, y_m: Floats, join_m: float) -> Ints:
    """Number of the cluster of each point: points within `join_m` of each other, directly or over others, are one.

    A negative distance joins none. Clusters are numbered by their first points.
    """
    if join_m < 0.0 or x_m.size == 0:
        return np.arange(x_m.size, dtype=np.int32)
    points = shapely.points(x_m, y_m)
    lost = ~(np.isfinite(x_m) & np.isfinite(y_m))
    points[lost] = None
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=join_m)
    return renumbered(union(x_m.size, pairs[0].astype(np.int32), pairs[1].astype(np.int32)))


def union(n: int, a: Ints, b: Ints) -> Ints:
    """Least member of the set of each of `n` things, where `a[i]` and `b[i]` are in one set."""
    parent = np.arange(n, dtype=np.int32)
    _unite(parent, a, b)
    return parent


def renumbered(root: Ints) -> Ints:
    """Roots (the least member of each set) as numbers without holes, in order."""
    _, dense = np.unique(root, return_inverse=True)
    return dense.astype(np.int32)


@kernel
def _unite(parent: Ints, a: Ints, b: Ints) -> None:
    for i in range(a.size):
        p, q = a[i], b[i]
        while parent[p] != p:
            parent[p] = parent[parent[p]]
            p = parent[p]
        while parent[q] != q:
            parent[q] = parent[parent[q]]
            q = parent[q]
        parent[max(p, q)] = min(p, q)
    for i in range(parent.size):  # a parent is never greater than its child, hence already settled
        parent[i] = parent[parent[i]]


def _without_useless_points(g: Gathered, kind: str, report: NetworkReport) -> Gathered:
    """The same without points that have no position or lie where the one before lies (their nodes become one)."""
    road = np.repeat(np.arange(len(g.roads), dtype=np.int32), np.diff(g.first))
    lost = ~(np.isfinite(g.x_m) & np.isfinite(g.y_m))
    for row in np.unique(road[lost]):
        report.fault(kind, g.roads[row].ref, "has points without a position", "cut there")
    follows = np.zeros(g.x_m.size, dtype=np.bool_)
    follows[1:] = road[1:] == road[:-1]
    before = np.arange(-1, g.x_m.size - 1)
    repeated = follows & (g.x_m == g.x_m[before]) & (g.y_m == g.y_m[before]) & ~lost
    both = repeated & (g.node >= 0) & (g.node[before] >= 0) & (g.node != g.node[before])
    same = list(zip(g.node[before][both].tolist(), g.node[both].tolist(), strict=True))
    node = g.node.copy()
    _carry_back(node, repeated)
    kept = ~(lost | repeated)
    gap = (follows & lost[before])[kept]
    first = offsets_of(np.bincount(road[kept], minlength=len(g.roads)))
    node, refs = _with_every_end_named(node[kept], first, gap, g.node_refs)
    return replace(
        g,
        first=first,
        x_m=g.x_m[kept],
        y_m=g.y_m[kept],
        h_map_m=g.h_map_m[kept],
        node=node,
        is_gap=gap,
        node_refs=refs,
        same=same,
    )


def _with_every_end_named(node: Ints, first: Ints, gap: NDArray[np.bool_], refs: Longs) -> tuple[Ints, Longs]:
    """Ends that are ends only because points beside them were left out get nodes of their own."""
    is_end = gap.copy()
    is_end[:-1] |= gap[1:]
    filled = first[:-1] < first[1:]
    is_end[first[:-1][filled]] = is_end[first[1:][filled] - 1] = True
    bare = np.flatnonzero(is_end & (node < 0))
    node[bare] = refs.size + np.arange(bare.size, dtype=np.int32)
    lowest = min(int(refs.min(initial=0)), 0)
    return node, np.concatenate([refs, lowest - 1 - np.arange(bare.size, dtype=np.int64)])


@kernel
def _carry_back(node: Ints, repeated: NDArray[np.bool_]) -> None:
    """A point that is kept takes the name of the repetition that is left out, where it has none itself."""
    for i in range(node.size - 1, 0, -1):
        if repeated[i] and node[i - 1] < 0:
            node[i - 1] = node[i]

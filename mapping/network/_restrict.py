"""Turn restrictions between roads into forbidden pairs and sequences of edges."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from mapping.network._cut import Cut
from mapping.network.codes import RestrictionKind
from mapping.network.drafts import RestrictionDraft
from mapping.network.model import lists_by
from mapping.network.report import NetworkReport

VIA_EDGES_MAX = 64
"""Edges of a road that a restriction leads over; more is a mistake in the map."""
KIND = "restriction"


class Restrictor:
    """Finds the edges that restrictions speak of. `pairs` and `sequences` are what may not be driven."""

    def __init__(self, made: Cut, edge_ref: NDArray[np.int64], report: NetworkReport) -> None:
        self.pairs: list[tuple[int, int]] = []
        self.sequences: list[tuple[int, ...]] = []
        self._made = made
        self._report = report
        self._leaving = lists_by(made.node_from, len(made.nodes))
        self._order = np.argsort(edge_ref, kind="stable")
        self._sorted_ref = edge_ref[self._order]
        self._node = {int(ref): row for row, ref in enumerate(made.nodes.ref.tolist())}

    def apply(self, restriction: RestrictionDraft) -> None:
        """Add what one restriction forbids, or report why it forbids nothing."""
        edges_from, edges_to = self._edges(restriction.road_from), self._edges(restriction.road_to)
        if not edges_from or not edges_to or not all(self._edges(via) for via in restriction.via_roads):
            self._report.fault(KIND, restriction.ref, "names a road that is not in the network")
        elif restriction.via_roads:
            self._over_roads(restriction, edges_from, edges_to)
        elif restriction.via_node in self._node:
            self._over_node(restriction, self._node[restriction.via_node], edges_from, edges_to)
        else:
            self._report.fault(KIND, restriction.ref, "names a node at which no road of the network ends")

    def _edges(self, ref: int) -> list[int]:
        """The edges of a road, in order."""
        low, high = np.searchsorted(self._sorted_ref, [ref, ref + 1])
        found: list[int] = self._order[low:high].tolist()
        return found

    def _next(self, edge: int) -> list[int]:
        found: list[int] = self._leaving.of(int(self._made.node_to[edge])).tolist()
        return found

    def _over_node(self, restriction: RestrictionDraft, node: int, edges_from: list[int], edges_to: list[int]) -> None:
        starts = [e for e in edges_from if self._made.node_to[e] == node]
        ends = [e for e in edges_to if self._made.node_from[e] == node]
        if not starts or not ends:
            self._report.fault(KIND, restriction.ref, "its roads cannot be driven into and out of its node that way")
        elif restriction.road_from == restriction.road_to and restriction.kind is RestrictionKind.NO:
            self.pairs += [(e, int(self._made.twin[e])) for e in starts if self._made.twin[e] >= 0]
        elif len(starts) > 1 or len(ends) > 1:
            self._report.fault(KIND, restriction.ref, "a road goes on beyond its node, so that it can mean two turns")
        else:
            self._forbid(restriction.kind, (starts[0], ends[0]))

    def _over_roads(self, restriction: RestrictionDraft, edges_from: list[int], edges_to: list[int]) -> None:
        stages = [set(self._edges(via)) for via in restriction.via_roads] + [set(edges_to)]
        found = [path for start in edges_from if (path := self._lead(start, stages))]
        if len(found) == 1:
            self._forbid(restriction.kind, found[0])
        else:
            what = "its roads do not lead into each other" if not found else "its roads meet in more than one way"
            self._report.fault(KIND, restriction.ref, what)

    def _lead(self, start: int, stages: list[set[int]]) -> tuple[int, ...] | None:
        """The path of fewest edges from an edge through every stage to an edge of the last one, or none."""
        waiting: deque[tuple[tuple[int, ...], int]] = deque([((start,), 0)])
        seen = {(start, 0)}
        while waiting:
            path, stage = waiting.popleft()
            for edge in self._next(path[-1]):
                for ahead in range(stage + 1, max(stage, 1) - 1, -1):
                    if edge == self._made.twin[path[-1]] or edge not in stages[ahead - 1] or (edge, ahead) in seen:
                        continue
                    if ahead == len(stages):
                        return (*path, edge)
                    seen.add((edge, ahead))
                    if len(path) < VIA_EDGES_MAX:
                        waiting.append(((*path, edge), ahead))
        return None

    def _forbid(self, kind: RestrictionKind, path: tuple[int, ...]) -> None:
        """Forbid a path; or, of its edges but the first of a long one, every way on that is not it."""
        if kind is RestrictionKind.NO:
            self._add(path)
            return
        for at in range(0 if len(path) == 2 else 1, len(path) - 1):
            for edge in self._next(path[at]):
                if edge != path[at + 1]:
                    self._add((*path[: at + 1], edge))

    def _add(self, path: tuple[int, ...]) -> None:
        if len(path) == 2:
            self.pairs.append((path[0], path[1]))
        else:
            self.sequences.append(path)

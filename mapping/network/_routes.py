"""Routes: roads in order into directed edges in order, and the calls at stops along them."""

from dataclasses import replace
from math import isnan, nan
from typing import Final

import numpy as np

from mapping.network.drafts import RouteDraft
from mapping.network.report import NetworkReport
from mapping.network.tables import Floats, Ints, Lines

STOP_TO_ROUTE_M_MAX: Final = 60.0
"""A stop farther from the route has no place along it."""
WRONG_SIDE_M: Final = 4.0
"""How much nearer the route must be on the other side of a stop to serve it there: a lane."""
NEXT_PASS_M: Final = 15.0
"""Where a route passes a stop several times, the first pass that is not farther than the nearest by more than this."""
KEPT: Final = "kept, with gaps"
SKIPPED_MAX: Final = 4
"""Roads in a row that a route may name and not drive."""


class RouteFinder:
    """Turns roads in order into directed edges in order."""

    def __init__(self, node_from: Ints, node_to: Ints, edges_of_ref: dict[int, tuple[list[int], list[int]]]) -> None:
        """`edges_of_ref` has the forward edges of each road in order, and the backward ones in their order."""
        self._from = node_from.tolist()
        self._to = node_to.tolist()
        self._edges = edges_of_ref

    def find(self, route: RouteDraft, report: NetworkReport) -> tuple[RouteDraft, list[int]]:
        """A route with its edges; roads that are not there or do not meet are reported and leave a gap.

        Some maps list a route from its end: where only that makes sense, roads and calls are taken the other way round.
        """
        refs = [ref for ref in route.road_refs if ref in self._edges]
        if missing := len(route.road_refs) - len(refs):
            what = "one of its roads is" if missing == 1 else "some of its roads are"
            report.fault("route", route.ref, f"{what} not in the network", KEPT)
        edges, gaps = self._chain(refs)
        if gaps and not route.arrive_s and not route.depart_s:
            turned, turned_gaps = self._chain(refs[::-1])
            if turned_gaps < gaps:
                edges, gaps = turned, turned_gaps
                route = replace(route, road_refs=route.road_refs[::-1], stop_refs=route.stop_refs[::-1])
        if gaps:
            report.fault("route", route.ref, "its roads do not lead into each other in this order", KEPT)
        return route, edges

    def _chain(self, refs: list[int]) -> tuple[list[int], int]:
        """Edges over roads in order, and how often a road does not begin where the one before ends."""
        edges: list[int] = []
        gaps, i = 0, 0
        while i < len(refs):
            at = self._to[edges[-1]] if edges else None
            i += self._skipped(refs[i:], at)
            goals = self._nodes(refs[i + 1]) if i + 1 < len(refs) else set()
            part, is_joined = self._through(refs[i], at, goals)
            gaps += bool(edges) and not is_joined
            edges += part
            i += 1
        return edges, gaps

    def _skipped(self, refs: list[int], at: int | None) -> int:
        """How many of the next roads are driven the other way only, as the far sides of roundabouts are."""
        for k, ref in enumerate(refs[: SKIPPED_MAX + 1]):
            if any(self._from[e] == at for chain in self._edges[ref] for e in chain):
                return k
        return 0

    def _nodes(self, ref: int) -> set[int]:
        return {node for chain in self._edges[ref] for e in chain for node in (self._from[e], self._to[e])}

    def _through(self, ref: int, at: int | None, goals: set[int]) -> tuple[list[int], bool]:
        """The edges of a road from a node to a road that follows, and whether it begins at that node."""
        options = [(self._part(chain, at, goals)) for chain in self._edges[ref] if chain]
        best = max(options, key=lambda option: (option[1], option[2], -len(option[0])), default=([], False, False))
        return best[0], best[1]

    def _part(self, chain: list[int], at: int | None, goals: set[int]) -> tuple[list[int], bool, bool]:
        """(edges, whether it begins at the node, whether it ends at a goal) of one direction of a road."""
        is_round = self._from[chain[0]] == self._to[chain[-1]]
        starts = [k for k, e in enumerate(chain) if self._from[e] == at]
        begin = starts[0] if starts else 0
        turned = chain[begin:] + chain[:begin] if is_round else chain[begin:]
        ends = [k for k, e in enumerate(turned) if self._to[e] in goals]
        if not ends:
            return turned, bool(starts) or at is None, not goals
        # a road that is left where it was entered is driven to its other end, a ring to its first exit
        end = ends[0] if is_round else ends[-1]
        return turned[: end + 1], bool(starts) or at is None, True


def runs_of_stops(edges: list[int], shape: Lines, x_m: Floats, y_m: Floats, is_right_hand: bool) -> Floats:
    """Where along a route each of its stops is; NaN where it is not beside the route.

    They ascend if the stops are in the order in which they are passed; where more have a place otherwise, not.
    """
    segments = _segments(edges, shape)
    in_order, anyhow = np.full(x_m.size, nan), np.full(x_m.size, nan)
    reached_m = 0.0
    for i in range(x_m.size):
        at = float(x_m[i]), float(y_m[i])
        in_order[i] = _first_pass(segments, *at, reached_m, is_right_hand)
        reached_m = reached_m if isnan(in_order[i]) else float(in_order[i])
        anyhow[i] = in_order[i] if reached_m == 0.0 else _first_pass(segments, *at, 0.0, is_right_hand)
    return anyhow if np.isfinite(anyhow).sum() > np.isfinite(in_order).sum() else in_order


def _segments(edges: list[int], shape: Lines) -> Floats:
    """Rows (x, y, dx, dy, run along the route) of all segments of a route."""
    parts, run_m = [], 0.0
    for edge in edges:
        line = shape.line(edge)
        parts.append(
            np.column_stack(
                (line.x_m[:-1], line.y_m[:-1], np.diff(line.x_m), np.diff(line.y_m), run_m + line.run_m[:-1])
            )
        )
        run_m += float(line.run_m[-1])
    return np.concatenate(parts) if parts else np.empty((0, 5))


def _first_pass(segments: Floats, x_m: float, y_m: float, reached_m: float, is_right_hand: bool) -> float:
    """The run at the first pass of a stop that is as near as any, not before `reached_m`."""
    px_m, py_m, dx_m, dy_m = x_m - segments[:, 0], y_m - segments[:, 1], segments[:, 2], segments[:, 3]
    fraction = np.clip((px_m * dx_m + py_m * dy_m) / (dx_m**2 + dy_m**2), 0.0, 1.0)
    side = dx_m * py_m - dy_m * px_m
    away_m = np.hypot(px_m - fraction * dx_m, py_m - fraction * dy_m)
    away_m += WRONG_SIDE_M * (side > 0.0 if is_right_hand else side < 0.0)
    best = np.column_stack((segments[:, 4] + fraction * np.hypot(dx_m, dy_m), away_m))
    ahead = best[best[:, 0] >= reached_m]
    if len(ahead) == 0 or not ahead[:, 1].min() <= STOP_TO_ROUTE_M_MAX:
        return nan
    near = np.flatnonzero(ahead[:, 1] <= ahead[:, 1].min() + NEXT_PASS_M)
    pass_ends = np.flatnonzero(np.diff(near) > 1)
    first_pass = near[: pass_ends[0] + 1] if pass_ends.size else near
    return float(ahead[first_pass[np.argmin(ahead[first_pass, 1])], 0])


def lists_from(parts: list[list[int]]) -> tuple[Ints, Ints]:
    """Offsets and values of lists."""
    first = np.zeros(len(parts) + 1, dtype=np.int32)
    np.cumsum([len(part) for part in parts], out=first[1:])
    return first, np.array([value for part in parts for value in part], dtype=np.int32)

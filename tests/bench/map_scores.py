"""How well matched roads agree with the true ones; the definitions are in docs/matching.md."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

NEARLY_M = 20.0
"""A drive of which less is wrong counts as right."""


@dataclass(frozen=True, slots=True)
class RouteScore:
    """Lengths of one drive, m: driven in truth, of that not matched, and matched without being driven."""

    true_m: float
    missing_m: float
    added_m: float

    @property
    def wrong_m(self) -> float:
        """Missing and added together."""
        return self.missing_m + self.added_m


@dataclass(frozen=True, slots=True)
class Totals:
    """Many drives: lengths pooled, and the part of the drives that is nearly right."""

    mismatch: float
    missing: float
    added: float
    nearly_right: float
    drives: int


Driven = tuple[int, float, float]
"""A stretch of a directed edge: edge, from and to in m."""


def route_score(true: Sequence[Driven], matched: Sequence[Driven]) -> RouteScore:
    """Compare two routes by how often each place of each directed edge is driven.

    Shape: stretches of edges in any order. Unit: m.
    """
    changes: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for route, sign in ((true, 1), (matched, -1)):
        for edge, start_m, end_m in route:
            changes[int(edge)] += [(float(start_m), sign), (float(end_m), -sign)]
    missing_m = added_m = 0.0
    for events in changes.values():
        events.sort()
        times = 0
        for (here_m, sign), (next_m, _) in pairwise(events):
            times += sign
            missing_m += max(times, 0) * (next_m - here_m)
            added_m += max(-times, 0) * (next_m - here_m)
    return RouteScore(sum(end_m - start_m for _, start_m, end_m in true), missing_m, added_m)


def totals(scores: Sequence[RouteScore]) -> Totals:
    """All drives together."""
    true_m = sum(s.true_m for s in scores)
    missing, added = sum(s.missing_m for s in scores) / true_m, sum(s.added_m for s in scores) / true_m
    right = sum(s.wrong_m < NEARLY_M for s in scores) / len(scores)
    return Totals(missing + added, missing, added, right, len(scores))


def on_route(edge: Ints, way: Ints) -> NDArray[np.bool_]:
    """Of each matched position, whether its directed edge is one of the true route.

    Shape: (n,) and any.
    """
    return np.isin(edge, way)

"""How well matched roads agree with the true ones; the definitions are in docs/matching.md."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


def route_score(true: Iterable[int], matched: Iterable[int], length_m: Floats) -> RouteScore:
    """Compare two routes as multisets of directed pieces: what is driven twice must be matched twice.

    Shape: piece numbers, `length_m` by piece. Unit: m.
    """
    a, b = Counter(int(piece) for piece in true), Counter(int(piece) for piece in matched)

    def total(pieces: Counter[int]) -> float:
        return float(sum(length_m[piece] * times for piece, times in pieces.items()))

    return RouteScore(total(a), total(a - b), total(b - a))


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

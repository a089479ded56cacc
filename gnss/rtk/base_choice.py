"""Which base station serves a rover: the nearest healthy one, with hysteresis, and a reason that is kept.

A rover keeps its base while that is healthy. It leaves one that is silent, jumped or degraded at once, and comes back
only after that base has been well for a while; it goes over to a nearer one only where that is clearly nearer, several
epochs in a row. Without a healthy base, one that is silent or degraded serves on: the age of its data is the engine's.

All times are those of epochs, so a choice depends on what was observed, not on when it is made. The numbers are ours.
"""

from enum import IntEnum
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S

NO_ROW = -1
"""No base."""


class BaseHealth(IntEnum):
    """What is to be thought of a base now."""

    HEALTHY = 0
    SILENT = 1
    JUMPED = 2
    DEGRADED = 3
    UNPLACED = 4


class BaseReason(IntEnum):
    """Why a rover has the base that it has."""

    NONE = 0
    ONLY_ONE = 1
    NEAREST = 2
    NEARER = 3
    FAILED_OVER_SILENT = 4
    FAILED_OVER_JUMPED = 5
    FAILED_OVER_DEGRADED = 6
    RETURNED = 7


class BaseRules(NamedTuple):
    """What is healthy, and how much better another base must be. Times in ns."""

    silent_after_ns: int = 3 * NS_PER_S
    settle_ns: int = 10 * NS_PER_S
    satellites_min: int = 6
    return_after_ns: int = 30 * NS_PER_S
    reach_m: float = 100_000.0
    nearer_m: float = 2_000.0
    nearer_share: float = 0.2
    nearer_epochs: int = 3
    tolerance_ns: int = 20_000_000


class BaseColumns(NamedTuple):
    """By base, (m,) each: where it stands and how it has been. Times are GPST since 1980-01-06, `NO_TIME` = never.

    `ecef_m` (m, 3), NaN = not stated; `t_first_ns`, `t_last_ns`: its oldest and newest epoch that is kept;
    `t_jumped_ns`: when it last stated another place; `t_ill_ns`: when it was last anything but healthy; `satellites` of
    its newest epoch.
    """

    ecef_m: NDArray[np.float64]
    t_first_ns: NDArray[np.int64]
    t_last_ns: NDArray[np.int64]
    t_jumped_ns: NDArray[np.int64]
    t_ill_ns: NDArray[np.int64]
    satellites: NDArray[np.int32]


class Choice(NamedTuple):
    """By rover: `base` row, `reason`; what is remembered for the next time: `left`, the base it failed over from,
    `wanted`, a base that is clearly nearer, since so many epochs (`wanted_epochs`)."""

    base: NDArray[np.int32]
    reason: NDArray[np.uint8]
    left: NDArray[np.int32]
    wanted: NDArray[np.int32]
    wanted_epochs: NDArray[np.int32]

    @classmethod
    def none(cls, n: int) -> Self:
        """No base yet."""
        base, left, wanted = (np.full(n, NO_ROW, np.int32) for _ in range(3))
        return cls(base, np.zeros(n, np.uint8), left, wanted, np.zeros(n, np.int32))


_FAILED = np.full(len(BaseHealth), BaseReason.NEARER, np.uint8)
_FAILED[BaseHealth.SILENT] = BaseReason.FAILED_OVER_SILENT
_FAILED[BaseHealth.JUMPED] = BaseReason.FAILED_OVER_JUMPED
_FAILED[BaseHealth.DEGRADED] = BaseReason.FAILED_OVER_DEGRADED


def judge_bases(bases: BaseColumns, t_gpst_ns: NDArray[np.int64], rules: BaseRules) -> NDArray[np.uint8]:
    """A `BaseHealth` of each base (m,) at each time (n,); of several ills the worst that can be said.

    Shape: (n, m). Unit: ns since 1980-01-06 GPST. Error: none. Source: our own numbers.
    """
    t_ns = t_gpst_ns[:, None]
    health = np.full((len(t_gpst_ns), len(bases.satellites)), BaseHealth.HEALTHY, np.uint8)
    health[:, bases.satellites < rules.satellites_min] = BaseHealth.DEGRADED
    health[_within(bases.t_jumped_ns, t_ns, rules.settle_ns)] = BaseHealth.JUMPED
    has_begun = bases.t_first_ns <= t_ns + rules.tolerance_ns
    health[~(_within(bases.t_last_ns, t_ns, rules.silent_after_ns) & has_begun)] = BaseHealth.SILENT
    health[:, ~np.isfinite(bases.ecef_m).all(axis=1)] = BaseHealth.UNPLACED
    return health


def _within(then_ns: NDArray[np.int64], t_ns: NDArray[np.int64], span_ns: int) -> NDArray[np.bool_]:
    known = then_ns != NO_TIME
    within: NDArray[np.bool_] = known & (t_ns - np.where(known, then_ns, t_ns) <= span_ns)
    return within


def choose_bases(
    before: Choice,
    t_gpst_ns: NDArray[np.int64],
    rover_ecef_m: NDArray[np.float64],
    bases: BaseColumns,
    rules: BaseRules,
) -> Choice:
    """The base of each rover for its epoch at `t_gpst_ns` (n,), after what it was `before`.

    `rover_ecef_m` (n, 3): where the rovers are. Where that is not known (NaN), all bases are taken to be as near.

    Shape: (n,). Unit: m, ns since 1980-01-06 GPST. Frame: ECEF. Error: none. Source: our own numbers.
    """
    if not len(bases.satellites):
        return Choice.none(len(before.base))
    health = judge_bases(bases, t_gpst_ns, rules)
    distance_m = _distances(rover_ecef_m, bases, rules)
    best, keeps = _best(distance_m, health, before.base), _serves(before.base, distance_m, health)
    well = _at(~_within(bases.t_ill_ns, t_gpst_ns[:, None], rules.return_after_ns), best, False)
    is_other = (best != before.base) & (best != NO_ROW)
    back = keeps & is_other & well & (best == before.left)
    wanted, wanted_epochs = _wanted(before, best, distance_m, keeps & well, rules)
    nearer = wanted_epochs >= rules.nearer_epochs
    moves = (~keeps | back | nearer) & (best != before.base)
    choice = np.count_nonzero(np.isfinite(distance_m) & (health == BaseHealth.HEALTHY), axis=1)
    reason = _reasons(before, best, _at(health, before.base, 0), back | (best == before.left), nearer, choice > 1)
    fails = moves & ~keeps & (before.base != NO_ROW)
    left = np.where(fails, before.base, np.where(moves, NO_ROW, before.left))
    return Choice(
        np.where(moves, best, before.base).astype(np.int32),
        np.where(moves, reason, before.reason).astype(np.uint8),
        left.astype(np.int32),
        np.where(moves, NO_ROW, wanted).astype(np.int32),
        np.where(moves, 0, wanted_epochs).astype(np.int32),
    )


def _distances(rover_ecef_m: NDArray[np.float64], bases: BaseColumns, rules: BaseRules) -> NDArray[np.float64]:
    """From each rover to each base (n, m) in m; infinite beyond reach and where nobody knows where the base is."""
    distance_m = np.linalg.norm(rover_ecef_m[:, None, :] - bases.ecef_m[None], axis=2)
    lost = ~np.isfinite(rover_ecef_m).all(axis=1)
    distance_m[lost] = np.where(np.isfinite(bases.ecef_m).all(axis=1), 0.0, np.inf)
    distance_m[~(distance_m <= rules.reach_m)] = np.inf
    return distance_m


def _at(values: NDArray[Any], base: NDArray[np.int32], missing: Any) -> NDArray[Any]:
    """Of `values` (n, m), the one of each rover's base."""
    return np.where(base == NO_ROW, missing, values[np.arange(len(base)), np.maximum(base, 0)])


def _best(distance_m: NDArray[np.float64], health: NDArray[np.uint8], base: NDArray[np.int32]) -> NDArray[np.int32]:
    """The nearest healthy base; where there is none, the base that serves on, or the nearest degraded one."""
    best = np.full(len(base), NO_ROW, np.int32)
    serves_on = np.isin(_at(health, base, BaseHealth.UNPLACED), (BaseHealth.SILENT, BaseHealth.DEGRADED))
    serves_on &= np.isfinite(_at(distance_m, base, np.inf))
    for verdict in (BaseHealth.HEALTHY, BaseHealth.DEGRADED):
        usable_m = np.where(health == verdict, distance_m, np.inf)
        nearest = np.argmin(usable_m, axis=1).astype(np.int32)
        best = np.where((best == NO_ROW) & np.isfinite(_at(usable_m, nearest, np.inf)), nearest, best)
        best = np.where((best == NO_ROW) & serves_on, base, best)
    return best


def _serves(base: NDArray[np.int32], distance_m: NDArray[np.float64], health: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether the base that a rover has is healthy and within reach."""
    healthy: NDArray[np.bool_] = _at(health, base, BaseHealth.UNPLACED) == BaseHealth.HEALTHY
    return healthy & np.isfinite(_at(distance_m, base, np.inf))


def _wanted(
    before: Choice, best: NDArray[np.int32], distance_m: NDArray[np.float64], may: NDArray[np.bool_], rules: BaseRules
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """A base that is clearly nearer than the one in use, and for how many epochs in a row it has been."""
    own_m, best_m = _at(distance_m, before.base, np.inf), _at(distance_m, best, np.inf)
    clearly = may & (best_m < own_m - rules.nearer_m) & (best_m < own_m * (1.0 - rules.nearer_share))
    wanted = np.where(clearly, best, NO_ROW).astype(np.int32)
    again = clearly & (wanted == before.wanted)
    return wanted, np.where(again, before.wanted_epochs + 1, clearly).astype(np.int32)


def _reasons(
    before: Choice,
    best: NDArray[np.int32],
    ill: NDArray[np.uint8],
    back: NDArray[np.bool_],
    nearer: NDArray[np.bool_],
    has_choice: NDArray[np.bool_],
) -> NDArray[np.uint8]:
    """Why rovers that move do; `ill`: the health of the bases that they had."""
    first = np.where(has_choice, BaseReason.NEAREST, BaseReason.ONLY_ONE)
    reason = np.where(before.base == NO_ROW, first, _FAILED[ill])
    reason = np.where(nearer, BaseReason.NEARER, reason)
    reason = np.where(back, BaseReason.RETURNED, reason)
    return np.where(best == NO_ROW, BaseReason.NONE, reason).astype(np.uint8)

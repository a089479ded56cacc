"""What can be done with a terminal's filter apart from updating it: begin anew, forget, let drift, copy.

The information matrix is packed by rows; entry 0 to 2 is the position of a resting rover, then an ambiguity a place.
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.rtk._apart import apart
from gnss.rtk._memory import Mine
from gnss.rtk._work import POSITION

Floats = NDArray[np.float64]

PROVEN_AGE = 10
"""Epochs after which an integer held is taken for right even when its satellite is gone."""

INFO_MIN = 1e-9
"""An ambiguity about which less is known than this (1/cycle²) is as good as unknown."""


@inline_kernel
def tri(row: int) -> int:
    """Where a row of the packed lower triangle begins."""
    return row * (row + 1) // 2


@leaf_kernel
def reset(mine: Mine) -> None:
    """Forget all ambiguities."""
    apart()
    n = POSITION + mine.count[0]
    for i in range(tri(n)):
        mine.info[i] = 0.0
    for i in range(n):
        mine.rhs[i] = 0.0
    mine.cost[0], mine.dof[0] = 0.0, 0.0
    mine.count[0], mine.fixed_epochs[0] = 0, 0
    mine.sure[0], mine.doubts[0] = 0, 0


@leaf_kernel
def _column(mine: Mine, e: int, n: int, out: Floats) -> None:
    """Row and column `e` of the information as one vector."""
    start = tri(e)
    for j in range(e + 1):
        out[j] = mine.info[start + j]
    for i in range(e + 1, n):
        out[i] = mine.info[tri(i) + e]


@leaf_kernel
def _lower(mine: Mine, n: int, column: Floats, gain: float, b: float) -> None:
    """Take `gain` times the square of a column from the information, and what belongs to it from the rest."""
    for i in range(n):
        factor = column[i] * gain
        if factor != 0.0:
            start = tri(i)
            for j in range(i + 1):
                mine.info[start + j] -= factor * column[j]
            mine.rhs[i] -= factor * b
    mine.cost[0] -= gain * b * b


@leaf_kernel
def eliminate(mine: Mine, place: int, column: Floats) -> None:
    """Forget one ambiguity, keeping what it said about the others; the last place moves into the gap."""
    apart()
    n, e = POSITION + mine.count[0], POSITION + place
    _column(mine, e, n, column)
    if column[e] > INFO_MIN:
        _lower(mine, n, column, 1.0 / column[e], mine.rhs[e])
    _remove(mine, e, n, column)


@leaf_kernel
def _remove(mine: Mine, e: int, n: int, column: Floats) -> None:
    """Take row `e`, about which nothing is known any more, out; the last one moves into the gap."""
    last = n - 1
    if e != last:
        _move(mine, last, e, column)
    start = tri(last)
    for j in range(last + 1):
        mine.info[start + j] = 0.0
    mine.rhs[last] = 0.0
    mine.count[0] -= 1


@leaf_kernel
def _held_partner(mine: Mine, place: int) -> int:
    """The place held beside `place` in its group that was seen last, -1 = none, or `place` is not held for long."""
    best = -1
    if mine.held[place] == 0 or mine.age[place] < PROVEN_AGE or mine.sure[0] == 0 or mine.doubts[0] != 0:
        return best
    for other in range(mine.count[0]):
        beside = other != place and mine.held[other] != 0 and mine.key[other] == mine.key[place]
        if beside and (best < 0 or mine.seen_ns[other] > mine.seen_ns[best]):
            best = other
    return best


@leaf_kernel
def _substitute(mine: Mine, e: int, f: int, apart_cyc: float, n: int, column: Floats) -> None:
    """Let unknown `e` be unknown `f` and so many cycles: what is known of it is known of the other."""
    _column(mine, e, n, column)
    of_e = mine.rhs[e]
    mine.cost[0] -= apart_cyc * (2.0 * of_e - apart_cyc * column[e])
    for i in range(n):
        mine.rhs[i] -= apart_cyc * column[i]
    mine.rhs[f] += mine.rhs[e]
    for i in range(n):
        # twice in the diagonal: both of the row and of the column
        mine.info[tri(max(i, f)) + min(i, f)] += column[i] if i != f else 2.0 * column[f] + column[e]


@leaf_kernel
def leave(mine: Mine, place: int, column: Floats) -> None:
    """Forget an ambiguity that is not seen any more.

    What an integer held for long said of the offsets between groups stays, since it is known from another one of its
    group; of any other ambiguity what its float said.
    """
    apart()
    partner = _held_partner(mine, place)
    if partner < 0:
        eliminate(mine, place, column)
        return
    n, e = POSITION + mine.count[0], POSITION + place
    apart_cyc = 0.5 * (mine.integer[place] - mine.integer[partner])
    _substitute(mine, e, POSITION + partner, apart_cyc, n, column)
    _remove(mine, e, n, column)


@leaf_kernel
def _move(mine: Mine, last: int, e: int, column: Floats) -> None:
    """Put the last ambiguity into place `e`."""
    _column(mine, last, last + 1, column)
    start = tri(e)
    for j in range(e):
        mine.info[start + j] = column[j]
    mine.info[start + e] = column[last]
    for i in range(e + 1, last):
        mine.info[tri(i) + e] = column[i]
    mine.rhs[e] = mine.rhs[last]
    to, of = e - POSITION, last - POSITION
    mine.satellite[to], mine.key[to], mine.offset_cyc[to] = mine.satellite[of], mine.key[of], mine.offset_cyc[of]
    mine.residual_m[to], mine.seen_ns[to], mine.age[to] = mine.residual_m[of], mine.seen_ns[of], mine.age[of]
    mine.half_cycle[to], mine.held[to], mine.integer[to] = mine.half_cycle[of], mine.held[of], mine.integer[of]


@leaf_kernel
def loosen(mine: Mine, key: int, variance_cyc2: float, column: Floats) -> None:
    """Let the phases of a group drift together against the others: its receivers' delays are not quite constant."""
    apart()
    n, b, s = POSITION + mine.count[0], 0.0, 0.0
    for i in range(n):
        column[i] = 0.0
    for place in range(mine.count[0]):
        if mine.key[place] == key:
            e = POSITION + place
            b += mine.rhs[e]
            for j in range(e):
                column[j] += mine.info[tri(e) + j]
            for i in range(e, n):
                column[i] += mine.info[tri(i) + e]
    for place in range(mine.count[0]):
        if mine.key[place] == key:
            s += column[POSITION + place]
    _lower(mine, n, column, 1.0 / (1.0 / variance_cyc2 + max(s, 0.0)), b)


@leaf_kernel
def copy_filter(of: Mine, to: Mine) -> None:
    """Take over another filter's ambiguities and all it knows of them."""
    apart()
    reset(to)
    n = POSITION + of.count[0]
    for i in range(tri(n)):
        to.info[i] = of.info[i]
    for i in range(n):
        to.rhs[i] = of.rhs[i]
    to.cost[0], to.dof[0], to.count[0] = of.cost[0], of.dof[0], of.count[0]
    to.fixed_epochs[0] = of.fixed_epochs[0]
    to.sure[0], to.doubts[0] = of.sure[0], of.doubts[0]
    for i in range(of.count[0]):
        to.satellite[i], to.key[i], to.offset_cyc[i] = of.satellite[i], of.key[i], of.offset_cyc[i]
        to.residual_m[i], to.seen_ns[i], to.age[i] = of.residual_m[i], of.seen_ns[i], of.age[i]
        to.half_cycle[i], to.held[i], to.integer[i] = of.half_cycle[i], of.held[i], of.integer[i]

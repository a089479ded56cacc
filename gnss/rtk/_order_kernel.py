"""The order in which ambiguities are factorised, and the float solution.

Within each group one ambiguity is the pivot: the others are relative to it, and its own stands for the offset of the
group, a number that is no integer. What stays a float number comes first, what may become an integer behind it by
rising quality, integers that are held last: any tail of the order then has its own information as the tail of the one
factor.
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.orbits.satellites import GLONASS
from gnss.rtk._apart import apart
from gnss.rtk._lattice_kernel import factorise
from gnss.rtk._memory import Mine
from gnss.rtk._memory_kernel import tri
from gnss.rtk._pair_kernel import find_group
from gnss.rtk._work import POSITION, Groups, Lattice, Order, Pairs, Side

Floats = NDArray[np.float64]

_FLOAT, _READY, _HELD = 0.0, 10.0, 20.0
_HELD_UNHEARD = 19.0
_READY_MIN, _HELD_MIN = 5.0, 15.0
_WHOLE = 100.0
_NO_ROW, _OFFSET = -1, -2


@leaf_kernel
def score_places(mine: Mine, pairs: Pairs, rover: Side, order: Order) -> None:
    """How good each ambiguity is: the class decides, then the elevation; an integer held is one, heard or not."""
    apart()
    for place in range(mine.count[0]):
        order.score[place] = _HELD_UNHEARD if mine.held[place] != 0 else _FLOAT
    for i in range(pairs.count[0]):
        place = pairs.place[i]
        if place < 0:
            continue
        sin_el = rover.sin_el[pairs.row[i]]
        is_integer = (mine.satellite[place] >> 6) != GLONASS
        score = sin_el
        if is_integer and order.barred[place] == 0:
            # half waves are found more easily than whole ones: they are the first to be left out
            score += (_HELD if mine.held[place] else _READY) - mine.half_cycle[place]
        order.score[place] = score


@inline_kernel
def _pivot_rank(mine: Mine, order: Order, place: int) -> float:
    """A whole cycle before a phase that may be off by half of one, one that is held before others, then the best."""
    return order.score[place] + 2.0 * _WHOLE * (mine.half_cycle[place] == 0) + _WHOLE * mine.held[place]


@leaf_kernel
def choose_pivots(mine: Mine, groups: Groups, order: Order) -> None:
    """The best of each group. An ambiguity held is a better pivot than any other.

    GLONASS has none: the waves of its satellites differ in length, its ambiguities stay numbers of their own.
    """
    apart()
    groups.count[0], best = 0, -1
    for place in range(mine.count[0]):
        known = groups.count[0]
        g = find_group(groups, mine.key[place])
        if g == known:
            groups.pivot[g], groups.row[g] = place, _OFFSET
        order.group[place] = g
        if _pivot_rank(mine, order, place) > _pivot_rank(mine, order, groups.pivot[g]):
            groups.pivot[g] = place
    for g in range(groups.count[0]):
        pivot = groups.pivot[g]
        if (mine.satellite[pivot] >> 6) == GLONASS:
            groups.row[g], groups.pivot[g] = _NO_ROW, _NO_ROW
        elif best < 0 or _pivot_rank(mine, order, pivot) > _pivot_rank(mine, order, groups.pivot[best]):
            best = g
    if best >= 0:
        # the one all others are relative to: clocks are known up to a constant only
        groups.row[best] = _NO_ROW


@leaf_kernel
def _insert(order: Order, first: int, n: int, place: int) -> None:
    """Put a place among the rows from `first` on, by rising score; few enough for that."""
    k = n
    while k > first and order.score[order.place[k - 1] - POSITION] > order.score[place]:
        order.place[k] = order.place[k - 1]
        k -= 1
    order.place[k] = POSITION + place


@leaf_kernel
def arrange(mine: Mine, groups: Groups, order: Order, is_static: bool) -> None:
    """Put the unknowns in order: a resting position, offsets of groups, floats, ready ones, held ones."""
    apart()
    n, anchored = 0, False
    if is_static:
        for n in range(POSITION):
            order.place[n] = n
        n = POSITION
    for g in range(groups.count[0]):
        if groups.row[g] == _OFFSET:
            order.place[n], groups.row[g] = -1 - g, n
            n += 1
        anchored = anchored or groups.pivot[g] >= 0
    first = n
    for k in range(n):
        order.unit_cyc[k] = 1.0
    for place in range(mine.count[0]):
        order.row_of[place] = -1
        if groups.pivot[order.group[place]] != place and (anchored or place > 0):
            _insert(order, first, n, place)
            n += 1
    order.rows[0], order.ready[0], order.held[0] = n, first, first
    for k in range(first, n):
        place = order.place[k] - POSITION
        order.row_of[place] = k
        pivot = groups.pivot[order.group[place]]
        # a phase that may be off by half a cycle has an integer number of half waves
        is_half = mine.half_cycle[place] != 0 or (pivot >= 0 and mine.half_cycle[pivot] != 0)
        order.unit_cyc[k] = 0.5 if is_half else 1.0
        order.ready[0] += order.score[place] < _READY_MIN
        order.held[0] += order.score[place] < _HELD_MIN


@leaf_kernel
def _sum_groups(mine: Mine, groups: Groups, order: Order) -> None:
    """The information of each group's offset: the sum of the rows of its members."""
    n = POSITION + mine.count[0]
    for g in range(groups.count[0]):
        for e in range(n):
            groups.sums[g, e] = 0.0
    for i in range(mine.count[0]):
        e, own = POSITION + i, groups.sums[order.group[i]]
        start = tri(e)
        for j in range(e + 1):
            own[j] += mine.info[start + j]
        for j in range(i):
            groups.sums[order.group[j], e] += mine.info[start + POSITION + j]


@leaf_kernel
def _offset_row(mine: Mine, groups: Groups, order: Order, g: int, i: int, full: Lattice) -> None:
    """Row `i` of the information, which is that of the offset of group `g`."""
    for j in range(i + 1):
        f = order.place[j]
        if f >= 0:
            full.lower[i, j] = groups.sums[g, f]
        else:
            s = 0.0
            for place in range(mine.count[0]):
                if order.group[place] == -1 - f:
                    s += groups.sums[g, POSITION + place]
            full.lower[i, j] = s
    b = 0.0
    for place in range(mine.count[0]):
        if order.group[place] == g:
            b += mine.rhs[POSITION + place]
    full.a_cyc[i] = b


@leaf_kernel
def _gather(mine: Mine, groups: Groups, order: Order, n: int, full: Lattice) -> None:
    """Information and right-hand side in the order of the rows."""
    apart()
    _sum_groups(mine, groups, order)
    lower, info, head = full.lower, mine.info, 0
    while head < n and order.place[head] < POSITION:
        # a resting position, offsets of groups
        e = int(order.place[head])
        if e < 0:
            _offset_row(mine, groups, order, -1 - e, head, full)
        else:
            full.a_cyc[head] = mine.rhs[e]
            for j in range(head + 1):
                lower[head, j] = info[tri(e) + j]
        head += 1
    for place in range(mine.count[0]):
        i, e = int(order.row_of[place]), POSITION + place
        if i < 0:
            continue
        full.a_cyc[i], start = mine.rhs[e], tri(e)
        for j in range(head):
            f = int(order.place[j])
            lower[i, j] = groups.sums[-1 - f, e] if f < 0 else info[start + f]
        for other in range(place + 1):
            j = int(order.row_of[other])
            if j >= 0:
                lower[max(i, j), min(i, j)] = info[start + POSITION + other]


@leaf_kernel
def _scale(order: Order, n: int, full: Lattice) -> None:
    """Into the units of the rows: most are whole cycles."""
    for i in range(n):
        unit = order.unit_cyc[i]
        full.a_cyc[i] *= unit
        for j in range(i + 1):
            full.lower[i, j] *= unit * order.unit_cyc[j]


@inline_kernel
def _halves(order: Order, n: int) -> int:
    """How many rows count half cycles."""
    halves = 0
    for i in range(n):
        halves += order.unit_cyc[i] != 1.0
    return halves


@leaf_kernel
def _forward(low: Floats, a: Floats, n: int) -> None:
    """Solve with the factor, four rows at a time: each sum waits for itself, and the others do not."""
    whole = n - n % 4
    for i in range(0, whole, 4):
        s0, s1, s2, s3 = a[i], a[i + 1], a[i + 2], a[i + 3]
        for j in range(i):
            s0 -= low[i, j] * a[j]
            s1 -= low[i + 1, j] * a[j]
            s2 -= low[i + 2, j] * a[j]
            s3 -= low[i + 3, j] * a[j]
        s1 -= low[i + 1, i] * s0
        s2 = s2 - low[i + 2, i] * s0 - low[i + 2, i + 1] * s1
        s3 = s3 - low[i + 3, i] * s0 - low[i + 3, i + 1] * s1 - low[i + 3, i + 2] * s2
        a[i], a[i + 1], a[i + 2], a[i + 3] = s0, s1, s2, s3
    for i in range(whole, n):
        for j in range(i):
            a[i] -= low[i, j] * a[j]


@leaf_kernel
def solve_float(mine: Mine, groups: Groups, order: Order, full: Lattice) -> bool:
    """Factorise the information in this order and solve; False where it is not positive definite."""
    apart()
    n = order.rows[0]
    _gather(mine, groups, order, n, full)
    if _halves(order, n) > 0:
        _scale(order, n, full)
    for i in range(n):
        order.rhs[i] = full.a_cyc[i]
    if not factorise(full.lower, full.d, n, full.panel):
        return False
    a, low = full.a_cyc, full.lower
    _forward(low, a, n)
    for i in range(n):
        a[i] /= full.d[i]
    for i in range(n - 1, -1, -1):
        s = a[i]
        for j in range(i):
            a[j] -= low[i, j] * s
    return True


@leaf_kernel
def float_cost(mine: Mine, order: Order, full: Lattice) -> float:
    """What the float solution leaves of the quadratic form."""
    cost = mine.cost[0]
    for i in range(order.rows[0]):
        cost -= order.rhs[i] * full.a_cyc[i]
    return max(cost, 0.0)


@leaf_kernel
def condition(full: Lattice, order: Order, first: int) -> None:
    """Given the values in `order.fixed` of rows from `first` on, the best values of the rows before."""
    apart()
    for i in range(first - 1, -1, -1):
        order.fixed[i] = full.a_cyc[i]
    # rows from the last to the first: what is known above pulls on all that come before it
    for j in range(order.rows[0] - 1, 0, -1):
        pull = order.fixed[j] - full.a_cyc[j]
        if pull != 0.0:
            for i in range(min(first, j)):
                order.fixed[i] -= full.lower[j, i] * pull


@leaf_kernel
def misfit(full: Lattice, order: Order, first: int) -> float:
    """How badly the values in `order.fixed` of rows from `first` on fit, all rows before at their best."""
    apart()
    off, q, n = full.centre, 0.0, order.rows[0]
    for j in range(first, n):
        pull = order.fixed[j] - full.a_cyc[j]
        off[j] = pull
        for i in range(first, j):
            off[i] += full.lower[j, i] * pull
    for i in range(first, n):
        q += full.d[i] * off[i] * off[i]
    return q

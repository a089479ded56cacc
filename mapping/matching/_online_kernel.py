"""Rows into the memory of their terminals, whatever their order, and decisions out of it."""

from math import nan, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.frames.ellipsoid import CGCS2000
from gnss.status import Status
from mapping.matching._advance_kernel import NS, Numbers, Work, advance
from mapping.matching._layout import (
    ALONG,
    LAT,
    LATERAL,
    LON,
    OFFSET,
    ROW_WIDTH,
    SXX,
    SXY,
    SYY,
    UX,
    UY,
    Floats,
    Ints,
    Longs,
    Trellis,
    X,
    Y,
)
from mapping.matching.model import Rules
from mapping.matching.viterbi import smoothed

_STALE, _DUPLICATE = int(Status.STALE), int(Status.DUPLICATE)
_A_M, _E2 = CGCS2000.a_m, CGCS2000.e2

# columns of what is told of a row
T_OFFSET, T_LATERAL, T_LAT, T_LON, T_P, T_P2, T_X, T_Y, T_ACROSS = range(9)
TOLD_WIDTH: Final = 9
"""The last three: where the position is in the plane, m, and its sigma across the road, m."""


class Memory(NamedTuple):
    """`MatchState` as kernels take it."""

    trellis: Trellis
    order: Ints
    n: Ints
    told: Ints
    stale: Longs
    doubled: Longs
    crowded: Longs
    lag_ns: int
    watermark_ns: int


class Told(NamedTuple):
    """What is told of rows: numbers (any, TOLD_WIDTH), edges, and whether it is final."""

    slot: Ints
    t_ns: Longs
    edge: Ints
    edge_2nd: Ints
    number: Floats
    is_final: NDArray[np.bool_]
    status: NDArray[np.uint8]


class Desk(NamedTuple):
    """Room for a decision: the consecutive rows it is made by, and probabilities."""

    rows: Ints
    probability: Floats
    share: Floats


@leaf_kernel
def _row_before(memory: Memory, slot: int, k: int, rules: Rules) -> int:
    """The row that row k of a terminal follows, -1 where it begins a trace."""
    trellis, order = memory.trellis, memory.order
    row = order[slot, k] + slot * order.shape[1]
    for j in range(k - 1, -1, -1):
        before = order[slot, j] + slot * order.shape[1]
        if trellis.count[before] > 0:
            age_s = (trellis.t_ns[row] - trellis.t_ns[before]) * NS
            return before if age_s <= rules.gap_s_max else -1
    return -1


@leaf_kernel
def _make_room(memory: Memory, slot: int) -> None:
    """Of the rows that were told, only the last one that has places is still of use: the next row follows it."""
    order, told = memory.order, memory.told[slot]
    useful = -1
    for k in range(told):
        if memory.trellis.count[order[slot, k] + slot * order.shape[1]] > 0:
            useful = k
    kept = 0
    for k in range(told):
        if k != useful:
            _remove(memory, slot, kept)
        else:
            kept += 1
    memory.told[slot] = kept


@leaf_kernel
def _remove(memory: Memory, slot: int, k: int) -> None:
    order, n = memory.order, memory.n[slot]
    free = order[slot, k]
    for j in range(k, n - 1):
        order[slot, j] = order[slot, j + 1]
    order[slot, n - 1] = free
    memory.n[slot] = n - 1


@leaf_kernel
def _insert(memory: Memory, slot: int, k: int) -> int:
    """Put a free row at place k of the order; gives its index in the trellis."""
    order, n = memory.order, memory.n[slot]
    free = order[slot, n]
    for j in range(n, k, -1):
        order[slot, j] = order[slot, j - 1]
    order[slot, k] = free
    memory.n[slot] = n + 1
    return free + slot * order.shape[1]


@leaf_kernel
def _is_better(row: Floats, than: Floats) -> bool:
    """Of two positions of one instant, the one with the smaller sigma is used; then the numbers decide."""
    for column in (SXX, SYY, X, Y):
        if row[column] != than[column]:
            return row[column] < than[column]
    return False


@leaf_kernel
def _place_of(memory: Memory, slot: int, t_ns: int) -> int:
    """Where a time stands among the rows of a terminal: how many of them are older."""
    k = memory.n[slot]
    order, t = memory.order, memory.trellis.t_ns
    while k > 0 and t[order[slot, k - 1] + slot * order.shape[1]] >= t_ns:
        k -= 1
    return k


@leaf_kernel
def take_row(
    numbers: Numbers, rules: Rules, memory: Memory, slot: int, t_ns: int, row: Floats, work: Work, told: Told,
    at: int, desk: Desk,
) -> tuple[int, int]:  # fmt: skip
    """One row of a terminal: into its order, all younger rows anew, and whatever can be decided now.

    Shape: `row` (ROW_WIDTH,). Unit: m, ns. Gives the row's place in the order (negative: a status instead), and how
    many rows of `told` are filled.
    """
    order, trellis = memory.order, memory.trellis
    size, n = order.shape[1], memory.n[slot]
    if n > 0 and t_ns < trellis.t_ns[order[slot, n - 1] + slot * size] - memory.watermark_ns:
        memory.stale[slot] += 1
        return -_STALE, at
    if n > 0:
        at = _decide(rules, memory, slot, max(t_ns, trellis.t_ns[order[slot, n - 1] + slot * size]), told, at, desk)
    k = _place_of(memory, slot, t_ns)
    index = order[slot, min(k, size - 1)] + slot * size
    if k < memory.n[slot] and trellis.t_ns[index] == t_ns:
        memory.doubled[slot] += 1
        if k < memory.told[slot] or not _is_better(row, trellis.row[index]):
            return -_DUPLICATE, at
    else:
        if memory.n[slot] == size:
            at = _crowd_out(rules, memory, slot, told, at, desk)
            k = max(_place_of(memory, slot, t_ns), memory.told[slot])
        index = _insert(memory, slot, k)
    trellis.t_ns[index] = t_ns
    for column in range(ROW_WIDTH):
        trellis.row[index, column] = row[column]
    for j in range(k, memory.n[slot]):
        q = order[slot, j] + slot * size
        advance(numbers, rules, trellis, _row_before(memory, slot, j, rules), q, work)
    return k, at


@leaf_kernel
def _crowd_out(rules: Rules, memory: Memory, slot: int, told: Told, at: int, desk: Desk) -> int:
    """There is no room for another row: decide the oldest one now."""
    memory.crowded[slot] += 1
    if memory.told[slot] < memory.n[slot]:
        tell(rules, memory, slot, memory.told[slot], memory.lag_ns, told, at, True, desk)
        memory.told[slot] += 1
        at += 1
    _make_room(memory, slot)
    if memory.n[slot] == memory.order.shape[1]:
        _remove(memory, slot, 0)
        memory.told[slot] = max(0, memory.told[slot] - 1)
    return at


@leaf_kernel
def _decide(rules: Rules, memory: Memory, slot: int, newest_ns: int, told: Told, at: int, desk: Desk) -> int:
    """Tell all rows that nothing can change any more, and make room."""
    order, done = memory.order, memory.told[slot]
    wait_ns = memory.lag_ns + memory.watermark_ns
    while done < memory.n[slot]:
        row = order[slot, done] + slot * order.shape[1]
        if memory.trellis.t_ns[row] + wait_ns >= newest_ns:
            break
        tell(rules, memory, slot, done, memory.lag_ns, told, at, True, desk)
        at += 1
        done += 1
    if done > memory.told[slot]:
        memory.told[slot] = done
        _make_room(memory, slot)
    return at


@leaf_kernel
def tell_rest(rules: Rules, memory: Memory, slot: int, told: Told, at: int, desk: Desk) -> int:
    """Tell all rows of a terminal that ends, and forget it; how many rows of `told` are filled.

    Shape: scalars. Unit: dimensionless.
    """
    for k in range(memory.told[slot], memory.n[slot]):
        tell(rules, memory, slot, k, memory.lag_ns, told, at, True, desk)
        at += 1
    memory.n[slot] = memory.told[slot] = 0
    return at


@leaf_kernel
def _gather(memory: Memory, slot: int, k: int, lag_ns: int, desk: Desk) -> int:
    """The consecutive rows from row k on that may decide it; how many."""
    order, trellis = memory.order, memory.trellis
    first = order[slot, k] + slot * order.shape[1]
    desk.rows[0], n = first, 1
    for j in range(k + 1, memory.n[slot]):
        row = order[slot, j] + slot * order.shape[1]
        if trellis.t_ns[row] - trellis.t_ns[first] > lag_ns:
            break
        if trellis.count[row] == 0:
            continue
        if trellis.back[row, 0] < 0:
            break
        desk.rows[n] = row
        n += 1
    return n


@leaf_kernel
def tell(
    rules: Rules, memory: Memory, slot: int, k: int, lag_ns: int, told: Told, at: int, is_final: bool, desk: Desk
) -> None:
    """Decide row k of a terminal by itself and the rows that are at most `lag_ns` younger, and write it down.

    Shape: scalars. Unit: ns.
    """
    trellis = memory.trellis
    q = memory.order[slot, k] + slot * memory.order.shape[1]
    best, second = -1, -1
    if trellis.count[q] > 0:
        n = _gather(memory, slot, k, lag_ns, desk)
        count = trellis.count[desk.rows[n - 1]]
        smoothed(trellis.score, trellis.back, desk.rows, n, count, desk.probability, desk.share)
        best, second = best_two(trellis, q, desk.share)
    told.slot[at], told.t_ns[at], told.is_final[at], told.status[at] = slot, trellis.t_ns[q], is_final, 0
    write_place(trellis, q, best, second, desk.share, told, at)


@leaf_kernel
def best_two(trellis: Trellis, q: int, share: Floats) -> tuple[int, int]:
    """The most probable place of a row, and the next on another road edge (-1 = none).

    Shape: `share` (K,). Unit: dimensionless.
    """
    best, second = 0, -1
    for j in range(1, trellis.count[q]):
        if share[j] > share[best]:
            best = j
    for j in range(trellis.count[q]):
        is_other = j != best and trellis.edge[q, j] >= 0 and share[j] > 0.0
        if is_other and (second < 0 or share[j] > share[second]):
            second = j
    return best, second


@leaf_kernel
def write_place(trellis: Trellis, q: int, best: int, second: int, share: Floats, told: Told, at: int) -> None:
    """Write down a place of a row; `best` -1 or a place off the road: the position itself.

    Shape: `share` (K,). Unit: m, rad.
    """
    row, number = trellis.row[q], told.number[at]
    edge = trellis.edge[q, best] if best >= 0 else -1
    told.edge[at] = edge
    told.edge_2nd[at] = trellis.edge[q, second] if second >= 0 else -1
    number[T_P] = share[best] if best >= 0 else 1.0
    number[T_P2] = share[second] if second >= 0 else 0.0
    number[T_X], number[T_Y] = row[X], row[Y]
    number[T_LAT], number[T_LON] = row[LAT], row[LON]
    number[T_OFFSET] = number[T_LATERAL] = number[T_ACROSS] = nan
    if edge < 0:
        return
    place = trellis.place[q, best]
    ux, uy, lateral, along = place[UX], place[UY], place[LATERAL], place[ALONG]
    number[T_OFFSET], number[T_LATERAL] = place[OFFSET], lateral
    across_m2 = uy * uy * row[SXX] - 2.0 * ux * uy * row[SXY] + ux * ux * row[SYY]
    number[T_ACROSS] = sqrt(across_m2)
    _move(row, uy * lateral - ux * along, -ux * lateral - uy * along, number)


@leaf_kernel
def _move(row: Floats, dx_m: float, dy_m: float, number: Floats) -> None:
    """Latitude and longitude a little way off a position, by the ellipsoid's radii of curvature there.

    Second order: 1e-4 m at 150 m. The plane's north is turned by the convergence of the meridians, which follows from
    its easting: x tan(lat) / N.
    """
    sin_lat = sin(row[LAT])
    cos_lat = sqrt(1.0 - sin_lat * sin_lat)
    tan_lat, w2 = sin_lat / cos_lat, 1.0 - _E2 * sin_lat * sin_lat
    across_m = _A_M / sqrt(w2)
    along_m = across_m * (1.0 - _E2) / w2
    turn = row[X] * tan_lat / across_m
    east, north = dx_m * (1.0 - 0.5 * turn * turn) + dy_m * turn, dy_m * (1.0 - 0.5 * turn * turn) - dx_m * turn
    number[T_LAT] = row[LAT] + north / along_m - east * east * tan_lat / (2.0 * along_m * across_m)
    number[T_LON] = row[LON] + east / (across_m * cos_lat) * (1.0 + north * tan_lat / across_m)

"""What is told of a row: the place, how sure it is, and where on the earth the place is."""

from math import nan, sin, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.frames.ellipsoid import CGCS2000
from mapping.matching._layout import (
    ALONG,
    LAT,
    LATERAL,
    LON,
    OFFSET,
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
from mapping.matching._order_kernel import Memory
from mapping.matching.viterbi import smoothed

_A_M, _E2 = CGCS2000.a_m, CGCS2000.e2

# columns of what is told of a row
T_OFFSET, T_LATERAL, T_LAT, T_LON, T_P, T_P2, T_X, T_Y, T_ACROSS = range(9)
TOLD_WIDTH: Final = 9
"""The last three: where the position is in the plane, m, and its sigma across the road, m."""


class Told(NamedTuple):
    """What is told of rows: numbers (TOLD_WIDTH, any), edges, and whether it is final."""

    slot: Ints
    t_ns: Longs
    edge: Ints
    edge_2nd: Ints
    number: Floats
    is_final: NDArray[np.bool_]
    status: NDArray[np.uint8]


class Desk(NamedTuple):
    """For decisions: the edge of each state (`States.edge`); room for the consecutive rows that one is made by, where
    their sequences came from, and probabilities."""

    edge: Ints
    rows: Ints
    origin: Ints
    probability: Floats
    share: Floats


@inline_kernel
def _gather(memory: Memory, slot: int, k: int, lag_ns: int, desk: Desk) -> int:
    """The consecutive rows from row k on that may decide it; how many."""
    order, trellis = memory.order, memory.trellis
    first = order[slot, k] + slot * order.shape[1]
    desk.rows[0], n = first, 1
    for j in range(k + 1, memory.n[slot]):
        row = order[slot, j] + slot * order.shape[1]
        if trellis.t_ns[row] - trellis.t_ns[first] > lag_ns:
            break
        if trellis.used[row] == 0:
            continue
        if trellis.back[row, 0] < 0:
            break
        desk.rows[n] = row
        n += 1
    return n


@leaf_kernel
def tell(memory: Memory, slot: int, k: int, lag_ns: int, told: Told, at: int, is_final: bool, desk: Desk) -> None:
    """Decide row k of a terminal by itself and the rows that are at most `lag_ns` younger, and write it down.

    Shape: scalars. Unit: ns.
    """
    trellis = memory.trellis
    q = memory.order[slot, k] + slot * memory.order.shape[1]
    best, second = -1, -1
    if trellis.used[q] > 0:
        n = _gather(memory, slot, k, lag_ns, desk)
        count = trellis.used[desk.rows[n - 1]]
        smoothed(trellis.score, trellis.back, desk.rows, n, count, desk.origin, desk.probability, desk.share)
        pool_states(trellis, q, desk.edge, -1, desk.share)
        best, second = best_two(trellis, q, desk.share)
    told.slot[at], told.t_ns[at], told.is_final[at], told.status[at] = slot, trellis.t_ns[q], is_final, 0
    write_place(trellis, q, best, second, desk.share, told, at)


@inline_kernel
def pool_states(trellis: Trellis, q: int, edge: Ints, chosen: int, share: Floats) -> None:
    """Give the shares of places that are one place, in several states of its edge, to one of them.

    Shape: `edge` (S,), `share` (K,), which is changed. Unit: dimensionless. To the chosen place (-1 = none is), else to
    the first.
    """
    for j in range(trellis.used[q]):
        state, to = trellis.edge[q, j], j
        if state < 0 or share[j] == 0.0:
            continue
        for i in range(trellis.used[q]):
            other = trellis.edge[q, i]
            if other >= 0 and edge[other] == edge[state] and (i == chosen or (to != chosen and i < to)):
                to = i
        if to != j:
            share[to] += share[j]
            share[j] = 0.0


@inline_kernel
def best_two(trellis: Trellis, q: int, share: Floats) -> tuple[int, int]:
    """The most probable place of a row, and the next on another road edge (-1 = none).

    Shape: `share` (K,). Unit: dimensionless.
    """
    best, second = 0, -1
    for j in range(1, trellis.used[q]):
        if share[j] > share[best]:
            best = j
    for j in range(trellis.used[q]):
        is_other = j != best and trellis.edge[q, j] >= 0 and share[j] > 0.0
        if is_other and (second < 0 or share[j] > share[second]):
            second = j
    return best, second


@inline_kernel
def write_place(trellis: Trellis, q: int, best: int, second: int, share: Floats, told: Told, at: int) -> None:
    """Write down a place of a row; `best` -1 or a place off the road: the position itself.

    Shape: `share` (K,). Unit: m, rad.
    """
    row, number = trellis.row[q], told.number[:, at]
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


@inline_kernel
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

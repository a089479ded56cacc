"""The rows of each terminal in order of time: a few records that are used again and again."""

from typing import NamedTuple

from gnss._jit import inline_kernel, leaf_kernel
from mapping.matching._layout import SXX, SYY, Floats, Ints, Longs, Trellis, X, Y
from mapping.matching._numbers import NS
from mapping.matching.model import Rules


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


@inline_kernel
def row_before(memory: Memory, slot: int, k: int, rules: Rules) -> int:
    """The row that row k of a terminal follows, -1 where it begins a trace.

    Shape: scalars. Unit: dimensionless.
    """
    trellis, order = memory.trellis, memory.order
    row = order[slot, k] + slot * order.shape[1]
    for j in range(k - 1, -1, -1):
        before = order[slot, j] + slot * order.shape[1]
        if trellis.used[before] > 0:
            age_s = (trellis.t_ns[row] - trellis.t_ns[before]) * NS
            return int(before) if age_s <= rules.gap_s_max else -1
    return -1


@leaf_kernel
def make_room(memory: Memory, slot: int) -> None:
    """Of the rows that were told, only the last one that has places is still of use: the next row follows it.

    Shape: scalars. Unit: dimensionless.
    """
    order, told = memory.order, memory.told[slot]
    useful = -1
    for k in range(told):
        if memory.trellis.used[order[slot, k] + slot * order.shape[1]] > 0:
            useful = k
    kept = 0
    for k in range(told):
        if k != useful:
            remove_row(memory, slot, kept)
        else:
            kept += 1
    memory.told[slot] = kept


@leaf_kernel
def remove_row(memory: Memory, slot: int, k: int) -> None:
    """Take row k out of the order; its memory is free.

    Shape: scalars. Unit: dimensionless.
    """
    order, n = memory.order, memory.n[slot]
    free = order[slot, k]
    for j in range(k, n - 1):
        order[slot, j] = order[slot, j + 1]
    order[slot, n - 1] = free
    memory.n[slot] = n - 1


@inline_kernel
def insert_row(memory: Memory, slot: int, k: int) -> int:
    """Put a free row at place k of the order; gives its index in the trellis.

    Shape: scalars. Unit: dimensionless.
    """
    order, n = memory.order, memory.n[slot]
    free = order[slot, n]
    for j in range(n, k, -1):
        order[slot, j] = order[slot, j - 1]
    order[slot, k] = free
    memory.n[slot] = n + 1
    return int(free + slot * order.shape[1])


@inline_kernel
def is_better(row: Floats, than: Floats) -> bool:
    """Of two positions of one instant, the one with the smaller sigma is used; then the numbers decide.

    Shape: rows (ROW_WIDTH,). Unit: m.
    """
    for column in (SXX, SYY, X, Y):
        if row[column] != than[column]:
            return bool(row[column] < than[column])
    return False


@inline_kernel
def place_of(memory: Memory, slot: int, t_ns: int) -> int:
    """Where a time stands among the rows of a terminal: how many of them are older.

    Shape: scalars. Unit: ns.
    """
    k = memory.n[slot]
    order, t = memory.order, memory.trellis.t_ns
    while k > 0 and t[order[slot, k - 1] + slot * order.shape[1]] >= t_ns:
        k -= 1
    return int(k)

"""Rows into the memory of their terminals, whatever their order, and decisions out of it."""

from gnss._jit import inline_kernel, leaf_kernel
from gnss.status import Status
from mapping.matching._advance_kernel import advance
from mapping.matching._layout import ROW_WIDTH, Floats
from mapping.matching._numbers import Numbers, Work
from mapping.matching._order_kernel import Memory, insert_row, is_better, make_room, place_of, remove_row, row_before
from mapping.matching._tell_kernel import Desk, Told, tell
from mapping.matching.model import Rules

_STALE, _DUPLICATE = int(Status.STALE), int(Status.DUPLICATE)


@inline_kernel
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
        at = _decide(memory, slot, max(t_ns, trellis.t_ns[order[slot, n - 1] + slot * size]), told, at, desk)
    k = place_of(memory, slot, t_ns)
    index = order[slot, min(k, size - 1)] + slot * size
    if k < memory.n[slot] and trellis.t_ns[index] == t_ns:
        memory.doubled[slot] += 1
        if k < memory.told[slot] or not is_better(row, trellis.row[index]):
            return -_DUPLICATE, at
    else:
        if memory.n[slot] == size:
            at = _crowd_out(memory, slot, told, at, desk)
            k = max(place_of(memory, slot, t_ns), memory.told[slot])
        index = insert_row(memory, slot, k)
    trellis.t_ns[index] = t_ns
    for column in range(ROW_WIDTH):
        trellis.row[index, column] = row[column]
    for j in range(k, memory.n[slot]):
        q = order[slot, j] + slot * size
        advance(numbers, rules, trellis, row_before(memory, slot, j, rules), q, work)
    return k, at


@leaf_kernel
def _crowd_out(memory: Memory, slot: int, told: Told, at: int, desk: Desk) -> int:
    """There is no room for another row: decide the oldest one now."""
    memory.crowded[slot] += 1
    if memory.told[slot] < memory.n[slot]:
        tell(memory, slot, memory.told[slot], memory.lag_ns, told, at, True, desk)
        memory.told[slot] += 1
        at += 1
    make_room(memory, slot)
    if memory.n[slot] == memory.order.shape[1]:
        remove_row(memory, slot, 0)
        memory.told[slot] = max(0, memory.told[slot] - 1)
    return at


@inline_kernel
def _decide(memory: Memory, slot: int, newest_ns: int, told: Told, at: int, desk: Desk) -> int:
    """Tell all rows that nothing can change any more, and make room."""
    order, done = memory.order, memory.told[slot]
    wait_ns = memory.lag_ns + memory.watermark_ns
    while done < memory.n[slot]:
        row = order[slot, done] + slot * order.shape[1]
        if memory.trellis.t_ns[row] + wait_ns >= newest_ns:
            break
        tell(memory, slot, done, memory.lag_ns, told, at, True, desk)
        at += 1
        done += 1
    if done > memory.told[slot]:
        memory.told[slot] = done
        make_room(memory, slot)
    return at


@leaf_kernel
def tell_rest(memory: Memory, slot: int, told: Told, at: int, desk: Desk) -> int:
    """Tell all rows of a terminal that ends, and forget it; how many rows of `told` are filled.

    Shape: scalars. Unit: dimensionless.
    """
    for k in range(memory.told[slot], memory.n[slot]):
        tell(memory, slot, k, memory.lag_ns, told, at, True, desk)
        at += 1
    memory.n[slot] = memory.told[slot] = 0
    return at

"""The first look at a sentence: where its fields end, and which sentence it is."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss._simd import count_trailing_zeros, load_u8, separators
from gnss.bits import count_ones
from gnss.nmea.catalogue import KIND, Plan
from gnss.nmea.tokens import fnv1a

CELLS, FIELDS_MIN, HEAD, GROUP, TAIL, GROUP_MAX, OTHER, FREE_TEXT = range(8)
"""Columns of `Plan.shape`."""

SECOND_ANTENNA = 1
"""Value of the antenna column for sentences that speak of the second antenna (address ends in H or 2)."""

STEP = 8
"""Separators are written so many at a time, as those that are not there cost less than knowing how many there are."""

_FKI, _ZERO, _NINE = KIND["FKI"], ord("0"), ord("9")
_H, _TWO, _P = ord("H"), ord("2"), ord("P")
_PQ = ord("P") << 8 | ord("Q")
"""The one talker with P, which else begins a maker's own sentence (sources: nmea §1)."""


@inline_kernel
def find_separators(buffer: NDArray[np.uint8], p: int, stop: int, found: NDArray[np.int64], at: int) -> int:
    """Positions of the separators in `buffer[p:stop]`, closed by `stop`, to `found[at:]`; returns where `stop` is.

    Up to `STEP` entries behind it are overwritten.
    """
    while p < stop:
        flags = separators(buffer, p)
        if stop - p < 64:
            flags &= (np.uint64(1) << np.uint64(stop - p)) - np.uint64(1)
        past = at + count_ones(flags)
        while at < past:
            for k in range(STEP):
                found[np.uintp(at + k)] = p + count_trailing_zeros(flags)
                flags &= flags - np.uint64(1)
            at += STEP
        at = past
        p += 64
    found[np.uintp(at)] = stop
    return at


@inline_kernel
def sentence_kind(buffer: NDArray[np.uint8], p: int, length: int, has_fields: bool, plan: Plan) -> tuple[int, int, int]:
    """(kind, talker, antenna) of the address at `p`. Talker + formatter is 5 letters, 6 for a second antenna."""
    first = load_u8(buffer, p)
    talker = first << 8 | load_u8(buffer, p + 1)
    last = load_u8(buffer, p + 5)
    antenna = SECOND_ANTENNA if length == 6 and last in (_H, _TWO) else 0
    if length == 5 or antenna:
        letters = (load_u8(buffer, p + 2) << 16) | (load_u8(buffer, p + 3) << 8) | load_u8(buffer, p + 4)
        key = (letters >> 6) & 0x7C00 | (letters >> 3) & 0x3E0 | letters & 31
        kind = int(plan.formatter[np.uintp(key)]) if (letters & 0xE0E0E0) == 0x404040 else 0
        if kind == _FKI and has_fields and _ZERO <= load_u8(buffer, p + length + 1) <= _NINE:
            kind = int(plan.shape[kind, OTHER])
        if kind != 0 and (first != _P or talker == _PQ):
            return kind, talker, antenna
    name = fnv1a(buffer, p, p + length)
    for i in range(len(plan.whole_name)):
        if plan.whole_name[i] == name:
            return int(plan.whole_kind[i]), 0, 0
    return 0, talker, 0


@inline_kernel
def join_free_text(plan: Plan, kind: int, found: NDArray[np.int64], first: int, last: int) -> int:
    """Forget the separators that are part of a free text: as many as there are fields too many; returns the last."""
    text = int(plan.shape[kind, FREE_TEXT])
    surplus = last - first - int(plan.shape[kind, HEAD])
    if text < 0 or surplus <= 0:
        return last
    for i in range(first + text + 1, last - surplus + 1):
        found[i] = found[i + surplus]
    return last - surplus


@inline_kernel
def group_extent(plan: Plan, kind: int, n: int) -> tuple[int, int, int]:
    """Of a sentence with `n` fields: where the group's repetitions end, how many plan rows they leave out, all rows."""
    head = int(plan.shape[kind, HEAD])
    group = int(plan.shape[kind, GROUP])
    group_max = int(plan.shape[kind, GROUP_MAX])
    past = head + group * group_max + int(plan.shape[kind, TAIL])
    if group == 0:
        return past, 0, past
    repeated = min(max(n - head, 0) // group, group_max)
    return head + group * repeated, group * (group_max - repeated), past

"""The sky of a terminal: GSV says which satellites are in view, GSA which of them the position uses."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.nmea._epoch_state import DIRTY, GENERATION, SKY, USED_FRESH, EpochArrays
from gnss.nmea.merge import cell_of
from gnss.nmea.satellites import (
    SATELLITES_MAX,
    UNKNOWN_SYSTEM,
    drop_generation,
    drop_group,
    pack_satellite,
    resolve_satellite,
    talker_system,
)

_GSA_SYSTEM = cell_of("GSA", "system_id")
_GSA_FIRST, _GSA_SATS = cell_of("GSA", "sat_1"), 12
_GSV_INDEX, _GSV_FIRST, _GSV_SIGNAL, _GSV_SYSTEM = (
    cell_of("GSV", name) for name in ("index", "sat_1", "signal", "system_id")
)

_G_SYSTEM = 0
_PRN_MAX = 255
_DECIMAL_SIGNAL = 0x10
"""From here on a signal id was written in decimal.

They are one hexadecimal digit, but Unicore writes B2I as 11 (sources: nmea §4).
"""


@inline_kernel
def merge_used(state: EpochArrays, s: int, cells: NDArray[np.float64], c: int, talker: int) -> None:
    """GSA: which satellites the position uses. The first GSA of a constellation in an epoch replaces what was known."""
    stated = talker_system(talker, cells[c + _GSA_SYSTEM])
    for i in range(_GSA_SATS):
        number = cells[c + _GSA_FIRST + i]
        if not number > 0:
            continue
        system, prn = resolve_satellite(stated, int(number))
        if (state.clock[s, USED_FRESH] >> system) & 1 == 0:
            state.used[s, system, 0] = np.uint64(0)
            state.used[s, system, 1] = np.uint64(0)
            state.clock[s, USED_FRESH] |= 1 << system
        state.used[s, system, (prn >> 6) & 1] |= np.uint64(1) << np.uint64(prn & 63)
    if stated != UNKNOWN_SYSTEM and (state.clock[s, USED_FRESH] >> stated) & 1 == 0:
        state.used[s, stated, 0] = np.uint64(0)
        state.used[s, stated, 1] = np.uint64(0)


@inline_kernel
def _begin_group(state: EpochArrays, s: int, n: int, group: int, signal: int) -> int:
    """The first GSV of a group (constellation, signal) replaces it.

    A group that comes again begins a new cycle, and what the last
    cycle did not mention is dropped with it. Returns how many satellites stay of `n`.
    """
    key = group * 32 + signal
    bit = np.uint64(1) << np.uint64(key & 63)
    if state.seen[s, key >> 6] & bit != np.uint64(0):
        n = drop_generation(state.sky[s], n, state.clock[s, GENERATION])
        state.clock[s, GENERATION] ^= 1
        for i in range(4):
            state.seen[s, i] = np.uint64(0)
    state.seen[s, key >> 6] |= bit
    return drop_group(state.sky[s], n, group, signal)


@inline_kernel
def merge_view(state: EpochArrays, s: int, cells: NDArray[np.float64], c: int, talker: int) -> None:
    """GSV: add up to four satellites to the sky of a terminal."""
    signal = int(cells[c + _GSV_SIGNAL]) & 0x1F if cells[c + _GSV_SIGNAL] >= 0 else 0
    if signal >= _DECIMAL_SIGNAL:
        signal -= _DECIMAL_SIGNAL - 10
    stated = talker_system(talker, cells[c + _GSV_SYSTEM])
    group = _G_SYSTEM if stated == UNKNOWN_SYSTEM else stated
    n = state.clock[s, SKY]
    if cells[c + _GSV_INDEX] == 1:
        n = _begin_group(state, s, n, group, signal)
    for q in range(c + _GSV_FIRST, c + _GSV_FIRST + 16, 4):
        if cells[q] > 0 and n < SATELLITES_MAX:
            system, prn = resolve_satellite(stated, int(cells[q]))
            if prn <= _PRN_MAX:
                generation = state.clock[s, GENERATION]
                state.sky[s, n] = pack_satellite(
                    system, prn, signal, cells[q + 1], cells[q + 2], cells[q + 3], generation, group
                )
                n += 1
    state.clock[s, SKY] = n
    state.clock[s, DIRTY] = 1

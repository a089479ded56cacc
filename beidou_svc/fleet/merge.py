"""Which row of a terminal is shown: one rule, as kernels.

A row has a key (trust, era, time, sentences, receive time), and the row with the greatest key is shown: where the clock
of a terminal was set back, what it says afterwards is of a later era (`gnss.time._watch_kernel`). A maximum does not
depend on order or repetition, so late, duplicated and shuffled rows leave the same state; equal times replace, unless
the newcomer was made of fewer sentences. Epochs and positions have keys of their own: an epoch without a fix becomes
the terminal's latest epoch but leaves its last good position, with that position's time, where it was.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import literal_unroll
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from gnss.batches import NO_TIME
from gnss.status import Status
from gnss.time.era import eras_between

TRUST_NONE = 0
"""Nothing known yet."""
TRUST_UNDATED = 1
"""No date, or one that contradicts the reference time: ordered by receive time, shown only while nothing better is."""
TRUST_DATED = 2
"""Ordered by the time of the fix."""

NO_OFFSET = np.iinfo(np.int64).max
"""No clock offset observed."""

_OK, _NO_POSITION = int(Status.OK), int(Status.NO_POSITION)
_NO_DATE, _DATE_SUSPECT = int(Status.NO_DATE), int(Status.DATE_SUSPECT)
_UNUSABLE = -1


class Key(NamedTuple):
    """What the shown row of each slot is ordered by, most significant first."""

    trust: NDArray[np.uint8]
    era: NDArray[np.uint8]
    t_ns: NDArray[np.int64]
    sentences: NDArray[np.uint8]
    t_rx_ns: NDArray[np.int64]


class Heard(NamedTuple):
    """When a slot was heard, and how far its clock plus its way lags behind the receive time.

    Offsets are minima of receive time (UTC) minus time of the fix (GPST) of the latest era, in windows of receive time;
    the minimum of the last two windows forgets, slowly, a clock that was set ahead.
    """

    t_first_rx_ns: NDArray[np.int64]
    t_last_rx_ns: NDArray[np.int64]
    t_undated_rx_ns: NDArray[np.int64]
    offset_era: NDArray[np.uint8]
    offset_window: NDArray[np.int64]
    offset_now_ns: NDArray[np.int64]
    offset_before_ns: NDArray[np.int64]
    stale: NDArray[np.uint64]


class Winners(NamedTuple):
    """Working memory: the winning row of each slot in one batch, -1 = none; `slots` lists the slots with any."""

    epoch_row: NDArray[np.int32]
    position_row: NDArray[np.int32]
    slots: NDArray[np.int32]


class Incoming(NamedTuple):
    """The columns of a FixBatch that decide."""

    slot: NDArray[np.int32]
    t_gpst_ns: NDArray[np.int64]
    t_rx_ns: NDArray[np.int64]
    lat_rad: NDArray[np.float64]
    lon_rad: NDArray[np.float64]
    fix_quality: NDArray[np.uint8]
    sentences: NDArray[np.uint32]
    clock_era: NDArray[np.uint8]
    status: NDArray[np.uint8]


@inline_kernel
def count_bits(kinds: np.uint32) -> int:
    """Sentence kinds in a bit set."""
    bits = 0
    while kinds:
        kinds &= kinds - np.uint32(1)
        bits += 1
    return bits


@inline_kernel
def has_position(rows: Incoming, row: int) -> bool:
    """Whether a row holds a position that the receiver vouches for."""
    finite = np.isfinite(rows.lat_rad[row]) and np.isfinite(rows.lon_rad[row])
    return bool(finite and rows.fix_quality[row] > 0 and rows.status[row] != _NO_POSITION)


def has_positions(rows: Incoming, which: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether some rows hold a position at all, vouched for or not."""
    finite = np.isfinite(rows.lat_rad[which]) & np.isfinite(rows.lon_rad[which])
    held: NDArray[np.bool_] = finite & (rows.status[which] != _NO_POSITION)
    return held


@inline_kernel
def row_trust(rows: Incoming, row: int) -> int:
    """How far the time of a row can be believed; negative where the row must not be shown at all."""
    status = rows.status[row]
    if status in (_NO_DATE, _DATE_SUSPECT):
        return TRUST_UNDATED
    if status not in (_OK, _NO_POSITION):
        return _UNUSABLE
    return TRUST_UNDATED if rows.t_gpst_ns[row] == NO_TIME else TRUST_DATED


@inline_kernel
def _wins(key: Key, slot: int, trust: int, era: int, t_ns: int, sentences: int, t_rx_ns: int) -> bool:
    if trust != key.trust[slot]:
        return bool(trust > key.trust[slot])
    eras = eras_between(key.era[slot], era)
    if eras != 0:
        return eras > 0
    if t_ns != key.t_ns[slot]:
        return bool(t_ns > key.t_ns[slot])
    if sentences != key.sentences[slot]:
        return bool(sentences > key.sentences[slot])
    return bool(t_rx_ns >= key.t_rx_ns[slot])


@inline_kernel
def _set(key: Key, slot: int, trust: int, era: int, t_ns: int, sentences: int, t_rx_ns: int) -> None:
    key.trust[slot] = trust
    key.era[slot] = era
    key.t_ns[slot] = t_ns
    key.sentences[slot] = sentences
    key.t_rx_ns[slot] = t_rx_ns


@inline_kernel
def _hear(heard: Heard, slot: int, t_rx_ns: int, dated: bool) -> None:
    if t_rx_ns == NO_TIME:
        return
    if heard.t_first_rx_ns[slot] == NO_TIME or t_rx_ns < heard.t_first_rx_ns[slot]:
        heard.t_first_rx_ns[slot] = t_rx_ns
    heard.t_last_rx_ns[slot] = max(heard.t_last_rx_ns[slot], t_rx_ns)
    if not dated:
        heard.t_undated_rx_ns[slot] = max(heard.t_undated_rx_ns[slot], t_rx_ns)


@inline_kernel
def _note_offset(heard: Heard, slot: int, era: int, t_ns: int, t_rx_ns: int, window_ns: int) -> None:
    eras = eras_between(heard.offset_era[slot], era)
    if t_rx_ns == NO_TIME or eras < 0:
        return
    if eras > 0:
        heard.offset_era[slot] = era
        heard.offset_window[slot] = -1
        heard.offset_now_ns[slot] = heard.offset_before_ns[slot] = NO_OFFSET
    window = t_rx_ns // window_ns
    ahead = window - heard.offset_window[slot]
    if ahead > 0:
        heard.offset_before_ns[slot] = heard.offset_now_ns[slot] if ahead == 1 else NO_OFFSET
        heard.offset_now_ns[slot] = NO_OFFSET
        heard.offset_window[slot] = window
    if ahead >= 0:
        heard.offset_now_ns[slot] = min(heard.offset_now_ns[slot], t_rx_ns - t_ns)
    elif ahead == -1:
        heard.offset_before_ns[slot] = min(heard.offset_before_ns[slot], t_rx_ns - t_ns)


@kernel
def merge_rows(rows: Incoming, epoch: Key, position: Key, heard: Heard, winners: Winners, window_ns: int) -> int:
    """Update keys and hearing with all rows; returns how many slots have a new row to show."""
    n = 0
    for row in range(rows.slot.size):
        slot = rows.slot[row]
        trust = row_trust(rows, row)
        t_rx_ns = rows.t_rx_ns[row]
        _hear(heard, slot, t_rx_ns, trust == TRUST_DATED)
        if trust == _UNUSABLE:
            continue
        t_ns = rows.t_gpst_ns[row] if trust == TRUST_DATED else t_rx_ns
        era = int(rows.clock_era[row]) if trust == TRUST_DATED else 0
        if trust == TRUST_DATED:
            _note_offset(heard, slot, era, t_ns, t_rx_ns, window_ns)
        sentences = count_bits(rows.sentences[row])
        new_epoch = _wins(epoch, slot, trust, era, t_ns, sentences, t_rx_ns)
        new_position = has_position(rows, row) and _wins(position, slot, trust, era, t_ns, sentences, t_rx_ns)
        if not new_epoch and t_ns < epoch.t_ns[slot] and trust == epoch.trust[slot]:
            heard.stale[slot] += np.uint64(1)
        if (new_epoch or new_position) and winners.epoch_row[slot] < 0 and winners.position_row[slot] < 0:
            winners.slots[n] = slot
            n += 1
        if new_epoch:
            _set(epoch, slot, trust, era, t_ns, sentences, t_rx_ns)
            winners.epoch_row[slot] = row
        if new_position:
            _set(position, slot, trust, era, t_ns, sentences, t_rx_ns)
            winners.position_row[slot] = row
    return n


@kernel
def copy_won(columns: Any, won_row: NDArray[np.int32], slots: NDArray[np.int32], n: int) -> None:
    """Copy, column by column, the rows that won; `columns` is a tuple of (state, incoming) pairs of mixed types."""
    for pair in literal_unroll(columns):
        for k in range(n):
            row = won_row[slots[k]]
            if row >= 0:
                pair[0][slots[k]] = pair[1][row]

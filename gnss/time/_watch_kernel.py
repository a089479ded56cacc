"""Whether a terminal's clock is to be believed: one that leaps ahead, and one that was set back.

One wrong time ahead would outdate all that follows. So an instant that leaps ahead of the terminal's own past and of
the reception is suspect, until so many in a row say the same. Where such a time was believed, or a clock was wrong from
the beginning, the terminal would be late until time catches up: a clock that goes on behind is believed anew, and what
it says belongs to another era. Everything follows from the terminal's times and their receptions, in the order of its
bytes; without receive times nothing is judged.
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S

# columns of what is remembered of a terminal's clock: instants in a row that leapt ahead; newest instant and its
# reception; the run of instants in a row that were behind it: how many, how much later they were received than they
# say, reception of the first; how often the clock was set back
LEAPS, NEWEST, NEWEST_RX, BEHINDS, BEHIND_NS, BEHIND_RX, ERA = range(7)
WATCH_COUNT = 7
WATCH_TIMES = (NEWEST, NEWEST_RX)
"""Columns that are missing at first."""

# verdicts on an instant
SURE, FAR, LEAPT, BEHIND, SET_BACK = range(5)

LEAP_NS = 600 * NS_PER_S
"""No receiver, and no way, is so far ahead of what it was."""

LEAPS_MAX = 30
"""After so many instants in a row it is the clock that was set, or that of the service."""

BEHIND_NS_MIN = 60 * NS_PER_S
"""What is less behind is late, and not for long."""

PACE_NS = 2 * NS_PER_S
"""A clock keeps its distance to the reception by so much; rows that were stored come faster, or not."""

BEHINDS_MIN = 3
"""So many in a row are enough where what came before cannot have been."""

BEHIND_S_MIN = 30
"""Where it can have been, a run must last so long, in s of the reception."""


@inline_kernel
def newest_by_now(watch: NDArray[np.int64], s: int, t_rx_ns: int) -> int:
    """What the clock of the newest instant would say now. The service's own clock may have been set back since."""
    return int(watch[s, NEWEST] + max(t_rx_ns - watch[s, NEWEST_RX], 0))


@inline_kernel
def leaps(watch: NDArray[np.int64], s: int, t_gpst_ns: int, t_rx_ns: int, rx_gpst_ns: int) -> bool:
    """Whether an instant lies too far ahead, both of the newest one and of the reception."""
    if watch[s, LEAPS] >= LEAPS_MAX or t_gpst_ns - rx_gpst_ns <= LEAP_NS:
        return False
    return bool(t_gpst_ns - newest_by_now(watch, s, t_rx_ns) > LEAP_NS)


@inline_kernel
def keeps_pace(watch: NDArray[np.int64], s: int, behind_ns: int) -> bool:
    """Whether an instant goes on with the run of those behind."""
    return bool(watch[s, BEHINDS] > 0 and abs(behind_ns - watch[s, BEHIND_NS]) <= PACE_NS)


@inline_kernel
def is_set_back(watch: NDArray[np.int64], s: int, t_gpst_ns: int, t_rx_ns: int, rx_gpst_ns: int) -> bool:
    """Whether an instant that is behind is one too many: its clock was set."""
    if watch[s, BEHINDS] < BEHINDS_MIN or not keeps_pace(watch, s, rx_gpst_ns - t_gpst_ns):
        return False
    was_ahead = newest_by_now(watch, s, t_rx_ns) - rx_gpst_ns > LEAP_NS
    if was_ahead and t_gpst_ns - rx_gpst_ns <= LEAP_NS:
        return True
    return bool(t_rx_ns - watch[s, BEHIND_RX] >= BEHIND_S_MIN * NS_PER_S)


@inline_kernel
def judge_instant(watch: NDArray[np.int64], s: int, t_gpst_ns: int, t_rx_ns: int, rx_gpst_ns: int) -> int:
    """Verdict on an instant (GPST) of a terminal, received at `t_rx_ns` (UTC since 1970), which is `rx_gpst_ns`.

    Shape: scalars; `watch` (slots, `WATCH_COUNT`). Unit: ns. Error: without receive times all is `SURE`. Source: none,
    rules of ours (docs/ingest.md).
    """
    if t_rx_ns == NO_TIME or watch[s, NEWEST_RX] == NO_TIME:
        return SURE
    if leaps(watch, s, t_gpst_ns, t_rx_ns, rx_gpst_ns):
        return LEAPT
    if watch[s, NEWEST] - t_gpst_ns <= BEHIND_NS_MIN:
        return SURE
    return SET_BACK if is_set_back(watch, s, t_gpst_ns, t_rx_ns, rx_gpst_ns) else BEHIND


@inline_kernel
def note_instant(watch: NDArray[np.int64], s: int, verdict: int, t_gpst_ns: int, t_rx_ns: int, rx_gpst_ns: int) -> None:
    """An epoch with that verdict is over: what comes after it is judged by it."""
    watch[s, LEAPS] = watch[s, LEAPS] + 1 if verdict == LEAPT else 0
    if verdict == BEHIND:
        goes_on = keeps_pace(watch, s, rx_gpst_ns - t_gpst_ns)
        watch[s, BEHINDS] = watch[s, BEHINDS] + 1 if goes_on else 1
        if not goes_on:
            watch[s, BEHIND_NS], watch[s, BEHIND_RX] = rx_gpst_ns - t_gpst_ns, t_rx_ns
        return
    watch[s, BEHINDS] = 0
    if verdict == SET_BACK:
        watch[s, ERA] += 1
    if verdict == SET_BACK or (verdict == SURE and t_gpst_ns > watch[s, NEWEST]):
        watch[s, NEWEST], watch[s, NEWEST_RX] = t_gpst_ns, t_rx_ns

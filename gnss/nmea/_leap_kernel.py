"""A clock that leaps ahead of its own past and of the reception: one broken digit would outdate all that follows."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from gnss.nmea._epoch_state import LAST, LAST_RX, LEAPS, LEAPT, RX, SUSPECT

LEAP_NS = 600 * NS_PER_S
"""No receiver, and no way, is so far ahead of what it was."""

LEAPS_MAX = 30
"""After so many epochs in a row it is the clock that was set, or that of the service."""


@inline_kernel
def leaps(clock: NDArray[np.int64], s: int, t_gpst_ns: int, rx_gpst_ns: int) -> bool:
    """Whether an instant of a terminal lies too far ahead, both of its last one and of the reception.

    Shape: scalars. Unit: ns. Error: without receive times nothing leaps. Source: none, a rule of ours.
    """
    if clock[s, RX] == NO_TIME or clock[s, LAST] == NO_TIME or clock[s, LAST_RX] == NO_TIME:
        return False
    if clock[s, LEAPS] >= LEAPS_MAX or t_gpst_ns - rx_gpst_ns <= LEAP_NS:
        return False
    expected_ns = clock[s, LAST] + clock[s, RX] - clock[s, LAST_RX]
    return bool(t_gpst_ns - expected_ns > LEAP_NS)


@inline_kernel
def count_leap(clock: NDArray[np.int64], s: int) -> None:
    """An epoch of the terminal is over: it is one more of those that leapt, or none of them has."""
    clock[s, LEAPS] = clock[s, LEAPS] + 1 if clock[s, SUSPECT] == LEAPT else 0

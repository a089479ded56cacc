"""Whether a time window is open at an instant."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.constants import NS_PER_S
from gnss.time.leap import gpst_to_utc

SECONDS_PER_DAY = 86_400
MINUTES_PER_DAY = 1_440
WEEKDAY_OF_DAY_0 = 3
"""1970-01-01 was a Thursday; weeks begin on Monday."""


@leaf_kernel
def is_open(window: int, t_gpst_ns: int, table: NDArray[np.int64]) -> bool:
    """Whether the window with this number is open; the table is that of `mapping.fences.rules.window_table`."""
    day, ns_of_day = gpst_to_utc(t_gpst_ns)
    unix_s = day * SECONDS_PER_DAY + ns_of_day // NS_PER_S
    at = table[window]
    zone, week = at + 2 * table[at] - 1, at + 2 * table[at] + 1
    while table[zone] > unix_s:
        zone -= 2
    local_s = unix_s + table[zone + 1]
    local_day, minute = local_s // SECONDS_PER_DAY, local_s % SECONDS_PER_DAY // 60
    days, special = week + 2 * table[week] + 1, False
    for k in range(days + 1, days + 1 + 3 * table[days], 3):
        if table[k] == local_day:
            special = True
            if table[k + 1] <= minute < table[k + 2]:
                return True
    minute += (local_day + WEEKDAY_OF_DAY_0) % 7 * MINUTES_PER_DAY
    for k in range(week + 1, week + 1 + 2 * table[week], 2):
        if not special and table[k] <= minute < table[k + 1]:
            return True
    return False

"""The seven kinds of multiple signal messages (MSM) as tables.

Source: docs/sources.md, gnss_facts §7 (RTCM 10403.3 MSM).

Behind the header and its masks stands each satellite field for all satellites, then each signal field for all cells.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.rtcm.fields import Field, signed, unsigned
from gnss.rtcm.lock import LockCode

CELLS_MAX = 64
"""Satellites times signals of one message are at most this many."""

SATELLITES_MAX = 64
HEADER_BITS = 169
"""From the message number to the end of the signal mask; the cell mask follows."""

STATION_BIT, EPOCH_BIT, MORE_BIT, SATELLITE_MASK_BIT, SIGNAL_MASK_BIT = 12, 24, 54, 73, 137
"""Where the header fields begin that are used here, from the first bit of the payload."""

EPOCH_BITS = 30
M_PER_MS = SPEED_OF_LIGHT_MPS / 1e3

ROUGH_PART_STEP_MS = 2.0**-10
ROUGH_MS = unsigned("rough_ms", "DF397", 8)
EXTENDED = unsigned("extended", "", 4)  # GLONASS: frequency channel + 7
ROUGH_PART_MS = unsigned("rough_part_ms", "DF398", 10, ROUGH_PART_STEP_MS)
ROUGH_RATE_WIDTH = 14
ROUGH_RATE = signed("rough_rate_mps", "DF399", ROUGH_RATE_WIDTH)

PR = signed("pr_ms", "DF400", 15, 2.0**-24)
PR_FINE = signed("pr_ms", "DF405", 20, 2.0**-29)
CP = signed("cp_ms", "DF401", 22, 2.0**-29)
CP_FINE = signed("cp_ms", "DF406", 24, 2.0**-31)
LOCK = unsigned("lock", "DF402", 4)
LOCK_FINE = unsigned("lock", "DF407", 10)
HALF_CYCLE = unsigned("half_cycle", "DF420", 1)
CN0 = unsigned("cn0_dbhz", "DF403", 6)
CN0_FINE = unsigned("cn0_dbhz", "DF408", 10, 2.0**-4)
RATE = signed("rate_mps", "DF404", 15, 1e-4)

ROUGH_MS_INVALID = 255
"""DF397: no rough range."""

LOCK_NONE = 1023
"""An indicator without a meaning in every lock-time table: where a message has none."""

CHANNEL_OFFSET = 7
CHANNEL_UNKNOWN = 15
CHANNEL_EXTENDED_LAST = 13
"""A GLONASS frequency channel is sent plus 7; above 13 the field means that it is not known."""

LAYOUTS: dict[int, tuple[tuple[Field, ...], tuple[Field, ...]]] = {
    1: ((ROUGH_PART_MS,), (PR,)),
    2: ((ROUGH_PART_MS,), (CP, LOCK, HALF_CYCLE)),
    3: ((ROUGH_PART_MS,), (PR, CP, LOCK, HALF_CYCLE)),
    4: ((ROUGH_MS, ROUGH_PART_MS), (PR, CP, LOCK, HALF_CYCLE, CN0)),
    5: ((ROUGH_MS, EXTENDED, ROUGH_PART_MS, ROUGH_RATE), (PR, CP, LOCK, HALF_CYCLE, CN0, RATE)),
    6: ((ROUGH_MS, ROUGH_PART_MS), (PR_FINE, CP_FINE, LOCK_FINE, HALF_CYCLE, CN0_FINE)),
    7: ((ROUGH_MS, EXTENDED, ROUGH_PART_MS, ROUGH_RATE), (PR_FINE, CP_FINE, LOCK_FINE, HALF_CYCLE, CN0_FINE, RATE)),
}
"""By MSM kind: satellite fields, signal fields, in the order of their bits."""

_ORDER = ("rough_ms", "extended", "rough_part_ms", "rough_rate_mps")
_CELL_ORDER = ("pr_ms", "cp_ms", "lock", "half_cycle", "cn0_dbhz", "rate_mps")
(
    ROUGH_MS_BITS, EXTENDED_BITS, ROUGH_PART_BITS, ROUGH_RATE_BITS,
    PR_BITS, CP_BITS, LOCK_BITS, HALF_CYCLE_BITS, CN0_BITS, RATE_BITS, SATELLITE_BITS, CELL_BITS, LOCK_CODE,
) = range(13)  # fmt: skip
"""Columns of `MsmPlan.width`."""

PR_SCALE, CP_SCALE, CN0_SCALE, RATE_SCALE = range(4)
"""Columns of `MsmPlan.scale`."""


class MsmPlan(NamedTuple):
    """The layouts as arrays by MSM kind: `width` (8, 13) in bits, 0 = no such field; `scale` (8, 4), a field's step."""

    width: NDArray[np.int64]
    scale: NDArray[np.float64]


def _compile() -> MsmPlan:
    plan = MsmPlan(np.zeros((8, 13), np.int64), np.zeros((8, 4)))
    for kind, (satellite, cell) in LAYOUTS.items():
        fields = {field.name: field for field in (*satellite, *cell)}
        for column, name in enumerate((*_ORDER, *_CELL_ORDER)):
            plan.width[kind, column] = fields[name].bits if name in fields else 0
        for column, name in enumerate(("pr_ms", "cp_ms", "cn0_dbhz", "rate_mps")):
            plan.scale[kind, column] = fields[name].scale if name in fields else 0.0
        plan.width[kind, SATELLITE_BITS] = sum(field.bits for field in satellite)
        plan.width[kind, CELL_BITS] = sum(field.bits for field in cell)
        plan.width[kind, LOCK_CODE] = LockCode.DF407 if LOCK_FINE in cell else LockCode.DF402
    return plan


MSM_PLAN = _compile()

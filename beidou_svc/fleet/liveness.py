"""Online, stale or offline: the age of what a terminal last said, in event time corrected by its own clock offset.

A terminal whose clock is eight hours wrong is as alive as its neighbours: its smallest lag (see `merge.Heard`) is
taken as the way its clock differs, and only what exceeds that is age. Rows without a date count by their receive time.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.merge import NO_OFFSET, TRUST_DATED, Heard, Key
from gnss._jit import inline_kernel, kernel
from gnss.batches import NO_TIME


class Liveness(IntEnum):
    """How recently a terminal was heard."""

    OFFLINE = 0
    STALE = 1
    ONLINE = 2


_OFFLINE, _STALE, _ONLINE = int(Liveness.OFFLINE), int(Liveness.STALE), int(Liveness.ONLINE)


class LivenessRules(NamedTuple):
    """Ages at which a terminal becomes stale and offline."""

    stale_after_ns: int
    offline_after_ns: int


@inline_kernel
def clock_offset_ns(heard: Heard, slot: int) -> int:
    """Smallest recent receive time minus time of the fix (UTC minus GPST), `NO_OFFSET` = never observed."""
    return int(min(heard.offset_now_ns[slot], heard.offset_before_ns[slot]))


@inline_kernel
def heard_at_ns(epoch: Key, heard: Heard, slot: int) -> int:
    """When the latest word of a slot was spoken, on the service's clock; `NO_TIME` = never."""
    spoken_ns = heard.t_undated_rx_ns[slot]
    offset_ns = clock_offset_ns(heard, slot)
    if epoch.trust[slot] == TRUST_DATED and offset_ns != NO_OFFSET:
        spoken_ns = max(spoken_ns, epoch.t_ns[slot] + offset_ns)
    return int(spoken_ns)


@kernel
def judge_slots(
    slots: NDArray[np.int32],
    epoch: Key,
    heard: Heard,
    rules: LivenessRules,
    now_ns: int,
    liveness: NDArray[np.uint8],
    changed: NDArray[np.int32],
) -> int:
    """Set the liveness of slots; writes those that changed into `changed` and returns how many they are."""
    n = 0
    for k in range(slots.size):
        slot = slots[k]
        spoken_ns = heard_at_ns(epoch, heard, slot)
        verdict = _OFFLINE
        if spoken_ns != NO_TIME:
            age_ns = now_ns - spoken_ns
            if age_ns < rules.stale_after_ns:
                verdict = _ONLINE
            elif age_ns < rules.offline_after_ns:
                verdict = _STALE
        if verdict != liveness[slot]:
            liveness[slot] = verdict
            changed[n] = slot
            n += 1
    return n

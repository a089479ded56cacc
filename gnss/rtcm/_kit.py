"""What the decode kernels are handed: tables to follow, memory to keep, columns to write."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.rtcm.legacy_layout import LegacyPlan
from gnss.rtcm.messages import MessageTable
from gnss.rtcm.msm_layout import SATELLITES_MAX, MsmPlan
from gnss.rtcm.observations import ObservationSink
from gnss.rtcm.signals import SignalTable

NO_STATION = 65535
"""Messages of satellites name no station."""


class FrameSpans(NamedTuple):
    """Columns of a `SpanBatch`."""

    slot: NDArray[np.int32]
    kind: NDArray[np.uint8]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    t_rx_ns: NDArray[np.int64]


class FramePlan(NamedTuple):
    """All tables that the kernels follow."""

    messages: MessageTable
    msm: MsmPlan
    legacy: LegacyPlan
    signals: SignalTable
    lock_s: NDArray[np.float32]


class FrameMemory(NamedTuple):
    """What is remembered of each terminal, (slots, ...): time of its last epoch, GLONASS frequency channels.

    And what is counted: its messages by family and by verdict; over all terminals, messages by number.
    """

    t_last_gpst_ns: NDArray[np.int64]
    channels: NDArray[np.int8]
    families: NDArray[np.uint64]
    drops: NDArray[np.uint64]
    numbers: NDArray[np.uint64]


class MsmScratch(NamedTuple):
    """What is known of the satellites and signals of the message at hand."""

    prn: NDArray[np.int64]
    channel: NDArray[np.int64]
    ms: NDArray[np.float64]
    rate_mps: NDArray[np.float64]
    signal_id: NDArray[np.int64]

    @classmethod
    def fresh(cls) -> Self:
        """Room for the largest message."""
        whole, real = np.zeros((3, SATELLITES_MAX), np.int64), np.zeros((2, SATELLITES_MAX))
        return cls(whole[0], whole[1], real[0], real[1], whole[2])


class MessageSink(NamedTuple):
    """The columns of `MessageBatch` in its order."""

    slot: NDArray[np.int32]
    number: NDArray[np.uint16]
    family: NDArray[np.uint8]
    system: NDArray[np.uint8]
    station: NDArray[np.uint16]
    t_gpst_ns: NDArray[np.int64]
    t_rx_ns: NDArray[np.int64]
    more: NDArray[np.uint8]
    status: NDArray[np.uint8]
    first: NDArray[np.int64]
    rows: NDArray[np.int32]
    start: NDArray[np.int64]
    stop: NDArray[np.int64]


class Kit(NamedTuple):
    """All of it."""

    plan: FramePlan
    memory: FrameMemory
    scratch: MsmScratch
    sink: ObservationSink
    out: MessageSink

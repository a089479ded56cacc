"""RTCM 3 frames to columns: `decode` turns spans of bytes of any number of terminals into messages and observations.

Source: docs/sources.md, nmea §7 and gnss_facts §7; the tables are in `gnss.rtcm.messages`, `.msm_layout`,
`.legacy_layout`, `.signals` and `.lock`.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from gnss.rtcm._frame_kernel import decode_frames
from gnss.rtcm._kit import NO_STATION, FrameMemory, FramePlan, FrameSpans, Kit, MessageSink, MsmScratch
from gnss.rtcm.legacy_layout import LEGACY_PLAN
from gnss.rtcm.lock import LOCK_S
from gnss.rtcm.messages import MESSAGES, NO_SYSTEM, NUMBERS, Family
from gnss.rtcm.msm_layout import CELLS_MAX, MSM_PLAN, SATELLITES_MAX
from gnss.rtcm.observations import NO_CHANNEL, ObservationBatch, ObservationSink
from gnss.rtcm.signals import SIGNALS
from gnss.status import STATUS_MAX
from gnss.stream.spans import SpanBatch

CELL_BITS_MIN = 15
"""Fewest bits of a frame that make a row (an MSM1 cell): bounds the number of rows."""

FAMILY_MAX = 16
"""Counters by family are arrays of this length."""

_PLAN = FramePlan(MESSAGES, MSM_PLAN, LEGACY_PLAN, SIGNALS, LOCK_S)


@dataclass(frozen=True, slots=True)
class MessageBatch(Batch):
    """One row per RTCM 3 frame, in the order of the bytes of each terminal.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | number | u2 | | | message number; 0 = an empty frame |
    | family | u1 | | | a `Family` |
    | system | u1 | | | constellation, index into `SYSTEMS`; 255 = none |
    | station | u2 | | | reference station id; 65535 = the message names none |
    | t_gpst_ns | i8 | | ns | epoch, GPST since 1980-01-06; of others, the time known when it came; `NO_TIME` = none |
    | t_rx_ns | i8 | | ns | receive time, UTC since 1970-01-01 |
    | more | u1 | | | 1: more messages of this epoch follow |
    | status | u1 | | | a `Status` |
    | first | i8 | | | its first row among the observations |
    | rows | i4 | | | how many rows it made there |
    | start | i8 | | byte | where the frame begins in the buffer |
    | stop | i8 | | byte | where it ends |
    """

    slot: NDArray[np.int32] = column("i4")
    number: NDArray[np.uint16] = column("u2")
    family: NDArray[np.uint8] = column("u1")
    system: NDArray[np.uint8] = column("u1", missing=NO_SYSTEM)
    station: NDArray[np.uint16] = column("u2", missing=NO_STATION)
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    t_rx_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    more: NDArray[np.uint8] = column("u1")
    status: NDArray[np.uint8] = column("u1")
    first: NDArray[np.int64] = column("i8")
    rows: NDArray[np.int32] = column("i4")
    start: NDArray[np.int64] = column("i8")
    stop: NDArray[np.int64] = column("i8")

    def of_family(self, *families: Family) -> NDArray[np.int64]:
        """Rows of the messages of these families."""
        return np.flatnonzero(np.isin(self.family, families))


@dataclass(slots=True)
class RtcmState:
    """What the decoder remembers of each terminal between calls.

    `t_last_gpst_ns` (slots,): its last epoch, `NO_TIME` where no date is known. `channels` (slots, 64): GLONASS
    frequency channels by satellite, -128 = not known. `families` (slots, FAMILY_MAX) and `drops` (slots, STATUS_MAX)
    count its messages; `numbers` (4096,) counts the messages of all terminals by number.
    """

    t_last_gpst_ns: NDArray[np.int64]
    channels: NDArray[np.int8]
    families: NDArray[np.uint64]
    drops: NDArray[np.uint64]
    numbers: NDArray[np.uint64]
    reference_gpst_ns: int = NO_TIME

    @classmethod
    def for_slots(cls, n: int, reference_gpst_ns: int = NO_TIME) -> Self:
        """State of `n` terminals of which nothing is known but a time within half a day of their first epochs."""
        return cls(
            np.full(n, reference_gpst_ns, np.int64),
            np.full((n, SATELLITES_MAX), NO_CHANNEL, np.int8),
            np.zeros((n, FAMILY_MAX), np.uint64),
            np.zeros((n, STATUS_MAX), np.uint64),
            np.zeros(NUMBERS, np.uint64),
            reference_gpst_ns,
        )

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        more = n - len(self.t_last_gpst_ns)
        if more > 0:
            fresh = self.for_slots(more, self.reference_gpst_ns)
            for name in ("t_last_gpst_ns", "channels", "families", "drops"):
                setattr(self, name, np.concatenate([getattr(self, name), getattr(fresh, name)]))

    def copy(self) -> Self:
        """An independent copy."""
        arrays = {name: array.copy() for name, array in self.memory()._asdict().items()}
        return type(self)(**arrays, reference_gpst_ns=self.reference_gpst_ns)

    def memory(self) -> FrameMemory:
        """The arrays as the kernel takes them."""
        return FrameMemory(self.t_last_gpst_ns, self.channels, self.families, self.drops, self.numbers)


@dataclass(slots=True)
class RtcmWorkspace:
    """Arrays that are used again from call to call, grown when needed."""

    messages: MessageSink = field(default_factory=lambda: _message_sink(0))
    observations: ObservationSink = field(default_factory=lambda: ObservationSink.for_rows(0))
    scratch: MsmScratch = field(default_factory=MsmScratch.fresh)

    def reserve(self, n_messages: int, n_bytes: int) -> None:
        """Make room for the rows of so many frames of so many bytes; memory is only touched as far as it is used."""
        rows = min(n_messages * CELLS_MAX, 8 * n_bytes // CELL_BITS_MIN)
        if len(self.messages.slot) < n_messages:
            self.messages = _message_sink(n_messages * 5 // 4)
        if len(self.observations.slot) < rows:
            self.observations = ObservationSink.for_rows(rows * 5 // 4)


def _message_sink(n: int) -> MessageSink:
    return MessageSink(**{name: np.empty(n, spec.dtype) for name, spec in MessageBatch.specs().items()})


@dataclass(frozen=True, slots=True)
class RtcmDecoded:
    """What `decode` returns: messages, their observations, the bytes that they came from."""

    messages: MessageBatch
    observations: ObservationBatch
    buffer: NDArray[np.uint8]


def decode(
    state: RtcmState, buffer: NDArray[np.uint8], spans: SpanBatch, workspace: RtcmWorkspace | None = None
) -> RtcmDecoded:
    """Decode the RTCM 3 frames among `spans` of `buffer` (padded by `PAD_BYTES`), whose checks the scanner has seen.

    Every frame gives a message row; messages with a status other than OK and NO_DATE made no observations. `state` is
    brought up to date in place. With a `workspace`, the result is valid until the workspace is used again. Raises
    ValueError for spans of unknown terminals.
    """
    if len(spans) and (spans.slot.min() < 0 or spans.slot.max() >= len(state.t_last_gpst_ns)):
        raise ValueError(
            f"spans of terminals {spans.slot.min()}..{spans.slot.max()}, known are {len(state.t_last_gpst_ns)}"
        )
    w = workspace or RtcmWorkspace()
    w.reserve(len(spans), int((spans.stop - spans.start).sum()))
    columns = FrameSpans(spans.slot, spans.kind, spans.start, spans.stop, spans.t_rx_ns)
    kit = Kit(_PLAN, state.memory(), w.scratch, w.observations, w.messages)
    m, n = decode_frames(buffer, columns, kit)
    messages = {name: array[:m] for name, array in w.messages._asdict().items()}
    return RtcmDecoded(MessageBatch(**messages), w.observations.batch(n), buffer)

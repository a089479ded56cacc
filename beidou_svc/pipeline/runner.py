"""The pipeline of one tick: what arrived since the last one becomes rows to show."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from beidou_svc.clock import FOREVER
from beidou_svc.positioning.arrived import Arrived, RtcmReceiver
from beidou_svc.positioning.running import Runner
from beidou_svc.positioning.view import PositioningView
from gnss.batches import NO_TIME, FixBatch, SegmentBatch
from gnss.decoder import RTCM3_KIND, Push, StreamDecoder
from gnss.nmea.catalogue import KIND_MAX, KIND_NAMES
from gnss.nmea.satellites import SatelliteBatch
from gnss.rtcm.epochs import EpochBatch

ROOM_AHEAD = 8
"""Room is made for this part of all terminals more than there are."""

_NO_BYTES = np.empty(0, np.uint8)


class Pipeline:
    """Decodes the streams of all terminals, tick by tick. The same object serves live input and replay.

    Rows come in the order of each terminal's bytes: first the epochs that closed, then the one still open, which a
    later tick will bring again, more complete. Positions computed from observations come when they are ready, in the
    order of the epochs of each terminal.
    """

    kind_names: Sequence[str] = tuple(
        "RTCM3" if kind == RTCM3_KIND else (KIND_NAMES[kind] if kind < len(KIND_NAMES) else "")
        for kind in range(KIND_MAX)
    )
    """Name of each column of `sentences`."""

    def __init__(self, *, capacity: int, reference_gpst_ns: int = NO_TIME, positioning: Runner | None = None) -> None:
        self._decoder = StreamDecoder(capacity, reference_gpst_ns=reference_gpst_ns)
        self._receiver = RtcmReceiver(capacity, self._decoder.counters.drops, reference_gpst_ns)
        self._runner = positioning
        self._room = capacity
        self._complete_ns = NO_TIME
        self._is_untimed = self._is_used = False
        self.last_push: Push | None = None
        self._arrived: list[Arrived] = []
        self.positioning = PositioningView(capacity)
        self.barred: NDArray[np.bool_] | None = None
        """By slot: terminals whose ephemerides and places nobody is to rely on."""

    @property
    def drops(self) -> NDArray[np.uint64]:
        """What was lost, (slots, STATUS_MAX)."""
        return self._decoder.counters.drops

    @property
    def sentences(self) -> NDArray[np.uint64]:
        """What was decoded, (slots, KIND_MAX)."""
        return self._decoder.counters.sentences

    @property
    def epochs(self) -> NDArray[np.uint64]:
        """Closed epochs by fix quality, (slots, 9)."""
        return self._decoder.counters.epochs

    @property
    def families(self) -> NDArray[np.uint64]:
        """RTCM 3 messages by family, (slots, FAMILY_MAX)."""
        return self._receiver.state.families

    @property
    def unknown(self) -> Mapping[str, int]:
        """Names of sentences that nobody decodes, and how many came."""
        return self._decoder.counters.unknown

    @property
    def is_behind(self) -> bool:
        """Whether positioning has so much to do that no more should be read from the sockets."""
        return self._runner is not None and self._runner.is_behind

    def ensure_capacity(self, n: int) -> None:
        """Make room for `n` terminals, and for an eighth more: it copies all that is known, and not every tick may."""
        if n <= self._room:
            return
        self._room = n = n + n // ROOM_AHEAD
        self._decoder.grow(n)
        self._receiver.grow(n, self._decoder.counters.drops)
        self.positioning.grow(n)
        if self._runner is not None:
            self._runner.grow(n)

    def satellites(self, slot: int) -> SatelliteBatch:
        """What one terminal has in view, as its sentences say."""
        return self._decoder.epochs.satellites(slot)

    def tick(
        self,
        buffer: NDArray[np.uint8],
        segments: SegmentBatch,
        ended: NDArray[np.int32],
        *,
        show_open: bool = True,
        now_ns: int | None = None,
    ) -> FixBatch:
        """Decode what arrived; streams in `ended` are settled before the new bytes of the same terminals are read.

        Without `show_open`, only rows that no later tick changes: what final tables are made of. `now_ns` (UTC since
        1970): everything received up to then is here; without it, that is everything received before the latest piece.
        """
        parts: list[FixBatch] = []
        arrived: list[Arrived | None] = []
        if len(ended):
            push = self._decoder.end(ended)
            parts.append(push.fixes)
            arrived.append(self._receiver.take(push, ended, self.barred))
        if len(segments):
            self.last_push = self._decoder.push(buffer, segments, show_open=show_open)
            parts.append(self.last_push.fixes)
            arrived.append(self._receiver.take(self.last_push, None, self.barred))
        return FixBatch.concat([*parts, *self._located(arrived, segments, now_ns)])

    def observed(self) -> FixBatch:
        """Terminal and time of the epochs whose observations came with the last tick; nothing else of them is known."""
        epochs = EpochBatch.concat([each.epochs for each in self._arrived])
        return FixBatch.missing(len(epochs), slot=epochs.slot, t_gpst_ns=epochs.t_gpst_ns)

    def finish(self) -> FixBatch:
        """Nothing more will come: what still waits is located now."""
        if self._runner is None:
            return FixBatch.empty()
        self._runner.submit([], FOREVER)
        rows = [self.positioning.take(located) for located in self._runner.collect(wait=True)]
        self.positioning.count_drops(self.drops)
        return FixBatch.concat(rows)

    def close(self) -> None:
        """End what runs beside."""
        if self._runner is not None:
            self._runner.close()

    def _located(self, arrived: Sequence[Arrived | None], segments: SegmentBatch, now_ns: int | None) -> list[FixBatch]:
        """Hand on what arrived; rows of what was located meanwhile."""
        self._arrived = new = [each for each in arrived if each is not None]
        for each in new:
            self.positioning.note_sky(each)
        if self._runner is None:
            return []
        complete_ns = self._complete(segments) if now_ns is None else now_ns
        self._is_used |= bool(new)
        if self._is_used:
            self._runner.submit(new, complete_ns)
        rows = [self.positioning.take(located) for located in self._runner.collect()]
        self.positioning.count_drops(self.drops)
        return rows

    def _complete(self, segments: SegmentBatch) -> int:
        """Up to when everything is here. Logs without receive times come one after the other: only their end tells."""
        t_rx_ns = segments.t_rx_ns
        self._is_untimed |= bool((t_rx_ns == NO_TIME).any())
        self._complete_ns = int(t_rx_ns.max(initial=self._complete_ns))
        return NO_TIME if self._is_untimed or self._complete_ns == NO_TIME else self._complete_ns - 1

"""The pipeline of one tick: what arrived since the last one becomes rows to show."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, FixBatch, SegmentBatch
from gnss.decoder import RTCM3_KIND, Push, StreamDecoder
from gnss.nmea.catalogue import KIND_MAX, KIND_NAMES
from gnss.nmea.satellites import SatelliteBatch


class Pipeline:
    """Decodes the streams of all terminals, tick by tick. The same object serves live input and replay.

    Rows come in the order of each terminal's bytes: first the epochs that closed, then the one still open, which a
    later tick will bring again, more complete.
    """

    kind_names: Sequence[str] = tuple(
        "RTCM3" if kind == RTCM3_KIND else (KIND_NAMES[kind] if kind < len(KIND_NAMES) else "")
        for kind in range(KIND_MAX)
    )
    """Name of each column of `sentences`."""

    def __init__(self, *, capacity: int, reference_gpst_ns: int = NO_TIME) -> None:
        self._decoder = StreamDecoder(capacity, reference_gpst_ns=reference_gpst_ns)
        self.last_push: Push | None = None

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
    def unknown(self) -> Mapping[str, int]:
        """Names of sentences that nobody decodes, and how many came."""
        return self._decoder.counters.unknown

    def ensure_capacity(self, n: int) -> None:
        """Make room for `n` terminals."""
        self._decoder.grow(n)

    def satellites(self, slot: int) -> SatelliteBatch:
        """What one terminal has in view."""
        return self._decoder.epochs.satellites(slot)

    def tick(
        self,
        buffer: NDArray[np.uint8],
        segments: SegmentBatch,
        ended: NDArray[np.int32],
        *,
        show_open: bool = True,
    ) -> FixBatch:
        """Decode what arrived; streams in `ended` are settled before the new bytes of the same terminals are read.

        Without `show_open`, only rows that no later tick changes: what final tables are made of.
        """
        parts: list[FixBatch] = []
        if len(ended):
            parts.append(self._decoder.end(ended).fixes)
        if len(segments):
            self.last_push = self._decoder.push(buffer, segments, show_open=show_open)
            parts.append(self.last_push.fixes)
        return FixBatch.concat(parts)

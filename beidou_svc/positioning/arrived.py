"""What a tick brings for positioning: RTCM 3 frames decoded, observations put together to epochs, notes beside them.

Everything has the receive time at which it was known, because that is what the further steps are ordered by. Logs
without receive times are taken to have been received at the time that they speak of.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME
from gnss.decoder import Push
from gnss.rtcm.decode import MessageBatch, RtcmDecoded, RtcmState, RtcmWorkspace, decode
from gnss.rtcm.ephemerides import EphemerisBatch, decode_ephemerides
from gnss.rtcm.epochs import EpochBatch, RtcmEpochState, assemble_epochs
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch, decode_glonass_ephemerides
from gnss.rtcm.messages import Family
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.stations import StationBatch, decode_stations
from gnss.status import Status
from gnss.stream.scan import SpanKind
from gnss.time.scales import gpst_ns_to_unix_ns

_NOTED = (Family.STATION, Family.EPHEMERIS, Family.GLONASS_EPHEMERIS)


class Notes(NamedTuple):
    """What was said beside observations, all of it received at `t_rx_ns`."""

    t_rx_ns: int
    kepler: EphemerisBatch
    glonass: GlonassEphemerisBatch
    stations: StationBatch


class Arrived(NamedTuple):
    """Closed epochs with their observations, and notes in the order of their receive times."""

    epochs: EpochBatch
    observations: ObservationBatch
    notes: Sequence[Notes]


class RtcmReceiver:
    """Decodes the RTCM 3 frames of all terminals; counts by terminal what they hold and what is wrong with them."""

    def __init__(self, capacity: int, drops: NDArray[np.uint64], reference_gpst_ns: int = NO_TIME) -> None:
        """`drops` (slots, STATUS_MAX): counters that are shared with others."""
        self.state = RtcmState.for_slots(capacity, reference_gpst_ns)
        self.state.drops = drops
        self._epochs = RtcmEpochState.for_slots(capacity)
        self._space = RtcmWorkspace()

    def grow(self, n: int, drops: NDArray[np.uint64]) -> None:
        """Make room for `n` terminals; `drops` are the shared counters, grown already."""
        self.state.grow(n)
        self.state.drops = drops
        self._epochs.grow(n)

    def take(self, push: Push, ended: NDArray[np.int32] | None, barred: NDArray[np.bool_] | None) -> Arrived | None:
        """Decode the frames of a push; None where there is nothing in it for positioning.

        `ended`: terminals that send no more. `barred` (slots,): terminals whose notes nobody is to rely on.
        """
        frames = push.spans.take(np.flatnonzero(push.spans.kind == SpanKind.RTCM3))
        if not len(frames) and (ended is None or not len(self._epochs.epochs)):
            return None
        decoded = decode(self.state, push.buffer, frames, self._space)
        epochs, observations = assemble_epochs(self._epochs, decoded, ended=ended)
        known_ns = _received_ns(epochs.t_rx_ns, epochs.t_gpst_ns)
        return Arrived(epochs.replace(t_rx_ns=known_ns), observations, _notes(decoded, barred))


def _received_ns(t_rx_ns: NDArray[np.int64], t_gpst_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Receive times; where none was recorded, the time spoken of."""
    untimed = (t_rx_ns == NO_TIME) & (t_gpst_ns != NO_TIME)
    if not untimed.any():
        return t_rx_ns
    received = t_rx_ns.copy()
    received[untimed] = gpst_ns_to_unix_ns(t_gpst_ns[untimed])
    return received


def _notes(decoded: RtcmDecoded, barred: NDArray[np.bool_] | None) -> list[Notes]:
    m = decoded.messages
    rows = m.of_family(*_NOTED)
    rows = rows[m.status[rows] == Status.OK]
    if barred is not None:
        rows = rows[~barred[m.slot[rows]]]
    if not len(rows):
        return []
    noted = m.take(rows)
    received = _received_ns(noted.t_rx_ns, noted.t_gpst_ns)
    times, of_time = np.unique(received, return_inverse=True)
    return [_note(int(t), noted.take(of_time == k), decoded.buffer) for k, t in enumerate(times)]


def _note(t_rx_ns: int, messages: MessageBatch, buffer: NDArray[Any]) -> Notes:
    part = RtcmDecoded(messages, ObservationBatch.empty(), buffer)
    return Notes(t_rx_ns, decode_ephemerides(part), decode_glonass_ephemerides(part), decode_stations(part))

"""The decode kernel: one pass over the frames of many terminals, observations to rows, all else to a line in a list."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME, SYSTEMS
from gnss.bits import get_unsigned
from gnss.rtcm import legacy_layout, msm_layout
from gnss.rtcm._kit import NO_STATION, FrameSpans, Kit
from gnss.rtcm._legacy_kernel import decode_legacy
from gnss.rtcm._msm_kernel import decode_msm
from gnss.rtcm._time_kernel import dated_by_message, epoch_to_gpst, is_epoch, legacy_stated
from gnss.rtcm.messages import NO_SYSTEM, NUMBER_BITS, Family
from gnss.status import Status
from gnss.stream.scan import SpanKind
from gnss.time.leap import receive_time_to_gpst

_RTCM3 = int(SpanKind.RTCM3)
_OTHER, _MSM, _LEGACY, _FILLER = int(Family.OTHER), int(Family.MSM), int(Family.LEGACY), int(Family.FILLER)
_SSR, _MOVING_BASE = int(Family.SSR), int(Family.MOVING_BASE)
_EPHEMERIS, _GLONASS_EPHEMERIS = int(Family.EPHEMERIS), int(Family.GLONASS_EPHEMERIS)
_OK, _UNKNOWN, _TOO_SHORT = int(Status.OK), int(Status.UNKNOWN_MESSAGE), int(Status.TOO_SHORT)
_RANGE, _NO_DATE = int(Status.RANGE), int(Status.NO_DATE)
_NO_TIME = int(NO_TIME)
_GLONASS = SYSTEMS.index("R")

FRAME_HEAD_BYTES, FRAME_CHECK_BYTES = 3, 3


@inline_kernel
def _read_head(buffer: NDArray[np.uint8], bit: int, bits: int, kit: Kit, row: int) -> int:
    """Number, family, system and station of a message; returns its family."""
    out = kit.out
    number, family, system = 0, _FILLER, NO_SYSTEM
    if bits >= NUMBER_BITS:
        number = get_unsigned(buffer, bit, NUMBER_BITS)
        family = int(np.int64(kit.plan.messages.family[number]))
        system = int(np.int64(kit.plan.messages.system[number]))
    nameless = family in (_OTHER, _FILLER, _SSR, _MOVING_BASE, _EPHEMERIS, _GLONASS_EPHEMERIS)
    has_station = bits >= msm_layout.EPOCH_BIT and not nameless
    out.number[row] = number
    out.family[row] = family
    out.system[row] = system
    out.station[row] = get_unsigned(buffer, bit + msm_layout.STATION_BIT, 12) if has_station else NO_STATION
    out.more[row] = 0
    out.rows[row] = 0
    out.t_gpst_ns[row] = _NO_TIME
    out.status[row] = _UNKNOWN if family == _OTHER else _OK
    if family != _FILLER and bits < kit.plan.messages.bits_min[number]:
        out.status[row] = _TOO_SHORT
    return family


@inline_kernel
def _resolve(system: int, stated: int, slot: int, t_rx_ns: int, kit: Kit) -> int:
    """GPST of an epoch field: nearest to the receive time, else to the last epoch of the terminal."""
    reference = receive_time_to_gpst(t_rx_ns) if t_rx_ns != _NO_TIME else kit.memory.t_last_gpst_ns[slot]
    if reference == _NO_TIME:
        return _NO_TIME
    epochs = kit.memory.families[slot, _MSM] + kit.memory.families[slot, _LEGACY]
    is_sure = t_rx_ns != _NO_TIME or epochs != np.uint64(0)
    t_gpst_ns = epoch_to_gpst(system, stated, reference, is_sure)
    kit.memory.t_last_gpst_ns[slot] = t_gpst_ns
    return t_gpst_ns


@inline_kernel
def _reference(buffer: NDArray[np.uint8], bit: int, bits: int, slot: int, t_rx_ns: int, kit: Kit, row: int) -> int:
    """The time that is known when a message without an epoch comes; if none is, the one that it states."""
    t_last_gpst_ns = kit.memory.t_last_gpst_ns
    if t_last_gpst_ns[slot] == _NO_TIME and kit.out.status[row] == _OK:
        t_last_gpst_ns[slot] = dated_by_message(buffer, bit, bits, kit.out.number[row])
    return receive_time_to_gpst(t_rx_ns) if t_rx_ns != _NO_TIME else t_last_gpst_ns[slot]


@inline_kernel
def _learn_channel(buffer: NDArray[np.uint8], bit: int, channels: NDArray[np.int8]) -> None:
    """The frequency channel that a GLONASS ephemeris states, for messages that do not."""
    prn, code = get_unsigned(buffer, bit + NUMBER_BITS, 6), get_unsigned(buffer, bit + NUMBER_BITS + 6, 5)
    if prn > 0 and code <= legacy_layout.CHANNEL_CODE_LAST:
        channels[prn - 1] = code - legacy_layout.CHANNEL_OFFSET


@inline_kernel
def _fill(kit: Kit, first: int, n: int, slot: int, t_gpst_ns: int, stated: int, station: int) -> None:
    """What all rows of a message have alike."""
    sink = kit.sink
    for k in range(n):
        row = np.uintp(first + k)
        sink.slot[row], sink.t_gpst_ns[row] = slot, t_gpst_ns
        sink.t_stated[row], sink.station[row] = stated, station
    if t_gpst_ns == _NO_TIME:
        for k in range(n):
            sink.status[np.uintp(first + k)] = _NO_DATE


@inline_kernel
def _read_epoch(buffer: NDArray[np.uint8], bit: int, bits: int, is_legacy: bool, system: int) -> tuple[int, int, int]:
    """(verdict, epoch field in the form of an MSM's, where the header goes on) of an observation message."""
    is_short = is_legacy and system == _GLONASS
    width = legacy_layout.GLONASS_EPOCH_BITS if is_short else msm_layout.EPOCH_BITS
    rest = bit + msm_layout.EPOCH_BIT + width
    if rest >= bit + bits:
        return _TOO_SHORT, 0, rest
    stated = get_unsigned(buffer, bit + msm_layout.EPOCH_BIT, width)
    if is_legacy:
        stated = legacy_stated(system, stated)
    return (_OK if is_epoch(system, stated) else _RANGE), stated, rest


@inline_kernel
def _decode_observations(
    buffer: NDArray[np.uint8], bit: int, bits: int, family: int, t_rx_ns: int, kit: Kit, row: int, first: int
) -> int:
    """Decode an observation message; returns how many rows it made."""
    out, table = kit.out, kit.plan.messages
    slot, number = int(out.slot[row]), int(np.int64(out.number[row]))
    system, variant = int(np.int64(table.system[number])), int(np.int64(table.variant[number]))
    verdict, stated, rest = _read_epoch(buffer, bit, bits, family == _LEGACY, system)
    n = 0
    if verdict == _OK and family == _MSM:
        n, verdict = decode_msm(buffer, bit, bits, variant, system, slot, kit, first)
    elif verdict == _OK:
        n, verdict = decode_legacy(buffer, rest, bit + bits, variant, system, slot, kit, first)
    if verdict == _OK:
        out.more[row] = get_unsigned(buffer, rest, 1)
        t_gpst_ns = _resolve(system, stated, slot, t_rx_ns, kit)
        out.t_gpst_ns[row] = t_gpst_ns
        _fill(kit, first, n, slot, t_gpst_ns, stated, int(np.int64(out.station[row])))
        if t_gpst_ns == _NO_TIME:
            verdict = _NO_DATE
    out.status[row] = verdict
    return n


@leaf_kernel
def decode_frames(buffer: NDArray[np.uint8], spans: FrameSpans, kit: Kit) -> tuple[int, int]:
    """Decode the RTCM 3 frames among `spans`; returns how many messages and how many observations there are."""
    out, memory = kit.out, kit.memory
    m = 0
    n = 0
    for i in range(len(spans.kind)):
        if spans.kind[i] != _RTCM3:
            continue
        slot, t_rx_ns = spans.slot[i], spans.t_rx_ns[i]
        bit = 8 * (spans.start[i] + FRAME_HEAD_BYTES)
        bits = 8 * (spans.stop[i] - FRAME_CHECK_BYTES) - bit
        out.slot[m] = slot
        out.t_rx_ns[m] = t_rx_ns
        out.start[m] = spans.start[i]
        out.stop[m] = spans.stop[i]
        out.first[m] = n
        family = _read_head(buffer, bit, bits, kit, m)
        if family in (_MSM, _LEGACY):
            out.rows[m] = _decode_observations(buffer, bit, bits, family, t_rx_ns, kit, m, n)
            n += out.rows[m]
        else:
            out.t_gpst_ns[m] = _reference(buffer, bit, bits, slot, t_rx_ns, kit, m)
            if family == _GLONASS_EPHEMERIS and out.status[m] == _OK:
                _learn_channel(buffer, bit, memory.channels[slot])
        memory.families[slot, family] += np.uint64(1)
        memory.numbers[out.number[m]] += np.uint64(1)
        if out.status[m] != _OK:
            memory.drops[slot, out.status[m]] += np.uint64(1)
        m += 1
    return m, n

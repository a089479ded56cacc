"""The MSM decode kernel: masks, satellites, cells, following the plan of `gnss.rtcm.msm_layout`.

The fields of a message lie field by field; they are read cell by cell, at six places at a time: one loop costs less
than six, and what a cell has from its satellite stays in registers.
"""

from typing import NamedTuple

import numpy as np

from gnss._jit import inline_kernel
from gnss.batches import SYSTEMS
from gnss.bits import count_leading_zeros, count_ones, get_signed, get_unsigned, get_word
from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.rtcm import msm_layout as layout
from gnss.rtcm._kit import Kit, MsmScratch
from gnss.rtcm._types import F4, F8, I1, I8, U1
from gnss.rtcm.msm_layout import M_PER_MS, MsmPlan
from gnss.rtcm.observations import NO_CHANNEL, ObservationSink
from gnss.rtcm.signals import SignalTable
from gnss.status import Status

_OK, _TOO_SHORT, _TOO_MANY = int(Status.OK), int(Status.TOO_SHORT), int(Status.TOO_MANY_CELLS)
_UNKNOWN_SIGNAL, _NO_CHANNEL, _MODULO = int(Status.UNKNOWN_SIGNAL), int(Status.NO_CHANNEL), int(Status.MODULO)
_NOT_VALID = int(Status.NOT_VALID)
_GLONASS, _SBAS = SYSTEMS.index("R"), SYSTEMS.index("S")
_SBAS_OFFSET = 119
"""SBAS satellite n of a mask is PRN 119 + n (sources: gnss_facts §7)."""

_MODULO_KIND_LAST = 3
"""MSM1 to MSM3 send no whole milliseconds."""

_HIGHEST = np.uint64(1 << 63)
_ALL = np.uint64((1 << 64) - 1)
_RECIPROCAL_BITS = 16
_HZ_PER_MPS_AT_1_HZ = -1.0 / SPEED_OF_LIGHT_MPS


class _Signals(NamedTuple):
    """Where each signal field of the first cell begins, and how wide it is; 0 = the message has none."""

    pr_at: int
    pr_bits: int
    cp_at: int
    cp_bits: int
    lock_at: int
    lock_bits: int
    half_at: int
    half_bits: int
    cn0_at: int
    cn0_bits: int
    rate_at: int
    rate_bits: int


@inline_kernel
def decode_msm(
    buffer: U1, bit: int, bits: int, kind: int, system: int, slot: int, kit: Kit, first: int
) -> tuple[int, int]:
    """Decode the MSM of `bits` bits at `bit` into the rows from `first` on; returns (number of rows, verdict).

    Slot, time and station of the rows are written by the caller. GLONASS frequency channels are taken from what is
    remembered of the terminal, and remembered where the message states them.
    """
    if bits < layout.HEADER_BITS:
        return 0, _TOO_SHORT
    satellites = _list_bits(get_word(buffer, bit + layout.SATELLITE_MASK_BIT, 64), kit.scratch.prn)
    signals = _list_bits(get_word(buffer, bit + layout.SIGNAL_MASK_BIT, 32), kit.scratch.signal_id)
    pairs = satellites * signals
    if pairs > layout.CELLS_MAX:
        return 0, _TOO_MANY
    if pairs == 0:
        return 0, _OK
    mask = get_word(buffer, bit + layout.HEADER_BITS, 64) & (_ALL << np.uint64(layout.CELLS_MAX - pairs))
    cells = count_ones(mask)
    width = kit.plan.msm.width
    p = bit + layout.HEADER_BITS + pairs
    q = p + satellites * width[kind, layout.SATELLITE_BITS]
    past = q + cells * width[kind, layout.CELL_BITS]
    if past > bit + bits:
        return 0, _TOO_SHORT
    scratch = kit.scratch
    _read_satellites(buffer, p, satellites, kind, width, scratch.ms, scratch.rate_mps)
    channels = kit.memory.channels[slot]
    p += satellites * width[kind, layout.ROUGH_MS_BITS]
    _read_channels(buffer, p, satellites, width[kind, layout.EXTENDED_BITS], system, channels, scratch)
    _read_cells(buffer, _layout(q, cells, kind, width), mask, signals, kind, system, kit, first)
    return cells, _OK


@inline_kernel
def _list_bits(mask: np.uint64, numbers: I8) -> int:
    """Write the numbers of the bits set, the highest being 1, in order; returns how many."""
    n = 0
    while mask != np.uint64(0):
        k = count_leading_zeros(mask)
        numbers[np.uintp(n)] = k + 1
        mask ^= _HIGHEST >> np.uint64(k)
        n += 1
    return n


@inline_kernel
def _read_satellites(buffer: U1, p: int, n: int, kind: int, width: I8, ms: F8, rate_mps: F8) -> None:
    """Rough range and rough rate of each satellite."""
    whole, part, rate = (
        width[kind, layout.ROUGH_MS_BITS],
        width[kind, layout.ROUGH_PART_BITS],
        width[kind, layout.ROUGH_RATE_BITS],
    )
    part_at = p + n * (whole + width[kind, layout.EXTENDED_BITS])
    for s in range(n):
        rough = get_unsigned(buffer, part_at + s * part, part) * layout.ROUGH_PART_STEP_MS
        if whole:
            stated = get_unsigned(buffer, p + s * whole, whole)
            rough = np.nan if stated == layout.ROUGH_MS_INVALID else rough + stated
        ms[np.uintp(s)] = rough
    if rate:
        rate_at = part_at + n * part
        for s in range(n):
            mps = get_signed(buffer, rate_at + s * rate, rate)
            rate_mps[np.uintp(s)] = np.nan if mps == -(1 << (rate - 1)) else mps


@inline_kernel
def _read_channels(buffer: U1, p: int, n: int, width: int, system: int, channels: I1, scratch: MsmScratch) -> None:
    """GLONASS frequency channels, as the message says or as known before; 0 for other systems."""
    if system != _GLONASS:
        for s in range(n):
            scratch.channel[np.uintp(s)] = 0
        return
    for s in range(n):
        satellite = np.uintp(scratch.prn[np.uintp(s)] - 1)
        if width:
            stated = get_unsigned(buffer, p + s * width, width)
            if stated <= layout.CHANNEL_EXTENDED_LAST:
                channels[satellite] = stated - layout.CHANNEL_OFFSET
        scratch.channel[np.uintp(s)] = channels[satellite]


@inline_kernel
def _layout(p: int, n: int, kind: int, width: I8) -> _Signals:
    """Where the signal fields of `n` cells stand, the first one at `p`."""
    pr, cp, lock = width[kind, layout.PR_BITS], width[kind, layout.CP_BITS], width[kind, layout.LOCK_BITS]
    half, cn0, rate = width[kind, layout.HALF_CYCLE_BITS], width[kind, layout.CN0_BITS], width[kind, layout.RATE_BITS]
    cp_at = p + n * pr
    lock_at = cp_at + n * cp
    half_at = lock_at + n * lock
    cn0_at = half_at + n * half
    return _Signals(p, pr, cp_at, cp, lock_at, lock, half_at, half, cn0_at, cn0, cn0_at + n * cn0, rate)


@inline_kernel
def _sum(buffer: U1, p: int, bits: int, step: float, rough: float) -> float:
    """A rough value and the fine one at `p`; NaN where there is no field, or it says that there is no value."""
    if bits == 0:
        return np.nan
    fine = get_signed(buffer, p, bits)
    return np.nan if fine == -(1 << (bits - 1)) else rough + fine * step


@inline_kernel
def _read_cells(
    buffer: U1, f: _Signals, mask: np.uint64, signals: int, kind: int, system: int, kit: Kit, first: int
) -> None:
    """Every cell: its satellite and signal by its place in the mask, then its fields."""
    scratch, sink, scale = kit.scratch, kit.sink, kit.plan.msm.scale
    pr_step, cp_step = scale[kind, layout.PR_SCALE], scale[kind, layout.CP_SCALE]
    rate_step = scale[kind, layout.RATE_SCALE]
    reciprocal = (1 << _RECIPROCAL_BITS) // signals + 1
    c = 0
    while mask != np.uint64(0):
        k = count_leading_zeros(mask)
        mask ^= _HIGHEST >> np.uint64(k)
        s = (k * reciprocal) >> _RECIPROCAL_BITS
        signal_id, row = scratch.signal_id[np.uintp(k - s * signals)], np.uintp(first + c)
        hz = _place(np.uintp(s), np.uintp(signal_id), kind, system, kit.plan.signals, scratch, sink, row)
        ms = scratch.ms[np.uintp(s)]
        pr_m = _sum(buffer, f.pr_at + c * f.pr_bits, f.pr_bits, pr_step, ms) * M_PER_MS
        cp_cyc = _sum(buffer, f.cp_at + c * f.cp_bits, f.cp_bits, cp_step, ms) * 1e-3 * hz
        mps = _sum(buffer, f.rate_at + c * f.rate_bits, f.rate_bits, rate_step, scratch.rate_mps[np.uintp(s)])
        sink.pr_m[row], sink.cp_cyc[row], sink.doppler_hz[row] = pr_m, cp_cyc, mps * hz * _HZ_PER_MPS_AT_1_HZ
        if np.isnan(pr_m) and np.isnan(cp_cyc) and sink.status[row] == _OK:
            sink.status[row] = _NOT_VALID
        _read_quality(buffer, f, c, kind, kit.plan.msm, kit.plan.lock_s, sink, row)
        c += 1


@inline_kernel
def _place(
    s: np.uintp,
    signal_id: np.uintp,
    kind: int,
    system: int,
    table: SignalTable,
    scratch: MsmScratch,
    sink: ObservationSink,
    row: np.uintp,
) -> float:
    """What a cell has from its satellite and its signal; returns its carrier frequency in Hz, NaN = not known."""
    code, channel = table.code[system, signal_id], scratch.channel[s]
    known = channel != NO_CHANNEL
    sink.system[row], sink.signal[row], sink.channel[row] = system, code, channel
    sink.prn[row] = scratch.prn[s] + (_SBAS_OFFSET if system == _SBAS else 0)
    usual = _MODULO if kind <= _MODULO_KIND_LAST else _OK
    sink.status[row] = _UNKNOWN_SIGNAL if code == 0 else (usual if known else _NO_CHANNEL)
    return table.hz[system, signal_id] + channel * table.step_hz[system, signal_id] if known else np.nan


@inline_kernel
def _read_quality(
    buffer: U1, f: _Signals, c: int, kind: int, plan: MsmPlan, lock_s: F4, sink: ObservationSink, row: np.uintp
) -> None:
    """Lock time, half-cycle flag and C/N0 of cell `c`."""
    indicator = get_unsigned(buffer, f.lock_at + c * f.lock_bits, f.lock_bits) if f.lock_bits else layout.LOCK_NONE
    sink.lock_s[row] = lock_s[np.uintp(plan.width[kind, layout.LOCK_CODE]), np.uintp(indicator)]
    sink.half_cycle[row] = get_unsigned(buffer, f.half_at + c, 1) if f.half_bits else 0
    stated = get_unsigned(buffer, f.cn0_at + c * f.cn0_bits, f.cn0_bits) if f.cn0_bits else 0
    sink.cn0_dbhz[row] = stated * plan.scale[kind, layout.CN0_SCALE] if stated else np.nan

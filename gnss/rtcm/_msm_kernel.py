"""The MSM decode kernel: masks, satellites, cells, following the plan of `gnss.rtcm.msm_layout`.

The fields of a message lie field by field, not cell by cell; so do the loops here, each over one kind of bits.
"""

import numpy as np

from gnss._jit import inline_kernel
from gnss.batches import SYSTEMS
from gnss.bits import count_leading_zeros, count_ones, get_signed, get_unsigned, get_word
from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.rtcm import msm_layout as layout
from gnss.rtcm._kit import Kit, MsmScratch
from gnss.rtcm._types import F4, F8, I1, I8, U1
from gnss.rtcm.msm_layout import M_PER_MS
from gnss.rtcm.observations import NO_CHANNEL, ObservationSink
from gnss.rtcm.signals import SignalTable
from gnss.status import Status

_OK, _TOO_SHORT, _TOO_MANY = int(Status.OK), int(Status.TOO_SHORT), int(Status.TOO_MANY_CELLS)
_UNKNOWN_SIGNAL, _NO_CHANNEL, _MODULO = int(Status.UNKNOWN_SIGNAL), int(Status.NO_CHANNEL), int(Status.MODULO)
_NOT_VALID = int(Status.NOT_VALID)
_GLONASS, _SBAS = SYSTEMS.index("R"), SYSTEMS.index("S")
_SBAS_OFFSET = 119
"""SBAS satellite n of a mask is PRN 119 + n (facts: gnss_facts §7)."""

_MODULO_KIND_LAST = 3
"""MSM1 to MSM3 send no whole milliseconds."""

_HIGHEST = np.uint64(1 << 63)
_ALL = np.uint64((1 << 64) - 1)
_RECIPROCAL_BITS = 16
_HZ_PER_MPS_AT_1_HZ = -1.0 / SPEED_OF_LIGHT_MPS


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
    _spread(mask, signals, kind, system, kit.plan.signals, scratch, kit.sink, first)
    _read_cells(buffer, q, cells, kind, kit, first)
    return cells, _OK


@inline_kernel
def _read_cells(buffer: U1, p: int, cells: int, kind: int, kit: Kit, first: int) -> None:
    """Every signal field, one after the other."""
    width, scale, scratch, sink = kit.plan.msm.width, kit.plan.msm.scale, kit.scratch, kit.sink
    q = _read_pseudoranges(buffer, p, cells, kind, width, scale, scratch.cell_ms, sink.pr_m, first)
    q = _read_phases(buffer, q, cells, kind, width, scale, scratch, sink.cp_cyc, first)
    _judge(cells, sink.pr_m, sink.cp_cyc, sink.status, first)
    q = _read_locks(buffer, q, cells, kind, width, kit.plan.lock_s, sink.lock_s, sink.half_cycle, first)
    q = _read_strengths(buffer, q, cells, kind, width, scale, sink.cn0_dbhz, first)
    _read_rates(buffer, q, cells, kind, width, scale, scratch, sink.doppler_hz, first)


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
def _spread(
    mask: np.uint64,
    signals: int,
    kind: int,
    system: int,
    table: SignalTable,
    scratch: MsmScratch,
    sink: ObservationSink,
    first: int,
) -> None:
    """What each cell has from its satellite and its signal."""
    reciprocal = (1 << _RECIPROCAL_BITS) // signals + 1
    offset = _SBAS_OFFSET if system == _SBAS else 0
    usual = _MODULO if kind <= _MODULO_KIND_LAST else _OK
    cell = 0
    while mask != np.uint64(0):
        k = count_leading_zeros(mask)
        mask ^= _HIGHEST >> np.uint64(k)
        s = (k * reciprocal) >> _RECIPROCAL_BITS
        satellite = np.uintp(s)
        signal_id = np.uintp(scratch.signal_id[np.uintp(k - s * signals)])
        code = table.code[system, signal_id]
        channel = scratch.channel[satellite]
        known = channel != NO_CHANNEL
        hz = table.hz[system, signal_id] + channel * table.step_hz[system, signal_id]
        place, row = np.uintp(cell), np.uintp(first + cell)
        scratch.cell_hz[place] = hz if known else np.nan
        scratch.cell_ms[place], scratch.cell_rate_mps[place] = scratch.ms[satellite], scratch.rate_mps[satellite]
        sink.system[row], sink.prn[row] = system, scratch.prn[satellite] + offset
        sink.channel[row], sink.signal[row] = channel, code
        sink.status[row] = _UNKNOWN_SIGNAL if code == 0 else (usual if known else _NO_CHANNEL)
        cell += 1


@inline_kernel
def _read_pseudoranges(
    buffer: U1, p: int, n: int, kind: int, width: I8, scale: F8, cell_ms: F8, pr_m: F8, first: int
) -> int:
    """Pseudorange of each cell; like all of these, returns where the next field begins."""
    bits, step = width[kind, layout.PR_BITS], scale[kind, layout.PR_SCALE]
    if bits == 0:
        for c in range(n):
            pr_m[np.uintp(first + c)] = np.nan
        return p
    invalid = -(1 << (bits - 1))
    for c in range(n):
        fine = get_signed(buffer, p + c * bits, bits)
        m = (cell_ms[np.uintp(c)] + fine * step) * M_PER_MS
        pr_m[np.uintp(first + c)] = np.nan if fine == invalid else m
    return p + int(n * bits)


@inline_kernel
def _read_phases(
    buffer: U1, p: int, n: int, kind: int, width: I8, scale: F8, scratch: MsmScratch, cp_cyc: F8, first: int
) -> int:
    """Carrier phase of each cell."""
    bits, step = width[kind, layout.CP_BITS], scale[kind, layout.CP_SCALE]
    if bits == 0:
        for c in range(n):
            cp_cyc[np.uintp(first + c)] = np.nan
        return p
    invalid = -(1 << (bits - 1))
    for c in range(n):
        fine = get_signed(buffer, p + c * bits, bits)
        cyc = (scratch.cell_ms[np.uintp(c)] + fine * step) * 1e-3 * scratch.cell_hz[np.uintp(c)]
        cp_cyc[np.uintp(first + c)] = np.nan if fine == invalid else cyc
    return p + int(n * bits)


@inline_kernel
def _judge(n: int, pr_m: F8, cp_cyc: F8, status: U1, first: int) -> None:
    """A cell with neither range is not valid."""
    for c in range(n):
        row = np.uintp(first + c)
        if np.isnan(pr_m[row]) and np.isnan(cp_cyc[row]) and status[row] == _OK:
            status[row] = _NOT_VALID


@inline_kernel
def _read_locks(
    buffer: U1, p: int, n: int, kind: int, width: I8, table_s: F4, lock_s: F4, half_cycle: U1, first: int
) -> int:
    """Lock time and half-cycle flag of each cell."""
    bits, code = width[kind, layout.LOCK_BITS], np.uintp(width[kind, layout.LOCK_CODE])
    for c in range(n):
        indicator = get_unsigned(buffer, p + c * bits, bits) if bits else layout.LOCK_NONE
        lock_s[np.uintp(first + c)] = table_s[code, np.uintp(indicator)]
    p += int(n * bits)
    bits = width[kind, layout.HALF_CYCLE_BITS]
    for c in range(n):
        half_cycle[np.uintp(first + c)] = get_unsigned(buffer, p + c, 1) if bits else 0
    return p + int(n * bits)


@inline_kernel
def _read_strengths(buffer: U1, p: int, n: int, kind: int, width: I8, scale: F8, cn0_dbhz: F4, first: int) -> int:
    """C/N0 of each cell."""
    bits, step = width[kind, layout.CN0_BITS], scale[kind, layout.CN0_SCALE]
    for c in range(n):
        stated = get_unsigned(buffer, p + c * bits, bits) if bits else 0
        cn0_dbhz[np.uintp(first + c)] = stated * step if stated else np.nan
    return p + int(n * bits)


@inline_kernel
def _read_rates(
    buffer: U1, p: int, n: int, kind: int, width: I8, scale: F8, scratch: MsmScratch, doppler_hz: F8, first: int
) -> None:
    """Doppler of each cell."""
    bits, step = width[kind, layout.RATE_BITS], scale[kind, layout.RATE_SCALE]
    if bits == 0:
        for c in range(n):
            doppler_hz[np.uintp(first + c)] = np.nan
        return
    invalid = -(1 << (bits - 1))
    for c in range(n):
        fine = get_signed(buffer, p + c * bits, bits)
        mps = scratch.cell_rate_mps[np.uintp(c)] + fine * step
        hz = mps * scratch.cell_hz[np.uintp(c)] * _HZ_PER_MPS_AT_1_HZ
        doppler_hz[np.uintp(first + c)] = np.nan if fine == invalid else hz

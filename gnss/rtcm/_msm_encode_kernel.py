"""The MSM encode kernels: how long a message will be, and its bits."""

from typing import NamedTuple

import numpy as np

from gnss._jit import inline_kernel, leaf_kernel
from gnss.bits import count_ones, put_bits
from gnss.rtcm import msm_layout as layout
from gnss.rtcm._types import F8, I8, U1
from gnss.rtcm.msm_layout import MsmPlan

_HIGHEST = np.uint64(1 << 63)
_ALL = np.uint64((1 << 64) - 1)
_PART_STEPS = 1024
"""Rough ranges count 1024ths of a millisecond."""


class EncodeColumns(NamedTuple):
    """What each row says: places in the masks from 0, channel code, ranges in ms, range rate, indicators."""

    mask_bit: I8
    signal_bit: I8
    extended: I8
    pr_ms: F8
    cp_ms: F8
    rate_mps: F8
    lock: I8
    half_cycle: I8
    cn0: I8


@inline_kernel
def _masks(columns: EncodeColumns, first: int, past: int) -> tuple[np.uint64, np.uint64]:
    satellites, signals = np.uint64(0), np.uint64(0)
    for row in range(first, past):
        satellites |= _HIGHEST >> np.uint64(columns.mask_bit[row])
        signals |= _HIGHEST >> np.uint64(columns.signal_bit[row])
    return satellites, signals


@leaf_kernel
def measure_messages(
    edges: I8, columns: EncodeColumns, kind: int, plan: MsmPlan, first: I8, past: I8, payload_bytes: I8
) -> int:
    """Cut the rows between `edges` into messages of at most 64 satellites times signals; returns how many there are."""
    n = 0
    for e in range(len(edges) - 1):
        begin = edges[e]
        while begin < edges[e + 1]:
            end = begin
            satellites, signals = np.uint64(0), np.uint64(0)
            while end < edges[e + 1]:
                stop = end
                while stop < edges[e + 1] and columns.mask_bit[stop] == columns.mask_bit[end]:
                    stop += 1
                more_satellites, more_signals = _masks(columns, end, stop)
                more_satellites |= satellites
                more_signals |= signals
                if end > begin and count_ones(more_satellites) * count_ones(more_signals) > layout.CELLS_MAX:
                    break
                satellites, signals, end = more_satellites, more_signals, stop
            n_satellites = count_ones(satellites)
            bits = layout.HEADER_BITS + n_satellites * count_ones(signals)
            bits += n_satellites * plan.width[kind, layout.SATELLITE_BITS]
            bits += (end - begin) * plan.width[kind, layout.CELL_BITS]
            first[n], past[n], payload_bytes[n] = begin, end, (bits + 7) // 8
            n += 1
            begin = end
    return n


@inline_kernel
def _rough_ms(columns: EncodeColumns, first: int, past: int) -> float:
    """Rough range of a satellite: the middle of its ranges, in steps of a 1024th millisecond; NaN if it has none."""
    low, high = np.inf, -np.inf
    for row in range(first, past):
        for ms in (columns.pr_ms[row], columns.cp_ms[row]):
            if not np.isnan(ms):
                low, high = min(low, ms), max(high, ms)
    middle = np.floor((low + high) / 2 * _PART_STEPS + 0.5) / _PART_STEPS if high >= low else np.nan
    return middle if 0.0 <= middle < layout.ROUGH_MS_INVALID else np.nan


@inline_kernel
def _rough_mps(columns: EncodeColumns, first: int, past: int) -> float:
    """Rough range rate of a satellite: that of its first signal with one, in whole m/s; NaN if there is none."""
    limit = 1 << (layout.ROUGH_RATE_WIDTH - 1)
    for row in range(first, past):
        mps = np.floor(columns.rate_mps[row] + 0.5)
        if -limit < mps < limit:
            return mps
    return np.nan


@inline_kernel
def _put_signed(buffer: U1, p: int, width: int, value: float) -> None:
    """A number in two's complement; the most negative one, which says "invalid", where it is none or does not fit."""
    limit = 1 << (width - 1)
    fits = abs(value) < limit - 0.5
    put_bits(buffer, p, width, int(np.floor(value + 0.5)) if fits else -limit)


@inline_kernel
def _write_head(buffer: U1, bit: int, heads: I8, i: int, satellites: np.uint64, signals: np.uint64) -> None:
    put_bits(buffer, bit, 12, heads[0, i])
    put_bits(buffer, bit + layout.STATION_BIT, 12, heads[1, i])
    put_bits(buffer, bit + layout.EPOCH_BIT, layout.EPOCH_BITS, heads[2, i])
    put_bits(buffer, bit + layout.MORE_BIT, 1, heads[3, i])
    put_bits(buffer, bit + layout.SATELLITE_MASK_BIT, 32, int(np.int64(satellites >> np.uint64(32))))
    put_bits(buffer, bit + layout.SATELLITE_MASK_BIT + 32, 32, int(np.int64(satellites & np.uint64(0xFFFFFFFF))))
    put_bits(buffer, bit + layout.SIGNAL_MASK_BIT, 32, int(np.int64(signals >> np.uint64(32))))


@inline_kernel
def _write_satellite(
    buffer: U1, p: int, s: int, n: int, width: I8, kind: int, extended: int, rough_ms: float, rough_mps: float
) -> None:
    """The fields of satellite `s` of `n`, whose blocks begin at `p`."""
    whole, part = width[kind, layout.ROUGH_MS_BITS], width[kind, layout.ROUGH_PART_BITS]
    more, rate = width[kind, layout.EXTENDED_BITS], width[kind, layout.ROUGH_RATE_BITS]
    known = not np.isnan(rough_ms)
    steps = int(rough_ms * _PART_STEPS + 0.5) if known else layout.ROUGH_MS_INVALID * _PART_STEPS
    put_bits(buffer, p + s * whole, whole, steps // _PART_STEPS)
    p += n * whole
    if more:
        put_bits(buffer, p + s * more, more, extended)
    p += n * more
    put_bits(buffer, p + s * part, part, steps % _PART_STEPS)
    if rate:
        _put_signed(buffer, p + n * part + s * rate, rate, rough_mps)


@inline_kernel
def _write_cell(
    buffer: U1,
    p: int,
    c: int,
    n: int,
    columns: EncodeColumns,
    row: int,
    plan: MsmPlan,
    kind: int,
    ms: float,
    mps: float,
) -> None:
    """The fields of cell `c` of `n`, whose blocks begin at `p`; `ms` and `mps` are what its satellite's fields say."""
    width, scale = plan.width, plan.scale
    bits = width[kind, layout.PR_BITS]
    _put_signed(buffer, p + c * bits, bits, (columns.pr_ms[row] - ms) / scale[kind, layout.PR_SCALE])
    p += n * bits
    bits = width[kind, layout.CP_BITS]
    _put_signed(buffer, p + c * bits, bits, (columns.cp_ms[row] - ms) / scale[kind, layout.CP_SCALE])
    p += n * bits
    bits = width[kind, layout.LOCK_BITS]
    put_bits(buffer, p + c * bits, bits, columns.lock[row])
    p += n * bits
    put_bits(buffer, p + c, 1, columns.half_cycle[row])
    p += n
    bits = width[kind, layout.CN0_BITS]
    put_bits(buffer, p + c * bits, bits, columns.cn0[row])
    p += n * bits
    bits = width[kind, layout.RATE_BITS]
    if bits:
        _put_signed(buffer, p + c * bits, bits, (columns.rate_mps[row] - mps) / scale[kind, layout.RATE_SCALE])


@inline_kernel
def _write_cells(
    buffer: U1,
    p: int,
    signals: np.uint64,
    columns: EncodeColumns,
    first: int,
    past: int,
    kind: int,
    plan: MsmPlan,
    n: int,
) -> None:
    """Cell mask, satellite blocks and signal blocks of a message of `n` satellites, from bit `p` on."""
    n_signals = count_ones(signals)
    at = p + n * n_signals
    cells_at = at + n * plan.width[kind, layout.SATELLITE_BITS]
    s, begin = 0, first
    while begin < past:
        end = begin
        while end < past and columns.mask_bit[end] == columns.mask_bit[begin]:
            end += 1
        ms, mps = _rough_ms(columns, begin, end), _rough_mps(columns, begin, end)
        _write_satellite(buffer, at, s, n, plan.width, kind, columns.extended[begin], ms, mps)
        for row in range(begin, end):
            before = count_ones(signals & ~(_ALL >> np.uint64(columns.signal_bit[row])))
            put_bits(buffer, p + s * n_signals + before, 1, 1)
            _write_cell(buffer, cells_at, row - first, past - first, columns, row, plan, kind, ms, mps)
        s, begin = s + 1, end


@leaf_kernel
def write_messages(
    buffer: U1, start: I8, heads: I8, first: I8, past: I8, columns: EncodeColumns, kind: int, plan: MsmPlan
) -> None:
    """Write the payloads that begin at byte `start`, where the buffer holds zeros.

    `heads` (4, n): message number, station, epoch, whether more messages follow.
    """
    for i in range(len(start)):
        bit = 8 * start[i]
        satellites, signals = _masks(columns, first[i], past[i])
        _write_head(buffer, bit, heads, i, satellites, signals)
        n = count_ones(satellites)
        _write_cells(buffer, bit + layout.HEADER_BITS, signals, columns, first[i], past[i], kind, plan, n)

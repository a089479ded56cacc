"""The decode kernel of 1001-1004 and 1009-1012: one satellite after the other, one row for each of its bands."""

from typing import NamedTuple

import numpy as np

from gnss._jit import inline_kernel
from gnss.batches import SYSTEMS
from gnss.bits import get_signed, get_unsigned
from gnss.constants import G1_HZ, G1_STEP_HZ, G2_HZ, G2_STEP_HZ, L1_HZ, L2_HZ, SPEED_OF_LIGHT_MPS
from gnss.rtcm import legacy_layout as layout
from gnss.rtcm._kit import Kit
from gnss.rtcm._types import F4, I1, U1
from gnss.rtcm.legacy_layout import LegacyPlan
from gnss.rtcm.lock import LockCode
from gnss.rtcm.observations import NO_CHANNEL, ObservationSink
from gnss.status import Status

_OK, _TOO_SHORT, _MODULO = int(Status.OK), int(Status.TOO_SHORT), int(Status.MODULO)
_NO_CHANNEL, _NOT_VALID = int(Status.NO_CHANNEL), int(Status.NOT_VALID)
_UNKNOWN_SIGNAL = int(Status.UNKNOWN_SIGNAL)
_GLONASS, _SBAS = SYSTEMS.index("R"), SYSTEMS.index("S")
_DF013 = int(LockCode.DF013)


class _Satellite(NamedTuple):
    """Whose bits are read: where they begin, row in the plan, constellation, number, channel, first pseudorange."""

    at: int
    plan_row: int
    system: int
    prn: int
    channel: int
    pr_m: float


@inline_kernel
def decode_legacy(
    buffer: U1, p: int, past: int, message: int, system: int, slot: int, kit: Kit, first: int
) -> tuple[int, int]:
    """Decode the satellites of a message whose header goes on at `p`, behind the epoch, and which ends at `past`.

    Returns (number of rows, verdict). Slot, time and station of the rows are written by the caller.
    """
    if p + layout.HEADER_REST_BITS > past:
        return 0, _TOO_SHORT
    satellites = get_unsigned(buffer, p + 1, layout.SATELLITE_COUNT_BITS)
    p += layout.HEADER_REST_BITS
    plan_row = 4 * system + message
    step = kit.plan.legacy.width[plan_row, layout.ALL_BITS]
    if p + satellites * step > past:
        return 0, _TOO_SHORT
    row = first
    for s in range(satellites):
        at = p + s * step
        satellite = _read_satellite(buffer, at, plan_row, system, kit.memory.channels[slot], kit.plan.legacy)
        row = _read_bands(buffer, satellite, system, kit.plan.legacy, kit.plan.lock_s, kit.sink, row)
    return row - first, _OK


@inline_kernel
def _field(buffer: U1, at: int, plan: LegacyPlan, plan_row: int, column: int) -> int:
    return get_unsigned(buffer, at + plan.at[plan_row, column], plan.width[plan_row, column])


@inline_kernel
def _difference_m(buffer: U1, at: int, plan: LegacyPlan, plan_row: int, column: int, step_m: float) -> float:
    """A difference to the first pseudorange; NaN where its field says that there is none."""
    width = plan.width[plan_row, column]
    value = get_signed(buffer, at + plan.at[plan_row, column], width)
    return np.nan if value == -(1 << (width - 1)) else value * step_m


@inline_kernel
def _read_satellite(buffer: U1, at: int, plan_row: int, system: int, channels: I1, plan: LegacyPlan) -> _Satellite:
    """Which satellite stands at `at`, and its first pseudorange."""
    prn = _field(buffer, at, plan, plan_row, layout.SATELLITE)
    pr_m = _field(buffer, at, plan, plan_row, layout.PR) * layout.PR_STEP_M
    if plan.width[plan_row, layout.AMBIGUITY]:
        pr_m += _field(buffer, at, plan, plan_row, layout.AMBIGUITY) * plan.ambiguity_m[system]
    channel = 0
    if system == _GLONASS:
        stated = _field(buffer, at, plan, plan_row, layout.CHANNEL)
        channel = stated - layout.CHANNEL_OFFSET if stated <= layout.CHANNEL_CODE_LAST else NO_CHANNEL
        if channel != NO_CHANNEL and prn > 0:
            channels[np.uintp(prn - 1)] = channel
    elif layout.SBAS_FIRST <= prn <= layout.SBAS_LAST:
        system, prn = _SBAS, prn + layout.SBAS_OFFSET
    return _Satellite(at, plan_row, system, prn, channel, pr_m)


@inline_kernel
def _carrier_hz(satellite: _Satellite, band: int) -> float:
    if satellite.system != _GLONASS:
        return L2_HZ if band else L1_HZ
    if satellite.channel == NO_CHANNEL:
        return np.nan
    return G2_HZ + satellite.channel * G2_STEP_HZ if band else G1_HZ + satellite.channel * G1_STEP_HZ


@inline_kernel
def _read_bands(
    buffer: U1, satellite: _Satellite, system: int, plan: LegacyPlan, lock_s: F4, sink: ObservationSink, row: int
) -> int:
    """The one or two rows of a satellite; returns the row behind them."""
    at, plan_row = satellite.at, satellite.plan_row
    cp_m = satellite.pr_m + _difference_m(buffer, at, plan, plan_row, layout.CP, layout.CP_STEP_M)
    code = plan.code[system, 0, _field(buffer, at, plan, plan_row, layout.CODE)]
    _write_row(satellite, 0, code, satellite.pr_m, cp_m, sink, row)
    _write_quality(buffer, satellite, 0, plan, lock_s, sink, row)
    row += 1
    if plan.width[plan_row, layout.PR_2] == 0:
        return row
    pr_m = satellite.pr_m + _difference_m(buffer, at, plan, plan_row, layout.PR_2, layout.PR_STEP_M)
    cp_m = satellite.pr_m + _difference_m(buffer, at, plan, plan_row, layout.CP_2, layout.CP_STEP_M)
    if np.isnan(pr_m) and np.isnan(cp_m):
        return row
    code = plan.code[system, 1, _field(buffer, at, plan, plan_row, layout.CODE_2)]
    _write_row(satellite, 1, code, pr_m, cp_m, sink, row)
    _write_quality(buffer, satellite, 1, plan, lock_s, sink, row)
    return row + 1


@inline_kernel
def _write_row(
    satellite: _Satellite, band: int, code: int, pr_m: float, cp_m: float, sink: ObservationSink, row: int
) -> None:
    """Ranges of one band of a satellite."""
    i = np.uintp(row)
    sink.system[i] = satellite.system
    sink.prn[i] = satellite.prn
    sink.channel[i] = satellite.channel
    sink.signal[i] = code
    sink.pr_m[i] = pr_m
    sink.cp_cyc[i] = cp_m * _carrier_hz(satellite, band) / SPEED_OF_LIGHT_MPS
    sink.doppler_hz[i] = np.nan
    sink.half_cycle[i] = 0


@inline_kernel
def _write_quality(
    buffer: U1, satellite: _Satellite, band: int, plan: LegacyPlan, lock_s: F4, sink: ObservationSink, row: int
) -> None:
    """Lock time, C/N0 and verdict of a row whose ranges are written."""
    at, plan_row, i = satellite.at, satellite.plan_row, np.uintp(row)
    lock, cn0 = (layout.LOCK_2, layout.CN0_2) if band else (layout.LOCK, layout.CN0)
    sink.lock_s[i] = lock_s[_DF013, np.uintp(_field(buffer, at, plan, plan_row, lock))]
    stated = _field(buffer, at, plan, plan_row, cn0) if plan.width[plan_row, cn0] else 0
    sink.cn0_dbhz[i] = stated * layout.CN0_STEP_DBHZ if stated else np.nan
    if sink.signal[i] == 0:
        sink.status[i] = _UNKNOWN_SIGNAL
    elif satellite.channel == NO_CHANNEL:
        sink.status[i] = _NO_CHANNEL
    elif plan.width[plan_row, layout.AMBIGUITY] == 0:
        sink.status[i] = _MODULO
    else:
        sink.status[i] = _NOT_VALID if np.isnan(sink.pr_m[i]) and np.isnan(sink.cp_cyc[i]) else _OK

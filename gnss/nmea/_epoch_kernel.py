"""The epoch kernel: sentences of one terminal and one instant become one row."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_TIME, SYSTEM_COUNT
from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.nmea._epoch_state import (
    DAY,
    DIRTY,
    LAST,
    LAST_RX,
    OPEN,
    ROW_CLOSED,
    ROW_ERA,
    ROW_RX,
    ROW_SLOT,
    ROW_TIME,
    ROW_VERDICT,
    RX,
    SKY,
    STATED,
    TIME,
    USED_FRESH,
    VERDICT,
    EpochArrays,
    RowSink,
    SentenceColumns,
)
from gnss.nmea._quality_kernel import stated_quality
from gnss.nmea._sky_kernel import merge_used, merge_view
from gnss.nmea.catalogue import KIND
from gnss.nmea.merge import (
    ACC_COUNT,
    LAT_CELL,
    LON_CELL,
    MERGE_CELL,
    MERGE_COLUMN,
    MERGE_COUNT,
    MERGE_FACTOR,
    RANK_OF_KIND,
    TIME_CELL,
    Acc,
    cell_of,
)
from gnss.nmea.satellites import summarise_sky
from gnss.time._watch_kernel import ERA, FAR, LEAPT, NEWEST, SURE, judge_instant, note_instant
from gnss.time.civil import days_from_civil, is_valid_civil
from gnss.time.leap import GPS_EPOCH_DAY, gpst_to_utc, receive_time_to_gpst, utc_to_gpst
from gnss.time.resolve import ROLLOVER_DAYS, resolve_utc_day, unroll_date

_RMC, _GSA, _GSV, _GST, _ZDA = (KIND[name] for name in ("RMC", "GSA", "GSV", "GST", "ZDA"))
_KSXT, _BESTNAVA, _UNIHEADINGA, _THS = (KIND[name] for name in ("KSXT", "BESTNAVA", "UNIHEADINGA", "THS"))
_LAST_EPOCH_KIND = KIND["DWR"]

_RMC_DAY, _KSXT_DAY = cell_of("RMC", "day"), cell_of("KSXT", "day")
_ZDA_DAY, _ZDA_MONTH, _ZDA_YEAR = (cell_of("ZDA", name) for name in ("day_of_month", "month", "year"))
_NAV_WEEK, _NAV_TOW = cell_of("BESTNAVA", "gps_week"), cell_of("BESTNAVA", "tow_ms")
_GST_MAJOR, _GST_MINOR, _GST_ORIENT = (
    cell_of("GST", name) for name in ("sigma_major_m", "sigma_minor_m", "orient_deg")
)
_THS_MODE = cell_of("THS", "heading_mode")

_LAT, _LON, _QUALITY, _COV = int(Acc.LAT_DEG), int(Acc.LON_DEG), int(Acc.FIX_QUALITY), int(Acc.COV_NE_M2)
_RANK, _QUALITY_RANK = int(Acc.POSITION_RANK), int(Acc.QUALITY_RANK)
_SENTENCES, _SUMMARY = int(Acc.SENTENCES), int(Acc.SUMMARY)
_V = ord("V")

REFERENCE_TOLERANCE_DAYS = 1
"""A date further than this from the receive time is suspect, or 1,024 weeks off."""

_HALF_DAY_NS = 43_200 * NS_PER_S


@inline_kernel
def _day_of(cells: NDArray[np.float64], c: int, kind: int) -> int:
    """Day that the sentence states, days since 1970-01-01; -1 for none."""
    if kind == _RMC and cells[c + _RMC_DAY] >= 0:
        return int(cells[c + _RMC_DAY])
    if kind == _KSXT and cells[c + _KSXT_DAY] >= 0:
        return int(cells[c + _KSXT_DAY])
    if kind == _ZDA and cells[c + _ZDA_YEAR] > 0 and cells[c + _ZDA_MONTH] > 0 and cells[c + _ZDA_DAY] > 0:
        year, month, day = (
            int(cells[c + _ZDA_YEAR]),
            int(cells[c + _ZDA_MONTH]),
            int(cells[c + _ZDA_DAY]),
        )
        if is_valid_civil(year, month, day):
            return days_from_civil(year, month, day)
    return -1


@inline_kernel
def _instant(cells: NDArray[np.float64], c: int, kind: int) -> tuple[int, int]:
    """(ns of the UTC day, day) that the sentence states; -1 where it states none."""
    if kind in (_BESTNAVA, _UNIHEADINGA):
        if not (cells[c + _NAV_WEEK] > 0 and cells[c + _NAV_TOW] >= 0):
            return -1, -1
        day, ns = gpst_to_utc(int(cells[c + _NAV_WEEK]) * NS_PER_WEEK + int(cells[c + _NAV_TOW]) * 1_000_000)
        return ns, day
    cell = TIME_CELL[kind]
    if cell < 0 or not cells[c + cell] >= 0:
        return -1, -1
    return int(cells[c + cell]), _day_of(cells, c, kind)


@inline_kernel
def _merge_position(
    acc: NDArray[np.float64], s: int, cells: NDArray[np.float64], c: int, kind: int, quality: int
) -> None:
    """The best sentence of the epoch says how good its position is; where it says "none", no other gives one either."""
    rank = np.float64(RANK_OF_KIND[kind])
    if quality >= 0 and rank >= acc[s, _QUALITY_RANK]:
        acc[s, _QUALITY] = np.float64(quality)
        acc[s, _QUALITY_RANK] = rank
        if quality == 0:
            acc[s, _LAT] = acc[s, _LON] = np.nan
            acc[s, _RANK] = 0.0
    lat = cells[c + LAT_CELL[kind]]
    lon = cells[c + LON_CELL[kind]]
    usable = quality > 0 and acc[s, _QUALITY] > 0 and lat == lat and lon == lon  # noqa: PLR0124 (not NaN)
    if usable and rank >= acc[s, _RANK]:
        acc[s, _LAT] = lat
        acc[s, _LON] = lon
        acc[s, _RANK] = rank


@inline_kernel
def _merge_ellipse(acc: NDArray[np.float64], s: int, cells: NDArray[np.float64], c: int) -> None:
    major, minor, orient = cells[c + _GST_MAJOR], cells[c + _GST_MINOR], cells[c + _GST_ORIENT] * (np.pi / 180)
    acc[s, _COV] = (major * major - minor * minor) * np.sin(orient) * np.cos(orient)


@inline_kernel
def _date_epoch(clock: NDArray[np.int64], s: int, day: int, reference_gpst_ns: int) -> None:
    """Give the open epoch its day.

    Stated, else nearest to the last instant of the terminal, else nearest to the reference.
    """
    time = clock[s, TIME]
    rx = clock[s, RX]
    tolerance_days = ROLLOVER_DAYS // 2
    if rx != NO_TIME:
        tolerance_days = REFERENCE_TOLERANCE_DAYS
        reference_gpst_ns = receive_time_to_gpst(rx)
    if day >= GPS_EPOCH_DAY:
        if reference_gpst_ns != NO_TIME:
            reference_day, _ = gpst_to_utc(reference_gpst_ns)
            day = unroll_date(day, reference_day, tolerance_days)
            clock[s, VERDICT] = FAR if abs(day - reference_day) > tolerance_days else SURE
        clock[s, DAY] = day
        clock[s, STATED] = 1
    elif clock[s, LAST] != NO_TIME:
        # the terminal's clock went on while nothing was heard of it
        silence_ns = rx - clock[s, LAST_RX] if rx != NO_TIME and clock[s, LAST_RX] != NO_TIME else 0
        clock[s, DAY] = resolve_utc_day(time, clock[s, LAST] + silence_ns)
    elif reference_gpst_ns != NO_TIME:
        clock[s, DAY] = resolve_utc_day(time, reference_gpst_ns)
    if clock[s, DAY] >= 0 and clock[s, VERDICT] != FAR:
        t_gpst_ns = utc_to_gpst(clock[s, DAY], time)
        clock[s, VERDICT] = judge_instant(clock, s, t_gpst_ns, rx, reference_gpst_ns)
        if clock[s, VERDICT] != LEAPT:
            clock[s, LAST], clock[s, LAST_RX] = t_gpst_ns, rx


@inline_kernel
def _emit(state: EpochArrays, s: int, sink: RowSink, row: int) -> None:
    """Copy the open epoch of a terminal to an output row."""
    clock = state.clock
    if clock[s, DIRTY]:
        summarise_sky(state.sky[s], clock[s, SKY], state.acc[s, _SUMMARY : _SUMMARY + 2 * SYSTEM_COUNT])
        clock[s, DIRTY] = 0
    for i in range(ACC_COUNT):
        sink.acc[row, i] = state.acc[s, i]
    sink.clock[row, ROW_SLOT] = s
    sink.clock[row, ROW_TIME] = utc_to_gpst(clock[s, DAY], clock[s, TIME]) if clock[s, DAY] >= 0 else NO_TIME
    sink.clock[row, ROW_RX] = clock[s, RX]
    sink.clock[row, ROW_CLOSED] = clock[s, NEWEST]
    sink.clock[row, ROW_VERDICT] = clock[s, VERDICT]
    sink.clock[row, ROW_ERA] = clock[s, ERA]


@inline_kernel
def _close(state: EpochArrays, s: int, sink: RowSink, rows: int) -> int:
    """Emit the open epoch of a terminal, if there is one, and forget it; returns the number of rows."""
    clock = state.clock
    if not clock[s, OPEN]:
        return rows
    _emit(state, s, sink, rows)
    if clock[s, DAY] >= 0:
        rx = clock[s, RX]
        note_instant(clock, s, clock[s, VERDICT], sink.clock[rows, ROW_TIME], rx, receive_time_to_gpst(rx))
    clock[s, OPEN] = 0
    return rows + 1


@inline_kernel
def _open(acc: NDArray[np.float64], clock: NDArray[np.int64], s: int, time: int) -> None:
    for i in range(_SUMMARY):
        acc[s, i] = np.nan
    acc[s, _RANK] = 0.0
    acc[s, _QUALITY_RANK] = 0.0
    acc[s, _SENTENCES] = 0.0
    clock[s, OPEN] = 1
    clock[s, TIME] = time
    clock[s, DAY] = -1
    clock[s, USED_FRESH] = 0
    clock[s, VERDICT] = SURE
    clock[s, STATED] = 0


@inline_kernel
def _merge(
    buffer: NDArray[np.uint8], state: EpochArrays, s: int, cells: NDArray[np.float64], c: int, kind: int, talker: int
) -> None:
    """Add one sentence to the open epoch of its terminal."""
    acc = state.acc
    acc[s, _SENTENCES] = np.float64(int(acc[s, _SENTENCES]) | 1 << kind)
    if kind == _THS and cells[c + _THS_MODE] == _V:
        return
    for i in range(MERGE_COUNT[kind]):
        value = cells[c + MERGE_CELL[kind, i]]
        if value == value:  # noqa: PLR0124 (not NaN)
            acc[s, MERGE_COLUMN[kind, i]] = value * MERGE_FACTOR[kind, i]
    if RANK_OF_KIND[kind] > 0:
        _merge_position(acc, s, cells, c, kind, stated_quality(buffer, cells, c, kind))
    elif kind == _GST:
        _merge_ellipse(acc, s, cells, c)
    elif kind == _GSA:
        merge_used(state, s, cells, c, talker)


@inline_kernel
def _is_new_epoch(clock: NDArray[np.int64], s: int, time: int, day: int, rx: int) -> bool:
    """Whether a sentence at this time of day belongs to another epoch than the open one.

    Another time, another day stated, or the same
    time half a day or more later.
    """
    if not clock[s, OPEN] or time != clock[s, TIME]:
        return True
    if day >= 0 and clock[s, STATED] and (day - clock[s, DAY]) % ROLLOVER_DAYS != 0:
        return True
    return rx != NO_TIME and clock[s, RX] != NO_TIME and rx - clock[s, RX] > _HALF_DAY_NS


@leaf_kernel
def assemble_rows(
    buffer: NDArray[np.uint8], sentences: SentenceColumns, reference_gpst_ns: int, state: EpochArrays, sink: RowSink
) -> int:
    """Merge sentences into open epochs; an epoch closes when its terminal states another instant.

    Returns the closed rows.
    """
    rows = 0
    clock, cells = state.clock, sentences.cells
    for i in range(len(sentences.slot)):
        kind = int(sentences.kind[i])
        if sentences.status[i] != 0 or kind == 0 or kind > _LAST_EPOCH_KIND or sentences.antenna[i] != 0:
            continue
        s, c, talker = int(sentences.slot[i]), sentences.cell[i], int(sentences.talker[i])
        if kind == _GSV:
            merge_view(state, s, cells, c, talker)
        time, day = _instant(cells, c, kind)
        if time >= 0:
            new = _is_new_epoch(clock, s, time, day, sentences.t_rx_ns[i])
            if new:
                rows = _close(state, s, sink, rows)
                _open(state.acc, clock, s, time)
                clock[s, RX] = sentences.t_rx_ns[i]
            if new or day >= 0:
                _date_epoch(clock, s, day, reference_gpst_ns)
        if clock[s, OPEN]:
            _merge(buffer, state, s, cells, c, kind, talker)
    return rows


@leaf_kernel
def emit_open(slots: NDArray[np.int32], close: bool, state: EpochArrays, sink: RowSink, rows: int) -> int:
    """Append the epochs still open of these terminals to `rows` rows; with `close` they are closed.

    Returns the rows.
    """
    for i in range(len(slots)):
        s = int(slots[i])
        if close:
            rows = _close(state, s, sink, rows)
        elif state.clock[s, OPEN]:
            _emit(state, s, sink, rows)
            rows += 1
    return rows

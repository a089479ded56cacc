"""The epoch kernel: sentences of one terminal and one instant become one row."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss._simd import load_u8
from gnss.batches import NO_TIME, SYSTEM_COUNT
from gnss.nmea.catalogue import KIND
from gnss.nmea.fields import TEXT_SPAN
from gnss.nmea.merge import (
    ACC_COUNT,
    LAT_CELL,
    LON_CELL,
    MERGE_CELL,
    MERGE_COLUMN,
    MERGE_COUNT,
    MERGE_FACTOR,
    MODE_ORDER,
    QUALITY_OF_KSXT,
    QUALITY_OF_MODE,
    RANK_OF_KIND,
    TIME_CELL,
    Acc,
    cell_of,
)
from gnss.nmea.satellites import (
    SATELLITES_MAX,
    UNKNOWN_SYSTEM,
    drop_generation,
    drop_group,
    pack_satellite,
    resolve_satellite,
    summarise_sky,
    talker_system,
)
from gnss.nmea.sentences.unicore import FIX_QUALITY_OF_TYPE
from gnss.time.civil import days_from_civil, is_valid_civil
from gnss.time.leap import GPS_EPOCH_DAY, gpst_to_utc, utc_to_gpst
from gnss.time.resolve import ROLLOVER_DAYS, resolve_utc_day, unroll_date

# columns of the integer state of a terminal
OPEN, TIME, DAY, LAST, CLOSED, RX, SKY, GENERATION, DIRTY, USED_FRESH, SUSPECT, STATED, LAST_RX = range(13)
CLOCK_COUNT = 13

_GGA, _RMC, _GNS, _GSA, _GSV, _GST, _GLL = (KIND[name] for name in ("GGA", "RMC", "GNS", "GSA", "GSV", "GST", "GLL"))
_ZDA, _KSXT, _BESTNAVA, _UNIHEADINGA, _THS = (KIND[name] for name in ("ZDA", "KSXT", "BESTNAVA", "UNIHEADINGA", "THS"))
_LAST_EPOCH_KIND = KIND["DWR"]

_RMC_STATUS, _RMC_DAY, _RMC_MODE = cell_of("RMC", "rmc_status"), cell_of("RMC", "day"), cell_of("RMC", "mode")
_GLL_STATUS, _GLL_MODE = cell_of("GLL", "gll_status"), cell_of("GLL", "mode")
_GGA_QUALITY, _GGA_SATS, _GGA_HDOP = cell_of("GGA", "fix_quality"), cell_of("GGA", "sats_used"), cell_of("GGA", "hdop")
_GNS_MODES = cell_of("GNS", "modes")
_ZDA_DAY, _ZDA_MONTH, _ZDA_YEAR = (cell_of("ZDA", name) for name in ("day_of_month", "month", "year"))
_KSXT_DAY, _KSXT_STATUS = cell_of("KSXT", "day"), cell_of("KSXT", "position_status")
_NAV_WEEK, _NAV_TOW, _NAV_TYPE = (cell_of("BESTNAVA", name) for name in ("gps_week", "tow_ms", "position_type"))
_GST_MAJOR, _GST_MINOR, _GST_ORIENT = (cell_of("GST", name) for name in ("sigma_major_m", "sigma_minor_m", "orient_deg"))
_GSA_SYSTEM = cell_of("GSA", "system_id")
_GSA_FIRST, _GSA_SATS = cell_of("GSA", "sat_1"), 12
_GSV_INDEX, _GSV_FIRST, _GSV_SIGNAL, _GSV_SYSTEM = (cell_of("GSV", name) for name in ("index", "sat_1", "signal", "system_id"))
_THS_MODE = cell_of("THS", "heading_mode")

_LAT, _LON, _QUALITY = int(Acc.LAT_DEG), int(Acc.LON_DEG), int(Acc.FIX_QUALITY)
_RANK, _QUALITY_RANK, _SENTENCES, _COV = (
    int(Acc.POSITION_RANK),
    int(Acc.QUALITY_RANK),
    int(Acc.SENTENCES),
    int(Acc.COV_NE_M2),
)
_SUMMARY = int(Acc.SUMMARY)
_V, _VALID_LETTER = ord("V"), ord("A")
_QUALITY_OF_TYPE = np.array(FIX_QUALITY_OF_TYPE, np.int64)

HDOP_MEANINGLESS = 99.0
"""From this HDOP on, a quality with no satellite behind it is not believed (facts: nmea §2)."""

REFERENCE_TOLERANCE_DAYS = 1
"""A date further than this from the receive time is suspect, or 1,024 weeks off."""

_G_SYSTEM = 0
_DECIMAL_SIGNAL = 0x10
"""From here on a signal id was written in decimal: they are one hexadecimal digit, but Unicore writes B2I as 11 (facts: nmea §4)."""
_NS = 1_000_000_000
_HALF_DAY_NS = 43_200 * _NS
_WEEK_NS = 604_800 * _NS


@inline_kernel
def _day_of(cells: NDArray[np.float64], c: int, kind: int) -> int:
    """Day that the sentence states, days since 1970-01-01; -1 for none."""
    if kind == _RMC and cells[c + _RMC_DAY] >= 0:
        return np.int64(cells[c + _RMC_DAY])
    if kind == _KSXT and cells[c + _KSXT_DAY] >= 0:
        return np.int64(cells[c + _KSXT_DAY])
    if kind == _ZDA and cells[c + _ZDA_YEAR] > 0 and cells[c + _ZDA_MONTH] > 0 and cells[c + _ZDA_DAY] > 0:
        year, month, day = np.int64(cells[c + _ZDA_YEAR]), np.int64(cells[c + _ZDA_MONTH]), np.int64(cells[c + _ZDA_DAY])
        if is_valid_civil(year, month, day):
            return days_from_civil(year, month, day)
    return -1


@inline_kernel
def _instant(cells: NDArray[np.float64], c: int, kind: int) -> tuple[int, int]:
    """(ns of the UTC day, day) that the sentence states; -1 where it states none."""
    if kind in (_BESTNAVA, _UNIHEADINGA):
        if not (cells[c + _NAV_WEEK] > 0 and cells[c + _NAV_TOW] >= 0):
            return -1, -1
        day, ns = gpst_to_utc(np.int64(cells[c + _NAV_WEEK]) * _WEEK_NS + np.int64(cells[c + _NAV_TOW]) * 1_000_000)
        return ns, day
    cell = TIME_CELL[kind]
    if cell < 0 or not cells[c + cell] >= 0:
        return -1, -1
    return np.int64(cells[c + cell]), _day_of(cells, c, kind)


@inline_kernel
def _modes_quality(buffer: NDArray[np.uint8], span: float) -> int:
    """Best quality among the mode letters of a GNS; -1 for none."""
    best = -1
    if span >= 0:
        packed = np.int64(span)
        start = packed // TEXT_SPAN
        for i in range(start, start + packed % TEXT_SPAN):
            c = load_u8(buffer, i)
            quality = QUALITY_OF_MODE[c] if c < 128 else -1
            if quality >= 0 and (best < 0 or MODE_ORDER[quality] > MODE_ORDER[best]):
                best = quality
    return best


@inline_kernel
def _letter_quality(letter: float) -> int:
    return QUALITY_OF_MODE[np.int64(letter)] if 0 <= letter < 128 else -1


@inline_kernel
def _quality_of(buffer: NDArray[np.uint8], cells: NDArray[np.float64], c: int, kind: int) -> int:
    """NMEA quality that the sentence states; -1 where it states none."""
    if kind == _GGA:
        quality = np.int64(cells[c + _GGA_QUALITY]) if cells[c + _GGA_QUALITY] >= 0 else -1
        hollow = cells[c + _GGA_SATS] == 0 and cells[c + _GGA_HDOP] >= HDOP_MEANINGLESS
        return 0 if hollow and 1 <= quality <= 5 else quality
    if kind == _RMC:
        if cells[c + _RMC_STATUS] == _V:
            return 0
        mode = _letter_quality(cells[c + _RMC_MODE])
        return mode if mode >= 0 else (1 if cells[c + _RMC_STATUS] >= 0 else -1)
    if kind == _GLL:
        if cells[c + _GLL_STATUS] == _V:
            return 0
        mode = _letter_quality(cells[c + _GLL_MODE])
        return mode if mode >= 0 else (1 if cells[c + _GLL_STATUS] == _VALID_LETTER else -1)
    if kind == _GNS:
        return _modes_quality(buffer, cells[c + _GNS_MODES])
    if kind == _KSXT:
        return QUALITY_OF_KSXT[np.int64(cells[c + _KSXT_STATUS])] if cells[c + _KSXT_STATUS] >= 0 else -1
    if kind == _BESTNAVA:
        return _QUALITY_OF_TYPE[np.int64(cells[c + _NAV_TYPE])] if cells[c + _NAV_TYPE] >= 0 else -1
    return 1


@inline_kernel
def _merge_position(acc: NDArray[np.float64], s: int, cells: NDArray[np.float64], c: int, kind: int, quality: int) -> None:
    rank = np.float64(RANK_OF_KIND[kind])
    if quality >= 0 and rank >= acc[s, _QUALITY_RANK]:
        acc[s, _QUALITY] = np.float64(quality)
        acc[s, _QUALITY_RANK] = rank
    lat = cells[c + LAT_CELL[kind]]
    lon = cells[c + LON_CELL[kind]]
    usable = quality != 0 and lat == lat and lon == lon  # noqa: PLR0124 (not NaN)
    if usable and rank >= acc[s, _RANK]:
        acc[s, _LAT] = lat
        acc[s, _LON] = lon
        acc[s, _RANK] = rank


@inline_kernel
def _merge_ellipse(acc: NDArray[np.float64], s: int, cells: NDArray[np.float64], c: int) -> None:
    major, minor, orient = cells[c + _GST_MAJOR], cells[c + _GST_MINOR], cells[c + _GST_ORIENT] * (np.pi / 180)
    acc[s, _COV] = (major * major - minor * minor) * np.sin(orient) * np.cos(orient)


@inline_kernel
def _merge_used(
    clock: NDArray[np.int64], used: NDArray[np.uint64], s: int, cells: NDArray[np.float64], c: int, talker: int
) -> None:
    """GSA: which satellites the position uses. The first GSA of a constellation in an epoch replaces what was known."""
    stated = talker_system(talker, cells[c + _GSA_SYSTEM])
    for i in range(_GSA_SATS):
        number = cells[c + _GSA_FIRST + i]
        if not number > 0:
            continue
        system, prn = resolve_satellite(stated, np.int64(number))
        if (clock[s, USED_FRESH] >> system) & 1 == 0:
            used[s, system, 0] = np.uint64(0)
            used[s, system, 1] = np.uint64(0)
            clock[s, USED_FRESH] |= 1 << system
        used[s, system, (prn >> 6) & 1] |= np.uint64(1) << np.uint64(prn & 63)
    if stated != UNKNOWN_SYSTEM and (clock[s, USED_FRESH] >> stated) & 1 == 0:
        used[s, stated, 0] = np.uint64(0)
        used[s, stated, 1] = np.uint64(0)


@inline_kernel
def _merge_view(
    clock: NDArray[np.int64],
    sky: NDArray[np.uint64],
    seen: NDArray[np.uint64],
    s: int,
    cells: NDArray[np.float64],
    c: int,
    talker: int,
) -> None:
    """GSV: replace one group (constellation, signal) of the sky. A group that comes again begins a new cycle, and what the last cycle
    did not mention is dropped with it.
    """
    signal = np.int64(cells[c + _GSV_SIGNAL]) & 0x1F if cells[c + _GSV_SIGNAL] >= 0 else 0
    if signal >= _DECIMAL_SIGNAL:
        signal -= _DECIMAL_SIGNAL - 10
    stated = talker_system(talker, cells[c + _GSV_SYSTEM])
    n = clock[s, SKY]
    group = _G_SYSTEM if stated == UNKNOWN_SYSTEM else stated
    if cells[c + _GSV_INDEX] == 1:
        key = group * 32 + signal
        bit = np.uint64(1) << np.uint64(key & 63)
        if seen[s, key >> 6] & bit != np.uint64(0):
            n = drop_generation(sky[s], n, clock[s, GENERATION])
            clock[s, GENERATION] ^= 1
            for i in range(4):
                seen[s, i] = np.uint64(0)
        seen[s, key >> 6] |= bit
        n = drop_group(sky[s], n, group, signal)
    for i in range(4):
        q = c + _GSV_FIRST + 4 * i
        if cells[q] > 0 and n < SATELLITES_MAX:
            system, prn = resolve_satellite(stated, np.int64(cells[q]))
            if prn <= 255:
                sky[s, n] = pack_satellite(
                    system, prn, signal, cells[q + 1], cells[q + 2], cells[q + 3], clock[s, GENERATION], group
                )
                n += 1
    clock[s, SKY] = n
    clock[s, DIRTY] = 1


@inline_kernel
def _date_epoch(clock: NDArray[np.int64], s: int, day: int, reference_gpst_ns: int) -> None:
    """Give the open epoch its day: stated, else nearest to the last instant of the terminal, else nearest to the reference."""
    time = clock[s, TIME]
    rx = clock[s, RX]
    tolerance_days = ROLLOVER_DAYS // 2
    if rx != NO_TIME:
        tolerance_days = REFERENCE_TOLERANCE_DAYS
        rx_day = rx // (86_400 * _NS)
        reference_gpst_ns = utc_to_gpst(rx_day, rx - rx_day * 86_400 * _NS)
    if day >= GPS_EPOCH_DAY:
        if reference_gpst_ns != NO_TIME:
            reference_day, _ = gpst_to_utc(reference_gpst_ns)
            day = unroll_date(day, reference_day, tolerance_days)
            clock[s, SUSPECT] = 1 if abs(day - reference_day) > tolerance_days else 0
        clock[s, DAY] = day
        clock[s, STATED] = 1
    elif clock[s, LAST] != NO_TIME:
        # the terminal's clock went on while nothing was heard of it
        silence_ns = rx - clock[s, LAST_RX] if rx != NO_TIME and clock[s, LAST_RX] != NO_TIME else 0
        clock[s, DAY] = resolve_utc_day(time, clock[s, LAST] + silence_ns)
    elif reference_gpst_ns != NO_TIME:
        clock[s, DAY] = resolve_utc_day(time, reference_gpst_ns)
    if clock[s, DAY] >= 0 and not clock[s, SUSPECT]:
        clock[s, LAST] = utc_to_gpst(clock[s, DAY], time)
        clock[s, LAST_RX] = rx


@inline_kernel
def _emit(
    acc: NDArray[np.float64],
    clock: NDArray[np.int64],
    sky: NDArray[np.uint64],
    s: int,
    row: int,
    row_acc: NDArray[np.float64],
    row_clock: NDArray[np.int64],
) -> None:
    """Copy the open epoch of a terminal to an output row."""
    if clock[s, DIRTY]:
        summarise_sky(sky[s], clock[s, SKY], acc[s, _SUMMARY : _SUMMARY + 2 * SYSTEM_COUNT])
        clock[s, DIRTY] = 0
    for i in range(ACC_COUNT):
        row_acc[row, i] = acc[s, i]
    dated = clock[s, DAY] >= 0
    row_clock[row, 0] = s
    row_clock[row, 1] = utc_to_gpst(clock[s, DAY], clock[s, TIME]) if dated else NO_TIME
    row_clock[row, 2] = clock[s, RX]
    row_clock[row, 3] = clock[s, CLOSED]
    row_clock[row, 4] = clock[s, SUSPECT]


@inline_kernel
def _close(
    acc: NDArray[np.float64],
    clock: NDArray[np.int64],
    sky: NDArray[np.uint64],
    s: int,
    rows: int,
    row_acc: NDArray[np.float64],
    row_clock: NDArray[np.int64],
) -> int:
    """Emit the open epoch of a terminal, if there is one, and forget it; returns the number of rows.

    A suspect date makes nothing late that comes after it.
    """
    if not clock[s, OPEN]:
        return rows
    _emit(acc, clock, sky, s, rows, row_acc, row_clock)
    if not clock[s, SUSPECT]:
        clock[s, CLOSED] = max(clock[s, CLOSED], row_clock[rows, 1])
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
    clock[s, SUSPECT] = 0
    clock[s, STATED] = 0


@inline_kernel
def _merge(
    buffer: NDArray[np.uint8],
    acc: NDArray[np.float64],
    clock: NDArray[np.int64],
    used: NDArray[np.uint64],
    s: int,
    cells: NDArray[np.float64],
    c: int,
    kind: int,
    talker: int,
) -> None:
    """Add one sentence to the open epoch of its terminal."""
    acc[s, _SENTENCES] = np.float64(np.int64(acc[s, _SENTENCES]) | 1 << kind)
    if kind == _THS and cells[c + _THS_MODE] == _V:
        return
    for i in range(MERGE_COUNT[kind]):
        value = cells[c + MERGE_CELL[kind, i]]
        if value == value:  # noqa: PLR0124 (not NaN)
            acc[s, MERGE_COLUMN[kind, i]] = value * MERGE_FACTOR[kind, i]
    if RANK_OF_KIND[kind] > 0:
        _merge_position(acc, s, cells, c, kind, _quality_of(buffer, cells, c, kind))
    elif kind == _GST:
        _merge_ellipse(acc, s, cells, c)
    elif kind == _GSA:
        _merge_used(clock, used, s, cells, c, talker)


@inline_kernel
def _is_new_epoch(clock: NDArray[np.int64], s: int, time: int, day: int, rx: int) -> bool:
    """Whether a sentence at this time of day belongs to another epoch than the open one: another time, another day stated, or the same
    time half a day or more later.
    """
    if not clock[s, OPEN] or time != clock[s, TIME]:
        return True
    if day >= 0 and clock[s, STATED] and (day - clock[s, DAY]) % ROLLOVER_DAYS != 0:
        return True
    return rx != NO_TIME and clock[s, RX] != NO_TIME and rx - clock[s, RX] > _HALF_DAY_NS


@leaf_kernel
def assemble_rows(
    buffer: NDArray[np.uint8],
    slot: NDArray[np.int32],
    kind: NDArray[np.uint8],
    talker: NDArray[np.uint16],
    antenna: NDArray[np.uint8],
    status: NDArray[np.uint8],
    cell: NDArray[np.int64],
    t_rx_ns: NDArray[np.int64],
    cells: NDArray[np.float64],
    reference_gpst_ns: int,
    acc: NDArray[np.float64],
    clock: NDArray[np.int64],
    sky: NDArray[np.uint64],
    seen: NDArray[np.uint64],
    used: NDArray[np.uint64],
    row_acc: NDArray[np.float64],
    row_clock: NDArray[np.int64],
) -> int:
    """Merge sentences into open epochs; an epoch closes when its terminal states another instant. Returns the closed rows."""
    rows = 0
    for i in range(len(slot)):
        k = np.int64(kind[i])
        if status[i] != 0 or k == 0 or k > _LAST_EPOCH_KIND or antenna[i] != 0:
            continue
        s = np.int64(slot[i])
        c = cell[i]
        if k == _GSV:
            _merge_view(clock, sky, seen, s, cells, c, np.int64(talker[i]))
        time, day = _instant(cells, c, k)
        if time >= 0:
            if _is_new_epoch(clock, s, time, day, t_rx_ns[i]):
                rows = _close(acc, clock, sky, s, rows, row_acc, row_clock)
                _open(acc, clock, s, time)
                clock[s, RX] = t_rx_ns[i]
                _date_epoch(clock, s, day, reference_gpst_ns)
            elif day >= 0:
                _date_epoch(clock, s, day, reference_gpst_ns)
        if clock[s, OPEN]:
            _merge(buffer, acc, clock, used, s, cells, c, k, np.int64(talker[i]))
    return rows


@leaf_kernel
def emit_open(
    slots: NDArray[np.int32],
    close: bool,
    acc: NDArray[np.float64],
    clock: NDArray[np.int64],
    sky: NDArray[np.uint64],
    row_acc: NDArray[np.float64],
    row_clock: NDArray[np.int64],
    rows: int,
) -> int:
    """Append the epochs still open of these terminals to `rows` rows; with `close` they are closed. Returns the rows."""
    for i in range(len(slots)):
        s = np.int64(slots[i])
        if not clock[s, OPEN]:
            continue
        if close:
            rows = _close(acc, clock, sky, s, rows, row_acc, row_clock)
        else:
            _emit(acc, clock, sky, s, rows, row_acc, row_clock)
            rows += 1
    return rows

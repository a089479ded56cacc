"""Rows of the epoch assembler to the columns of a `FixBatch`: one pass over the rows, every column written in order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batches import NO_BASE, NO_TIME, SYSTEM_COUNT, Source
from gnss.nmea._epoch_state import ROW_CLOSED, ROW_ERA, ROW_RX, ROW_SLOT, ROW_TIME, ROW_VERDICT, RowSink
from gnss.nmea.merge import DEG, Acc
from gnss.status import Status
from gnss.time._watch_kernel import FAR, LEAPT, SET_BACK

PLAIN: dict[str, Acc] = {
    "h_msl_m": Acc.H_MSL_M,
    "geoid_sep_m": Acc.GEOID_SEP_M,
    "sigma_n_m": Acc.SIGMA_N_M,
    "sigma_e_m": Acc.SIGMA_E_M,
    "sigma_u_m": Acc.SIGMA_U_M,
    "cov_ne_m2": Acc.COV_NE_M2,
    "hdop": Acc.HDOP,
    "pdop": Acc.PDOP,
    "vdop": Acc.VDOP,
    "age_corr_s": Acc.AGE_CORR_S,
    "speed_mps": Acc.SPEED_MPS,
    "vel_u_mps": Acc.VEL_U_MPS,
}
"""Columns that are values of the row as they stand."""

ANGLES: dict[str, Acc] = {
    "lat_rad": Acc.LAT_DEG,
    "lon_rad": Acc.LON_DEG,
    "course_rad": Acc.COURSE_DEG,
    "heading_rad": Acc.HEADING_DEG,
    "pitch_rad": Acc.PITCH_DEG,
    "roll_rad": Acc.ROLL_DEG,
}
"""Columns in radians of values in degrees."""

FLOATS = (*PLAIN, *ANGLES)
"""Names of the rows of `FixColumns.floats`; behind them comes `h_ell_m`."""

_WHICH = np.array([*PLAIN.values(), *ANGLES.values()], np.int64)
_FACTOR = np.array([1.0] * len(PLAIN) + [DEG] * len(ANGLES))

NOT_STATED = 255
_QUALITY, _DIM, _SATS, _BASE = int(Acc.FIX_QUALITY), int(Acc.FIX_DIM), int(Acc.SATS_USED), int(Acc.BASE_ID)
_LAT, _H_MSL, _GEOID = int(Acc.LAT_DEG), int(Acc.H_MSL_M), int(Acc.GEOID_SEP_M)
_RANK, _SENTENCES, _SUMMARY = int(Acc.POSITION_RANK), int(Acc.SENTENCES), int(Acc.SUMMARY)
_OK, _NO_POSITION, _STALE = int(Status.OK), int(Status.NO_POSITION), int(Status.STALE)
_DUPLICATE, _DATE_SUSPECT, _NO_DATE = int(Status.DUPLICATE), int(Status.DATE_SUSPECT), int(Status.NO_DATE)
_CLOCK_SET = int(Status.CLOCK_SET)

_SOURCE_OF_RANK = np.array(
    [Source.UNKNOWN, Source.RDSS, Source.NMEA, Source.NMEA, Source.NMEA, Source.NMEA, Source.KSXT, Source.BESTNAV],
    np.uint8,
)


class FixColumns(NamedTuple):
    """Columns to fill; `floats` (`FLOATS` and one, n) holds those that are float64."""

    floats: NDArray[np.float64]
    slot: NDArray[np.int32]
    t_gpst_ns: NDArray[np.int64]
    t_rx_ns: NDArray[np.int64]
    fix_quality: NDArray[np.uint8]
    fix_dim: NDArray[np.uint8]
    sats_used: NDArray[np.uint8]
    base_id: NDArray[np.int32]
    sats_view: NDArray[np.uint8]
    cn0_dbhz: NDArray[np.float32]
    source: NDArray[np.uint8]
    sentences: NDArray[np.uint32]
    clock_era: NDArray[np.uint8]
    status: NDArray[np.uint8]


@inline_kernel
def _whole(value: float, missing: int) -> int:
    return missing if np.isnan(value) else int(value)


@inline_kernel
def _verdict(rows: RowSink, i: int) -> int:
    """Status of a row: where several hold, the gravest."""
    time = rows.clock[i, ROW_TIME]
    if time == NO_TIME:
        return _NO_DATE
    if rows.clock[i, ROW_VERDICT] in (FAR, LEAPT):
        return _DATE_SUSPECT
    if rows.clock[i, ROW_VERDICT] == SET_BACK:
        return _CLOCK_SET
    if time == rows.clock[i, ROW_CLOSED]:
        return _DUPLICATE
    if time < rows.clock[i, ROW_CLOSED]:
        return _STALE
    return _NO_POSITION if np.isnan(rows.acc[i, _LAT]) else _OK


@leaf_kernel
def fill_columns(rows: RowSink, out: FixColumns) -> None:
    """Fill the columns from as many rows as they are long."""
    for i in range(len(out.slot)):
        row = np.uintp(i)
        acc, clock = rows.acc[row], rows.clock[row]
        for k in range(len(_WHICH)):
            out.floats[np.uintp(k), row] = acc[np.uintp(_WHICH[k])] * _FACTOR[k]
        out.floats[len(_WHICH), row] = acc[_H_MSL] + acc[_GEOID]
        out.slot[row] = clock[ROW_SLOT]
        out.t_gpst_ns[row] = clock[ROW_TIME]
        out.t_rx_ns[row] = clock[ROW_RX]
        out.fix_quality[row] = _whole(acc[_QUALITY], 0)
        out.fix_dim[row] = _whole(acc[_DIM], 0)
        out.sats_used[row] = _whole(acc[_SATS], NOT_STATED)
        out.base_id[row] = _whole(acc[_BASE], NO_BASE)
        for system in range(SYSTEM_COUNT):
            out.sats_view[row, system] = int(acc[_SUMMARY + system])
            out.cn0_dbhz[row, system] = np.float32(acc[_SUMMARY + SYSTEM_COUNT + system])
        out.source[row] = _SOURCE_OF_RANK[int(acc[_RANK])]
        out.sentences[row] = int(acc[_SENTENCES])
        out.clock_era[row] = clock[ROW_ERA]
        out.status[row] = _verdict(rows, i)

"""Epochs: the sentences of one terminal and one instant become one row of `FixBatch`."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_BASE, NO_TIME, SYSTEM_COUNT, FixBatch, Source
from gnss.nmea._epoch_kernel import assemble_rows, emit_open
from gnss.nmea._epoch_state import (
    CLOCK_COUNT,
    CLOSED,
    LAST,
    LAST_RX,
    ROW_CLOCK_COUNT,
    ROW_CLOSED,
    ROW_RX,
    ROW_SLOT,
    ROW_SUSPECT,
    ROW_TIME,
    RX,
    SKY,
    EpochArrays,
    RowSink,
    SentenceColumns,
)
from gnss.nmea.catalogue import KIND
from gnss.nmea.decode import Decoded
from gnss.nmea.merge import ACC_COUNT, DEG, Acc
from gnss.nmea.satellites import SATELLITES_MAX, SatelliteBatch, unpack_satellites
from gnss.status import Status

_NOT_STATED = 255


@dataclass(slots=True)
class EpochState:
    """What the assembler remembers of each terminal: its open epoch, its date, its sky.

    `acc` (slots, `ACC_COUNT`) holds the values of the open row, `clock` (slots, 13) its times and flags, `sky`
    (slots, 96) a word for each satellite and signal, `seen` the groups of the GSV cycle under way, `used` a bit for
    each satellite used. `reference_gpst_ns` dates a terminal that never says its date, where rows carry no receive
    time.
    """

    acc: NDArray[np.float64]
    clock: NDArray[np.int64]
    sky: NDArray[np.uint64]
    seen: NDArray[np.uint64]
    used: NDArray[np.uint64]
    reference_gpst_ns: int = NO_TIME

    @classmethod
    def for_slots(cls, n: int, reference_gpst_ns: int = NO_TIME) -> Self:
        """State of `n` terminals of which nothing was received."""
        state = cls(
            np.zeros((n, ACC_COUNT)),
            np.zeros((n, CLOCK_COUNT), np.int64),
            np.zeros((n, SATELLITES_MAX), np.uint64),
            np.zeros((n, 4), np.uint64),
            np.zeros((n, SYSTEM_COUNT, 2), np.uint64),
            reference_gpst_ns,
        )
        state.clock[:, [LAST, CLOSED, RX, LAST_RX]] = NO_TIME
        state.acc[:, Acc.SUMMARY + SYSTEM_COUNT :] = np.nan
        return state

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        more = n - len(self.acc)
        if more > 0:
            fresh = type(self).for_slots(more)
            for name in ("acc", "clock", "sky", "seen", "used"):
                setattr(self, name, np.concatenate([getattr(self, name), getattr(fresh, name)]))

    def copy(self) -> Self:
        """An independent copy."""
        return deepcopy(self)

    def satellites(self, slot: int) -> SatelliteBatch:
        """What one terminal has in view, from its last GSV and GSA."""
        return unpack_satellites(self.sky[slot, : self.clock[slot, SKY]], self.used[slot])


@dataclass(slots=True)
class EpochWorkspace:
    """Arrays that are used again from call to call."""

    row_acc: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, ACC_COUNT)))
    row_clock: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, ROW_CLOCK_COUNT), np.int64))

    def reserve(self, rows: int) -> None:
        """Make room for `rows` rows; memory is only touched as far as it is used."""
        if len(self.row_acc) < rows:
            self.row_acc = np.empty((rows * 5 // 4, ACC_COUNT))
            self.row_clock = np.empty((rows * 5 // 4, ROW_CLOCK_COUNT), np.int64)


def assemble(
    state: EpochState,
    buffer: NDArray[np.uint8],
    decoded: Decoded,
    workspace: EpochWorkspace,
    still_open: NDArray[np.int32],
    *,
    close: bool = False,
) -> tuple[FixBatch, int]:
    """Merge decoded sentences into the open epochs of their terminals.

    Returns rows, and how many of them are closed epochs.

    `state` is brought up to date in place. An epoch closes when its terminal states another instant, so closed rows
    depend on the bytes of the terminal alone. Behind them come the epochs still open of the terminals in
    `still_open`, as far as they are known; with `close` no more of these will come, and they are closed too. Rows are
    in the order of each terminal's bytes. Frame: as the terminal reports. Status of a row: `NO_DATE` (its time is
    `NO_TIME`), `DATE_SUSPECT`, `STALE` or `DUPLICATE` (not later than one before it), `NO_POSITION`, else OK. Source:
    sources, nmea §2 (fields), §6 (dates).
    """
    s, w = decoded.sentences, workspace
    w.reserve(len(s) + len(still_open))
    sentences = SentenceColumns(s.slot, s.kind, s.talker, s.antenna, s.status, s.cell, s.t_rx_ns, decoded.cells)
    arrays = EpochArrays(state.acc, state.clock, state.sky, state.seen, state.used)
    sink = RowSink(w.row_acc, w.row_clock)
    closed = assemble_rows(buffer, sentences, state.reference_gpst_ns, arrays, sink)
    rows = emit_open(still_open, close, arrays, sink, closed)
    return _to_fixes(w.row_acc[:rows], w.row_clock[:rows]), rows if close else closed


_PLAIN: dict[str, Acc] = {
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

_ANGLES: dict[str, Acc] = {
    "lat_rad": Acc.LAT_DEG,
    "lon_rad": Acc.LON_DEG,
    "course_rad": Acc.COURSE_DEG,
    "heading_rad": Acc.HEADING_DEG,
    "pitch_rad": Acc.PITCH_DEG,
    "roll_rad": Acc.ROLL_DEG,
}
"""Columns in radians of values in degrees."""

_SMALL: dict[str, tuple[Acc, int, type[np.integer[Any]]]] = {
    "fix_quality": (Acc.FIX_QUALITY, 0, np.uint8),
    "fix_dim": (Acc.FIX_DIM, 0, np.uint8),
    "sats_used": (Acc.SATS_USED, _NOT_STATED, np.uint8),
    "base_id": (Acc.BASE_ID, NO_BASE, np.int32),
}
"""Whole numbers: what stands for a missing one, and their type."""


_NOT_IN_NMEA = ("cov_nu_m2", "cov_eu_m2", "pl_h_m", "pl_v_m", "baseline_m", "ratio")
"""Columns that no sentence states."""


def _whole(values: NDArray[np.float64], missing: int, dtype: type[np.integer[Any]]) -> NDArray[Any]:
    return np.where(np.isnan(values), missing, values).astype(dtype)


def _to_fixes(acc: NDArray[np.float64], clock: NDArray[np.int64]) -> FixBatch:
    """Rows of values to columns with their types."""
    columns: dict[str, NDArray[Any]] = {name: acc[:, which].copy() for name, which in _PLAIN.items()}
    columns |= {name: acc[:, which] * DEG for name, which in _ANGLES.items()}
    columns |= {name: _whole(acc[:, which], missing, dtype) for name, (which, missing, dtype) in _SMALL.items()}
    columns |= {name: np.full(len(acc), np.nan) for name in _NOT_IN_NMEA}
    return FixBatch.of(
        **columns,
        slot=clock[:, ROW_SLOT].astype(np.int32),
        t_gpst_ns=clock[:, ROW_TIME].copy(),
        t_rx_ns=clock[:, ROW_RX].copy(),
        h_ell_m=columns["h_msl_m"] + columns["geoid_sep_m"],
        sats_view=acc[:, Acc.SUMMARY : Acc.SUMMARY + SYSTEM_COUNT].astype(np.uint8),
        cn0_dbhz=acc[:, Acc.SUMMARY + SYSTEM_COUNT :].astype(np.float32),
        source=_SOURCE_OF_RANK[acc[:, Acc.POSITION_RANK].astype(np.int64)],
        sentences=acc[:, Acc.SENTENCES].astype(np.uint32),
        status=_status(clock, columns["lat_rad"]),
    )


_SOURCE_OF_RANK = np.array(
    [Source.UNKNOWN, Source.RDSS, Source.NMEA, Source.NMEA, Source.NMEA, Source.NMEA, Source.KSXT, Source.BESTNAV],
    np.uint8,
)


def _status(clock: NDArray[np.int64], lat_rad: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Verdicts, the gravest last."""
    status = np.where(np.isnan(lat_rad), Status.NO_POSITION, Status.OK).astype(np.uint8)
    status[clock[:, ROW_TIME] < clock[:, ROW_CLOSED]] = Status.STALE
    status[clock[:, ROW_TIME] == clock[:, ROW_CLOSED]] = Status.DUPLICATE
    status[clock[:, ROW_SUSPECT] != 0] = Status.DATE_SUSPECT
    status[clock[:, ROW_TIME] == NO_TIME] = Status.NO_DATE
    return status


ROW_KINDS = tuple(name for name, kind in KIND.items() if kind <= KIND["DWR"])
"""Sentence types that make rows; each is a bit of the column `sentences`."""

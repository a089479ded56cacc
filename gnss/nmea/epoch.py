"""Epochs: the sentences of one terminal and one instant become one row of `FixBatch`."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME, SYSTEM_COUNT, FixBatch
from gnss.nmea._epoch_kernel import assemble_rows, emit_open
from gnss.nmea._epoch_state import (
    CLOCK_COUNT,
    CLOCK_TIMES,
    ROW_CLOCK_COUNT,
    SKY,
    EpochArrays,
    RowSink,
    SentenceColumns,
)
from gnss.nmea._fix_kernel import FLOATS, FixColumns, fill_columns
from gnss.nmea.catalogue import KIND
from gnss.nmea.decode import Decoded
from gnss.nmea.merge import ACC_COUNT, Acc
from gnss.nmea.satellites import SATELLITES_MAX, SatelliteBatch, unpack_satellites


@dataclass(slots=True)
class EpochState:
    """What the assembler remembers of each terminal: its open epoch, its date, its sky.

    `acc` (slots, `ACC_COUNT`) holds the values of the open row, `clock` (slots, `CLOCK_COUNT`) its times and flags,
    `sky` (slots, 96) a word for each satellite and signal, `seen` the groups of the GSV cycle under way, `used` a bit
    for each satellite used. `reference_gpst_ns` dates a terminal that never says its date, where rows carry no receive
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
        state.clock[:, CLOCK_TIMES] = NO_TIME
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
    `NO_TIME`), `DATE_SUSPECT`, `CLOCK_SET` (from the next row on a clock that was set back is believed), `STALE` or
    `DUPLICATE` (not later than one before it), `NO_POSITION`, else OK. Source:
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


_NOT_IN_NMEA = ("cov_nu_m2", "cov_eu_m2", "pl_h_m", "pl_v_m", "baseline_m", "ratio")
"""Columns that no sentence states."""


def _to_fixes(acc: NDArray[np.float64], clock: NDArray[np.int64]) -> FixBatch:
    """Rows of values to columns with their types."""
    n, specs = len(acc), FixBatch.specs()
    floats = np.empty((len(FLOATS) + 1, n))
    typed = {name: np.empty((n, *specs[name].row_shape), specs[name].dtype) for name in FixColumns._fields[1:]}
    fill_columns(RowSink(acc, clock), FixColumns(floats, **typed))
    columns: dict[str, NDArray[Any]] = dict(zip((*FLOATS, "h_ell_m"), floats, strict=True))
    return FixBatch.of(**columns, **typed, **dict.fromkeys(_NOT_IN_NMEA, np.full(n, np.nan)))


ROW_KINDS = tuple(name for name, kind in KIND.items() if kind <= KIND["DWR"])
"""Sentence types that make rows; each is a bit of the column `sentences`."""

"""Rows of one source folded into columns by slot: the latest epoch of each terminal, and its latest position."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from beidou_svc.fleet.merge import Heard, Incoming, Key, Winners, copy_won, has_positions, merge_rows
from gnss.batches import NO_TIME, FixBatch
from gnss.columns import frozen_column

POSITION_COLUMNS = (
    "lat_rad",
    "lon_rad",
    "h_ell_m",
    "h_msl_m",
    "geoid_sep_m",
    "sigma_n_m",
    "sigma_e_m",
    "sigma_u_m",
    "cov_ne_m2",
    "cov_nu_m2",
    "cov_eu_m2",
    "pl_h_m",
    "pl_v_m",
)
"""What stays from the last epoch that had a position; all other columns are those of the last epoch."""

EPOCH_COLUMNS = tuple(name for name in FixBatch.specs() if name not in (*POSITION_COLUMNS, "slot"))

Slots = NDArray[np.int32]


@dataclass(slots=True)
class Side:
    """`columns` are those of FixBatch by slot; `epoch` and `position` the keys of what they hold."""

    columns: dict[str, NDArray[Any]]
    epoch: Key
    position: Key

    @classmethod
    def new(cls, n: int) -> Self:
        """Nothing known of `n` slots."""
        specs = FixBatch.specs().items()
        columns = {name: filled(s.missing, s.dtype, n, s.row_shape) for name, s in specs if name != "slot"}
        return cls(columns, _new_key(n), _new_key(n))

    def grow(self, n: int) -> None:
        """Exchange every array by one of `n` slots that begins with the same values."""
        larger = Side.new(n)
        prefixed(tuple(self.columns.values()), tuple(larger.columns.values()))
        self.columns = larger.columns
        self.epoch = Key(*prefixed(self.epoch, larger.epoch))
        self.position = Key(*prefixed(self.position, larger.position))

    def fold(self, rows: FixBatch, heard: Heard, winners: Winners, window_ns: int) -> Slots:
        """Fold rows in; returns the slots that hold something new."""
        columns = contiguous(rows)
        incoming = incoming_of(columns)
        n = merge_rows(incoming, self.epoch, self.position, heard, winners, window_ns)
        slots: Slots = winners.slots[:n].copy()
        self._copy(columns, EPOCH_COLUMNS, winners.epoch_row, slots)
        self._copy(columns, POSITION_COLUMNS, winners.position_row, slots)
        self._drop_quality_without_position(incoming, winners, slots)
        winners.epoch_row[slots] = -1
        winners.position_row[slots] = -1
        return slots

    def _drop_quality_without_position(self, incoming: Incoming, winners: Winners, slots: Slots) -> None:
        """An epoch that names a quality but has no position to show is an epoch without a fix."""
        rows = winners.epoch_row[slots]
        slots, rows = slots[rows >= 0], rows[rows >= 0]
        self.columns["fix_quality"][slots[~has_positions(incoming, rows)]] = 0

    def _copy(
        self, columns: dict[str, NDArray[Any]], names: tuple[str, ...], row: NDArray[np.int32], slots: Slots
    ) -> None:
        copy_won(tuple((self.columns[name], columns[name]) for name in names), row, slots, len(slots))

    def take_epochs(self, other: "Side", slots: Slots, scratch: NDArray[np.int32]) -> None:
        """Copy the epochs of some slots; `scratch` (slots,) is -1 and stays so."""
        self._take(other, EPOCH_COLUMNS, slots, scratch)
        _copy_key(self.epoch, other.epoch, slots)

    def take_positions(self, other: "Side", slots: Slots, scratch: NDArray[np.int32]) -> None:
        """Copy the positions of some slots."""
        self._take(other, POSITION_COLUMNS, slots, scratch)
        _copy_key(self.position, other.position, slots)

    def _take(self, other: "Side", names: tuple[str, ...], slots: Slots, scratch: NDArray[np.int32]) -> None:
        scratch[slots] = slots
        self._copy({name: frozen_column(other.columns[name]) for name in names}, names, scratch, slots)
        scratch[slots] = -1


def incoming_of(columns: dict[str, NDArray[Any]]) -> Incoming:
    """The columns that decide."""
    return Incoming(*(columns[name] for name in Incoming._fields))


def contiguous(fixes: FixBatch) -> dict[str, NDArray[Any]]:
    """The columns as the kernels were compiled for: C-contiguous and read-only."""
    columns = fixes.columns()
    for name, array in columns.items():
        if not array.flags.c_contiguous or array.flags.writeable:
            columns[name] = frozen_column(array)
    return columns


def filled(missing: Any, dtype: str, n: int, row_shape: tuple[int, ...] = ()) -> NDArray[Any]:
    """`n` missing values."""
    return np.full((n, *row_shape), missing, dtype)


def prefixed(old: tuple[NDArray[Any], ...], new: tuple[NDArray[Any], ...]) -> tuple[NDArray[Any], ...]:
    """The longer arrays, beginning with the values of the shorter."""
    for before, after in zip(old, new, strict=True):
        after[: len(before)] = before
    return new


def _new_key(n: int) -> Key:
    trust, era, sentences = (np.zeros(n, np.uint8) for _ in range(3))
    return Key(trust, era, filled(NO_TIME, "i8", n), sentences, filled(NO_TIME, "i8", n))


def _copy_key(to: Key, source: Key, slots: Slots) -> None:
    for name in Key._fields:
        getattr(to, name)[slots] = getattr(source, name)[slots]

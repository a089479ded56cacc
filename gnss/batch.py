"""What crosses a module boundary: frozen structures of arrays, all columns of one length.

A batch class lists its columns as dataclass fields made by `column`; its docstring repeats them as a table
(`name | dtype | shape | unit | meaning`), which a test compares with the declaration.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

_SPEC = "column"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """Declared type of a column: numpy dtype code, shape of one row, value that means "missing"."""

    dtype: str
    row_shape: tuple[int, ...]
    missing: Any


def column(dtype: str, *row_shape: int, missing: Any = None) -> Any:
    """Declare a column of a batch. A missing float is NaN unless stated, never 0 (which is a place on the map)."""
    if missing is None:
        missing = np.nan if dtype.startswith("f") else 0
    return field(metadata={_SPEC: ColumnSpec(dtype, row_shape, missing)})


class Batch:
    """Verbs that every batch has. Subclasses are `@dataclass(frozen=True, slots=True)` of `column` fields."""

    __slots__ = ()
    _specs_by_class: ClassVar[dict[type, dict[str, ColumnSpec]]] = {}
    _empty_by_class: ClassVar[dict[type, "Batch"]] = {}

    @classmethod
    def specs(cls) -> Mapping[str, ColumnSpec]:
        """Declared columns by name, in order."""
        known = Batch._specs_by_class.get(cls)
        if known is None:
            known = {f.name: f.metadata[_SPEC] for f in fields(cls)}  # type: ignore[arg-type]
            Batch._specs_by_class[cls] = known
        return known

    @classmethod
    def missing(cls, n: int, **columns: Any) -> Self:
        """A batch of `n` rows in which only the given columns are known."""
        unknown = set(columns) - set(cls.specs())
        if unknown:
            raise ValueError(f"{cls.__name__} has no column {sorted(unknown)}")
        filled = {}
        for name, spec in cls.specs().items():
            shape = (n, *spec.row_shape)
            if name in columns:
                filled[name] = np.array(np.broadcast_to(np.asarray(columns[name], dtype=spec.dtype), shape))
            else:
                filled[name] = np.full(shape, spec.missing, dtype=spec.dtype)
        return cls.of(**filled)

    @classmethod
    def empty(cls) -> Self:
        """A batch without rows: the same one every time, nobody can change it."""
        known = Batch._empty_by_class.get(cls)
        if known is None:
            known = Batch._empty_by_class[cls] = cls.missing(0)
        return cast(Self, known)

    @classmethod
    def of(cls, **columns: NDArray[Any]) -> Self:
        """A batch from its columns: checks dtype and length, and sets every array read-only."""
        n = -1
        for name, spec in cls.specs().items():
            array = columns[name]
            n = len(array) if n < 0 else n
            if array.dtype != np.dtype(spec.dtype) or array.shape != (n, *spec.row_shape):
                expected = f"{np.dtype(spec.dtype)}{(n, *spec.row_shape)}"
                raise ValueError(f"{cls.__name__}.{name} is {array.dtype}{array.shape}, expected {expected}")
            array.flags.writeable = False
        return cls(**columns)

    def __len__(self) -> int:
        return len(getattr(self, next(iter(self.specs()))))

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns by name."""
        return {name: getattr(self, name) for name in self.specs()}

    def take(self, rows: NDArray[Any] | slice) -> Self:
        """The rows that an index array, a mask or a slice selects, in its order."""
        return self.of(**{name: array[rows] for name, array in self.columns().items()})

    def copy(self) -> Self:
        """The same rows in memory of their own."""
        return self.of(**{name: array.copy() for name, array in self.columns().items()})

    def replace(self, **columns: NDArray[Any]) -> Self:
        """The same rows with some columns exchanged."""
        return self.of(**{**self.columns(), **columns})

    def split(self, at: Sequence[int]) -> list[Self]:
        """Consecutive parts, cut before the given row numbers."""
        edges = [0, *at, len(self)]
        return [self.take(slice(a, b)) for a, b in pairwise(edges)]

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """One batch of all rows of all parts, in order."""
        parts = [part for part in parts if len(part)]
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0]
        return cls.of(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in cls.specs()})

    def equals(self, other: Self) -> bool:
        """Whether both hold the same values bit for bit, NaN equal to NaN."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.specs())
        return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)

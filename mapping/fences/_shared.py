"""Columns and names of a set of fences that share with the next version what an edit leaves alone.

An edit copies one block and the list of blocks, not the column: its cost hardly grows with the number of fences.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, Generic, TypeVar, overload
from zlib import crc32

_T = TypeVar("_T")

BLOCK: Final = 128
"""Values of a block: at ten thousand fences an edit copies about as many blocks as values."""

BUCKETS: Final = 4096


class Column(Sequence[_T], Generic[_T]):
    """A sequence that does not change: `put` gives another one, which shares all blocks but one with it."""

    __slots__ = ("_blocks", "_length")

    def __init__(self, values: Iterable[_T] = ()) -> None:
        every = tuple(values)
        self._length = len(every)
        self._blocks = tuple(every[at : at + BLOCK] for at in range(0, len(every), BLOCK))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[_T]:
        return chain.from_iterable(self._blocks)

    @overload
    def __getitem__(self, at: int) -> _T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[_T]: ...
    def __getitem__(self, at: int | slice) -> _T | Sequence[_T]:
        if isinstance(at, slice):
            return tuple(self)[at]
        if not -self._length <= at < self._length:
            raise IndexError(f"row {at} of {self._length}")
        at %= self._length
        return self._blocks[at // BLOCK][at % BLOCK]

    def put(self, at: int, value: _T) -> "Column[_T]":
        """The column with another value in a row, or with one row more.

        Shape: one value.
        """
        number, place = divmod(at, BLOCK)
        block = self._blocks[number] if number < len(self._blocks) else ()
        new: Column[_T] = Column()
        new._length = max(self._length, at + 1)
        changed = (*block[:place], value, *block[place + 1 :])
        new._blocks = (*self._blocks[:number], changed, *self._blocks[number + 1 :])
        return new


class Names(Mapping[str, int]):
    """Numbers by name, in no order of their own; `put` and `without` give other ones, which share all but a bucket."""

    __slots__ = ("_buckets", "_count")

    def __init__(self, numbers: Mapping[str, int]) -> None:
        buckets: list[dict[str, int]] = [{} for _ in range(BUCKETS)]
        for name, number in numbers.items():
            buckets[_bucket(name)][name] = number
        self._buckets, self._count = Column(buckets), len(numbers)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._buckets)

    def __getitem__(self, name: str) -> int:
        return self._buckets[_bucket(name)][name]

    def put(self, name: str, number: int) -> "Names":
        """The names with one more, or with another number for it.

        Shape: one name.
        """
        return self._with(name, {**self._buckets[_bucket(name)], name: number})

    def without(self, name: str) -> "Names":
        """The names without one; raises `KeyError`.

        Shape: one name.
        """
        bucket = dict(self._buckets[_bucket(name)])
        del bucket[name]
        return self._with(name, bucket)

    def _with(self, name: str, bucket: dict[str, int]) -> "Names":
        at, new = _bucket(name), Names.__new__(Names)
        new._buckets = self._buckets.put(at, bucket)
        new._count = self._count + len(bucket) - len(self._buckets[at])
        return new


def _bucket(name: str) -> int:
    """The same in every process, so that the order of names is."""
    return crc32(name.encode("utf-8", "surrogatepass")) % BUCKETS

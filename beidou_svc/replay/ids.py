"""Who a log is about: ids found inside logs, looked up by kernels, and ids made of file names."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.prefix import ID_BYTES_MAX
from gnss._jit import leaf_kernel

TERMINALS_MAX = 200_000
"""Different terminals in one run; a log that names more is taken for damaged."""

FULL = -1
"""There is no room for another id."""

_FREE = -1
_ROWS_FIRST = 1_024
_SUFFIXES = re.compile(
    r"(\.gz)?$|(\.(log|nmea|txt|ubx|rtcm3?|bin|dat|raw|asc|csv|rec|out|capture))?(\.gz)?$", re.IGNORECASE
)
_NOT_ID = re.compile(r"[^A-Za-z0-9._:@-]+")


class IdIndex(NamedTuple):
    """A hash table of `used[0]` ids: `slot` (2^k long) holds slots or -1, `edge` says which text is whose."""

    slot: NDArray[np.int32]
    text: NDArray[np.uint8]
    edge: NDArray[np.int64]
    used: NDArray[np.int64]


@leaf_kernel
def _place_of(index: IdIndex, text: NDArray[np.uint8], start: int, stop: int) -> int:
    """Where in the table the id `text[start:stop]` is, or would be put."""
    value = 17
    for i in range(start, stop):
        value = (value * 1_000_003 ^ int(text[i])) & 0x7FFFFFFF
    mask = len(index.slot) - 1
    at = value & mask
    while index.slot[at] >= 0:
        first = index.edge[index.slot[at]]
        if index.edge[index.slot[at] + 1] - first == stop - start:
            i = 0
            while i < stop - start and index.text[first + i] == text[start + i]:
                i += 1
            if i == stop - start:
                break
        at = (at + 1) & mask
    return at


@leaf_kernel
def slot_of_id(index: IdIndex, text: NDArray[np.uint8], start: int, stop: int) -> int:
    """Slot of the id `text[start:stop]`, the next one if it was not known; `FULL` = the index must grow first."""
    at = _place_of(index, text, start, stop)
    if index.slot[at] >= 0:
        return int(index.slot[at])
    slot = index.used[0]
    if slot + 1 >= len(index.edge):
        return FULL
    first = index.edge[slot]
    for i in range(stop - start):
        index.text[first + i] = text[start + i]
    index.edge[slot + 1] = first + stop - start
    index.slot[at] = slot
    index.used[0] = slot + 1
    return int(slot)


@leaf_kernel
def _put_all(old: IdIndex, new: IdIndex) -> None:
    for slot in range(old.used[0]):
        slot_of_id(new, old.text, old.edge[slot], old.edge[slot + 1])


class Ids:
    """Ids to slots and back, in order of first appearance. Kernels add to `index`; `names` follows when asked."""

    def __init__(self) -> None:
        self.index = _new_index(_ROWS_FIRST)
        self._names: list[str] = []

    @property
    def count(self) -> int:
        """Slots given so far."""
        return int(self.index.used[0])

    @property
    def names(self) -> list[str]:
        """The ids by slot."""
        index, known = self.index, len(self._names)
        if self.count > known:
            edges = index.edge[known : self.count + 1].tolist()
            text = index.text[edges[0] : edges[-1]].tobytes().decode("ascii")
            self._names += [text[a - edges[0] : b - edges[0]] for a, b in pairwise(edges)]
        return self._names

    def slot_of(self, name: str) -> int:
        """Slot of an id, a new one if it was not known. Raises LogError beyond `TERMINALS_MAX`."""
        text = np.frombuffer(name.encode("ascii"), np.uint8)
        slot = int(slot_of_id(self.index, text, 0, len(text)))
        if slot == FULL:
            self.grow()
            slot = int(slot_of_id(self.index, text, 0, len(text)))
        return slot

    def grow(self) -> None:
        """Make room for more ids. Raises LogError beyond `TERMINALS_MAX`."""
        if self.count >= TERMINALS_MAX:
            raise LogError(
                f"more than {TERMINALS_MAX:,} different terminal ids: is what stands before the sentences an id?"
            )
        larger = _new_index(min(2 * self.count + 2, TERMINALS_MAX))
        _put_all(self.index, larger)
        self.index = larger


def _new_index(rows: int) -> IdIndex:
    """Room for so many ids, in a table that is at most half full."""
    places = 1 << (2 * rows - 1).bit_length()
    text = np.zeros(rows * ID_BYTES_MAX, np.uint8)
    return IdIndex(np.full(places, _FREE, np.int32), text, np.zeros(rows + 1, np.int64), np.zeros(1, np.int64))


def terminal_id_of(path: Path) -> str:
    """The id that a file name stands for: without its usual suffixes, what no id may hold turned into `-`."""
    stem = _SUFFIXES.sub("", path.name) or path.name
    return _cleaned(stem)


def terminal_ids_of(paths: Sequence[Path]) -> list[str]:
    """One id a log. Equal names are told apart by their folders. Raises LogError for a log named twice."""
    resolved = [path.resolve() for path in paths]
    twice = next((path for i, path in enumerate(paths) if resolved[i] in resolved[:i]), None)
    if twice is not None:
        raise LogError(f"{twice} is named twice")
    ids = [terminal_id_of(path) for path in paths]
    shared = {name for name in ids if ids.count(name) > 1}
    told_apart = [
        _cleaned(f"{path.parent.name}.{name}") if name in shared else name
        for path, name in zip(resolved, ids, strict=True)
    ]
    if len(set(told_apart)) < len(told_apart):
        name = next(name for name in told_apart if told_apart.count(name) > 1)
        raise LogError(f"several logs would be terminal {name}: rename them, or replay them one by one")
    return told_apart


def _cleaned(name: str) -> str:
    text = _NOT_ID.sub("-", name).strip("._:@-")[:ID_BYTES_MAX]
    return text or "log"

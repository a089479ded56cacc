"""Who a log is about: ids found inside logs, looked up by kernels, and ids made of file names."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.prefix import ID_BYTES_MAX
from gnss._jit import kernel

TERMINALS_MAX = 200_000
"""Different terminals in one run; a log that names more is taken for damaged."""

UNKNOWN = -1

_ROWS_FIRST = 1_024
_SUFFIXES = re.compile(
    r"(\.gz)?$|(\.(log|nmea|txt|ubx|rtcm3?|bin|dat|raw|asc|csv|rec|out|capture))?(\.gz)?$", re.IGNORECASE
)
_NOT_ID = re.compile(r"[^A-Za-z0-9._:@-]+")


class IdIndex(NamedTuple):
    """A hash table of ids: `slot` (a power of two) holds slots or -1; id i is `text[edge[i]:edge[i + 1]]`."""

    slot: NDArray[np.int32]
    text: NDArray[np.uint8]
    edge: NDArray[np.int64]


@kernel
def hash_id(text: NDArray[np.uint8], start: int, stop: int) -> int:
    """A number below 2^31 that spreads ids."""
    value = 17
    for i in range(start, stop):
        value = (value * 1_000_003 ^ int(text[i])) & 0x7FFFFFFF
    return value


@kernel
def find_id(index: IdIndex, text: NDArray[np.uint8], start: int, stop: int) -> int:
    """Slot of the id `text[start:stop]`; `UNKNOWN` where it was never added."""
    mask = len(index.slot) - 1
    at = hash_id(text, start, stop) & mask
    while index.slot[at] >= 0:
        slot = index.slot[at]
        first = index.edge[slot]
        if index.edge[slot + 1] - first == stop - start:
            i = 0
            while i < stop - start and index.text[first + i] == text[start + i]:
                i += 1
            if i == stop - start:
                return int(slot)
        at = (at + 1) & mask
    return UNKNOWN


class Ids:
    """Ids to slots and back, in order of first appearance."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.index = _new_index(_ROWS_FIRST)

    @property
    def count(self) -> int:
        """Slots given so far."""
        return len(self.names)

    def slot_of(self, name: str) -> int:
        """Slot of an id, a new one if it was not known. Raises LogError beyond `TERMINALS_MAX`."""
        text = np.frombuffer(name.encode("ascii"), np.uint8)
        slot = int(find_id(self.index, text, 0, len(text)))
        return slot if slot != UNKNOWN else self._add(name, text)

    def _add(self, name: str, text: NDArray[np.uint8]) -> int:
        slot = len(self.names)
        if slot >= TERMINALS_MAX:
            raise LogError(
                f"more than {TERMINALS_MAX:,} different terminal ids: is what stands before the sentences an id?"
            )
        if 2 * slot >= len(self.index.slot):
            self._grow()
        self.names.append(name)
        first = self.index.edge[slot]
        self.index.edge[slot + 1] = first + len(text)
        self.index.text[first : first + len(text)] = text
        _insert(self.index, slot)
        return slot

    def _grow(self) -> None:
        old, used = self.index, len(self.names)
        self.index = _new_index(2 * len(old.slot))
        self.index.text[: len(old.text)] = old.text
        self.index.edge[: used + 1] = old.edge[: used + 1]
        for slot in range(used):
            _insert(self.index, slot)


def _new_index(places: int) -> IdIndex:
    rows = places // 2 + 1
    return IdIndex(
        np.full(places, UNKNOWN, np.int32), np.zeros(rows * ID_BYTES_MAX, np.uint8), np.zeros(rows + 1, np.int64)
    )


@kernel
def _insert(index: IdIndex, slot: int) -> None:
    mask = len(index.slot) - 1
    at = hash_id(index.text, index.edge[slot], index.edge[slot + 1]) & mask
    while index.slot[at] >= 0:
        at = (at + 1) & mask
    index.slot[at] = slot


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

"""The fence engine's state: what it remembers of each terminal, as one value that can be copied, saved and compared."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mapping.fences._memory import BEGIN, END, EVENTS_MAX, LOGGED, PAIRS, PAIRS_MAX, ROWS_MAX, Memory, new_memory


class Counter(IntEnum):
    """What is counted. Rows: taken, refused. Losses: what did not fit into a terminal's memory."""

    ROWS = 0
    UNUSABLE = 1
    """Rows without time, position or a valid fix."""

    LATE = 2
    """Rows older than the watermark."""

    DUPLICATE = 3
    REVISED = 4
    REPLAYED = 5
    """Late or revised rows that were put among the others."""

    EARLY_FINAL = 6
    """Times that a terminal's rows became final before the watermark, because they were too many."""

    PAIRS_FULL = 7
    EVENTS_FULL = 8


COUNTERS = len(Counter)
RAGGED = ("pair_i", "pair_f", "ring_i", "ring_f", "log_i", "log_f")


@dataclass(slots=True)
class FenceState:
    """A record a terminal, about 22 kB, and counters. Two states that went through the same steps are equal."""

    memory: Memory
    counters: NDArray[np.int64]

    @classmethod
    def for_slots(cls, n: int) -> Self:
        """Nothing known of `n` terminals."""
        return cls(new_memory(n), np.zeros(COUNTERS, np.int64))

    def __len__(self) -> int:
        return len(self.memory)

    def grow(self, n: int) -> None:
        """Make room for `n` terminals."""
        if n > len(self):
            self.memory = np.concatenate([self.memory, new_memory(n - len(self))])

    def copy(self) -> Self:
        """An independent copy."""
        return type(self)(self.memory.copy(), self.counters.copy())

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Begin anew with some terminals.

        Shape: (n,).
        """
        self.memory[slots] = new_memory(1)[0]

    def equals(self, other: Self) -> bool:
        """Whether both remember the same, bit for bit; what is no longer used of a record does not count."""
        pairs = zip(self._meaning(), other._meaning(), strict=True)
        return bool((self.counters == other.counters).all()) and all(a.tobytes() == b.tobytes() for a, b in pairs)

    def _meaning(self) -> list[NDArray[np.generic]]:
        """All arrays, with what is not used set to zero, and the rows of each ring from its first place on."""
        memory, book = self.memory, self.memory["book"].copy()
        begin, count = book[:, BEGIN, None], book[:, END, None] - book[:, BEGIN, None]
        book[:, BEGIN], book[:, END] = 0, count[:, 0]
        place = (begin + np.arange(ROWS_MAX)) % ROWS_MAX
        arrays = {name: memory[name] for name in RAGGED}
        arrays |= {name: np.take_along_axis(memory[name], place[..., None], axis=1) for name in ("ring_i", "ring_f")}
        used = {
            "pair": np.arange(PAIRS_MAX) < memory["seat_i"][:, :, PAIRS, None],
            "ring": np.arange(ROWS_MAX) < count,
            "log": np.arange(EVENTS_MAX) < book[:, LOGGED, None],
        }
        whole: list[NDArray[np.generic]] = [book, memory["seat_i"], memory["seat_f"]]
        return whole + [np.where(used[name[:-2]][..., None], array, 0) for name, array in arrays.items()]

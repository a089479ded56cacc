"""What online matching remembers of each terminal: its last rows, as a value that can be copied, saved and compared."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_S
from mapping.matching._layout import Ints, Trellis, new_block, trellis_of


@dataclass(frozen=True, slots=True)
class OnlineRules:
    """How long decisions wait, and for how many rows and places there is room.

    A terminal that sends more rows than `rows` within `lag_s + watermark_s` is decided earlier (`crowded` counts it).
    """

    lag_s: float = 5.0
    """A row is decided by all rows that are at most this much younger."""
    watermark_s: float = 2.0
    """How much older than the youngest row one may come and still be used."""
    rows: int = 12
    places: int = 8

    def __post_init__(self) -> None:
        if not (self.lag_s >= 0.0 and self.watermark_s >= 0.0 and self.rows >= 4 and self.places >= 2):
            raise ValueError(f"no rules of online matching: {self}")

    @property
    def lag_ns(self) -> int:
        """`lag_s` in ns."""
        return round(self.lag_s * NS_PER_S)

    @property
    def watermark_ns(self) -> int:
        """`watermark_s` in ns."""
        return round(self.watermark_s * NS_PER_S)


@dataclass(slots=True)
class MatchState:
    """Rows of every terminal: `rules.rows` records of `block` each, of which `n` (slots,) are in use.

    `order` (slots, rows) lists them in order of time; the first `told` (slots,) of them have been decided and stay only
    for what follows. `stale`, `doubled`, `crowded` (slots,) count what came too late, twice, or too often. Two states
    that went through the same rows in the same order are equal, bit for bit.
    """

    rules: OnlineRules
    block: NDArray[np.void]
    order: Ints
    n: Ints
    told: Ints
    stale: NDArray[np.int64]
    doubled: NDArray[np.int64]
    crowded: NDArray[np.int64]

    @classmethod
    def for_slots(cls, n: int, rules: OnlineRules | None = None) -> Self:
        """Nothing known of `n` terminals."""
        rules = OnlineRules() if rules is None else rules
        order = np.tile(np.arange(rules.rows, dtype=np.int32), (n, 1))
        counts = [np.zeros(n, np.int64) for _ in range(3)]
        block = new_block(n * rules.rows, rules.places)
        return cls(rules, block, order, np.zeros(n, np.int32), np.zeros(n, np.int32), *counts)

    def __len__(self) -> int:
        return len(self.n)

    @property
    def trellis(self) -> Trellis:
        """The rows as the kernels take them."""
        return trellis_of(self.block)

    def _arrays(self) -> tuple[NDArray[np.generic], ...]:
        return self.block, self.order, self.n, self.told, self.stale, self.doubled, self.crowded

    def _with(self, arrays: list[NDArray[np.generic]]) -> Self:
        return type(self)(self.rules, *arrays)  # type: ignore[arg-type]

    def grown(self, n: int) -> Self:
        """The same with room for at least `n` terminals."""
        if n <= len(self):
            return self
        more = type(self).for_slots(n - len(self), self.rules)
        return self._with([np.concatenate(pair) for pair in zip(self._arrays(), more._arrays(), strict=True)])

    def copy(self) -> Self:
        """An independent copy."""
        return self._with([array.copy() for array in self._arrays()])

    def equals(self, other: Self) -> bool:
        """Whether both remember the same, bit for bit."""
        pairs = zip(self._arrays(), other._arrays(), strict=True)
        return self.rules == other.rules and all(a.tobytes() == b.tobytes() for a, b in pairs)

    def forget(self, slots: NDArray[np.int32]) -> None:
        """Begin anew with some terminals (n,)."""
        self.n[slots] = self.told[slots] = 0

    @property
    def waiting(self) -> int:
        """Rows that are not decided yet."""
        return int(self.n.sum(dtype=np.int64) - self.told.sum(dtype=np.int64))

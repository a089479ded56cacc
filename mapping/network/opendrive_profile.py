"""Cubics along a road: heights, cross falls, lane offsets and widths of OpenDRIVE, each row valid until the next.

Source: ASAM OpenDRIVE 1.8: `value = a + b ds + c ds² + d ds³`, ds counted from where the row begins.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """Rows (where it begins in m, a, b, c, d) in order; the value is 0 before the first."""

    rows: Floats

    @classmethod
    def of(cls, rows: list[tuple[float, ...]]) -> Self:
        """A profile of rows, put in order."""
        return cls(np.array(sorted(rows, key=lambda row: row[0]), dtype=np.float64).reshape(-1, 5))

    def __bool__(self) -> bool:
        return len(self.rows) > 0

    @property
    def starts_m(self) -> Floats:
        """Where the rows begin, in m."""
        return self.rows[:, 0]

    def at(self, s_m: Floats) -> Floats:
        """The value at distances along the road, counted as the rows count.

        Shape: (n,). Unit: m in, that of the profile out.
        """
        if not self:
            return np.zeros_like(s_m)
        row = np.searchsorted(self.starts_m, s_m, side="right") - 1
        start, a, b, c, d = self.rows[np.clip(row, 0, None)].T
        ds = s_m - start
        return np.where(row < 0, 0.0, a + ds * (b + ds * (c + ds * d)))


@dataclass(frozen=True, slots=True)
class CrossShape:
    """Height of the road surface across it: at some distances along the road, a profile over t each; linear between."""

    starts_m: Floats
    profiles: tuple[Profile, ...]

    @classmethod
    def of(cls, rows: list[tuple[float, ...]]) -> Self:
        """From rows (s, t, a, b, c, d)."""
        starts = sorted({row[0] for row in rows})
        return cls(np.array(starts), tuple(Profile.of([row[1:] for row in rows if row[0] == s]) for s in starts))

    def at(self, s_m: Floats, t_m: Floats) -> Floats:
        """Height above the plane of the reference line.

        Shape: (n,). Unit: m.
        """
        if not self.profiles:
            return np.zeros_like(s_m)
        last = len(self.profiles) - 1
        before = np.clip(np.searchsorted(self.starts_m, s_m, side="right") - 1, 0, last)
        after = np.minimum(before + 1, last)
        span_m = self.starts_m[after] - self.starts_m[before]
        part = np.clip((s_m - self.starts_m[before]) / np.where(span_m > 0, span_m, 1.0), 0.0, 1.0)
        values = np.stack([profile.at(t_m) for profile in self.profiles])
        rows = np.arange(s_m.size)
        value: Floats = (1.0 - part) * values[before, rows] + part * values[after, rows]
        return value

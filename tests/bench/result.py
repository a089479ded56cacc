"""One measured figure, beside what it must reach and what a peer did in the same run."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class Result:
    """A line of the table.

    `value` and `peer_value` are in `unit`, unscaled (7e6 sentences/s); `n` is how much was worked on in one repeat.
    `must` and `reach` are the targets in the same unit, where there are any. `ratio` says how many times better than
    the peer ours is, whichever way better is.
    """

    bench: str
    metric: str
    value: float
    unit: str
    better: Literal["higher", "lower"]
    peer: str = ""
    peer_value: float | None = None
    must: float | None = None
    reach: float | None = None
    n: int = 0
    note: str = ""
    ratio: float | None = field(init=False)

    def __post_init__(self) -> None:
        if self.peer_value is None:
            ratio = None
        elif self.better == "higher":
            ratio = self.value / self.peer_value
        else:
            ratio = self.peer_value / self.value
        object.__setattr__(self, "ratio", ratio)

    def verdict(self) -> str:
        """`reached`, `met` or `missed`, by the targets; nothing where there is none."""
        if self.must is None:
            return ""
        if self.reach is not None and self._as_good_as(self.reach):
            return "reached"
        return "met" if self._as_good_as(self.must) else "missed"

    def _as_good_as(self, target: float) -> bool:
        return self.value >= target if self.better == "higher" else self.value <= target

    def to_record(self) -> dict[str, Any]:
        """The result as JSON knows it."""
        return asdict(self) | {"verdict": self.verdict()}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "Result":
        """The result that `to_record` gave."""
        return cls(**{key: value for key, value in record.items() if key not in ("ratio", "verdict")})


def figure(value: float | None, unit: str = "") -> str:
    """Three significant digits, as people read them: 15.1 M sentences/s, 1.75 GB/s, 0.132 ms, 322."""
    if value is None:
        return ""
    scale, letter = 1.0, ""
    if unit in SCALED_SMALL and 0 < abs(value) < 1:
        scale, letter = next(((s, p) for s, p in SMALL if abs(value) >= s), SMALL[-1])
    elif unit not in UNSCALED and abs(value) >= PLAIN_MAX:
        scale, letter = next(((s, p) for s, p in LARGE if abs(value) >= s), (1.0, ""))
    space_before_unit = " " if unit not in SCALED_UNITS and letter else ""
    digits = np.format_float_positional(float(f"{value / scale:.3g}"), trim="-")
    return f"{digits} {letter}{space_before_unit}{unit}".strip()


LARGE = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
PLAIN_MAX = 10_000
SMALL = ((1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))
SCALED_SMALL = ("s",)
SCALED_UNITS = ("s", "B", "B/s", "Hz", "/s")
UNSCALED = ("%", "ms", "µs", "ns", "kB", "MB")

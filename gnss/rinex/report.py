"""What was not as it should be in a file: counts by reason, and where the first of them are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss.status import STATUS_MAX, STATUS_TEXT, Status

TEXTS = {
    Status.GARBAGE: "a line that belongs to no epoch and no record",
    Status.TRUNCATED: "cut off: there are fewer lines than were announced",
    Status.DUPLICATE: "the same satellite of an epoch again",
}
"""What a status means for a line of a file, where that is not what it means for a stream."""

PROBLEMS_MAX = 1_000
"""So many problems are named by line; all are counted."""


@dataclass(frozen=True, slots=True)
class RinexReport:
    """Verdict on a file.

    `counts` (STATUS_MAX,): problems by `Status`. `lines` and `statuses` (n <= PROBLEMS_MAX,): line numbers, from 1,
    of the first of them and what is wrong there. `events` (10,): epoch flags seen. `unused`: records and
    observation types that are well formed and not used, by name.
    """

    counts: NDArray[np.int64]
    lines: NDArray[np.int64]
    statuses: NDArray[np.uint8]
    events: NDArray[np.int64]
    unused: dict[str, int]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was wrong."""
        return not self.counts.any()

    def by_reason(self) -> dict[str, int]:
        """How many problems of each kind there are, by the name of the status."""
        return {Status(code).name: int(self.counts[code]) for code in np.flatnonzero(self.counts).tolist()}

    def texts(self) -> list[str]:
        """A sentence for each of the problems that are named by line."""
        pairs = zip(self.lines.tolist(), self.statuses.tolist(), strict=True)
        return [f"line {line}: {TEXTS.get(Status(code), STATUS_TEXT[Status(code)])}" for line, code in pairs]


@dataclass(slots=True)
class Problems:
    """Problems gathered while a file is read, from kernels and from Python."""

    counts: NDArray[np.int64]
    lines: NDArray[np.int64]
    statuses: NDArray[np.uint8]
    total: NDArray[np.int64]
    events: NDArray[np.int64]
    unused: dict[str, int]

    @classmethod
    def none(cls) -> "Problems":
        """No problem yet."""
        named = (np.zeros(PROBLEMS_MAX, np.int64), np.zeros(PROBLEMS_MAX, np.uint8))
        return cls(np.zeros(STATUS_MAX, np.int64), *named, np.zeros(1, np.int64), np.zeros(10, np.int64), {})

    def add(self, line: int, status: Status) -> None:
        """Note a problem of a line, counted from 0."""
        n = int(self.total[0])
        if n < PROBLEMS_MAX:
            self.lines[n], self.statuses[n] = line + 1, status
        self.counts[status] += 1
        self.total[0] = n + 1

    def leave(self, name: str, times: int = 1) -> None:
        """Count records that are not used."""
        self.unused[name] = self.unused.get(name, 0) + times

    def report(self) -> RinexReport:
        """The verdict, by line."""
        n = min(int(self.total[0]), PROBLEMS_MAX)
        order = np.argsort(self.lines[:n], kind="stable")
        named = (self.lines[:n][order], self.statuses[:n][order])
        return RinexReport(self.counts.copy(), *named, self.events.copy(), dict(self.unused))

"""The way to the service and what it does: loses, repeats, holds back, swaps and spoils epochs, pulls cables."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulators.scenario import LinkSettings

Bytes = NDArray[np.uint8]
CHANCE_STAGE = 53
HELD_MAX = 200_000  # epochs held back at once; more are lost and counted as `held_overflow`
DELAY_S_MAX = 20.0


class Writes(NamedTuple):
    """What to send now: row k of `row` sends `buffer[start[k] : start[k] + length[k]]`, in this order."""

    row: NDArray[np.int32]
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    buffer: Bytes


class Breaks(NamedTuple):
    """Connections to break now: `pulled` stay half-open until they are `reopened`; `dropped` close and reopen."""

    pulled: NDArray[np.int32]
    reopened: NDArray[np.int32]
    dropped: NDArray[np.int32]


@dataclass
class Link:
    """Faults of all links of a fleet; the same calls with the same seed do the same."""

    settings: LinkSettings
    terminals: int
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    pieces: Callable[[bytes], list[bytes]] = lambda text: text.splitlines(keepends=True)
    """Cuts an epoch into what can be lost by itself: its sentences, unless said otherwise."""
    unplugged: Sequence[tuple[int, float, float]] = ()
    """Cables pulled on purpose: terminal, when, for how long, in s."""

    def __post_init__(self) -> None:
        """Start with every cable plugged in."""
        self._rng = np.random.default_rng([self.seed, CHANCE_STAGE])
        self._held: list[tuple[float, int, int, bytes]] = []
        self._next_held = 0
        self._behind: dict[int, bytes] = {}
        self._silent_until = np.zeros(self.terminals)
        self._silent: list[tuple[float, int]] = []
        self._storms = 0
        self._pulls = sorted(((at_s, row, long_s) for row, at_s, long_s in self.unplugged), reverse=True)
        s = self.settings
        self._shares = np.cumsum([s.lose_epoch, s.lose_sentence, s.duplicate, s.reorder, s.delay, s.corrupt])
        self.is_clean = float(self._shares[-1]) == 0.0 and s.cable_pull_per_h == 0.0 and not self.unplugged

    @property
    def waiting(self) -> int:
        """Epochs that have not left yet: held back, or waiting to be overtaken."""
        return len(self._held) + len(self._behind)

    def carry(self, t_s: float, row: NDArray[np.int32], buffer: Bytes, offset: NDArray[np.int64]) -> list[Writes]:
        """What leaves now of the epochs that terminals hand over at `t_s`, and of those held back before."""
        start, length = offset[:-1], np.diff(offset)
        if self.is_clean:
            return [Writes(row, start, length, buffer)]
        spoken = length > 0
        silent = self._silent_until[row] > t_s
        self.counts["lost_in_silence"] += int(np.sum(silent & spoken))
        chance = self._rng.random(row.size)
        hit = np.flatnonzero((chance < self._shares[-1]) & spoken & ~silent)
        keep = spoken & ~silent
        keep[hit] = False
        loose: list[tuple[int, bytes]] = self._overtaken(row, keep)
        for k in hit:
            fault = int(np.searchsorted(self._shares, chance[k], side="right"))
            text = buffer[start[k] : start[k] + length[k]].tobytes()
            loose += [(int(row[k]), piece) for piece in self._damage(fault, t_s, int(row[k]), text)]
        loose += self._released(t_s)
        whole = Writes(row[keep], start[keep], length[keep], buffer)
        return [whole, _pack(loose)] if loose else [whole]

    def _damage(self, fault: int, t_s: float, row: int, text: bytes) -> list[bytes]:
        """Do one fault to the epoch of a terminal; returns what is sent now."""
        if fault == 0:
            self.counts["lost_epochs"] += 1
            return []
        if fault == 1:
            self.counts["lost_sentences"] += 1
            sentences = self.pieces(text)
            del sentences[int(self._rng.integers(len(sentences)))]
            return [b"".join(sentences)]
        if fault == 2:
            self.counts["duplicated_epochs"] += 1
            return [text, text]
        if fault == 3:
            self.counts["reordered_epochs"] += 1
            earlier = self._behind.pop(row, None)
            self._behind[row] = text
            return [] if earlier is None else [earlier]
        if fault == 4:
            return self._hold(t_s, row, text)
        self.counts["corrupted_epochs"] += 1
        spoiled = bytearray(text)
        spoiled[int(self._rng.integers(len(text)))] ^= int(self._rng.integers(1, 128))
        return [bytes(spoiled)]

    def _hold(self, t_s: float, row: int, text: bytes) -> list[bytes]:
        """Hold an epoch back for a while."""
        if len(self._held) >= HELD_MAX:
            self.counts["held_overflow"] += 1
            return []
        self.counts["delayed_epochs"] += 1
        due_s = t_s + min(self._rng.exponential(self.settings.delay_mean_s), DELAY_S_MAX)
        heapq.heappush(self._held, (due_s, self._next_held, row, text))
        self._next_held += 1
        return []

    def _released(self, t_s: float) -> list[tuple[int, bytes]]:
        """Epochs whose delay is over."""
        out = []
        while self._held and self._held[0][0] <= t_s:
            _, _, row, text = heapq.heappop(self._held)
            out.append((row, text))
        return out

    def _overtaken(self, row: NDArray[np.int32], keep: NDArray[np.bool_]) -> list[tuple[int, bytes]]:
        """Epochs that waited for the next one of their terminal, which goes out in this call before them."""
        if not self._behind:
            return []
        passing = [int(r) for r in row[keep] if int(r) in self._behind]
        return [(r, self._behind.pop(r)) for r in passing]

    def breaks(self, t_s: float, dt_s: float) -> Breaks:
        """Connections that break in the `dt_s` seconds up to `t_s`."""
        pulled = np.concatenate((self._pull(t_s, dt_s), self._unplug(t_s)))
        reopened = [row for until_s, row in self._silent if until_s <= t_s]
        self._silent = [(until_s, row) for until_s, row in self._silent if until_s > t_s]
        dropped = np.empty(0, dtype=np.int32)
        every = self.settings.storm_every_s
        if every > 0 and t_s >= (self._storms + 1) * every:
            self._storms += 1
            count = round(self.settings.storm_share * self.terminals)
            chosen = self._rng.permutation(self.terminals)[:count].astype(np.int32)
            dropped = chosen[self._silent_until[chosen] <= t_s]
            self.counts["storms"] += 1
        return Breaks(pulled, np.array(reopened, dtype=np.int32), dropped)

    def _pull(self, t_s: float, dt_s: float) -> NDArray[np.int32]:
        """Pull some cables: their terminals are silent for a while."""
        rate = self.settings.cable_pull_per_h / 3600.0
        if rate == 0.0:
            return np.empty(0, dtype=np.int32)
        drawn = self._rng.choice(
            self.terminals, min(self.terminals, self._rng.poisson(rate * dt_s * self.terminals)), False
        )
        pulled = drawn[self._silent_until[drawn] <= t_s].astype(np.int32)
        self._silent_until[pulled] = t_s + self.settings.cable_pull_silence_s
        self._silent += [(float(self._silent_until[row]), int(row)) for row in pulled]
        self.counts["cable_pulls"] += pulled.size
        return pulled

    def _unplug(self, t_s: float) -> NDArray[np.int32]:
        """Pull the cables whose time has come."""
        pulled = []
        while self._pulls and self._pulls[-1][0] <= t_s:
            at_s, row, duration_s = self._pulls.pop()
            self._silent_until[row] = max(self._silent_until[row], at_s + duration_s)
            self._silent.append((float(self._silent_until[row]), row))
            pulled.append(row)
        self.counts["unplugged"] += len(pulled)
        return np.array(pulled, dtype=np.int32)


def _pack(loose: list[tuple[int, bytes]]) -> Writes:
    """Single texts as one set of writes."""
    length = np.array([len(text) for _, text in loose], dtype=np.int64)
    buffer = np.frombuffer(b"".join(text for _, text in loose), dtype=np.uint8)
    return Writes(np.array([row for row, _ in loose], dtype=np.int32), np.cumsum(length) - length, length, buffer)

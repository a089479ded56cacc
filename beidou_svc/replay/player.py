"""Logs at the speed of a clock: what is due is fed, then the player asks to wait.

Logs with receive times play by them. Logs without play by the time of their epochs: a log is read on until its terminal
has reached the time that is due. Neither changes what comes out, only when.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beidou_svc.clock import FOREVER, Clock
from beidou_svc.replay.feed import PAGE_BYTES, Fed, TimedFeed
from beidou_svc.replay.source import LogSource, Page
from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_S
from gnss.time.scales import gpst_ns_to_unix_ns

TICK_S = 0.02
"""Time between two looks at the clock, as in the live service."""

PIECE_BYTES_MIN, PIECE_BYTES_MAX = 128, 1 << 20
"""How much of a log without receive times is read before it is asked again which time it has reached."""

PIECE_BYTES_UNDATED = 4_096
"""And how much at most, while it has not told any time."""

ROUNDS_MAX = 256
"""Pieces of one log in one tick; a log without any date would otherwise never let go."""


PAUSE_S_MAX = 30
"""Longest pause of all logs together that is played, in the time of the logs; a longer one is cut to this."""

STREAMS_PER_ROUND_MAX = PAGE_BYTES // PIECE_BYTES_MIN
"""Logs that are read in one round; the others come in the next."""


@dataclass(slots=True)
class _Stream:
    """A log without receive times, and which time its terminal has reached (UTC, Unix ns)."""

    source: LogSource
    t_reached_ns: int = NO_TIME
    t_first_ns: int = NO_TIME
    read_bytes: int = 0

    def is_behind(self, now_ns: int) -> bool:
        """Whether more of it is due; where no time is given, whether its time is unknown."""
        return self.t_reached_ns == NO_TIME or self.t_reached_ns < now_ns

    def piece_bytes(self, now_ns: int, tick_s: float) -> int:
        """Half of what is likely to be due, so that little is read ahead of time."""
        if NO_TIME in (self.t_reached_ns, now_ns):
            return max(PIECE_BYTES_MIN, min(self.read_bytes, PIECE_BYTES_UNDATED))
        heard_s = (self.t_reached_ns - self.t_first_ns) / NS_PER_S
        rate_per_s = self.read_bytes / heard_s if heard_s > 0 else 0.0
        due_s = max(tick_s, (now_ns - self.t_reached_ns) / NS_PER_S)
        return int(np.clip(rate_per_s * due_s / 2, PIECE_BYTES_MIN, PIECE_BYTES_MAX))


class Player:
    """Plays logs: iterate over `play`, take what it feeds, tell `heard` which rows that made, wait when it says so."""

    def __init__(
        self,
        sources: Sequence[LogSource],
        clock: Clock,
        speed: float,
        *,
        start_unix_ns: int = NO_TIME,
        end_unix_ns: int = FOREVER,
    ) -> None:
        self._clock = clock
        self._speed = speed
        self._timed = TimedFeed([source for source in sources if source.is_timed], PAGE_BYTES, end_unix_ns)
        self._streams = [_Stream(source) for source in sources if not source.is_timed]
        self._of_slot = {stream.source.slot: stream for stream in self._streams}
        self._start_ns = start_unix_ns
        self._t0_mono_ns = 0
        self._page = Page(PAGE_BYTES)
        self._is_stopped = False

    def now_unix_ns(self) -> int:
        """The time that is being played; `NO_TIME` until the first time is known."""
        if not self._t0_mono_ns:
            return NO_TIME
        elapsed_ns = self._clock.mono_ns() - self._t0_mono_ns
        return self._start_ns + int(elapsed_ns * self._speed)

    def stop(self) -> None:
        """Play nothing more."""
        self._is_stopped = True

    def drop_over(self, is_over: Callable[[int], bool]) -> None:
        """Read no more of logs whose terminals have nothing left of the time that is asked for."""
        over = [stream for stream in self._streams if is_over(stream.source.slot)]
        for stream in over:
            self._streams.remove(stream)
            stream.source.reader.close()

    def heard(self, fixes: FixBatch) -> None:
        """Which rows, open ones included, the last feed made."""
        if not self._streams:
            return
        dated = fixes.t_gpst_ns != NO_TIME
        for slot, t_ns in zip(*_latest(fixes.slot[dated], gpst_ns_to_unix_ns(fixes.t_gpst_ns[dated])), strict=True):
            stream = self._of_slot.get(int(slot))
            if stream is not None:
                stream.t_first_ns = int(t_ns) if stream.t_first_ns == NO_TIME else stream.t_first_ns
                stream.t_reached_ns = max(stream.t_reached_ns, int(t_ns))

    def play(self) -> Iterator[Fed | float]:
        """What is due, piece by piece; a float says: nothing more for so many seconds."""
        yield from self._feed_streams(NO_TIME)
        self._begin()
        while not self._is_stopped and (self._streams or not self._timed.ended):
            self._shorten_pause()
            now_ns = self.now_unix_ns()
            yield from self._feed_timed(now_ns)
            yield from self._feed_streams(now_ns)
            if not self._is_stopped and self.now_unix_ns() - now_ns < TICK_S * NS_PER_S * self._speed:
                yield TICK_S

    def _begin(self) -> None:
        """Start at the first time of all logs, unless another was asked for."""
        firsts = [stream.t_first_ns for stream in self._streams if stream.t_first_ns != NO_TIME]
        if not self._timed.ended:
            firsts.append(self._timed.next_unix_ns)
        self._start_ns = max(self._start_ns, min(firsts, default=self._start_ns))
        self._t0_mono_ns = self._clock.mono_ns()

    def _shorten_pause(self) -> None:
        """If no log has anything for long, go on to shortly before the next that has."""
        reached = [stream.t_reached_ns for stream in self._streams]
        next_ns = min(reached, default=FOREVER)
        if not self._timed.ended:
            next_ns = min(next_ns, self._timed.next_unix_ns)
        ahead_ns = next_ns - self.now_unix_ns()
        if next_ns != FOREVER and ahead_ns > PAUSE_S_MAX * NS_PER_S:
            self._start_ns += ahead_ns - PAUSE_S_MAX * NS_PER_S

    def _feed_timed(self, now_ns: int) -> Iterator[Fed]:
        while not self._is_stopped and not self._timed.ended and self._timed.next_unix_ns <= now_ns:
            yield self._timed.take(now_ns)
            self._timed.advance()

    def _feed_streams(self, now_ns: int) -> Iterator[Fed]:
        """A piece of every log that is behind, until none is; with `NO_TIME`, until each has a time at all."""
        for _ in range(ROUNDS_MAX):
            behind = [stream for stream in self._streams if stream.is_behind(now_ns)][:STREAMS_PER_ROUND_MAX]
            if not behind or self._is_stopped:
                return
            yield self._read(behind, now_ns)

    def _read(self, behind: Sequence[_Stream], now_ns: int) -> Fed:
        self._page.clear()
        ended = []
        share = PAGE_BYTES // len(behind)
        for stream in behind:
            source, before = stream.source, self._page.used_bytes
            source.fill(self._page, min(stream.piece_bytes(now_ns, TICK_S * self._speed), share))
            stream.read_bytes += self._page.used_bytes - before
            if source.ended:
                ended.append(source.slot)
        self._streams = [stream for stream in self._streams if not stream.source.ended]
        return Fed(self._page.buffer, self._page.segments(), np.array(ended, np.int32))


def _latest(slot: NDArray[np.int32], t_ns: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Greatest time of each slot."""
    slots, rows = np.unique(slot, return_inverse=True)
    latest = np.full(len(slots), NO_TIME, np.int64)
    np.maximum.at(latest, rows, t_ns)
    return slots, latest

"""A replay from beginning to end: as fast as it goes, or at the speed of a clock. The tables are the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from beidou_svc.clock import FOREVER, Clock
from beidou_svc.replay.feed import PAGE_BYTES, feed
from beidou_svc.replay.final import FinalTables
from beidou_svc.replay.player import Player
from beidou_svc.replay.replayer import Replayer, Window
from beidou_svc.replay.source import LogSource, close_all
from gnss.constants import NS_PER_S

LATE_S_MAX = 600.0
"""How long after the end of the window its last epochs may have been received."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast: `speed` times the clock, waiting by `wait`; without a speed as fast as it goes."""

    speed: float | None = None
    clock: Clock | None = None
    wait: Callable[[float], None] | None = None
    page_bytes: int = PAGE_BYTES


AS_FAST_AS_POSSIBLE = Tempo()


def _nothing() -> None:
    return None


def replay_logs(
    sources: Sequence[LogSource],
    replayer: Replayer,
    window: Window,
    tempo: Tempo = AS_FAST_AS_POSSIBLE,
    on_page: Callable[[], None] = _nothing,
) -> FinalTables:
    """Replay logs; the final tables depend on logs and window alone. Terminals are read in the order of their ids."""
    ordered = sorted(sources, key=lambda source: source.own_id)
    try:
        if tempo.speed is None:
            _run_through(ordered, replayer, window, tempo.page_bytes, on_page)
        else:
            _play(ordered, replayer, window, tempo, on_page)
    finally:
        close_all(sources)
    return replayer.finish()


def _run_through(
    sources: Sequence[LogSource], replayer: Replayer, window: Window, page_bytes: int, on_page: Callable[[], None]
) -> None:
    for fed in feed(sources, page_bytes, end_unix_ns=end_of(window), is_over=replayer.is_over):
        replayer.take(fed)
        on_page()


def _play(
    sources: Sequence[LogSource], replayer: Replayer, window: Window, tempo: Tempo, on_page: Callable[[], None]
) -> None:
    assert tempo.speed is not None and tempo.clock is not None and tempo.wait is not None
    player = player_of(sources, window, tempo.speed, tempo.clock)
    for item in player.play():
        if isinstance(item, float):
            tempo.wait(item)
        else:
            player.heard(replayer.take(item))
            player.drop_over(replayer.is_over)
        on_page()


def player_of(sources: Sequence[LogSource], window: Window, speed: float, clock: Clock) -> Player:
    """A player of logs that begins where the window does."""
    return Player(sources, clock, speed, start_unix_ns=window.from_unix_ns, end_unix_ns=end_of(window))


def end_of(window: Window) -> int:
    """Receive time (Unix ns) after which nothing of the window can come."""
    if window.until_gpst_ns == FOREVER:
        return FOREVER
    return window.until_unix_ns + round(LATE_S_MAX * NS_PER_S)

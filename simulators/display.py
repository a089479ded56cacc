"""One live line of what a fleet is doing: connections, rate, lag, faults."""

from __future__ import annotations

import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from simulators.broadcast import Progress
from simulators.wire import Wire

SHOW_EVERY_S = 0.5
TELL_EVERY_S = 10.0  # where there is no terminal to draw on

console = Console(stderr=True)


class Display:
    """One live line: connections, rate, lag, faults; a plain line now and then where there is no terminal."""

    def __init__(self, wire: Wire, terminals: int, name: str) -> None:
        """Nothing is drawn before `with`."""
        self.wire, self._terminals, self._name = wire, terminals, name
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._shown_s = self._last_s = time.monotonic()
        self._last_writes = self._last_bytes = 0

    def __enter__(self) -> Display:
        """Begin to draw."""
        if console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last line standing."""
        if console.is_terminal:
            self._live.stop()

    def update(self, progress: Progress) -> None:
        """Draw when it is time to."""
        now_s = time.monotonic()
        if now_s - self._shown_s < (SHOW_EVERY_S if console.is_terminal else TELL_EVERY_S):
            return
        self._shown_s = now_s
        line = self._line(progress, now_s)
        if console.is_terminal:
            self._live.update(Text(line), refresh=True)
        else:
            console.print(line, highlight=False, soft_wrap=True)

    def _line(self, progress: Progress, now_s: float) -> str:
        """The line."""
        stats = self.wire.stats
        span_s = max(1e-6, now_s - self._last_s)
        writes, megabytes = stats["writes"] - self._last_writes, (stats["bytes"] - self._last_bytes) / 1e6
        self._last_s, self._last_writes, self._last_bytes = now_s, stats["writes"], stats["bytes"]
        parts = [
            f"{self._name} {progress.scenario_s:7.1f} s",
            f"{self.wire.connected}/{self._terminals} connected",
            f"{writes / span_s:,.0f} writes/s",
            f"{megabytes / span_s:.2f} MB/s",
            f"lag {progress.lag_s * 1e3:.0f} ms",
            f"reconnects {stats.get('reconnects', 0)}",
        ]
        parts += [f"{count} {name.replace('_', ' ')}" for name, count in sorted(progress.faults.items()) if count]
        if stats["dropped_writes"]:
            parts.append(f"{stats['dropped_writes']} dropped")
        if self.wire.reasons and self.wire.connected < self._terminals:
            parts.append(f"last trouble: {self.wire.reasons.most_common(1)[0][0]}")
        return " | ".join(parts)

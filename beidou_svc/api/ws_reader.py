"""Who reads a stream: the way to it, and how long it has not taken what was sent."""

from dataclasses import dataclass, field
from typing import Final, TypeVar

from beidou_svc.api.ws_protocol import Outlet

CLOSE_GOING_AWAY: Final = 1001
CLOSE_TRY_LATER: Final = 1013


@dataclass(slots=True, eq=False)
class Reader:
    """One client, as far as its connection goes."""

    outlet: Outlet
    _t_stalled_ns: int | None = field(default=None, init=False)

    def stalled_ns(self, mono_ns: int) -> int | None:
        """How long it has left what was pushed lying; None = it takes more."""
        if self.outlet.writable:
            self._t_stalled_ns = None
            return None
        if self._t_stalled_ns is None:
            self._t_stalled_ns = mono_ns
        return mono_ns - self._t_stalled_ns

    def drop_stalled(self) -> None:
        """Send it away because it does not read."""
        self.outlet.drop(CLOSE_TRY_LATER, "the client does not read")

    def drop_stopping(self) -> None:
        """Send it away because the service stops."""
        self.outlet.drop(CLOSE_GOING_AWAY, "the service stops")


R = TypeVar("R", bound=Reader)


def awake(readers: list[R], mono_ns: int, stall_ns_max: int) -> tuple[list[R], int]:
    """Those that have taken all that was sent, and how many were sent away.

    The others wait; one that has waited for longer than `stall_ns_max` is taken out of `readers`.
    """
    ready: list[R] = []
    dropped = 0
    for reader in tuple(readers):
        stalled_ns = reader.stalled_ns(mono_ns)
        if stalled_ns is None:
            ready.append(reader)
        elif stalled_ns > stall_ns_max:
            reader.drop_stalled()
            readers.remove(reader)
            dropped += 1
    return ready, dropped

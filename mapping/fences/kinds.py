"""What fences report: kinds of event, whether an event stands or is taken back, and what is special about one."""

from enum import IntEnum
from typing import Final


class EventKind(IntEnum):
    """Kinds of event. Numbers are stable: they go into files and streams."""

    ENTER = 0
    EXIT = 1
    DWELL = 2
    CROSS = 3
    SPEEDING = 4
    SPEEDING_END = 5
    DEVIATION = 6
    RETURN = 7
    WRONG_WAY = 8
    WRONG_WAY_END = 9
    ARRIVED = 10
    DEPARTED = 11


class Op(IntEnum):
    """Whether a row says that something happened, or takes back what an earlier row said."""

    ASSERT = 1
    RETRACT = 2


class EventStatus(IntEnum):
    """What is special about an event."""

    PLAIN = 0
    FIRST = 1
    """The terminal was there when it was first heard, or heard again after a silence: nobody saw it come."""

    WINDOW = 2
    """The time window of the fence opened or closed; the terminal did not move across the limit."""


KIND_NAMES: Final = {kind.name.lower(): kind for kind in EventKind}
"""Kinds by the name that drafts and documents use."""

PARTNER: Final = {
    EventKind.SPEEDING: EventKind.SPEEDING_END,
    EventKind.DEVIATION: EventKind.RETURN,
    EventKind.WRONG_WAY: EventKind.WRONG_WAY_END,
    EventKind.ARRIVED: EventKind.DEPARTED,
}
"""Who wants the one gets the other."""


def mask_of(kinds: frozenset[EventKind]) -> int:
    """The kinds as bits, their partners included."""
    wanted = set(kinds) | {PARTNER[kind] for kind in kinds if kind in PARTNER}
    return sum(1 << kind for kind in wanted)

"""What happened to each terminal, read off its epochs: it appeared, paused, changed its fix quality, was heard last.

Events follow from the rows alone, in event time, so they are the same however the log was read.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_S
from gnss.status import Status

GAP_S = 10.0
"""A terminal that says nothing for longer has paused: the age at which the live service calls it stale."""

NO_QUALITY = 255


class EventKind(IntEnum):
    """What happened; of events at one instant, the lower number comes first."""

    FIRST = 0
    GAP = 1
    QUALITY = 2
    LAST = 3


@dataclass(frozen=True, slots=True)
class EventBatch(Batch):
    """Events in order of time, terminal and kind.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | t_gpst_ns | i8 | | ns | when, GPST since 1980-01-06 |
    | kind | u1 | | | an `EventKind` |
    | quality_before | u1 | | | fix quality of the epoch before; 255 = there was none |
    | fix_quality | u1 | | | fix quality of the epoch itself |
    | gap_s | f8 | | s | time since the epoch before; NaN where that is not the point |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    kind: NDArray[np.uint8] = column("u1")
    quality_before: NDArray[np.uint8] = column("u1", missing=NO_QUALITY)
    fix_quality: NDArray[np.uint8] = column("u1")
    gap_s: NDArray[np.float64] = column("f8")


def find_events(fixes: FixBatch, gap_s: float = GAP_S) -> EventBatch:
    """Events of rows that are ordered by terminal and time; rows without a date or out of order cause none."""
    dated = (fixes.t_gpst_ns != NO_TIME) & ((fixes.status == Status.OK) | (fixes.status == Status.NO_POSITION))
    rows = np.flatnonzero(dated)
    slot, t_ns, quality = fixes.slot[rows], fixes.t_gpst_ns[rows], fixes.fix_quality[rows]
    heads = np.flatnonzero(np.diff(slot, prepend=-1))
    is_head = np.zeros(len(rows), np.bool_)
    is_head[heads] = True
    pause_s = np.diff(t_ns, prepend=NO_TIME if not len(t_ns) else t_ns[0]) / NS_PER_S
    before = np.concatenate([quality[:0] if not len(quality) else quality[:1], quality[:-1]])
    gaps = np.flatnonzero(~is_head & (pause_s > gap_s))
    changes = np.flatnonzero(~is_head & (quality != before))
    tails = np.append(heads[1:] - 1, len(rows) - 1) if len(heads) else heads
    parts = [
        _events(EventKind.FIRST, heads, slot, t_ns, quality),
        _events(EventKind.GAP, gaps, slot, t_ns, quality, before=before, pause_s=pause_s),
        _events(EventKind.QUALITY, changes, slot, t_ns, quality, before=before),
        _events(EventKind.LAST, tails, slot, t_ns, quality),
    ]
    events = EventBatch.concat(parts)
    return events.take(np.lexsort((events.kind, events.slot, events.t_gpst_ns)))


def _events(
    kind: EventKind,
    at: NDArray[np.intp],
    slot: NDArray[np.int32],
    t_ns: NDArray[np.int64],
    quality: NDArray[np.uint8],
    *,
    before: NDArray[np.uint8] | None = None,
    pause_s: NDArray[np.float64] | None = None,
) -> EventBatch:
    known = {} if before is None else {"quality_before": before[at]}
    known |= {} if pause_s is None else {"gap_s": pause_s[at]}  # type: ignore[dict-item]
    return EventBatch.missing(
        len(at), slot=slot[at], t_gpst_ns=t_ns[at], kind=int(kind), fix_quality=quality[at], **known
    )

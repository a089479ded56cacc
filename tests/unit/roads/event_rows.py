"""Rows of events, for tests."""

import numpy as np

from mapping.fences.events import EventBatch
from mapping.fences.kinds import EventKind, Op

ENTER, EXIT = int(EventKind.ENTER), int(EventKind.EXIT)


def batch(*rows: tuple[int, Op, int, int, int, int]) -> EventBatch:
    """Rows of (event_id, op, kind, slot, fence, time)."""
    ids, ops, kinds, slots, fences, times = (np.array(column) for column in zip(*rows, strict=True))
    return EventBatch.missing(len(rows), event_id=ids, op=ops, kind=kinds, slot=slots, fence=fences, t_gpst_ns=times)

"""Connections whose time is over: no name, no bytes, or no complete line for too long."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.table import Rows, State
from gnss._jit import kernel

_FREE, _LISTENER = int(State.FREE), int(State.LISTENER)
_PEER, _STREAM = int(State.PEER), int(State.STREAM)
_HANDSHAKE_TIME, _IDLE, _SLOW_RECORD = int(Counter.HANDSHAKE_TIME), int(Counter.IDLE), int(Counter.SLOW_RECORD)


class Terms(NamedTuple):
    """How long a connection may be what it is."""

    handshake_ns: int
    idle_ns: int
    partial_ns: int


@kernel
def find_expired(
    rows: Rows, first: int, end: int, now_ns: int, terms: Terms, found: NDArray[np.int32], why: NDArray[np.uint8]
) -> int:
    """Rows `first` to `end` whose time is over, with the `Counter` that says why; as many as `found` holds.

    Rows in the drain's queue are neither silent nor nameless: they have bytes that nobody has looked at yet.
    """
    n = 0
    for i in range(first, end):
        row = rows[i]
        state = row["state"]
        if state in (_FREE, _LISTENER):
            continue
        reason = 0
        unheard = row["queued"] != 0
        if state not in (_STREAM, _PEER):
            if not unheard and now_ns - row["t_open_ns"] > terms.handshake_ns:
                reason = _HANDSHAKE_TIME
        elif not unheard and now_ns - row["t_read_ns"] > terms.idle_ns:
            reason = _IDLE
        elif row["t_partial_ns"] != 0 and row["t_read_ns"] - row["t_partial_ns"] > terms.partial_ns:
            reason = _SLOW_RECORD
        if reason != 0:
            found[n], why[n] = i, reason
            n += 1
            if n == len(found):
                break
    return n

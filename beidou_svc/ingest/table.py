"""All connections as rows of one table: an idle connection costs one row of 104 bytes and no Python object.

A TCP connection's row number *is* its file descriptor, which is what epoll reports. UDP peers have rows after those.
"""

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[Any]
"""A table of `ROW`."""


class State(IntEnum):
    """What a row is."""

    FREE = 0
    GREETING_LINE = 1
    """TCP, waiting for its first line."""
    GREETING_SENTENCE = 2
    """TCP, waiting for a sentence that names the terminal."""
    STREAM = 3
    """TCP, bytes belong to a terminal."""
    PEER = 4
    """UDP peer, datagrams belong to a terminal."""
    LISTENER = 5
    """A TCP port."""


ROW = np.dtype(
    [
        ("address_high", "<u8"),  # IPv6 or IPv4-mapped address, big-endian halves
        ("address_low", "<u8"),
        ("t_open_ns", "<i8"),  # monotonic, as all times here
        ("t_read_ns", "<i8"),  # last bytes
        ("t_partial_ns", "<i8"),  # first bytes after the last complete line; 0 = none pending
        ("t_allowance_ns", "<i8"),  # when `allowance_bytes` was last filled up
        ("allowance_bytes", "<f8"),  # token bucket
        ("bytes", "<u8"),
        ("greeting_hash", "<i8"),  # UDP: the first line that named the terminal
        ("slot", "<i4"),  # terminal; -1 = not named yet
        ("reads", "<u4"),
        ("dropped", "<u4"),  # UDP: datagrams over the rate
        ("listener", "<i2"),
        ("port", "<u2"),
        ("state", "u1"),
        ("queued", "u1"),  # waits in the drain's queue
        ("hung_up", "u1"),  # epoll said that no more will come
        ("held", "u1"),  # left unread for its rate
    ],
    align=True,
)


def new_rows(capacity: int) -> Rows:
    """A table of free rows. Memory is touched only where rows are used."""
    return np.zeros(capacity, ROW)


def open_row(
    rows: Rows, row: int, *, state: State, listener: int, address: tuple[int, int], port: int, t_ns: int, burst: float
) -> None:
    """Set a row up for a new connection or peer that has not named itself.

    `queued` is kept: a row closed while it waited in the drain's queue still stands there, and must do so only once.
    """
    record = np.zeros(1, ROW)
    record["queued"] = rows[row]["queued"]
    record["state"] = state
    record["listener"] = listener
    record["address_high"], record["address_low"] = address
    record["port"] = port
    record["t_open_ns"] = record["t_read_ns"] = record["t_allowance_ns"] = t_ns
    record["allowance_bytes"] = burst
    record["slot"] = -1
    rows[row] = record[0]

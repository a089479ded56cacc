"""What the ingest counts. One table: names go into metrics, so they are stable."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Counter(IntEnum):
    """Index of a counter. All are cumulative."""

    ACCEPTED = 0
    BYTES = 1
    READS = 2
    DATAGRAMS = 3
    ENDED_BY_PEER = 4
    ENDED_BY_RESET = 5
    # refused before a stream began
    REFUSED_CONNECTIONS = 8
    REFUSED_PER_ADDRESS = 9
    REFUSED_UNKNOWN = 10
    REFUSED_TOKEN = 11
    REFUSED_BAD_ID = 12
    REFUSED_ANONYMOUS = 13
    REFUSED_REGISTRY_FULL = 14
    HANDSHAKE_TIME = 15
    HANDSHAKE_LENGTH = 16
    HANDSHAKE_EVICTED = 17
    HANDSHAKE_ENDED = 18
    HANDSHAKE_SKIPPED = 19
    # limits on a stream
    IDLE = 24
    SLOW_RECORD = 25
    RATE_HELD = 26
    READ_CAPPED = 27
    ARENA_FULL = 28
    ACCEPT_HELD = 29
    ACCEPT_FAILED = 30
    HANDSHAKES_HELD = 31
    # one terminal, two streams
    TAKEOVER_SILENT = 32
    TAKEOVER_SAME_ADDRESS = 33
    TAKEOVER_OTHER_ADDRESS = 34
    DUPLICATE_ALARM = 35
    # UDP
    UDP_RATE_DROPPED = 40
    UDP_TOO_LONG = 41
    UDP_STRANGERS_DROPPED = 42
    UDP_PEERS_EVICTED = 43
    UDP_CAPPED = 44
    # outgoing
    OUTGOING_CONNECTED = 48
    OUTGOING_FAILED = 49
    # shutdown
    STOP_LEFT = 56


COUNTER_TEXT: dict[Counter, str] = {
    Counter.ACCEPTED: "TCP connections accepted",
    Counter.BYTES: "bytes received from terminals",
    Counter.READS: "reads that brought bytes",
    Counter.DATAGRAMS: "datagrams taken",
    Counter.ENDED_BY_PEER: "streams that the terminal closed",
    Counter.ENDED_BY_RESET: "streams that broke off",
    Counter.REFUSED_CONNECTIONS: "refused: connections_max reached",
    Counter.REFUSED_PER_ADDRESS: "refused: connections_per_address_max reached",
    Counter.REFUSED_UNKNOWN: "refused: the terminal is not registered",
    Counter.REFUSED_TOKEN: "refused: the token is wrong or missing",
    Counter.REFUSED_BAD_ID: "refused: the first line is no id",
    Counter.REFUSED_ANONYMOUS: "refused: data without a name",
    Counter.REFUSED_REGISTRY_FULL: "refused: terminals_max reached",
    Counter.HANDSHAKE_TIME: "closed: no name within handshake_s_max",
    Counter.HANDSHAKE_LENGTH: "closed: no name within handshake_bytes_max",
    Counter.HANDSHAKE_EVICTED: "closed: the oldest unnamed connection made room (handshakes_max)",
    Counter.HANDSHAKE_ENDED: "the client left before it named itself",
    Counter.HANDSHAKE_SKIPPED: "lines skipped while looking for the identity sentence",
    Counter.IDLE: "closed: silent for idle_s_max",
    Counter.SLOW_RECORD: "closed: bytes but no complete line for record_s_max",
    Counter.RATE_HELD: "times a connection was left unread for sending more than bytes_per_s_max",
    Counter.READ_CAPPED: "reads that filled read_bytes_max and went on in the next tick",
    Counter.ARENA_FULL: "ticks in which arena_bytes did not suffice; the rest waited in the kernel",
    Counter.ACCEPT_HELD: "ticks in which accept_per_s_max was used up; what still waits stays in the kernel",
    Counter.ACCEPT_FAILED: "accepts that failed (out of file descriptors or memory)",
    Counter.HANDSHAKES_HELD: "ticks in which handshakes_max left connections waiting in the kernel",
    Counter.TAKEOVER_SILENT: "takeovers of a stream that had fallen silent",
    Counter.TAKEOVER_SAME_ADDRESS: "takeovers of a live stream from the same address",
    Counter.TAKEOVER_OTHER_ADDRESS: "takeovers of a live stream from another address",
    Counter.DUPLICATE_ALARM: "terminals found to have two live sources",
    Counter.UDP_RATE_DROPPED: "datagrams dropped: more than bytes_per_s_max",
    Counter.UDP_TOO_LONG: "datagrams dropped: longer than datagram_bytes_max",
    Counter.UDP_STRANGERS_DROPPED: "datagrams dropped: more than udp_strangers_per_tick_max from unknown peers",
    Counter.UDP_PEERS_EVICTED: "the UDP peer silent for longest made room (udp_peers_max)",
    Counter.UDP_CAPPED: "ticks in which udp_datagrams_per_tick_max left datagrams waiting",
    Counter.OUTGOING_CONNECTED: "connections made to serial servers",
    Counter.OUTGOING_FAILED: "attempts to connect to serial servers that failed",
    Counter.STOP_LEFT: "connections not read to their end within stop_s_max",
}

COUNTER_MAX = 64
"""Length of a counter array."""


def counters_by_name(counters: NDArray[np.uint64]) -> dict[str, int]:
    """The counters as they are shown to people."""
    return {counter.name.lower(): int(counters[counter]) for counter in COUNTER_TEXT}

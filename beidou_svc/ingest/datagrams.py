"""Reading one UDP socket: many datagrams in one call, each given to the terminal that its peer's address stands for.

Peers are found by open addressing. The table of row numbers may hold rows that are free or belong to another peer by
now: a lookup compares the whole key and goes on, so that a peer is removed by freeing its row; `index_peers` rebuilds
the table once many such entries have gathered.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.ingest import syscalls
from beidou_svc.ingest.arena import COUNT, USED, Sink, add_segment, room_left
from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.reading import Bounds, is_data, refill
from beidou_svc.ingest.syscalls import recvfrom
from beidou_svc.ingest.table import Rows, State
from gnss._jit import kernel

_FLAGS = np.int32(syscalls.MSG_DONTWAIT | syscalls.MSG_TRUNC)
_PEER = int(State.PEER)
_BYTES, _DATAGRAMS, _CAPPED = int(Counter.BYTES), int(Counter.DATAGRAMS), int(Counter.UDP_CAPPED)
_RATE, _TOO_LONG = int(Counter.UDP_RATE_DROPPED), int(Counter.UDP_TOO_LONG)
_STRANGERS = int(Counter.UDP_STRANGERS_DROPPED)
_ARENA_FULL = int(Counter.ARENA_FULL)
_LF = 10
_AF_INET = 2
_ONE = np.uint64(1)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_PRIME_31 = 2**31 - 1
_PRIME_52 = 2**52 - 47
_NAME_BYTES = 28
"""`struct sockaddr_in6`, the longer of the two that may come."""


class Mailroom(NamedTuple):
    """Working memory for datagrams: how many strangers are listed, the index of peers, the strangers."""

    filled: NDArray[np.int64]
    places: NDArray[np.int32]
    sockaddr: NDArray[np.uint8]
    sockaddr_length: NDArray[np.int32]
    stranger_start: NDArray[np.int64]
    stranger_length: NDArray[np.int32]
    stranger_high: NDArray[np.uint64]
    stranger_low: NDArray[np.uint64]
    stranger_port: NDArray[np.int64]


class Port(NamedTuple):
    """What is fixed about a UDP port."""

    listener: int
    by_line: bool
    datagrams: int
    datagram_bytes: int
    seed: int


def new_places(peers_max: int) -> NDArray[np.int32]:
    """An index of peers that is at most half full."""
    return np.zeros(1 << (2 * peers_max - 1).bit_length(), np.int32)


def new_mailroom(places: NDArray[np.int32], strangers_max: int) -> Mailroom:
    """Working memory around an index of peers."""
    return Mailroom(
        filled=np.zeros(1, np.int64),
        places=places,
        sockaddr=np.zeros(_NAME_BYTES, np.uint8),
        sockaddr_length=np.zeros(1, np.int32),
        stranger_start=np.zeros(strangers_max, np.int64),
        stranger_length=np.zeros(strangers_max, np.int32),
        stranger_high=np.zeros(strangers_max, np.uint64),
        stranger_low=np.zeros(strangers_max, np.uint64),
        stranger_port=np.zeros(strangers_max, np.int64),
    )


@kernel
def _place(high: Any, low: Any, port: int, listener: int, seed: int, size: int) -> int:
    """Where the search for a peer begins: a polynomial in the secret `seed`, so that strangers cannot choose it."""
    halves = (np.uint64(high) >> _HALF, np.uint64(high) & _LOW, np.uint64(low) >> _HALF, np.uint64(low) & _LOW)
    h = np.int64(port) << 16 | np.int64(listener)
    for half in halves:
        h = (h % _PRIME_31 * seed + np.int64(half)) % _PRIME_31
    return int(h * seed % _PRIME_31 & (size - 1))


@kernel
def find_peer(places: NDArray[np.int32], rows: Rows, address: Any, listener: int, seed: int) -> int:
    """Row of the peer with an address (high, low, port), or -1."""
    high, low, port = address
    mask = len(places) - 1
    at = _place(high, low, port, listener, seed, len(places))
    for _ in range(len(places)):
        entry = places[at]
        if entry == 0:
            return -1
        row = rows[entry]
        if (
            row["state"] == _PEER
            and row["address_low"] == low
            and row["address_high"] == high
            and row["port"] == port
            and row["listener"] == listener
        ):
            return int(entry)
        at = (at + 1) & mask
    return -1


@kernel
def add_peer(places: NDArray[np.int32], rows: Rows, row: int, seed: int) -> None:
    """Enter a row (its address set) into `places`."""
    r = rows[row]
    at = _place(r["address_high"], r["address_low"], r["port"], r["listener"], seed, len(places))
    while places[at] != 0:
        at = (at + 1) & (len(places) - 1)
    places[at] = row


@kernel
def index_peers(places: NDArray[np.int32], rows: Rows, first: int, seed: int) -> None:
    """Rebuild `places` from the rows of living peers, which begin at `first`."""
    places[:] = 0
    for row in range(first, len(rows)):
        if rows[row]["state"] == _PEER:
            add_peer(places, rows, row, seed)


@kernel
def hash_bytes(data: NDArray[np.uint8]) -> int:
    """Polynomial hash of 52 bits, never 0. Recognises the line that a peer sent last: no secret rests on it."""
    h = 0
    for byte in data:
        h = (h * 257 + int(byte) + 1) % _PRIME_52
    return h + 1


@kernel
def first_line_length(data: NDArray[np.uint8], most: int) -> int:
    """Bytes of the first line with its line feed; 0 = no line feed within `most`."""
    for i in range(min(len(data), most)):
        if data[i] == _LF:
            return i + 1
    return 0


@kernel
def _peer_address(sockaddr: NDArray[np.uint8]) -> tuple[Any, Any, int]:
    """(high, low, port) of a `struct sockaddr_in` or `sockaddr_in6`; IPv4 as IPv4-mapped IPv6."""
    port = np.int64(sockaddr[2]) << 8 | np.int64(sockaddr[3])
    high = np.uint64(0)
    low = np.uint64(0)
    if sockaddr[0] == _AF_INET or sockaddr[1] == _AF_INET:
        low = np.uint64(0xFFFF)
        for i in range(4, 8):
            low = low << np.uint64(8) | np.uint64(sockaddr[i])
    else:
        for i in range(8, 16):
            high = high << np.uint64(8) | np.uint64(sockaddr[i])
            low = low << np.uint64(8) | np.uint64(sockaddr[i + 8])
    return high, low, int(port)


@kernel
def _payload_offset(row: Any, data: NDArray[np.uint8], by_line: bool, handshake_bytes: int) -> int:
    """Where the data of a known peer's datagram begins; -1 = its first line names someone and must be judged."""
    if not by_line or len(data) == 0 or is_data(data[0]):
        return 0
    line = first_line_length(data, handshake_bytes)
    return line if line > 0 and hash_bytes(data[:line]) == row["greeting_hash"] else -1


@kernel
def allow_datagram(rows: Rows, peer: int, size: int, now_ns: int, bounds: Bounds, counters: NDArray[np.uint64]) -> bool:
    """Account for a known peer's datagram. False = it is over the rate."""
    row = rows[peer]
    allowance = refill(row, now_ns, bounds)
    if allowance < size:
        row["dropped"] += np.uint32(1)
        counters[_RATE] += _ONE
        return False
    row["allowance_bytes"] = allowance - size
    row["t_read_ns"] = now_ns
    row["bytes"] += np.uint64(size)
    row["reads"] += np.uint32(1)
    return True


@kernel
def _set_aside(room: Mailroom, sink: Sink, size: int, address: Any, counters: NDArray[np.uint64]) -> bool:
    """List a datagram as a stranger's. False = the list is full."""
    n = room.filled[0]
    if n == len(room.stranger_start):
        counters[_STRANGERS] += _ONE
        return False
    room.stranger_start[n], room.stranger_length[n] = sink.filled[USED], size
    room.stranger_high[n], room.stranger_low[n], room.stranger_port[n] = address
    room.filled[0] = n + 1
    sink.filled[USED] += size
    return True


@kernel
def _sort(
    size: int, port: Port, rows: Rows, room: Mailroom, sink: Sink, now_ns: int, bounds: Bounds,
    counters: NDArray[np.uint64],
) -> None:  # fmt: skip
    """Give the datagram at the end of the buffer to its terminal, or set it aside.

    A known peer is `queued` while one of its datagrams is set aside: those behind it must not overtake it.
    """
    address = _peer_address(room.sockaddr)
    peer = find_peer(room.places, rows, address, port.listener, port.seed)
    start = sink.filled[USED]
    offset = -1
    if peer >= 0 and rows[peer]["queued"] == 0:
        offset = _payload_offset(rows[peer], sink.buffer[start : start + size], port.by_line, bounds.handshake_bytes)
    if offset < 0:
        if _set_aside(room, sink, size, address, counters) and peer >= 0:
            rows[peer]["queued"] = 1
    elif size > offset and allow_datagram(rows, peer, size, now_ns, bounds, counters):
        add_segment(sink, rows[peer]["slot"], start + offset, size - offset)
        sink.filled[USED] += size


@kernel
def receive(
    fd: int, port: Port, rows: Rows, room: Mailroom, sink: Sink, now_ns: int, bounds: Bounds,
    counters: NDArray[np.uint64],
) -> None:  # fmt: skip
    """Read a UDP socket until it is empty or a limit is reached.

    Known peers' data become segments of `sink`. Datagrams of unknown peers, or with a new name, are listed as strangers
    in `room`; their bytes stay in the buffer.
    """
    room.filled[0] = 0
    room.sockaddr_length[0] = _NAME_BYTES
    for _ in range(port.datagrams):
        free = room_left(sink)
        if sink.filled[COUNT] + room.filled[0] == len(sink.slot) or len(free) < port.datagram_bytes:
            counters[_ARENA_FULL] += _ONE
            return
        size = recvfrom(
            np.int32(fd),
            np.int64(free.ctypes.data),
            np.int64(port.datagram_bytes),
            _FLAGS,
            np.int64(room.sockaddr.ctypes.data),
            np.int64(room.sockaddr_length.ctypes.data),
        )
        if size < 0:
            return
        counters[_DATAGRAMS] += _ONE
        counters[_BYTES] += np.uint64(size)
        if size > port.datagram_bytes:
            counters[_TOO_LONG] += _ONE
        else:
            _sort(size, port, rows, room, sink, now_ns, bounds, counters)
    counters[_CAPPED] += _ONE

"""The UDP peers that are known: rows after those of the TCP connections, found by address."""

import numpy as np

from beidou_svc.ingest.counters import Counter
from beidou_svc.ingest.datagrams import add_peer, find_peer, index_peers, new_places
from beidou_svc.ingest.streams import Streams
from beidou_svc.ingest.table import State, open_row

NO_PEER = -1


class Peers:
    """Rows of UDP peers. When all are in use, the peer that was silent for longest makes room."""

    def __init__(self, streams: Streams, seed: int) -> None:
        self.places = new_places(streams.limits.udp_peers_max)
        self.seed = seed
        self.row_top = streams.fds
        """End of the rows that have ever been used."""
        self._streams = streams
        self._free: list[int] = []
        self._stale = 0

    @property
    def count(self) -> int:
        """Peers known now."""
        return self.row_top - self._streams.fds - len(self._free)

    def find(self, listener: int, high: int, low: int, port: int) -> int:
        """Row of a peer, or `NO_PEER`."""
        address = (np.uint64(high), np.uint64(low), port)
        return int(find_peer(self.places, self._streams.rows, address, listener, self.seed))

    def add(self, listener: int, high: int, low: int, port: int) -> int:
        """Row of a new peer, which does not speak for anyone yet."""
        streams, row = self._streams, self._new_row()
        open_row(
            streams.rows, row, state=State.PEER, listener=listener, address=(high, low), port=port,
            t_ns=streams.clock.mono_ns(), burst=streams.limits.burst_bytes,
        )  # fmt: skip
        streams.rows[row]["queued"] = 0
        add_peer(self.places, streams.rows, row, self.seed)
        return row

    def _new_row(self) -> int:
        streams = self._streams
        full = self.row_top == len(streams.rows)
        if full and not self._free:
            self.reclaim()
        if full and not self._free:
            last_heard_ns = streams.rows["t_read_ns"][streams.fds :]
            streams.end(streams.fds + int(np.argmin(last_heard_ns)), Counter.UDP_PEERS_EVICTED)
            self.reclaim()
        if self._free:
            return self._free.pop()
        self.row_top += 1
        return self.row_top - 1

    def reclaim(self) -> None:
        """Make the rows of peers that have ended available again, and clear the index of them now and then."""
        living = self._streams.rows["state"][self._streams.fds : self.row_top] == State.PEER
        free = (np.flatnonzero(~living) + self._streams.fds).tolist()
        self._stale += max(0, len(free) - len(self._free))
        self._free = free
        if self._stale > len(self.places) // 4:
            index_peers(self.places, self._streams.rows, self._streams.fds, self.seed)
            self._stale = 0

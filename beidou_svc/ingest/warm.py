"""Compile every kernel of the ingest once, so that no start waits for a compiler."""

import asyncio
import socket

from beidou_svc.clock import ManualClock
from beidou_svc.fleet.registry import Registry
from beidou_svc.ingest.datagrams import index_peers
from beidou_svc.ingest.ingest import Ingest
from beidou_svc.ingest.settings import IngestSettings, Limits, Listener, UdpListener, Unknown

_TICKS_MAX = 1_000


def warm() -> None:
    """Let a small ingest hear one terminal over TCP and one over UDP, on ports of its own on loopback."""
    settings = IngestSettings(
        tcp=(Listener(port=0, unknown=Unknown.ACCEPT),),
        udp=(UdpListener(port=0, unknown=Unknown.ACCEPT),),
        limits=Limits(connections_max=8, udp_peers_max=8),
    )
    ingest = Ingest(settings, Registry(), ManualClock(), seed=2)
    asyncio.run(ingest.start())
    tcp_port, udp_port = (int(listener.address.rpartition(":")[2]) for listener in ingest.status().listeners)
    with (
        socket.create_connection(("127.0.0.1", tcp_port)) as terminal,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        terminal.sendall(b"warm-tcp\n$\n")
        for datagram in (b"warm-udp\n$\n", b"$\n"):
            sender.sendto(datagram, ("127.0.0.1", udp_port))
        ticks = (ingest.poll() for _ in range(_TICKS_MAX))
        heard: set[int] = set()
        while len(heard) < 2 and (tick := next(ticks, None)) is not None:
            heard.update(tick.segments.slot.tolist())
    peers = ingest.udp.peers
    index_peers(peers.places, ingest.streams.rows, ingest.streams.fds, peers.seed)
    ingest.close()


if __name__ == "__main__":
    warm()

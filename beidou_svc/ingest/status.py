"""What the ingest tells about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """The stream that speaks for a terminal now."""

    transport: str
    peer: str
    since_utc_ns: int
    last_utc_ns: int
    bytes: int
    reads: int
    dropped: int
    takeovers: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class TakeoverInfo:
    """One takeover, for the list of recent ones."""

    t_utc_ns: int
    terminal: str
    reason: str
    old_peer: str
    new_peer: str


@dataclass(frozen=True, slots=True)
class ListenerInfo:
    """A port that is open."""

    transport: str
    address: str
    identity: str
    kernel_drops: int
    """Datagrams the kernel dropped because its buffer was full (UDP)."""


@dataclass(frozen=True, slots=True)
class OutgoingInfo:
    """A serial server that the service connects to."""

    terminal: str
    address: str
    connected: bool
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class IngestStatus:
    """Counts now and since the start. Counter names are those of `Counter`, limits those of the settings."""

    connections: int
    handshakes: int
    udp_peers: int
    bytes_total: int
    reads_total: int
    counters: dict[str, int]
    limits: dict[str, float]
    listeners: tuple[ListenerInfo, ...]
    outgoing: tuple[OutgoingInfo, ...]
    takeovers_recent: tuple[TakeoverInfo, ...]
    duplicates: tuple[str, ...]

"""Every setting of the ingest: what it does, its unit, its default. What happens at a limit: `docs/ingest.md`."""

import re
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from beidou_svc.section import Section


def _identity_pattern(text: str) -> str:
    try:
        groups = re.compile(text).groupindex
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    if "id" not in groups:
        raise ValueError("the pattern needs a group named id, such as (?P<id>[^,*]+)")
    return text


class Identity(StrEnum):
    """How a listener learns which terminal is speaking."""

    LINE = "line"
    """The first line is `ID` or `ID TOKEN`."""
    SENTENCE = "sentence"
    """The first lines are searched for a proprietary sentence that names the terminal (TCP only)."""
    PORT = "port"
    """The listener belongs to one terminal."""
    PEER = "peer"
    """The address of the peer is the identity; needs `anonymous`."""


class Unknown(StrEnum):
    """What happens to a terminal that is not in the register."""

    ACCEPT = "accept"
    QUARANTINE = "quarantine"
    REFUSE = "refuse"


_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class Listener(Section):
    """A port that terminals send to."""

    host: str = Field("127.0.0.1", description="Address to bind.")
    port: int = Field(ge=0, le=65535, description="Port to bind; 0 = any free one.")
    identity: Identity = Field(Identity.LINE, description="How the terminal is named.")
    terminal: str | None = Field(None, description="The one terminal of this port (identity = port).")
    anonymous: bool = Field(
        False, description="Whether data without a name is taken under an id made of the peer's address and port."
    )
    unknown: Unknown = Field(Unknown.QUARANTINE, description="Policy for terminals that are not registered.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.identity is Identity.PORT) != (self.terminal is not None):
            raise ValueError("`terminal` goes with identity = port, and only with it")
        if self.identity is Identity.PEER and not self.anonymous:
            raise ValueError("identity = peer is anonymous by nature: set anonymous = true to confirm it")
        return self


class UdpListener(Listener):
    """A UDP port. With identity = line the first line of a datagram names the terminal; datagrams that begin with data
    then belong to the terminal that their address named last."""

    @model_validator(mode="after")
    def _no_sentence(self) -> Self:
        if self.identity is Identity.SENTENCE:
            raise ValueError("identity = sentence is for TCP; over UDP use line, port or peer")
        return self


class Outgoing(Section):
    """A serial server or receiver that listens itself: the service connects to it."""

    host: str = Field(description="Host name or address.")
    port: int = Field(ge=1, le=65535, description="TCP port.")
    terminal: str = Field(description="The terminal behind it.")
    connect_s_max: float = Field(10.0, gt=0, description="Longest attempt to connect, s.")
    retry_s: float = Field(0.5, gt=0, description="First pause before another attempt, s; doubles, with jitter.")
    retry_s_max: float = Field(60.0, gt=0, description="Longest pause, s.")


class Limits(Section):
    """What one client, and all of them together, may use. Each limit has a counter."""

    connections_max: int = Field(20_000, ge=1, description="TCP connections at once.")
    connections_per_address_max: int = Field(512, ge=1, description="TCP connections at once from one address.")
    trusted_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        _LOOPBACK,
        description="Networks without a limit per address: carrier NAT, relays, the simulator.",
    )
    accept_per_s_max: float = Field(2_000.0, gt=0, description="New TCP connections per second.")
    accepts_per_tick_max: int = Field(128, ge=1, description="New TCP connections per tick.")
    listen_backlog: int = Field(4_096, ge=1, description="Connections the kernel keeps waiting to be accepted.")
    handshakes_max: int = Field(2_048, ge=1, description="Connections that have not named themselves yet.")
    handshake_grace_s: float = Field(
        1.0, ge=0, description="Time that an unnamed connection has before it may be closed to make room, s."
    )
    handshakes_per_tick_max: int = Field(128, ge=1, description="First lines judged per tick.")
    handshake_s_max: float = Field(10.0, gt=0, description="Time to name the terminal, s.")
    handshake_bytes_max: int = Field(512, ge=16, le=4_096, description="Bytes until the terminal is named.")
    bytes_per_s_max: float = Field(131_072.0, gt=0, description="Bytes per terminal and second, sustained.")
    burst_bytes: float = Field(524_288.0, ge=2_048, description="Bytes a terminal may send at once after a pause.")
    read_bytes_max: int = Field(32_768, ge=512, description="Bytes read from one connection per tick.")
    idle_s_max: float = Field(300.0, gt=0, description="Silence after which a connection is closed, s.")
    record_s_max: float = Field(30.0, gt=0, description="Time that bytes may trickle without a complete line, s.")
    receive_buffer_bytes: int = Field(65_536, ge=4_096, description="Kernel receive buffer of a TCP connection.")
    arena_bytes: int = Field(8 << 20, ge=65_536, description="Bytes taken from all sockets per tick.")
    udp_peers_max: int = Field(20_000, ge=1, description="UDP peers remembered at once.")
    udp_strangers_per_tick_max: int = Field(64, ge=1, description="Datagrams of strangers judged per tick and port.")
    udp_datagrams_per_tick_max: int = Field(8_192, ge=1, description="Datagrams read per tick and port.")
    datagram_bytes_max: int = Field(8_192, ge=512, le=65_535, description="Longest datagram.")
    live_s: float = Field(5.0, gt=0, description="A connection that sent within this time is alive at a takeover, s.")
    duplicate_window_s: float = Field(60.0, gt=0, description="Window in which takeovers of live streams count, s.")
    duplicate_takeovers: int = Field(3, ge=1, description="That many within the window raise the duplicate alarm.")
    takeovers_recent_max: int = Field(256, ge=1, description="Takeovers listed in the status.")
    stop_s_max: float = Field(5.0, gt=0, description="Time to read what the kernel still holds at shutdown, s.")

    @model_validator(mode="after")
    def _arena_holds_a_datagram(self) -> Self:
        if self.arena_bytes < 8 * self.datagram_bytes_max + self.read_bytes_max:
            raise ValueError("arena_bytes must hold at least one read and eight datagrams")
        return self


class IngestSettings(Section):
    """Where positions come in."""

    tcp: tuple[Listener, ...] = Field((), description="TCP ports that terminals connect to.")
    udp: tuple[UdpListener, ...] = Field((), description="UDP ports that terminals send to.")
    outgoing: tuple[Outgoing, ...] = Field((), description="Serial servers that the service connects to.")
    identity_pattern: Annotated[str, AfterValidator(_identity_pattern)] = Field(
        r"\$PBDID,(?P<id>[^,*]+)(?:,(?P<token>[^,*]+))?\*[0-9A-Fa-f]{2}",
        description="Sentence that names a terminal (identity = sentence): groups id and, if any, token.",
    )
    limits: Limits = Field(Limits(), description="Limits on clients.")

"""Opening and closing sockets, and how many of them the machine allows."""

import logging
import resource
import socket
import struct

from beidou_svc.ingest.settings import Limits

FILES_RESERVED = 256
"""File descriptors left to everything else: the API, its clients, log files."""

_KEEPALIVE_IDLE_S = 60
_KEEPALIVE_INTERVAL_S = 15
_KEEPALIVE_PROBES = 4
_SO_MEMINFO = 55
_MEMINFO_WORDS = 9
_MEMINFO_DROPS = 8
_RESET = struct.pack("ii", 1, 0)

_log = logging.getLogger(__name__)


def raise_file_limit(connections_max: int) -> int:
    """Raise the soft limit on open files as far as needed and allowed. Returns how many connections fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections_max + FILES_RESERVED
    if soft < wanted:
        soft = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft < wanted:
        fit = max(1, soft - FILES_RESERVED)
        _log.warning(
            "only %d of connections_max = %d fit into the limit of %d open files; raise it with `ulimit -Hn %d`,"
            " LimitNOFILE= of systemd or --ulimit nofile of the container",
            fit, connections_max, soft, wanted,
        )  # fmt: skip
        return fit
    return connections_max


def listen_tcp(host: str, port: int, limits: Limits) -> socket.socket:
    """A listening socket whose connections inherit keep-alive and a bounded receive buffer."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, limits.receive_buffer_bytes)
        keep_alive(listener)
        listener.bind((host, port))
        listener.listen(limits.listen_backlog)
    except OSError as error:
        listener.close()
        raise _named(error, "tcp", host, port) from error
    return listener


def _named(error: OSError, transport: str, host: str, port: int) -> OSError:
    return OSError(error.errno, f"{transport} {host}:{port}: {error.strerror or error}")


def keep_alive(connection: socket.socket) -> None:
    """Let the kernel find dead peers."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_INTERVAL_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _KEEPALIVE_PROBES)


def bind_udp(host: str, port: int, buffer_bytes: int) -> socket.socket:
    """A datagram socket with a receive buffer for one tick of everything."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
        udp.bind((host, port))
    except OSError as error:
        udp.close()
        raise _named(error, "udp", host, port) from error
    return udp


def kernel_drops(udp: socket.socket) -> int:
    """Datagrams that found the receive buffer full."""
    words = udp.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * _MEMINFO_WORDS)
    return int(struct.unpack_from("=I", words, 4 * _MEMINFO_DROPS)[0])


def close_fd(fd: int, *, reset: bool) -> None:
    """Close a connection; `reset` tells the peer at once that it is gone, whatever is still in flight."""
    connection = socket.socket(fileno=fd)
    try:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    finally:
        connection.close()


def address_halves(host: str) -> tuple[int, int]:
    """A numeric address as two 64-bit halves; IPv4 as IPv4-mapped IPv6."""
    if ":" not in host:
        return 0, 0xFFFF << 32 | int.from_bytes(socket.inet_pton(socket.AF_INET, host))
    packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return int.from_bytes(packed[:8]), int.from_bytes(packed[8:])

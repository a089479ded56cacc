"""The few system calls that kernels of the ingest make themselves, and the numbers that Linux gives and takes."""

import platform
import sys

import numpy as np

from gnss._libc import INT, SIZE, libc_function

if sys.platform != "linux":
    raise ImportError("the ingest reads its sockets with epoll and therefore runs on Linux only")

MSG_PEEK = 0x02
MSG_TRUNC = 0x20
MSG_DONTWAIT = 0x40
EPOLLERR = 0x008
EPOLLHUP = 0x010
EPOLLRDHUP = 0x2000
EAGAIN = 11
EINTR = 4

_PACKED = platform.machine() == "x86_64"

EPOLL_EVENT = np.dtype(
    {
        "names": ["events", "fd"],
        "formats": ["<u4", "<i4"],
        "offsets": [0, 4 if _PACKED else 8],
        "itemsize": 12 if _PACKED else 16,
    }
)
"""`struct epoll_event` (packed on x86-64 and nowhere else) with the half of its data that `select.epoll` sets."""

epoll_wait = libc_function("epoll_wait", INT(INT, SIZE, INT, INT))
recv = libc_function("recv", SIZE(INT, SIZE, SIZE, INT))
recvfrom = libc_function("recvfrom", SIZE(INT, SIZE, SIZE, INT, SIZE, SIZE))

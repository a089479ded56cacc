"""The bytes of a recorded log, plain or gzip, a block at a time. What is wrong with a file is said, never swallowed."""

import errno
import sys
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from beidou_svc.errors import ServiceError

STDIN = Path("-")
"""The name by which standard input is asked for."""

PACKED_BYTES_MAX = 65_536
"""Compressed bytes read at once."""

UNPACKED_BYTES_MAX = 1_048_576
"""Bytes unpacked at once: a small file may stand for a very large one."""

_GZIP = b"\x1f\x8b"
_GZIP_WBITS = 31
_OTHER_PACKERS = {
    b"\x28\xb5\x2f\xfd": ("zstd", "zstd -d"),
    b"\xfd7zXZ\x00": ("xz", "xz -d"),
    b"BZh": ("bzip2", "bzip2 -d"),
    b"PK\x03\x04": ("zip", "unzip"),
    b"7z\xbc\xaf\x27\x1c": ("7-Zip", "7z x"),
    b"PAR1": ("Parquet: it is a table, not a log", "beidou decode of the log it was made from"),
}


class LogError(ServiceError):
    """A log cannot be used; the message says which, why, and what to do."""


class _File:
    """A file that knows how far it was read; a failing read ends it, with a reason."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.position_bytes = 0
        self.problem = ""

    def readinto(self, view: memoryview) -> int:
        try:
            n = int(self.file.readinto(view) or 0)  # type: ignore[attr-defined]
        except OSError as error:
            self.problem = f"reading failed after {self.position_bytes:,} bytes: {error.strerror or error}"
            return 0
        self.position_bytes += n
        return n

    def blocks(self) -> Iterator[bytes]:
        """What is left, a block at a time."""
        view = memoryview(bytearray(PACKED_BYTES_MAX))
        while n := self.readinto(view):
            yield bytes(view[:n])


class _Gunzip:
    """gzip of any number of members; what stands before damage is delivered."""

    def __init__(self, file: _File, head: bytes) -> None:
        self._file = file
        self._unpacked_bytes = 0
        self._rest = b""
        self._blocks = self._unpack(chain([head], file.blocks()))
        self.problem = ""

    def readinto(self, view: memoryview) -> int:
        """Unpack into `view` until it is full or the end is reached."""
        done = 0
        while done < len(view):
            if not self._rest:
                self._rest = next(self._blocks, b"")
                self._unpacked_bytes += len(self._rest)
                if not self._rest:
                    break
            n = min(len(view) - done, len(self._rest))
            view[done : done + n] = self._rest[:n]
            self._rest = self._rest[n:]
            done += n
        return done

    def _unpack(self, packed: Iterator[bytes]) -> Iterator[bytes]:
        inflate, is_begun = zlib.decompressobj(wbits=_GZIP_WBITS), False
        for block in packed:
            waiting = block
            while waiting:
                if inflate.eof:
                    waiting = waiting.lstrip(b"\0")  # padding, as tapes and block devices leave it
                    inflate, is_begun = zlib.decompressobj(wbits=_GZIP_WBITS), False
                    continue
                is_begun = True
                try:
                    more = inflate.decompress(waiting, UNPACKED_BYTES_MAX)
                except zlib.error as error:
                    self._stop(f"damaged, or followed by something else ({error}),")
                    return
                waiting = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
                if more:
                    yield more
        while more := inflate.decompress(b"", UNPACKED_BYTES_MAX):
            yield more
        if self._file.problem:
            self.problem = self._file.problem
        elif is_begun and not inflate.eof:
            self._stop("cut off")

    def _stop(self, what: str) -> None:
        self.problem = (
            f"gzip {what} near byte {self._file.position_bytes:,} of the file; "
            f"the {self._unpacked_bytes:,} bytes unpacked before were used"
        )


class LogReader:
    """One log, unpacked. `peek` looks ahead without taking, `readinto` takes; 0 bytes = the end.

    After the end `problem` says what was wrong, if anything was.
    """

    def __init__(self, file: BinaryIO, path: Path, size_bytes: int | None) -> None:
        self.path = path
        self.size_bytes = size_bytes
        self._file = _File(file)
        self._ahead = b""
        self._bytes: _File | _Gunzip = self._file
        self.is_gzip = self.peek(len(_GZIP)) == _GZIP
        if self.is_gzip:
            self._bytes = _Gunzip(self._file, self._ahead)
            self._ahead = b""

    @property
    def position_bytes(self) -> int:
        """How much of the file as it lies on the disk was read."""
        return self._file.position_bytes

    @property
    def problem(self) -> str:
        """What was wrong, as far as it is known; empty = nothing."""
        return self._bytes.problem

    def peek(self, n: int) -> bytes:
        """The next `n` bytes, fewer only at the end."""
        while len(self._ahead) < n:
            block = bytearray(n - len(self._ahead))
            got = self._bytes.readinto(memoryview(block))
            if not got:
                break
            self._ahead += block[:got]
        return self._ahead[:n]

    def readinto(self, view: memoryview) -> int:
        """Take bytes; returns how many, 0 only at the end."""
        if not self._ahead:
            return self._bytes.readinto(view)
        n = min(len(view), len(self._ahead))
        view[:n] = self._ahead[:n]
        self._ahead = self._ahead[n:]
        return n if n == len(view) else n + self._bytes.readinto(view[n:])

    def close(self) -> None:
        """Give the file back."""
        if self._file.file is not sys.stdin.buffer:
            self._file.file.close()


def open_log(path: Path) -> LogReader:
    """Open a log, or standard input for `-`. Raises LogError, saying what to do, where there is nothing to read."""
    if path == STDIN:
        return LogReader(sys.stdin.buffer, Path("stdin"), None)
    if path.is_dir():
        raise LogError(f"{path} is a folder: name the logs in it, for example {path}/*.log")
    try:
        file = path.open("rb", buffering=0)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise LogError(f"{path}: {_advice(error)}") from error
    reader = LogReader(file, path, size_bytes or None)
    try:
        _refuse_other(reader)
    except LogError:
        reader.close()
        raise
    return reader


def _refuse_other(reader: LogReader) -> None:
    head = reader.peek(8)
    if not head and not reader.is_gzip:
        raise LogError(f"{reader.path}: {reader.problem or 'is empty; the recorder wrote nothing into it'}")
    for magic, (name, remedy) in _OTHER_PACKERS.items():
        if head.startswith(magic):
            raise LogError(f"{reader.path} is packed by {name}; unpack it first: {remedy}")


def _advice(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "no such file; check the name, and whether the shell found what * stands for"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "may not be read by this user; ask its owner, or chmod +r it"
    return error.strerror or str(error)

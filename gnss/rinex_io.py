"""RINEX files: read and written, plain or gzip (what is in them: `gnss.rinex`)."""

import gzip
import zlib
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from gnss.errors import FileFormatError
from gnss.rinex.header import RinexHeader
from gnss.rinex.nav_ionosphere import Ionosphere
from gnss.rinex.navigation import RinexNavigation, parse_navigation
from gnss.rinex.observations import RinexObservations, parse_observations
from gnss.rinex.write_navigation import format_navigation
from gnss.rinex.write_observations import format_observations
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import ObservationBatch

_T = TypeVar("_T")

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""zlib: a gzip member, largest window."""

_OTHER_PACKERS = {
    b"\x1f\x9d": ("Unix compress (.Z)", "gzip -d"), b"PK\x03\x04": ("zip", "unzip"), b"BZh": ("bzip2", "bzip2 -d"),
    b"\xfd7zXZ": ("xz", "xz -d"), b"(\xb5/\xfd": ("zstd", "zstd -d"), b"7z\xbc\xaf": ("7-Zip", "7z x"),
}  # fmt: skip
"""By the first bytes of a file: what packed it, and what unpacks it."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 14
"""Bytes unpacked at once: where they are damaged, so many are lost."""
FILE_BYTES_MAX = 4 << 30
"""A file that unpacks to more is not read."""


class Unpacked(NamedTuple):
    """Content of a file, and what was wrong with its packing, "" = nothing: then the content ends there."""

    data: NDArray[np.uint8]
    damage: str


def _unpack(data: bytes) -> tuple[bytes, str]:
    """All members of a gzip file, as far as they can be unpacked; what stands behind them is told."""
    parts, size, left, damage = [], 0, memoryview(data), ""
    while left[:2] == _GZIP and not damage and size <= FILE_BYTES_MAX:
        member = zlib.decompressobj(_GZIP_WINDOW)
        while left and not member.eof and size <= FILE_BYTES_MAX:
            try:
                parts.append(member.decompress(left[:_BLOCK]))
            except zlib.error as error:
                damage = str(error)
                break
            size += len(parts[-1])
            left = left[_BLOCK:] if not member.eof else left[min(_BLOCK, len(left)) - len(member.unused_data) :]
        if not damage and not member.eof:
            damage = "it is cut off"
    if not damage and left.tobytes().strip(b"\0"):
        damage = f"{len(left):,} bytes behind its end"
    return b"".join(parts), damage


def read_packed(path: str | PathLike[str]) -> Unpacked:
    """Content of a file, unpacked as far as that goes where it is gzip.

    Shape: (bytes,). Unit: none. Error: OSError; FileFormatError for a gzip file of which nothing can be unpacked, for
    one that unpacks to more than `FILE_BYTES_MAX`, and for other packers. Source: RFC 1952.
    """
    data, damage = Path(path).read_bytes(), ""
    for start, (packer, command) in _OTHER_PACKERS.items():
        if data.startswith(start):
            raise FileFormatError(f"{path}: packed by {packer}: unpack it first, with {command}")
    if data[:2] == _GZIP:
        data, damage = _unpack(data)
        if damage and not data:
            raise FileFormatError(f"{path}: the gzip file is damaged: {damage}")
        if len(data) > FILE_BYTES_MAX:
            raise FileFormatError(f"{path}: unpacks to more than {FILE_BYTES_MAX} bytes")
    return Unpacked(np.frombuffer(data.removeprefix(_BYTE_ORDER_MARK), np.uint8), damage)


def read_bytes_of(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Content of a file, unpacked where it is gzip.

    Shape: (bytes,). Unit: none. Error: as `read_packed`; FileFormatError for any damage. Source: RFC 1952.
    """
    data, damage = read_packed(path)
    if damage:
        raise FileFormatError(f"{path}: the gzip file is damaged: {damage}")
    return data


def _named(path: str | PathLike[str], parse: Callable[[NDArray[np.uint8]], _T], data: NDArray[np.uint8]) -> _T:
    """Parse the content of a file; what its text is not is told with the name of the file."""
    try:
        return parse(data)
    except FileFormatError as error:
        raise FileFormatError(f"{path}: {error}") from error


def read_observations(path: str | PathLike[str]) -> RinexObservations:
    """Epochs and observations of a RINEX observation file.

    Shape: (epochs,) and (observations,). Unit: as the tables of the batches say. Error: OSError; FileFormatError for
    what is no RINEX observation file; damage inside is left out and counted in the report. Source: RINEX 2.11, 3.05,
    4.00.
    """
    return _named(path, parse_observations, read_bytes_of(path))


def read_navigation(*paths: str | PathLike[str]) -> RinexNavigation:
    """Ephemerides and broadcast models of RINEX navigation files, one after the other.

    Shape: (n,) each. Unit: as the tables of the batches say. Error: OSError; FileFormatError for what is no RINEX
    navigation file; damage inside is left out and counted in the reports. Source: RINEX 2.11, 3.05, 4.00.
    """
    return RinexNavigation.join([_named(path, parse_navigation, read_bytes_of(path)) for path in paths])


def write_bytes_to(path: str | PathLike[str], data: bytes) -> None:
    """Write a file; one whose name ends in .gz is packed, the same way every time."""
    target = Path(path)
    target.write_bytes(gzip.compress(data, mtime=0) if target.suffix == ".gz" else data)


def write_observations(
    path: str | PathLike[str],
    epochs: EpochBatch,
    observations: ObservationBatch,
    header: RinexHeader | None = None,
    *,
    version: float = 3.05,
    clock_s: NDArray[np.float64] | None = None,
) -> int:
    """Write a RINEX observation file; returns how many values it could not hold.

    Shape: (epochs,), (observations,). Unit: as the tables of the batches say. Error: as `format_observations`; OSError.
    Source: RINEX 2.11, 3.05, 4.00.
    """
    text = format_observations(epochs, observations, header, version=version, clock_s=clock_s)
    write_bytes_to(path, text.text)
    return text.dropped


def write_navigation(
    path: str | PathLike[str],
    kepler: EphemerisBatch,
    glonass: GlonassEphemerisBatch,
    *,
    ionosphere: Ionosphere | None = None,
    leap_seconds: int | None = None,
    header: RinexHeader | None = None,
    version: float = 3.05,
) -> int:
    """Write a RINEX navigation file; returns how many ephemerides had no date and were left out.

    Shape: (n,) each. Unit: as the tables of the batches say. Error: as `format_navigation`; OSError. Source: RINEX
    2.11, 3.05, 4.00.
    """
    text = format_navigation(
        kepler, glonass, ionosphere=ionosphere, leap_seconds=leap_seconds, header=header, version=version
    )
    write_bytes_to(path, text.text)
    return text.dropped

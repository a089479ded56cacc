"""RINEX files: read and written, plain or gzip (what is in them: `gnss.rinex`)."""

import gzip
import zlib
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TypeVar

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
_UNIX_COMPRESS = b"\x1f\x9d"
FILE_BYTES_MAX = 4 << 30
"""A file that unpacks to more is not read."""


def read_bytes_of(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Content of a file, unpacked where it is gzip.

    Shape: (bytes,). Error: OSError; FileFormatError for a broken gzip file, or one that unpacks to more than
    `FILE_BYTES_MAX`.
    """
    data = Path(path).read_bytes()
    if data[:2] == _UNIX_COMPRESS:
        raise FileFormatError(f"{path}: packed by Unix compress (.Z): unpack it first, with gzip -d")
    if data[:2] == _GZIP:
        try:
            with gzip.open(path) as file:
                data = file.read(FILE_BYTES_MAX + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileFormatError(f"{path}: the gzip file is damaged: {error}") from error
        if len(data) > FILE_BYTES_MAX:
            raise FileFormatError(f"{path}: unpacks to more than {FILE_BYTES_MAX} bytes")
    return np.frombuffer(data, np.uint8)


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

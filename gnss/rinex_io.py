"""RINEX files: read and written, plain or gzip (what is in them: `gnss.rinex`)."""

import gzip
import zlib
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gnss.errors import FileFormatError
from gnss.rinex.observations import RinexObservations, parse_observations

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


def read_observations(path: str | PathLike[str]) -> RinexObservations:
    """Epochs and observations of a RINEX observation file.

    Shape: (epochs,) and (observations,). Unit: as the tables of the batches say. Error: OSError; FileFormatError for
    what is no RINEX observation file; damage inside is left out and counted in the report. Source: RINEX 2.11, 3.05,
    4.00.
    """
    try:
        return parse_observations(read_bytes_of(path))
    except FileFormatError as error:
        raise FileFormatError(f"{path}: {error}" if str(path) not in str(error) else str(error)) from error

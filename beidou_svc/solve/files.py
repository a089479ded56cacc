"""Files as they are given: what one holds is found out from its content."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beidou_svc.solve.recording import FileKind, Recording, SolveError
from beidou_svc.solve.rinex_file import read_rinex_navigation, read_rinex_observations
from beidou_svc.solve.rtcm_file import has_frames, read_rtcm
from gnss.errors import FileFormatError
from gnss.rinex_io import Unpacked, read_packed

_LABEL, _LABEL_END = 60, 80
_KIND = 20
_NAVIGATION_KINDS = b"NGHLQCEJI"
_TEXT_START = 4_096


def load_bytes(path: Path) -> Unpacked:
    """Content of a file, unpacked. Raises SolveError."""
    try:
        return read_packed(path)
    except FileFormatError as error:
        raise SolveError(str(error)) from error
    except OSError as error:
        raise SolveError(f"{path} cannot be read: {error.strerror or error}") from error


def kind_of(path: Path, data: NDArray[np.uint8]) -> FileKind:
    """What a file holds, by its first line or its first frames. Raises SolveError for anything else."""
    if not len(data):
        raise SolveError(f"{path}: the file is empty")
    first = next(iter(data[:_TEXT_START].tobytes().splitlines()), b"")
    label = first[_LABEL:_LABEL_END].strip().upper()
    if label.startswith(b"CRINEX"):
        raise SolveError(f"{path}: compact RINEX (Hatanaka): unpack it first, with crx2rnx")
    if label.startswith(b"RINEX VERSION"):
        kind = first[_KIND : _KIND + 1].upper()
        if kind == b"O":
            return FileKind.OBSERVATIONS
        if kind and kind in _NAVIGATION_KINDS:
            return FileKind.NAVIGATION
        raise SolveError(f"{path}: RINEX of type {kind.decode('latin-1')!r}: observation and navigation files are read")
    if has_frames(data):
        return FileKind.RTCM3
    raise SolveError(f"{path}: neither RINEX nor RTCM 3: nothing in it that is read here")


def read_file(path: Path, reference_gpst_ns: int, channels: dict[int, int]) -> Recording:
    """A file of any kind; the reference time and GLONASS channels serve RTCM 3. Raises SolveError."""
    data, damage = load_bytes(path)
    kind = kind_of(path, data)
    if kind is FileKind.OBSERVATIONS:
        recording = read_rinex_observations(path, data)
    elif kind is FileKind.NAVIGATION:
        recording = read_rinex_navigation(path, data)
    else:
        recording = read_rtcm(path, data, reference_gpst_ns, channels)
    if not damage:
        return recording
    told = f"{path}: the gzip file is damaged, {damage}: the {len(data):,} bytes unpacked before are used"
    return replace(recording, problems=[told, *recording.problems])

"""RINEX files as recordings: what their reports say becomes words, their headers say where the antenna is."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beidou_svc.solve.recording import FileKind, Place, Recording, SolveError, counted
from gnss.errors import FileFormatError
from gnss.frames.enu import r_enu_from_ecef
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.rinex.header import RinexHeader
from gnss.rinex.navigation import parse_navigation
from gnss.rinex.observations import parse_observations
from gnss.rinex.report import RinexReport

EARTH_RADIUS_M_MIN = 6.0e6
"""Positions nearer to the geocentre are none: headers are filled with zeros and ones."""


def _problems(path: Path, report: RinexReport) -> list[str]:
    return [f"{path}: {text}" for text in counted(report.texts(), int(report.counts.sum()))]


def _place(header: RinexHeader) -> Place | None:
    """Antenna reference point: the marker's position in the header and the antenna above and beside it."""
    if header.approx_ecef_m is None:
        return None
    marker_m = np.array(header.approx_ecef_m)
    if not np.linalg.norm(marker_m) > EARTH_RADIUS_M_MIN:
        return None
    up_m, east_m, north_m = header.antenna_hen_m or (0.0, 0.0, 0.0)
    lat_rad, lon_rad, _ = ecef_to_geodetic(marker_m)
    offset_m = np.array([east_m, north_m, up_m]) @ r_enu_from_ecef(lat_rad, lon_rad)
    return Place(marker_m + offset_m, "APPROX POSITION XYZ of the header")


def read_rinex_observations(path: Path, data: NDArray[np.uint8]) -> Recording:
    """An observation file. Raises SolveError where it is none."""
    try:
        found = parse_observations(data)
    except FileFormatError as error:
        raise SolveError(f"{path}: {error}") from error
    unused = ", ".join(found.report.unused)
    return Recording(
        path,
        FileKind.OBSERVATIONS,
        found.epochs,
        found.observations,
        place=_place(found.header),
        notes=[f"{path.name}: observation types that are not known here are not used: {unused}"] if unused else [],
        problems=_problems(path, found.report),
    )


def read_rinex_navigation(path: Path, data: NDArray[np.uint8]) -> Recording:
    """A navigation file. Raises SolveError where it is none."""
    try:
        found = parse_navigation(data)
    except FileFormatError as error:
        raise SolveError(f"{path}: {error}") from error
    unused = [f"{path.name}: {n:,} records {name} are not used" for name, n in found.reports[0].unused.items()]
    return Recording(
        path,
        FileKind.NAVIGATION,
        kepler=found.kepler,
        glonass=found.glonass,
        ionosphere=found.ionosphere,
        notes=unused,
        problems=_problems(path, found.reports[0]),
    )

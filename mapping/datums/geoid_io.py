"""Geoid grids, read by PROJ without network: `.gtx`, GeoTIFF and whatever else its `vgridshift` opens.

The grid is read once, on a lattice over the area asked for, and then belongs to us: heights need no file and no PROJ.
The lattice has steps of 2.5 arc minutes, of which those of the published EGM96 and EGM2008 grids are multiples, so that
nothing is lost; where a file is finer, or its nodes lie elsewhere, the difference in the middle of the cells tells, and
more than a centimetre is refused.
"""

from math import degrees
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyproj
from numpy.typing import NDArray

from mapping.datums.lattice import Lattice, lattice_of, lattice_values
from mapping.errors import MapFormatError

Floats = NDArray[np.float64]

STEP_DEG: Final = 2.5 / 60.0  # degrees
LOSS_M_MAX: Final = 0.01  # m
NODES_MAX: Final = 8_000_000
UNDULATION_M_MAX: Final = 120.0  # m, of the geoid anywhere on the Earth


class Area(NamedTuple):
    """A box in degrees."""

    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float


CHINA: Final = Area(17.0, 72.0, 55.0, 137.0)


def read_geoid(path: Path, area: Area = CHINA, step_deg: float = STEP_DEG) -> Lattice:
    """Undulation (geoid above ellipsoid) over an area.

    Shape: (rows, columns, 1). Unit: m; area and step in degrees. Error: that of the file, bilinear as PROJ does it; NaN
    where the file has nothing; `MapFormatError` for what PROJ cannot read, what has no value in the area, and what a
    lattice of this step would lose more than 1 cm of. Source: the file.
    """
    if not path.is_file():
        raise MapFormatError(f"{path}: there is no such file")
    lat_deg, lon_deg = _axis(area.south_deg, area.north_deg, step_deg), _axis(area.west_deg, area.east_deg, step_deg)
    if lat_deg.size * lon_deg.size > NODES_MAX:
        raise MapFormatError(f"{path}: the area has {lat_deg.size * lon_deg.size} nodes, {NODES_MAX} at most")
    reader = _reader(path)
    values_m = _undulation(reader, lat_deg[:, None], lon_deg, path)
    if np.isnan(values_m).all():
        raise MapFormatError(f"{path}: no value between {area.south_deg} and {area.north_deg} degrees north there")
    lattice = lattice_of(np.radians(lat_deg), np.radians(lon_deg), values_m[..., None])
    _check(reader, lattice, path)
    return lattice


def _axis(first_deg: float, last_deg: float, step_deg: float) -> Floats:
    """Multiples of the step that cover the range."""
    first, last = np.floor(first_deg / step_deg + 1e-9), np.ceil(last_deg / step_deg - 1e-9)
    return np.arange(first, max(last, first + 1) + 1) * step_deg


def _reader(path: Path) -> pyproj.Transformer:
    quoted = str(path.resolve()).replace('"', '""')
    try:
        return pyproj.Transformer.from_pipeline(f'+proj=vgridshift +grids="{quoted}" +multiplier=1')
    except pyproj.exceptions.ProjError as error:
        raise MapFormatError(f"{path}: PROJ reads no geoid grid there ({error})") from error


def _undulation(reader: pyproj.Transformer, lat_deg: Floats, lon_deg: Floats, path: Path) -> Floats:
    lat, lon = np.broadcast_arrays(lat_deg, lon_deg)
    _, _, up_m = reader.transform(np.radians(lon), np.radians(lat), np.zeros(lat.shape), radians=True)
    values_m = np.where(np.isfinite(up_m), up_m, np.nan)
    if np.nanmax(np.abs(values_m), initial=0.0) > UNDULATION_M_MAX:
        raise MapFormatError(f"{path}: values beyond {UNDULATION_M_MAX:.0f} m are no undulation of a geoid")
    return values_m


def _check(reader: pyproj.Transformer, lattice: Lattice, path: Path) -> None:
    """Refuse a lattice that is too coarse for the file."""
    rows, columns, _ = lattice.values.shape
    lat_rad = lattice.lat0_rad + (np.arange(rows - 1) + 0.5)[:, None] * lattice.lat_step_rad
    lon_rad = lattice.lon0_rad + (np.arange(columns - 1) + 0.5) * lattice.lon_step_rad
    theirs_m = _undulation(reader, np.degrees(lat_rad), np.degrees(lon_rad), path)
    lost_m = np.abs(lattice_values(lat_rad, lon_rad, lattice)[..., 0] - theirs_m)
    worst_m = float(np.nan_to_num(lost_m).max())
    if worst_m > LOSS_M_MAX:
        raise MapFormatError(
            f"{path}: steps of {degrees(lattice.lat_step_rad):.4f} degrees would lose {worst_m:.3f} m: use smaller ones"
        )

"""Between the moving frames of satellite positions and CGCS2000, in which maps stand still.

A point on the ground in Ganzhou moves by 37 mm a year in the ITRF; since 2000.0 that has become 0.9 m, half a lane. The
velocity is an input: a plate model is 8 mm a year wrong in South China, so use that of a station nearby.
CGCS2000 is ITRF97 at epoch 2000.0 (EPSG datum 1043). First the motion is taken out, then ITRF97 is reached at 2000.0.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss.frames.enu import r_enu_from_ecef
from mapping.datums.frame import CGCS2000_2000, CGCS2000_EPOCH, Datum, Frame
from mapping.datums.helmert import TO_ITRF97, transform, transform_back
from mapping.errors import FrameMixedError

Floats = NDArray[np.float64]

# Realisations by the ITRF that they are aligned to; WGS 84 (G2296) follows ITRF2020, BDCS is aligned to the ITRF.
ALIGNED_TO: Final = {
    Datum.WGS84: Datum.ITRF2020,
    Datum.BDCS: Datum.ITRF2020,
    Datum.ITRF2020: Datum.ITRF2020,
    Datum.ITRF2014: Datum.ITRF2014,
    Datum.ITRF97: Datum.ITRF97,
}

GANZHOU_VELOCITY_ENU_MPA: Final = (0.0351, -0.0110, 0.0)
"""East, north, up in m a year near Ganzhou: the CMONOC station at 25.8 N 115.0 E (27 stations around: 33.8, -10.6)."""


def velocity_to_ecef(velocity_enu_mpa: ArrayLike, lat_rad: ArrayLike, lon_rad: ArrayLike) -> Floats:
    """ECEF velocities of east, north, up ones.

    Shape: (..., 3) with latitudes and longitudes (...). Unit: m a year. Frame: ENU of the point to ECEF. Error: last
    bits. Source: geometry of the ellipsoid.
    """
    rotation = r_enu_from_ecef(lat_rad, lon_rad)
    velocity: Floats = np.einsum("...ij,...i->...j", rotation, np.asarray(velocity_enu_mpa, dtype=np.float64))
    return velocity


def to_cgcs2000(r_ecef_m: ArrayLike, frame: Frame, velocity_ecef_mpa: ArrayLike) -> Floats:
    """CGCS2000@2000.0 positions of positions in a moving frame.

    Shape: (..., 3) with velocities (..., 3) or (3,). Unit: m, m a year. Frame: WGS84, BDCS, ITRF97, ITRF2014 or
    ITRF2020 at its epoch to CGCS2000@2000.0; GCJ-02 and BD-09 raise `FrameMixedError`, CGCS2000 comes back as it is.
    Error: the velocity's times the years since 2000, 5 mm for the realisation of WGS84 and 1 cm for BDCS, and the
    centimetres by which a provider's CGCS2000 differs. Source: EPSG datum 1043; ITRF transformation parameters.
    """
    r_m = np.asarray(r_ecef_m, dtype=np.float64)
    if frame == CGCS2000_2000:
        return r_m.copy()
    realisation, years = _realisation(frame)
    still_m: Floats = r_m - years * np.asarray(velocity_ecef_mpa, dtype=np.float64)
    return still_m if realisation is Datum.ITRF97 else transform(still_m, TO_ITRF97[realisation], CGCS2000_EPOCH)


def from_cgcs2000(r_ecef_m: ArrayLike, frame: Frame, velocity_ecef_mpa: ArrayLike) -> Floats:
    """Positions in a moving frame of CGCS2000@2000.0 ones: the inverse of `to_cgcs2000`.

    Shape: (..., 3) with velocities (..., 3) or (3,). Unit: m, m a year. Frame: CGCS2000@2000.0 to `frame`, as
    `to_cgcs2000`. Error: as `to_cgcs2000`. Source: EPSG datum 1043; ITRF transformation parameters.
    """
    r_m = np.asarray(r_ecef_m, dtype=np.float64)
    if frame == CGCS2000_2000:
        return r_m.copy()
    realisation, years = _realisation(frame)
    if realisation is not Datum.ITRF97:
        r_m = transform_back(r_m, TO_ITRF97[realisation], CGCS2000_EPOCH)
    moved_m: Floats = r_m + years * np.asarray(velocity_ecef_mpa, dtype=np.float64)
    return moved_m


def _realisation(frame: Frame) -> tuple[Datum, float]:
    """The ITRF of a moving frame, and the years since 2000.0."""
    if frame.epoch is None or frame.datum not in ALIGNED_TO:
        raise FrameMixedError(f"{frame} is no frame that the Earth moves in; undo its shift first, if it has one")
    return ALIGNED_TO[frame.datum], frame.epoch - CGCS2000_EPOCH

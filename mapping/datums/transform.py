"""The one crossing between frames: columns of latitude, longitude and height from any frame to any other.

    cross(lat_rad, lon_rad, h_ell_m, Frame.parse("ITRF2020@2026.5"), CGCS2000_2000, velocity=station_velocity(...))

Between moving frames by ECEF, fourteen parameters and the ground's velocity; GCJ-02 and BD-09 by their formulas, with
the frame named that they shift. What is missing is refused by `NotConfiguredError` with what to configure; nothing is
ever taken as it is. Source: EPSG datum 1043; ITRF transformation parameters (docs/sources.md, mapping).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.datums._cross_kernel import cross_rows
from mapping.datums.bd09 import gcj02_to_bd09
from mapping.datums.crossing import prepare_crossing
from mapping.datums.frame import SHIFTED, Datum, Frame
from mapping.datums.gcj02 import geodetic_to_gcj02
from mapping.datums.velocity import Velocity
from mapping.datums.ways import prepare_ways
from mapping.errors import NotConfiguredError

Floats = NDArray[np.float64]


class Geodetic(NamedTuple):
    """Columns of latitude and longitude in rad and of ellipsoidal height in m."""

    lat_rad: Floats
    lon_rad: Floats
    h_ell_m: Floats


def cross(
    lat_rad: ArrayLike,
    lon_rad: ArrayLike,
    h_ell_m: ArrayLike,
    source: Frame,
    target: Frame,
    *,
    velocity: Velocity | None = None,
    shift_of: Frame | None = None,
) -> Geodetic:
    """Coordinates in `target` of coordinates in `source`.

    Shape: the broadcast shape, three times. Unit: rad, rad, m. Frame: `shift_of` is the true frame that was or shall be
    shifted into GCJ-02 or BD-09. Error: 1e-8 m of the formulas (there and back 1e-7 m, for velocities turn with the
    place); beside that the velocity's error times the years, 5 mm for what WGS84 realises and 1 cm for BDCS
    (unverified), metres for GCJ-02 and BD-09. NaN stays NaN, a missing height stays missing without harm to its row
    (0.15 mm a km), rows outside a velocity grid are NaN. `NotConfiguredError` where a velocity or `shift_of` is needed
    and not given. Source: EPSG datum 1043; ITRF transformation parameters; IERS Conventions.
    """
    if target.datum in SHIFTED and source != target:
        true = _shifted_frame(target, shift_of)
        there = cross(lat_rad, lon_rad, h_ell_m, source, true, velocity=velocity, shift_of=true)
        shifted = geodetic_to_gcj02(there.lat_rad, there.lon_rad, frame=true)
        return Geodetic(*(gcj02_to_bd09(*shifted) if target.datum is Datum.BD09 else shifted), there.h_ell_m)
    columns = [np.asarray(value, dtype=np.float64) for value in (lat_rad, lon_rad, h_ell_m)]
    lat, lon, h_m = (np.array(column, order="C") for column in np.broadcast_arrays(*columns))
    if source == target:
        return Geodetic(lat, lon, h_m)
    crossing = prepare_crossing(source, target, velocity, shift_of)
    out = np.empty((3, lat.size))
    ways = prepare_ways([crossing], velocity)
    nothing = np.zeros(lat.size)
    cross_rows(lat.ravel(), lon.ravel(), h_m.ravel(), nothing, np.zeros(lat.size, np.int32), ways, out)
    return Geodetic(out[0].reshape(lat.shape), out[1].reshape(lat.shape), out[2].reshape(lat.shape))


def _shifted_frame(target: Frame, shift_of: Frame | None) -> Frame:
    if shift_of is None or shift_of.datum in SHIFTED:
        raise NotConfiguredError(
            f"{target} is a shift of true coordinates: name the true frame to shift (`shift_of`, such as WGS84@2026.5)"
        )
    return shift_of

"""GCJ-02, the shifted coordinates of public maps in China: forward by the known formula, inverse to the last bits.

For display only. The shift (557..650 m around Ganzhou) stretches lengths by up to 3.7 m a kilometre, so lengths, fences
and curvature are computed before it. The official algorithm is not public; this is the formula everybody uses, with its
original semi-major axis (libraries that take 6 378 137 m instead differ by about 1 cm), within some metres of the state
plug-in. Source: the public GCJ-02 formula as in coordtransform and PRCoords.
"""

from math import cos, pi, radians, sin, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel, kernel
from mapping.datums.columns import float_columns
from mapping.datums.frame import SHIFTED, Frame
from mapping.errors import FrameMixedError

Floats = NDArray[np.float64]

KRASOVSKY_A_M: Final = 6_378_245.0  # m, of the public formula
KRASOVSKY_E2: Final = 0.00669342162296594323  # of the public formula
LAT_DEG_MIN, LAT_DEG_MAX = 0.8293, 55.8271  # degrees, where the formula is applied: a box, not the border
LON_DEG_MIN, LON_DEG_MAX = 72.004, 137.8347  # degrees

INVERSE_STEPS: Final = 6
"""Fixed-point steps; each gains a factor of 270, and the fifth reaches 1.5e-9 m in Ganzhou."""


@inline_kernel
def _in_box(lat_deg: float, lon_deg: float) -> bool:
    return LAT_DEG_MIN <= lat_deg <= LAT_DEG_MAX and LON_DEG_MIN <= lon_deg <= LON_DEG_MAX


@inline_kernel
def _waves(phase_deg: float) -> float:
    return 20.0 * sin(6.0 * phase_deg * pi) + 20.0 * sin(2.0 * phase_deg * pi)


@kernel
def gcj02_shift(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """What GCJ-02 adds to a position, wherever it is.

    Shape: scalars. Unit: degrees to degrees. Frame: WGS 84 or any ITRF to GCJ-02. Error: some metres from the state
    algorithm; NaN in gives NaN out. Source: the public GCJ-02 formula.
    """
    x, y = lon_deg - 105.0, lat_deg - 35.0
    root = sqrt(abs(x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += 2.0 / 3.0 * (_waves(x) + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi))
    north_m += 2.0 / 3.0 * (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0))
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += 2.0 / 3.0 * (_waves(x) + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi))
    east_m += 2.0 / 3.0 * (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi))
    sin_lat = sin(radians(lat_deg))
    w2 = 1.0 - KRASOVSKY_E2 * sin_lat * sin_lat
    prime_vertical_m = KRASOVSKY_A_M / sqrt(w2)
    meridian_m = prime_vertical_m * (1.0 - KRASOVSKY_E2) / w2
    return north_m * 180.0 / (meridian_m * pi), east_m * 180.0 / (prime_vertical_m * cos(radians(lat_deg)) * pi)


@kernel
def undo_gcj02_point(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """True position of one GCJ-02 position.

    Shape: scalars. Unit: degrees to degrees. Frame: GCJ-02 to the frame that was shifted. Error: inverse within 1e-8 m;
    outside the box unchanged; NaN in gives NaN out. Source: the public GCJ-02 formula, by fixed-point iteration.
    """
    lat, lon = lat_deg, lon_deg
    if _in_box(lat, lon):
        for _ in range(INVERSE_STEPS):
            shift_lat, shift_lon = gcj02_shift(lat, lon)
            lat, lon = lat_deg - shift_lat, lon_deg - shift_lon
    return lat, lon


@kernel
def _forward_rows(lat_deg: Floats, lon_deg: Floats, out_deg: Floats) -> None:
    for row in range(lat_deg.size):
        lat, lon = lat_deg[row], lon_deg[row]
        shift_lat, shift_lon = gcj02_shift(lat, lon) if _in_box(lat, lon) else (0.0, 0.0)
        out_deg[0, row], out_deg[1, row] = lat + shift_lat, lon + shift_lon


@kernel
def _inverse_rows(lat_deg: Floats, lon_deg: Floats, out_deg: Floats) -> None:
    for row in range(lat_deg.size):
        out_deg[0, row], out_deg[1, row] = undo_gcj02_point(lat_deg[row], lon_deg[row])


def geodetic_to_gcj02(lat_rad: ArrayLike, lon_rad: ArrayLike, *, frame: Frame) -> tuple[Floats, Floats]:
    """GCJ-02 latitudes and longitudes of true ones.

    Shape: the broadcast shape, twice. Unit: rad to rad. Frame: `frame` is any true frame (1 m between WGS 84 and
    CGCS2000 is below what the formula is worth); GCJ-02 or BD-09 raise `FrameMixedError`, for shifting twice is the
    commonest mistake here. Error: some metres from the state algorithm; outside 0.8..55.8 N, 72..137.8 E unchanged.
    Source: the public GCJ-02 formula.
    """
    if frame.datum in SHIFTED:
        raise FrameMixedError(f"coordinates in {frame} are shifted already")
    lat, lon = float_columns(lat_rad, lon_rad)
    shifted_deg = np.empty((2, lat.size))
    _forward_rows(np.degrees(lat).ravel(), np.degrees(lon).ravel(), shifted_deg)
    return np.radians(shifted_deg[0]).reshape(lat.shape), np.radians(shifted_deg[1]).reshape(lat.shape)


def gcj02_to_geodetic(lat_rad: ArrayLike, lon_rad: ArrayLike) -> tuple[Floats, Floats]:
    """True latitudes and longitudes (WGS 84, today) of GCJ-02 ones: the inverse of `geodetic_to_gcj02`.

    Shape: the broadcast shape, twice. Unit: rad to rad. Frame: GCJ-02 to WGS 84. Error: inverse within 1e-8 m (the
    formula itself some metres); outside the box unchanged, and not unique within 1 km of the edge of the box.
    Source: the public GCJ-02 formula, by fixed-point iteration.
    """
    lat, lon = float_columns(lat_rad, lon_rad)
    true_deg = np.empty((2, lat.size))
    _inverse_rows(np.degrees(lat).ravel(), np.degrees(lon).ravel(), true_deg)
    return np.radians(true_deg[0]).reshape(lat.shape), np.radians(true_deg[1]).reshape(lat.shape)

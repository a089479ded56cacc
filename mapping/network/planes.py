"""The plane of a network: its origin is a round place near the middle, so that an edited map keeps its plane."""

from math import radians
from typing import Final

import numpy as np

from mapping.datums.frame import Frame
from mapping.datums.plane import Plane
from mapping.errors import MapFormatError
from mapping.network.tables import Floats

ROUND_DEG: Final = 0.1


def plane_around(lat_rad: Floats, lon_rad: Floats, frame: Frame) -> Plane:
    """The plane whose origin is the middle of all positions, rounded to a tenth of a degree.

    Shape: (n,), twice. Unit: rad. Frame: `frame`. Error: NaN positions are passed over; none at all raise
    `MapFormatError`.
    """
    if not (np.isfinite(lat_rad) & np.isfinite(lon_rad)).any():
        raise MapFormatError("the map has no road with a position")
    return Plane(frame, _middle_rad(lat_rad), _middle_rad(lon_rad))


def _middle_rad(angle_rad: Floats) -> float:
    middle_deg = float(np.degrees(np.nanmin(angle_rad) + np.nanmax(angle_rad))) / 2.0
    return radians(round(middle_deg / ROUND_DEG) * ROUND_DEG)

"""Positions of GeoJSON as numbers. Source: RFC 7946 (a position is longitude, latitude and perhaps height)."""

from math import isfinite, nan
from typing import Final, TypeGuard

import numpy as np

from mapping.network.tables import Floats

ID_MAX: Final = 2**62


def is_number(value: object) -> bool:
    """Whether a value of a JSON file is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_id(value: object) -> TypeGuard[int]:
    """Whether a value of a JSON file is a number that objects can be called by."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < ID_MAX


def positions(coordinates: object) -> Floats | None:
    """Rows longitude, latitude, height (NaN = none) of a line, or None where it is no line.

    Shape: (n, 3). Unit: degrees, m. Error: positions off the Earth are NaN.
    """
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None
    rows = [_position(position) for position in coordinates]
    return None if any(row is None for row in rows) else np.array(rows, dtype=np.float64)


def _position(position: object) -> tuple[float, float, float] | None:
    if not isinstance(position, list) or len(position) < 2:
        return None
    numbers = [float(v) for v in position[:3] if is_number(v)]
    if len(numbers) != len(position[:3]):
        return None
    if not (abs(numbers[0]) <= 180.0 and abs(numbers[1]) <= 90.0):
        return nan, nan, nan
    return numbers[0], numbers[1], numbers[2] if len(numbers) > 2 and isfinite(numbers[2]) else nan

"""Numbers as OpenDRIVE writes them, and speed limits: a number, or a word, and a unit beside it."""

from math import inf, nan
from typing import Final

from mapping.network.lanelet2_osm import float_of

MPS_OF_UNIT: Final = {None: 1.0, "": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704}
MEASURE_MAX: Final = 1e9  # of any: no map has larger metres, and their cubes still have squares
LIMIT_MPS_MAX: Final = 300.0  # no road has more
NO_LIMIT: Final = "no limit"


def measure_of(text: str | None) -> float:
    """The number that a text is; NaN for none, and for what is not finite or beyond all maps.

    Shape: scalar. Unit: that of the text.
    """
    value = float_of(text)
    return value if abs(value) <= MEASURE_MAX else nan


def stated_mps(limit: str | None, unit: str | None) -> float:
    """The speed that `max` and `unit` state; m/s where no unit is.

    Shape: scalar. Unit: m/s, infinite for "no limit", NaN for "undefined" and what is no speed. Source: ASAM
    OpenDRIVE 1.8, road type and lane speed.
    """
    if limit == NO_LIMIT:
        return inf
    factor = MPS_OF_UNIT.get(unit)
    value = measure_of(limit)
    return value * factor if factor is not None and 0 <= value * factor <= LIMIT_MPS_MAX else nan

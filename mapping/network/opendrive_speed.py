"""Speed limits as OpenDRIVE writes them: a number, or a word, and a unit beside it."""

from math import inf, nan
from typing import Final

from mapping.network.lanelet2_osm import float_of

MPS_OF_UNIT: Final = {None: 1.0, "": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704}
NO_LIMIT: Final = "no limit"


def stated_mps(limit: str | None, unit: str | None) -> float:
    """The speed that `max` and `unit` state; m/s where no unit is.

    Shape: scalar. Unit: m/s, infinite for "no limit", NaN for "undefined" and what is no speed. Source: ASAM
    OpenDRIVE 1.8, road type and lane speed.
    """
    if limit == NO_LIMIT:
        return inf
    factor = MPS_OF_UNIT.get(unit)
    value = float_of(limit)
    return nan if factor is None or value < 0 else value * factor

"""Speed limits as maps write them, in m/s.

Source: OSM's keys `maxspeed` and `zone:maxspeed` as their documentation describes them. The limits that a zone stands
for in a country are from memory, hence unverified; edges that have one carry the flag `ASSUMED_LIMIT`.
"""

import re
from math import inf
from typing import Final, NamedTuple

KMH: Final = 1.0 / 3.6  # m/s
MPH: Final = 1609.344 / 3600.0  # m/s, international mile
KNOT: Final = 1852.0 / 3600.0  # m/s, nautical mile
UNITS: Final = {"": KMH, "km/h": KMH, "kmh": KMH, "kph": KMH, "mph": MPH, "knots": KNOT, "kn": KNOT}
LIMIT_MPS_MAX: Final = 250.0 * KMH
"""Above, a number is no speed limit of a road."""
WALK_MPS: Final = 7.0 * KMH

NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots|kn)?")
ZONE_NUMBER: Final = re.compile(r"(?:[A-Z]{2}:)?(?:zone:?)?(\d+)")
ZONE: Final = re.compile(r"([A-Z]{2})(?:-[A-Z]{2,3})?:([a-z_]+)")

# Limits in km/h by country: urban, rural, motorway (unverified, from memory).
COUNTRIES: Final = {
    "AT": (50.0, 100.0, 130.0),
    "CH": (50.0, 80.0, 120.0),
    "CN": (50.0, 70.0, 120.0),
    "DE": (50.0, 100.0, inf),
    "FI": (50.0, 80.0, 120.0),
    "FR": (50.0, 80.0, 130.0),
    "IT": (50.0, 90.0, 130.0),
    "LI": (50.0, 80.0, 120.0),
}
ZONES: Final = {"urban": 0, "rural": 1, "motorway": 2, "trunk": 1}
PLACES_KMH: Final = {"living_street": 20.0, "school": 30.0, "bicycle_road": 30.0, "pedestrian_zone": 7.0}


class Limit(NamedTuple):
    """A speed limit, inf where there is stated to be none; assumed where it follows from a zone."""

    mps: float
    is_assumed: bool


def parse_limit(text: str) -> Limit | None:
    """The limit that a value of `maxspeed` states; of several the lowest.

    Unit: m/s. Error: None where the text is no limit, or one that depends on the hour (`signals`, `variable`).
    """
    parts = [_parse_one(part.strip()) for part in text.split(";")]
    known = [part for part in parts if part is not None]
    return min(known) if known and len(known) == len(parts) else None


def _parse_one(text: str) -> Limit | None:
    if match := NUMBER.fullmatch(text):
        mps = float(match[1]) * UNITS[match[2] or ""]
        return Limit(mps, False) if 0.0 < mps <= LIMIT_MPS_MAX else None
    if text == "none":
        return Limit(inf, False)
    if text == "walk":
        return Limit(WALK_MPS, True)
    return parse_zone(text)


def parse_zone(text: str) -> Limit | None:
    """The limit that a zone stands for: `DE:urban`, `CN:rural`, `DE:zone30`, `DE:30`.

    Unit: m/s. Error: None where country or zone are not known.
    """
    if match := ZONE_NUMBER.fullmatch(text):
        mps = float(match[1]) * KMH
        return Limit(mps, True) if 0.0 < mps <= LIMIT_MPS_MAX else None
    match = ZONE.fullmatch(text)
    if match is None:
        return None
    country, zone = match[1], match[2]
    if zone in PLACES_KMH:
        return Limit(PLACES_KMH[zone] * KMH, True)
    if country not in COUNTRIES or zone not in ZONES:
        return None
    return Limit(COUNTRIES[country][ZONES[zone]] * KMH, True)

"""Query parameters that need more than a type: boxes, places and lists of values."""

from collections.abc import Iterable, Sequence

from beidou_svc.api.problems import ProblemError
from beidou_svc.fleet.liveness import Liveness
from beidou_svc.fleet.query import ALL_LIVENESS, ALL_QUALITIES, QUALITIES, Bbox


def checked_bbox(edges_deg: Sequence[float]) -> Bbox:
    """West, south, east, north in degrees. West may exceed east (over the antimeridian); south may not exceed north."""
    if len(edges_deg) != 4:
        raise ValueError("four numbers are needed: west, south, east, north")
    west, south, east, north = edges_deg
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        raise ValueError("longitudes are -180..180 degrees")
    if not -90 <= south <= north <= 90:
        raise ValueError("latitudes are -90..90 degrees, south first: west,south,east,north")
    return west, south, east, north


def quality_bits(qualities: Iterable[int]) -> int:
    """Bit set of `fix_quality` values."""
    bits = 0
    for quality in qualities:
        bits |= 1 << quality
    return bits


def parse_bbox(text: str | None) -> Bbox | None:
    """`bbox=west,south,east,north`."""
    if text is None:
        return None
    try:
        return checked_bbox([float(part) for part in text.split(",")])
    except ValueError as error:
        raise ProblemError("bad-parameter", f"bbox: {error}") from None


def parse_place(text: str | None) -> tuple[float, float] | None:
    """`at=longitude,latitude`, as latitude and longitude."""
    if text is None:
        return None
    try:
        lon_deg, lat_deg = [float(part) for part in text.split(",")]
    except ValueError:
        raise ProblemError("bad-parameter", "at: two numbers are needed: longitude,latitude in degrees") from None
    if not (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
        raise ProblemError("bad-parameter", "at: longitude first, -180..180 degrees, then latitude, -90..90 degrees")
    return lat_deg, lon_deg


def parse_quality(text: str | None) -> int:
    """`quality=4,5` as a bit set."""
    if text is None:
        return ALL_QUALITIES
    parts = text.split(",")
    if not all(part.isdecimal() and int(part) in QUALITIES for part in parts):
        raise ProblemError("bad-parameter", f"quality: {text!r} is not a list of numbers 0 to {QUALITIES[-1]}")
    return quality_bits(int(part) for part in parts)


def parse_liveness(text: str | None) -> int:
    """`liveness=online,stale` as a bit set."""
    if text is None:
        return ALL_LIVENESS
    names = [member.name.lower() for member in Liveness]
    parts = text.split(",")
    if not set(parts) <= set(names):
        raise ProblemError("bad-parameter", f"liveness: {text!r} is not a list out of {', '.join(names)}")
    return sum(1 << names.index(part) for part in set(parts))

"""Query parameters that need more than a type: boxes and lists of values."""

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

"""What was asked for on the command line."""

from pathlib import Path
from typing import NamedTuple

LatLonDeg = tuple[float, float]


class ImportOptions(NamedTuple):
    """Of `beidou network import`."""

    file: Path
    out: Path
    format: str
    frame: str
    origin_deg: LatLonDeg | None
    join_m: float
    name: str
    as_json: bool
    force: bool


class CheckOptions(NamedTuple):
    """Of `beidou network check`."""

    file: Path
    format: str
    frame: str
    origin_deg: LatLonDeg | None
    length_km_min: float
    area_km2_min: float
    as_json: bool


class ShowOptions(NamedTuple):
    """Of `beidou network show`."""

    file: Path
    out: Path | None
    format: str
    frame: str
    origin_deg: LatLonDeg | None
    force: bool

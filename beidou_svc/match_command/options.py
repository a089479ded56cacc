"""What was asked for on the command line, as it was written there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MatchOptions:
    """Options of `beidou match`."""

    logs: Sequence[Path]
    network: Path
    out: Path | None
    frame: str | None
    reference_time: str | None
    closed: Sequence[int]
    sigma_m: float
    keeps_left: bool
    force: bool

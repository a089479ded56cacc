"""What was asked for on the command line, as it was written there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """Options of `beidou decode`."""

    logs: Sequence[Path]
    to: str | None
    out: Path | None
    table: str
    plot: Path | None
    reference_time: str | None
    frame: str | None
    force: bool


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Options of `beidou replay`."""

    logs: Sequence[Path]
    speed: str | None
    seek: str | None
    until: str | None
    out: Path | None
    port: int | None
    config: Path | None
    reference_time: str | None
    force: bool
    bases: Sequence[str] = ()
    network: Path | None = None
    fences: Path | None = None

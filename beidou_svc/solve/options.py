"""What was asked for on the command line, as it was written there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """Where the results go."""

    out: Path
    format: str
    plot: Path | None
    force: bool


@dataclass(frozen=True, slots=True)
class InputOptions:
    """Which files are read, and what is said about them."""

    rover: Path
    base: Path | None
    nav: Sequence[Path]
    date: str | None
    base_ecef_m: tuple[float, float, float] | None
    base_llh: tuple[float, float, float] | None
    """Latitude and longitude in degrees, ellipsoidal height in m."""
    base_moves: bool = False
    """Nobody need say where the base is."""
    rover_station: int | None = None
    """Whose epochs are meant in a stream of several stations; likewise of the base."""
    base_station: int | None = None

    @property
    def files(self) -> list[Path]:
        """All that are read, the rover first."""
        return [self.rover, *([self.base] if self.base else []), *self.nav]


@dataclass(frozen=True, slots=True)
class SppCommand:
    """Options of `beidou spp`."""

    inputs: InputOptions
    outputs: OutputOptions
    systems: str
    elevation_mask_deg: float


@dataclass(frozen=True, slots=True)
class RtkCommand:
    """Options of `beidou rtk`."""

    inputs: InputOptions
    outputs: OutputOptions
    systems: str
    signals: Sequence[str]
    mode: str
    elevation_mask_deg: float

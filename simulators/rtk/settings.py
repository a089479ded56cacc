"""What can be said about rovers and bases in a scenario."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from simulators.settings import Settings, Share
from simulators.signals.makes import MAKES


class RtkSettings(Settings):
    """Rovers and base stations that send observations."""

    base_make: str = Field("reference", description="make of the bases: " + ", ".join(MAKES))
    rover_make: str = Field("board", description="make of most rovers")
    other_make: str = Field("other", description="make of the others")
    other_share: Share = Field(0.0, description="share of rovers of that other make")
    msm: Literal[4, 7] = Field(7, description="messages of observations: MSM4 or MSM7")
    position_every_s: float = Field(10.0, gt=0, description="seconds between messages 1005 and 1006 of a base")
    equipment_every_s: float = Field(60.0, gt=0, description="seconds between messages 1033 of a base")
    ephemerides_every_s: float = Field(20.0, gt=0, description="seconds in which a base sends all ephemerides")
    orbit_errors: bool = Field(True, description="ephemerides are off by decimetres, as real ones; false: exact")
    gga: Literal["none", "single", "float"] = Field("none", description="GGA of the rovers' own position beside")
    spread: Share = Field(0.6, description="part of a period over which the rovers send the epoch that all share")

    @model_validator(mode="after")
    def _known_makes(self) -> Self:
        for name in (self.base_make, self.rover_make, self.other_make):
            if name not in MAKES:
                raise ValueError(f"make {name!r}, but the makes are {', '.join(MAKES)}")
        return self

"""What can be said about signals in a scenario: atmosphere, reflections, slips, outages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gnss.delays.klobuchar import TYPICAL
from simulators.settings import Settings, Share


class SignalSettings(Settings):
    """Satellite signals and what happens to them on their way."""

    systems: str = Field("GECJ", pattern=r"^[GRECJ]+$", description="constellations, RINEX letters")
    signals_max: int = Field(2, ge=1, le=6, description="signals a receiver tracks of each satellite, its best first")
    mask_deg: float = Field(7.0, ge=0.0, le=60.0, description="receivers do not look below this elevation")
    klobuchar: tuple[float, ...] = Field(
        TYPICAL, min_length=8, max_length=8, description="the ionosphere: GPS's parameters, α0..β3"
    )
    iono_ratio: float = Field(1.0, ge=0.0, le=20.0, description="factor on that ionosphere")
    iono_north_mm_km: float = Field(0.8, description="its slope to the north: vertical delay on L1, mm a km")
    iono_east_mm_km: float = Field(-0.5, description="its slope to the east")
    iono_wave_m: float = Field(0.02, ge=0.0, le=5.0, description="amplitude of a travelling wave in it, m on L1")
    tropo_wet_ratio: float = Field(1.2, ge=0.0, le=5.0, description="water vapour against the standard atmosphere's")
    multipath_ratio: float = Field(1.0, ge=0.0, le=20.0, description="factor on all multipath")
    noise_ratio: float = Field(1.0, ge=0.0, le=20.0, description="factor on thermal noise")
    slip_ratio: float = Field(1.0, ge=0.0, le=1000.0, description="factor on how often phases slip")
    silent_slip_share: Share = Field(0.02, description="share of slips that the receiver does not notice")
    half_cycle_s: float = Field(6.0, ge=0.0, le=600.0, description="until the half cycle of a phase is resolved, s")
    half_cycle_share: Share = Field(0.5, description="share of unresolved phases that are off by half a cycle")
    reflected_ratio: float = Field(1.0, ge=0.0, le=10.0, description="factor on how often only a reflection is heard")
    jam_per_h: float = Field(0.02, ge=0.0, description="interference per terminal and hour: nothing is heard")
    jam_s: float = Field(8.0, gt=0.0, le=3600.0, description="mean length of it, s")
    trees_share: Share = Field(0.15, description="share of the open and built-up streets that run under trees")
    surroundings: Literal["buildings", "streets", "open", "built", "canyon", "trees"] = Field(
        "buildings", description="what hides the sky: the city's buildings, the kind of street, or everywhere the same"
    )

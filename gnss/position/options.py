"""What can be set about single-point positioning, and the same as numbers for kernels."""

from dataclasses import dataclass
from math import radians, sin
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.delays.klobuchar import PARAMETER_COUNT, TYPICAL
from gnss.position.signals import SignalChoice, compile_choices
from gnss.rtcm.signals import CARRIER_HZ, CARRIER_STEP_HZ

CLOCK_OF = {"J": "G"}
"""Constellations that share the receiver clock of another: QZSS runs on GPS time."""

CODE_FACTOR = {"R": 2.0}
"""How much noisier a constellation's pseudoranges are: GLONASS, whose channels differ in the receiver."""

ORBIT_RATIO = {"G": 0.25, "R": 0.3, "E": 0.15, "C": 0.35, "J": 0.3}
"""Error of orbit and clock over the accuracy that the message states, which is a cautious one."""

TYPICAL_COUNT = 30
"""Satellites among which the chance of one that seems wrong is shared out."""

ORBIT_UNSTATED_M = 8.0
"""Accuracy taken where the message states none."""


@dataclass(frozen=True, slots=True)
class SppOptions:
    """Settings of single-point positioning, each with its unit at the end of its name."""

    systems: str = "GRECJ"
    """Constellations used, RINEX letters."""
    elevation_mask_deg: float = 10.0
    cn0_dbhz_min: float = 20.0
    """Weaker signals are not used; a signal of unknown strength is."""
    klobuchar_gps: tuple[float, ...] | None = None
    """Ionosphere by GPS's parameters, α0..β3. Without any, those of an old day are taken and little trusted."""
    klobuchar_bds: tuple[float, ...] | None = None
    """By BeiDou's, which come first for BeiDou satellites."""
    sigma_code_m: float = 0.35
    """Noise of a strong pseudorange in the zenith, and again divided by the sine of the elevation."""
    sigma_multipath_m: float = 0.35
    """Multipath of a signal of 45 dB-Hz; ten times as much for one of 25."""
    sigma_doppler_mps: float = 0.04
    """Noise of a strong range rate in the zenith, and again by elevation and strength."""
    iono_ratio: float = 0.35
    """Error of the modelled ionosphere over itself."""
    false_alarm: float = 1e-4
    """Probability that satellites which agree are taken to contradict each other."""
    exclusions_max: int = 6
    """Satellites excluded from an epoch at most, because they contradict the others."""
    pdop_max: float = 30.0
    """Geometry weaker than this gives no position."""


class SppRules(NamedTuple):
    """`SppOptions` as kernels take it; arrays are by constellation, (7,), or as `SignalChoice` has them."""

    rank: NDArray[np.uint8]
    of_tgd: NDArray[np.float64]
    of_tgd2: NDArray[np.float64]
    carrier_hz: NDArray[np.float64]
    carrier_step_hz: NDArray[np.float64]
    clock_of: NDArray[np.int64]
    code_factor: NDArray[np.float64]
    orbit_ratio: NDArray[np.float64]
    klobuchar_gps: NDArray[np.float64]
    klobuchar_bds: NDArray[np.float64]
    has_gps: bool
    has_bds: bool
    sin_el_min: float
    cn0_dbhz_min: float
    sigma_code_m: float
    sigma_multipath_m: float
    sigma_doppler_mps: float
    iono_ratio: float
    normal_quantile: float
    ratio2_max: float
    exclusions_max: int
    pdop_max: float


def _by_system(values: dict[str, float]) -> NDArray[np.float64]:
    return np.array([values.get(letter, 1.0) for letter in SYSTEMS])


def _parameters(name: str, given: tuple[float, ...] | None) -> NDArray[np.float64]:
    terms = np.array(TYPICAL if given is None else given, np.float64)
    if terms.shape != (PARAMETER_COUNT,) or not np.isfinite(terms).all():
        raise ValueError(f"{name} are {PARAMETER_COUNT} numbers, got {given}")
    return terms


def _check(options: SppOptions) -> None:
    if not set(options.systems) <= set(SYSTEMS):
        raise ValueError(f"systems are letters out of {SYSTEMS}, got {options.systems!r}")
    if not 0.0 < options.false_alarm < 0.5:
        raise ValueError(f"false_alarm is a probability below 0.5, got {options.false_alarm}")
    if not 0.0 <= options.elevation_mask_deg < 90.0:
        raise ValueError(f"elevation_mask_deg is within 0 and 90, got {options.elevation_mask_deg}")


def compile_rules(options: SppOptions) -> SppRules:
    """The numbers of the settings.

    Shape: as `SppRules` says. Unit: as the names say. Error: ValueError, naming the setting, where one makes no sense.
    Source: none.
    """
    _check(options)
    choice: SignalChoice = compile_choices(options.systems)
    clocks = [SYSTEMS.index(CLOCK_OF.get(letter, letter)) for letter in SYSTEMS]
    return SppRules(
        *choice,
        carrier_hz=CARRIER_HZ,
        carrier_step_hz=CARRIER_STEP_HZ,
        clock_of=np.array(clocks, np.int64),
        code_factor=_by_system(CODE_FACTOR),
        orbit_ratio=_by_system(ORBIT_RATIO),
        klobuchar_gps=_parameters("klobuchar_gps", options.klobuchar_gps),
        klobuchar_bds=_parameters("klobuchar_bds", options.klobuchar_bds),
        has_gps=options.klobuchar_gps is not None,
        has_bds=options.klobuchar_bds is not None,
        sin_el_min=max(sin(radians(options.elevation_mask_deg)), 0.02),
        cn0_dbhz_min=options.cn0_dbhz_min,
        sigma_code_m=options.sigma_code_m,
        sigma_multipath_m=options.sigma_multipath_m,
        sigma_doppler_mps=options.sigma_doppler_mps,
        iono_ratio=options.iono_ratio,
        normal_quantile=NormalDist().inv_cdf(1.0 - options.false_alarm),
        ratio2_max=NormalDist().inv_cdf(1.0 - options.false_alarm / (2 * TYPICAL_COUNT)) ** 2,
        exclusions_max=options.exclusions_max,
        pdop_max=options.pdop_max,
    )

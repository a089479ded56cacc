"""What can be set about RTK, and the same as numbers for kernels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import log, radians, sin
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.rtcm.signals import CODE_INDEX, CODE_NAMES


class Mode(IntEnum):
    """What is assumed of the rover's and the base's motion."""

    KINEMATIC = 0
    STATIC = 1
    SINGLE_EPOCH = 2
    MOVING_BASE = 3


KINEMATIC, STATIC, SINGLE_EPOCH, MOVING_BASE = (int(mode) for mode in Mode)
"""The modes as kernels take them."""


@dataclass(frozen=True, slots=True)
class RtkSettings:
    """Settings of the engine, each with its unit at the end of its name."""

    mode: Mode = Mode.KINEMATIC
    systems: str = "GREC" + "JI"
    """Constellations used, RINEX letters."""
    signals: tuple[str, ...] = ()
    """RINEX codes used, such as `2I`; none named = all."""
    elevation_mask_deg: float = 15.0
    cn0_dbhz_min: float = 20.0
    age_corr_s_max: float = 30.0
    """Base data older than this are not used."""
    baseline_m_max: float = 100_000.0
    sigma_phase_m: float = 0.003
    """Phase noise at the zenith, and again divided by sin(elevation)."""
    sigma_code_ratio: float = 100.0
    """Code noise over phase noise, before it is learnt."""
    correlation_code_s: float = 100.0
    """Time over which the multipath of codes repeats itself: more epochs within it tell little new."""
    correlation_phase_s: float = 5.0
    """The same for the phases of a rover that moves."""
    correlation_rest_s: float = 30.0
    """The same for the phases of one that rests, where reflections stay."""
    memory_s: float = 600.0
    """Time after which what was learnt of the ambiguities has faded to a third."""
    failure_rate_max: float = 1e-3
    """Probability of wrong integers that is accepted."""
    common_ratio: float = 0.5
    """Part of the variance that all signals of a satellite share: reflections, troposphere, antenna."""
    iono_ppm: float = 1.0
    """Ionosphere left after the difference, a millionth of the baseline."""
    sigma_site_m: float = 0.003
    """Error of antenna and site that no observation shows, horizontal; twice that vertical."""


class Rules(NamedTuple):
    """`RtkSettings` as kernels take it."""

    mode: int
    system_used: NDArray[np.uint8]
    code_used: NDArray[np.uint8]
    sin_el_min: float
    cn0_dbhz_min: float
    baseline_m_max: float
    sigma_phase_m: float
    sigma_code_ratio: float
    correlation_code_s: float
    correlation_phase_s: float
    correlation_rest_s: float
    memory_s: float
    log_odds_min: float
    common_ratio: float
    iono_ratio: float


def _used(names: Iterable[str], known: Sequence[str]) -> NDArray[np.uint8]:
    """1 for each of the known names that is among `names`."""
    used = np.zeros(len(known), np.uint8)
    used[[known.index(name) for name in names]] = 1
    return used


BOUNDS: dict[str, tuple[float, float]] = {
    "elevation_mask_deg": (0.0, 89.0),
    "cn0_dbhz_min": (0.0, 99.0),
    "age_corr_s_max": (0.0, 3_600.0),
    "baseline_m_max": (1.0, 1e6),
    "sigma_phase_m": (1e-5, 1.0),
    "sigma_code_ratio": (0.1, 1e6),
    "correlation_code_s": (1e-12, 1e9),
    "correlation_phase_s": (1e-12, 1e9),
    "correlation_rest_s": (1e-12, 1e9),
    "memory_s": (1e-3, 1e300),
    "failure_rate_max": (1e-12, 0.5),
    "common_ratio": (0.0, 0.99),
    "iono_ppm": (0.0, 100.0),
    "sigma_site_m": (0.0, 10.0),
}
"""What each number of `RtkSettings` lies between."""


def _refuse(settings: RtkSettings) -> None:
    """Raise ValueError, naming the setting, where one makes no sense."""
    for name, (low, high) in BOUNDS.items():
        value = getattr(settings, name)
        if not low <= value <= high:
            raise ValueError(f"{name} lies between {low:g} and {high:g}, not {value}")
    if settings.mode not in list(Mode):
        raise ValueError(f"mode: {settings.mode} is none of {', '.join(mode.name.lower() for mode in Mode)}")
    if not settings.systems:
        raise ValueError("systems: name one at least")
    unknown = set(settings.systems) - set(SYSTEMS)
    if unknown:
        raise ValueError(f"systems: {''.join(sorted(unknown))} are none of {SYSTEMS}")
    strange = set(settings.signals) - set(CODE_INDEX)
    if strange:
        raise ValueError(f"signals: {', '.join(sorted(strange))}: no RINEX codes: band and attribute, as in 1C, 2I, 5Q")


def rules_of(settings: RtkSettings) -> Rules:
    """The numbers of the settings.

    Raises ValueError, naming the setting, where one makes no sense. Unit: as the names say.
    """
    _refuse(settings)
    return Rules(
        mode=int(settings.mode),
        system_used=_used(settings.systems, SYSTEMS),
        code_used=_used(settings.signals or CODE_INDEX, CODE_NAMES),
        sin_el_min=sin(radians(settings.elevation_mask_deg)),
        cn0_dbhz_min=settings.cn0_dbhz_min,
        baseline_m_max=settings.baseline_m_max,
        sigma_phase_m=settings.sigma_phase_m,
        sigma_code_ratio=settings.sigma_code_ratio,
        correlation_code_s=settings.correlation_code_s,
        correlation_phase_s=settings.correlation_phase_s,
        correlation_rest_s=settings.correlation_rest_s,
        memory_s=settings.memory_s,
        log_odds_min=log(1.0 / settings.failure_rate_max),
        common_ratio=settings.common_ratio,
        iono_ratio=settings.iono_ppm * 1e-6,
    )

"""How fences are judged: what stands for an accuracy that is not stated, how sure is sure, how late is too late."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from gnss.constants import NS_PER_S
from mapping.fences._desk import Its, new_its

SIGMA_M_BY_QUALITY: Final = MappingProxyType({1: 3.0, 2: 1.0, 3: 3.0, 4: 0.03, 5: 0.5, 6: 10.0, 7: 10.0, 8: 3.0})
"""Standard deviation in each of north and east, by GGA quality, of terminals that state none. Estimates."""

SAME_NAME: Final = (
    *("z_across", "z_moving", "z_unsure", "z_resting", "confirm_rows", "wrong_way_rows", "sigma_m_min", "moving_mps"),
    *("resting_mps", "speeding_margin_mps", "arrived_mps", "wrong_way_mps"),
)
"""Settings that kernels take as they are."""


@dataclass(frozen=True, slots=True)
class FenceSettings:
    """Settings of the fence engine. `z` is the distance from a limit in standard deviations: P(inside) = Phi(z).

    A terminal that moves is believed at `z_moving`, at `z_across` where its way led across the limit; one that rests at
    `z_resting`, any other at `z_unsure`.
    """

    watermark_s: float = 20.0
    gap_s: float = 60.0
    z_across: float = 1.2
    z_moving: float = 3.0
    z_unsure: float = 5.0
    z_resting: float = 8.0
    confirm_rows: int = 2
    sigma_m_by_quality: Mapping[int, float] = field(default_factory=lambda: SIGMA_M_BY_QUALITY)
    sigma_m_min: float = 0.05
    moving_mps: float = 0.8
    resting_mps: float = 1.5
    speeding_margin_mps: float = 0.5
    arrived_mps: float = 1.0
    wrong_way_mps: float = 2.0
    wrong_way_rows: int = 3

    def __post_init__(self) -> None:
        if not 0.0 < self.z_across <= self.z_moving <= self.z_unsure <= self.z_resting:
            raise ValueError("z_across, z_moving, z_unsure and z_resting must be positive and in this order")
        if min(self.confirm_rows, self.wrong_way_rows) < 1:
            raise ValueError("confirm_rows and wrong_way_rows must be 1 at least")
        if self.watermark_s < 0.0 or self.gap_s <= 0.0 or self.sigma_m_min <= 0.0:
            raise ValueError("watermark_s must not be negative; gap_s and sigma_m_min must be positive")


def its_of(settings: FenceSettings) -> Its:
    """The settings as kernels take them.

    Unit: m, m/s, ns.
    """
    its = new_its()
    its.watermark_ns, its.gap_ns = round(settings.watermark_s * NS_PER_S), round(settings.gap_s * NS_PER_S)
    for name in SAME_NAME:
        setattr(its, name, getattr(settings, name))
    its.sigma_m[:] = max(settings.sigma_m_by_quality.values(), default=10.0)
    for quality, value in settings.sigma_m_by_quality.items():
        its.sigma_m[quality] = value
    return its

"""Ellipsoids of revolution by their two defining numbers (source: EPSG registry, GLONASS ICD) and what follows from
them."""

from dataclasses import dataclass
from math import sqrt

from gnss.constants import CGCS2000_A_M, CGCS2000_INV_F, PZ90_A_M, PZ90_INV_F, WGS84_A_M, WGS84_INV_F


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """Semi-major axis in m and inverse flattening."""

    a_m: float
    inv_f: float

    def __post_init__(self) -> None:
        if not (self.a_m > 0 and self.inv_f > 1):
            raise ValueError(f"not an ellipsoid: a = {self.a_m} m, 1/f = {self.inv_f}")

    @property
    def f(self) -> float:
        """Flattening (a - b) / a, dimensionless."""
        return 1.0 / self.inv_f

    @property
    def b_m(self) -> float:
        """Semi-minor axis in m."""
        return self.a_m * (1.0 - self.f)

    @property
    def e2(self) -> float:
        """First eccentricity squared, dimensionless."""
        return self.f * (2.0 - self.f)

    @property
    def e(self) -> float:
        """First eccentricity, dimensionless."""
        return sqrt(self.e2)

    @property
    def n(self) -> float:
        """Third flattening (a - b) / (a + b), dimensionless: the variable of the Krüger series."""
        return self.f / (2.0 - self.f)


WGS84 = Ellipsoid(WGS84_A_M, WGS84_INV_F)
CGCS2000 = Ellipsoid(CGCS2000_A_M, CGCS2000_INV_F)
PZ90 = Ellipsoid(PZ90_A_M, PZ90_INV_F)

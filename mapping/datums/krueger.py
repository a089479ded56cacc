"""Krüger's series for the transverse Mercator projection, to the sixth order of the third flattening.

Scalar kernels for scale 1 on the central meridian and an origin on the equator: `project(lat_rad, dlon_rad, e, alpha)
-> (xi, eta)`, `unproject(xi, eta, e, beta) -> (lat_rad, dlon_rad)`, `distortion(lat_rad, dlon_rad, e, alpha) ->
(scale_by_radius, convergence_rad)`, `isometric_latitude(lat_rad, e)` and its inverse. `xi` and `eta` are northing and
easting in units of the rectifying radius.
Source: Krüger 1912, in the form of Karney 2011.
"""

from math import asinh, atan, atan2, atanh, cos, cosh, hypot, sin, sinh, sqrt, tan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from gnss.frames.ellipsoid import Ellipsoid

Floats = NDArray[np.float64]

NEWTON_MAX = 5
"""Newton steps from conformal to geodetic latitude; three reach the last bit."""

# Rows: coefficients of sin 2j zeta, j = 1..6. Columns: powers of n, 1..6. Karney 2011, equations 35 and 36.
ALPHA_OF_N = (
    (1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
    (0, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
    (0, 0, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
    (0, 0, 0, 49561 / 161280, -179 / 168, 6601661 / 7257600),
    (0, 0, 0, 0, 34729 / 80640, -3418889 / 1995840),
    (0, 0, 0, 0, 0, 212378941 / 319334400),
)
BETA_OF_N = (
    (1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800),
    (0, 1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720),
    (0, 0, 17 / 480, -37 / 840, -209 / 4480, 5569 / 90720),
    (0, 0, 0, 4397 / 161280, -11 / 504, -830251 / 7257600),
    (0, 0, 0, 0, 4583 / 161280, -108847 / 3991680),
    (0, 0, 0, 0, 0, 20648693 / 638668800),
)
RADIUS_OF_N2 = (1, 1 / 4, 1 / 64, 1 / 256)
"""Rectifying radius times (1 + n) / a, by powers of n² (Karney 2011, equation 14)."""


class Series(NamedTuple):
    """The projection of one ellipsoid: rectifying radius, eccentricity, and both sets of coefficients."""

    radius_m: float
    a_m: float
    e: float
    alpha: Floats
    beta: Floats


def series_of(ellipsoid: Ellipsoid) -> Series:
    """Coefficients of the series for an ellipsoid.

    Shape: six coefficients each way. Unit: dimensionless, the radius in m. Error: truncation < 1 nm within 30 degrees
    of the central meridian. Source: Karney 2011, equations 14, 35 and 36.
    """
    powers = ellipsoid.n ** np.arange(1, 7)
    radius_of_n2 = np.array(RADIUS_OF_N2) @ ellipsoid.n ** np.arange(0, 8, 2)
    radius_m = ellipsoid.a_m / (1.0 + ellipsoid.n) * float(radius_of_n2)
    return Series(radius_m, ellipsoid.a_m, ellipsoid.e, np.array(ALPHA_OF_N) @ powers, np.array(BETA_OF_N) @ powers)


@inline_kernel
def _sine_series(coefficients: Floats, sin_2zeta: complex, cos_2zeta: complex) -> complex:
    """Sum of c[j] sin 2j zeta by Clenshaw's recurrence."""
    after, last = 0j, 0j
    for j in range(coefficients.size - 1, -1, -1):
        after, last = last, coefficients[j] + 2.0 * cos_2zeta * last - after
    return last * sin_2zeta


@inline_kernel
def _slope_series(coefficients: Floats, cos_2zeta: complex) -> complex:
    """Sum of 2j c[j] cos 2j zeta by Clenshaw's recurrence."""
    after, last = 0j, 0j
    for j in range(coefficients.size - 1, -1, -1):
        after, last = last, 2.0 * (j + 1) * coefficients[j] + 2.0 * cos_2zeta * last - after
    return last * cos_2zeta - after


@inline_kernel
def _conformal_tan(tan_lat: float, e: float) -> float:
    """Tangent of the conformal latitude (Karney 2011, equations 7 to 9)."""
    sec_lat = hypot(1.0, tan_lat)
    sigma = sinh(e * atanh(e * tan_lat / sec_lat))
    return tan_lat * hypot(1.0, sigma) - sigma * sec_lat


@inline_kernel
def _geodetic_tan(tan_conformal: float, e: float) -> float:
    """Tangent of the geodetic latitude by Newton's method (Karney 2011, equations 19 to 21)."""
    one_e2 = 1.0 - e * e
    tan_lat = tan_conformal / one_e2
    for _ in range(NEWTON_MAX):
        reached = _conformal_tan(tan_lat, e)
        slope = (1.0 + one_e2 * tan_lat * tan_lat) / (one_e2 * hypot(1.0, tan_lat) * hypot(1.0, reached))
        step = (tan_conformal - reached) * slope
        tan_lat += step
        if not abs(step) > 1e-16 * max(1.0, abs(tan_lat)):
            break
    return tan_lat


@kernel
def isometric_latitude(lat_rad: float, e: float) -> float:
    """Isometric latitude, in which with the longitude the map is conformal.

    Shape: scalars. Unit: rad to rad. Error: last bits; infinite at the poles, NaN in gives NaN out. Source: Karney
    2011, equations 7 to 9.
    """
    return asinh(_conformal_tan(tan(lat_rad), e))


@kernel
def latitude_of_isometric(q_rad: float, e: float) -> float:
    """Geodetic latitude of an isometric one: the inverse of `isometric_latitude`.

    Shape: scalars. Unit: rad to rad. Error: last bits; NaN in gives NaN out. Source: Karney 2011, equations 19 to 21.
    """
    return atan(_geodetic_tan(sinh(q_rad), e))


@inline_kernel
def _double_angles(tan_conformal: float, sin_dlon: float, cos_dlon: float) -> tuple[complex, complex, float, float]:
    """(sin 2 zeta', cos 2 zeta', sinh eta', radius of both) on the conformal sphere, without further trigonometry."""
    radius = hypot(tan_conformal, cos_dlon)
    sin_xi, cos_xi, sinh_eta = tan_conformal / radius, cos_dlon / radius, sin_dlon / radius
    cosh_eta = hypot(1.0, sinh_eta)
    sin_2xi, cos_2xi = 2.0 * sin_xi * cos_xi, (cos_xi - sin_xi) * (cos_xi + sin_xi)
    sinh_2eta, cosh_2eta = 2.0 * sinh_eta * cosh_eta, 1.0 + 2.0 * sinh_eta * sinh_eta
    sin_2zeta = complex(sin_2xi * cosh_2eta, cos_2xi * sinh_2eta)
    cos_2zeta = complex(cos_2xi * cosh_2eta, -sin_2xi * sinh_2eta)
    return sin_2zeta, cos_2zeta, sinh_eta, radius


@kernel
def project(lat_rad: float, dlon_rad: float, e: float, alpha: Floats) -> tuple[float, float]:
    """Northing and easting of one point, in units of the rectifying radius.

    Shape: scalars, `alpha` (6,). Unit: rad from the central meridian to dimensionless. Error: < 5 nm on the Earth
    within 30 degrees of the central meridian; NaN in gives NaN out. Source: Karney 2011, equations 7 to 11.
    """
    tan_conformal = _conformal_tan(tan(lat_rad), e)
    sin_dlon, cos_dlon = sin(dlon_rad), cos(dlon_rad)
    sin_2zeta, cos_2zeta, sinh_eta, _ = _double_angles(tan_conformal, sin_dlon, cos_dlon)
    correction = _sine_series(alpha, sin_2zeta, cos_2zeta)
    return atan2(tan_conformal, cos_dlon) + correction.real, asinh(sinh_eta) + correction.imag


@kernel
def unproject(xi: float, eta: float, e: float, beta: Floats) -> tuple[float, float]:
    """Latitude and longitude from the central meridian of one projected point: the inverse of `project`.

    Shape: scalars, `beta` (6,). Unit: dimensionless to rad. Error: as `project`. Source: Karney 2011, equations 15
    to 21.
    """
    sin_2xi, cos_2xi, sinh_2eta, cosh_2eta = sin(2.0 * xi), cos(2.0 * xi), sinh(2.0 * eta), cosh(2.0 * eta)
    sin_2zeta = complex(sin_2xi * cosh_2eta, cos_2xi * sinh_2eta)
    cos_2zeta = complex(cos_2xi * cosh_2eta, -sin_2xi * sinh_2eta)
    correction = _sine_series(beta, sin_2zeta, cos_2zeta)
    xi_sphere, sinh_eta_sphere = xi - correction.real, sinh(eta - correction.imag)
    cos_xi_sphere = cos(xi_sphere)
    tan_conformal = sin(xi_sphere) / hypot(sinh_eta_sphere, cos_xi_sphere)
    return atan(_geodetic_tan(tan_conformal, e)), atan2(sinh_eta_sphere, cos_xi_sphere)


@kernel
def distortion(lat_rad: float, dlon_rad: float, e: float, alpha: Floats) -> tuple[float, float]:
    """Scale times a / rectifying radius, and convergence, of one point.

    Shape: scalars, `alpha` (6,). Unit: rad to (dimensionless, rad; grid north clockwise of true north is positive).
    Error: < 1e-13 in scale within 30 degrees; NaN in gives NaN out. Source: Karney 2011, equations 22 to 28.
    """
    tan_lat = tan(lat_rad)
    tan_conformal = _conformal_tan(tan_lat, e)
    sin_dlon, cos_dlon = sin(dlon_rad), cos(dlon_rad)
    _, cos_2zeta, _, radius = _double_angles(tan_conformal, sin_dlon, cos_dlon)
    slope = 1.0 + _slope_series(alpha, cos_2zeta)
    sec_lat = hypot(1.0, tan_lat)
    sin_lat = tan_lat / sec_lat
    scale = sqrt(1.0 - e * e * sin_lat * sin_lat) * sec_lat / radius * abs(slope)
    on_sphere_rad = atan2(tan_conformal * sin_dlon, hypot(1.0, tan_conformal) * cos_dlon)
    return scale, on_sphere_rad + atan2(-slope.imag, slope.real)

"""The transverse Mercator projection by short polynomials in bands of latitude: as exact as Krüger's series, and quick.

In isometric latitude q and longitude the projection is one analytic function of q + i dlon. Within a band half a degree
wide its Taylor polynomial about the middle is exact to nanometres as far as `DLON_RAD_MAX` from the meridian; a second,
real polynomial gives q of the latitude. That is 30 multiplications and no trigonometry. The inverse is the same, the
other way round. One table serves every meridian; it is made once, from Krüger's series.
Source: Karney 2011 for what is approximated; coefficients by Cauchy's integral on a circle (trapezoidal rule).
"""

from functools import lru_cache
from math import pi, radians
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel
from gnss.frames.ellipsoid import CGCS2000
from mapping.datums.krueger import Series, isometric_latitude, latitude_of_isometric, project, series_of, unproject

Floats = NDArray[np.float64]

LAT_RAD_MAX = radians(66.0)
"""Beyond, a band of half a degree is too wide for the polynomials."""

INSIDE = 1.0 - 1e-12
"""So much of the bands is used: in the last bits of their edge, a band beyond would be read."""

DLON_RAD_MAX = radians(3.5)
"""A 6-degree zone and half a degree more."""

X_M_MAX = 380_000.0
"""As far from the meridian as the inverse reaches at the equator; less elsewhere."""

BANDS = 264
"""Half a degree each, from 66 degrees south to 66 north."""

DEGREE_BAND = 6
DEGREE_PLANE = 10
"""Lower ones are quicker: 6 and 9 lose 1e-8 m at the edges, 6 and 8 3e-7 m."""

TERMS = DEGREE_BAND + 1 + DEGREE_PLANE + 1
CIRCLE_POINTS = 64

PER_RAD = BANDS / (2.0 * LAT_RAD_MAX)  # bands a radian
MIDDLE = BANDS / 2.0


class Bands(NamedTuple):
    """Coefficients by band: `forward` and `inverse` (BANDS, TERMS), and bands a metre of northing."""

    forward: Floats
    inverse: Floats
    per_m: float
    northing_m_max: float


@inline_kernel
def is_banded(lat_rad: float, dlon_rad: float) -> bool:
    """Whether the bands reach a point. Unit: rad from the meridian."""
    return abs(lat_rad) <= INSIDE * LAT_RAD_MAX and abs(dlon_rad) <= DLON_RAD_MAX


@inline_kernel
def is_banded_back(x_m: float, northing_m: float, bands: Bands) -> bool:
    """Whether the bands reach a projected point. Unit: m from the meridian, m from the equator."""
    return abs(northing_m) <= INSIDE * bands.northing_m_max and abs(x_m) <= x_m_max(northing_m, bands)


@inline_kernel
def x_m_max(northing_m: float, bands: Bands) -> float:
    """How far from the meridian the inverse is good: less than the length of DLON_RAD_MAX. Unit: m."""
    part = northing_m / bands.northing_m_max
    return X_M_MAX * (1.0 - 0.6 * part * part)


@inline_kernel
def band_project(lat_rad: float, dlon_rad: float, bands: Bands) -> tuple[float, float]:
    """Easting from the meridian and northing of one point that `is_banded`.

    Shape: scalars. Unit: rad from the meridian to m. Frame: CGCS2000's ellipsoid. Error: 1e-8 m from `project`. Source:
    Karney 2011.
    """
    position = lat_rad * PER_RAD + MIDDLE
    band = np.uintp(position)
    s = position - band - 0.5
    terms = bands.forward
    q = terms[band, DEGREE_BAND]
    for j in range(DEGREE_BAND - 1, -1, -1):
        q = q * s + terms[band, j]
    # a real polynomial of q + i dlon by Goertzel's recurrence
    twice, square = 2.0 * q, q * q + dlon_rad * dlon_rad
    after, last = 0.0, terms[band, TERMS - 1]
    for j in range(TERMS - 2, DEGREE_BAND + 1, -1):
        after, last = last, terms[band, j] + twice * last - square * after
    return dlon_rad * last, terms[band, DEGREE_BAND + 1] + q * last - square * after


@inline_kernel
def band_unproject(x_m: float, northing_m: float, bands: Bands) -> tuple[float, float]:
    """Latitude and longitude from the meridian of one projected point that `is_banded_back`.

    Shape: scalars. Unit: m to rad. Frame: CGCS2000's ellipsoid. Error: 1e-8 m from `unproject`. Source: Karney 2011.
    """
    position = northing_m * bands.per_m + MIDDLE
    band = np.uintp(position)
    s, t = position - band - 0.5, x_m * bands.per_m
    terms = bands.inverse
    twice, square = 2.0 * s, s * s + t * t
    after, last = 0.0, terms[band, TERMS - 1]
    for j in range(TERMS - 2, DEGREE_BAND + 1, -1):
        after, last = last, terms[band, j] + twice * last - square * after
    q = terms[band, DEGREE_BAND + 1] + s * last - square * after
    lat_rad = terms[band, DEGREE_BAND]
    for j in range(DEGREE_BAND - 1, -1, -1):
        lat_rad = lat_rad * q + terms[band, j]
    return lat_rad, t * last


@kernel
def _isometric_rows(lat_rad: Floats, e: float, q_rad: Floats) -> None:
    for row in range(lat_rad.size):
        q_rad[row] = isometric_latitude(lat_rad[row], e)


@kernel
def _latitude_rows(q_rad: Floats, e: float, lat_rad: Floats) -> None:
    for row in range(q_rad.size):
        lat_rad[row] = latitude_of_isometric(q_rad[row], e)


@kernel
def _project_rows(q_rad: Floats, dlon_rad: Floats, series: Series, z_m: NDArray[np.complex128]) -> None:
    for row in range(q_rad.size):
        lat_rad = latitude_of_isometric(q_rad[row], series.e)
        xi, eta = project(lat_rad, dlon_rad[row], series.e, series.alpha)
        z_m[row] = series.radius_m * complex(xi, eta)


@kernel
def _unproject_rows(z_m: NDArray[np.complex128], series: Series, w_rad: NDArray[np.complex128]) -> None:
    for row in range(z_m.size):
        xi, eta = z_m[row].real / series.radius_m, z_m[row].imag / series.radius_m
        lat_rad, dlon_rad = unproject(xi, eta, series.e, series.beta)
        w_rad[row] = complex(isometric_latitude(lat_rad, series.e), dlon_rad)


def _isometric(lat_rad: Floats, e: float) -> Floats:
    q_rad = np.empty(lat_rad.size)
    _isometric_rows(lat_rad.ravel(), e, q_rad)
    return q_rad.reshape(lat_rad.shape)


def _latitude(q_rad: Floats, e: float) -> Floats:
    lat_rad = np.empty(q_rad.size)
    _latitude_rows(q_rad.ravel(), e, lat_rad)
    return lat_rad.reshape(q_rad.shape)


def _chebyshev_fit(values: Floats, half_width: Floats) -> Floats:
    """Powers (n, DEGREE_BAND + 1) of the polynomials through values (n, nodes) at Chebyshev's nodes of ±half_width."""
    basis = np.polynomial.chebyshev.chebvander(_nodes(), DEGREE_BAND)
    chebyshev = np.linalg.solve(basis, values.T).T
    to_powers = np.zeros((DEGREE_BAND + 1, DEGREE_BAND + 1))
    for k in range(DEGREE_BAND + 1):
        powers = np.polynomial.chebyshev.cheb2poly(np.eye(DEGREE_BAND + 1)[k])
        to_powers[k, : powers.size] = powers
    return chebyshev @ to_powers / half_width[:, None] ** np.arange(DEGREE_BAND + 1)


def _nodes() -> Floats:
    nodes: Floats = np.polynomial.chebyshev.chebpts1(DEGREE_BAND + 1)
    return nodes


def _circle() -> NDArray[np.complex128]:
    circle: NDArray[np.complex128] = np.exp(2j * pi * np.arange(CIRCLE_POINTS) / CIRCLE_POINTS)
    return circle


def _taylor(values: NDArray[np.complex128], radius: Floats) -> Floats:
    """Real Taylor coefficients (n, DEGREE_PLANE + 1) of functions known on circles of a radius (n, points)."""
    coefficients = np.fft.fft(values, axis=1).real[:, : DEGREE_PLANE + 1] / CIRCLE_POINTS
    return coefficients / radius[:, None] ** np.arange(DEGREE_PLANE + 1)


def _forward(series: Series) -> Floats:
    middle_rad = (np.arange(BANDS, dtype=np.float64) + 0.5 - MIDDLE) / PER_RAD
    q_middle_rad = _isometric(middle_rad, series.e)
    lat_rad = middle_rad[:, None] + 0.5 * _nodes() / PER_RAD
    to_q = _chebyshev_fit(_isometric(lat_rad, series.e) - q_middle_rad[:, None], np.full(BANDS, 0.5))
    radius_rad = np.hypot(np.abs(to_q[:, 1]) * 0.55, DLON_RAD_MAX)
    w_rad = radius_rad[:, None] * _circle()
    z_m = np.empty(w_rad.size, dtype=np.complex128)
    _project_rows((q_middle_rad[:, None] + w_rad.real).ravel(), w_rad.imag.ravel(), series, z_m)
    # less the northing of the middle, so that the sum over the circle keeps its digits
    z_middle_m = np.empty(BANDS, dtype=np.complex128)
    _project_rows(q_middle_rad, np.zeros(BANDS), series, z_middle_m)
    to_plane = _taylor(z_m.reshape(w_rad.shape) - z_middle_m[:, None], radius_rad)
    to_plane[:, 0] += z_middle_m.real
    return np.ascontiguousarray(np.hstack([to_q, to_plane]))


def _inverse(series: Series, per_m: float) -> Floats:
    middle_m = (np.arange(BANDS) + 0.5 - MIDDLE) / per_m
    w_middle_rad = np.empty(BANDS, dtype=np.complex128)
    _unproject_rows(middle_m.astype(np.complex128), series, w_middle_rad)
    x_m_max = X_M_MAX * (1.0 - 0.6 * (middle_m * per_m / MIDDLE) ** 2)
    radius = np.hypot(0.5, x_m_max * per_m)
    z_m = middle_m[:, None] + radius[:, None] * _circle() / per_m
    w_rad = np.empty(z_m.size, dtype=np.complex128)
    _unproject_rows(z_m.ravel(), series, w_rad)
    to_w = _taylor(w_rad.reshape(z_m.shape) - w_middle_rad[:, None], radius)
    half_width_rad = np.abs(to_w[:, 1]) * 0.7
    q_rad: Floats = w_middle_rad.real[:, None] + half_width_rad[:, None] * _nodes()
    to_lat = _chebyshev_fit(_latitude(q_rad, series.e), half_width_rad)
    return np.ascontiguousarray(np.hstack([to_lat, to_w]))


@lru_cache(maxsize=1)
def bands_of_cgcs2000() -> Bands:
    """The tables of the CGCS2000 ellipsoid, made at the first call (20 ms).

    Shape: (264, 18) twice. Unit: rad and m. Error: 1e-8 m. Source: Karney 2011.
    """
    series = series_of(CGCS2000)
    xi, _ = project(LAT_RAD_MAX, 0.0, series.e, series.alpha)
    northing_m = series.radius_m * xi
    per_m = BANDS / (2.0 * northing_m)
    return Bands(_forward(series), _inverse(series, per_m), per_m, northing_m)

"""How well a place explains a position: its residual after the slow error, its course, its height.

A position is the place plus a slow error (a first-order process that every way through the trellis estimates for
itself) plus a quick one with heavy tails. Only the part of the residual across the road tells places apart: along it
the place goes where the position is.
"""

from math import exp, isnan, log, pi, sqrt
from typing import Final, NamedTuple

from gnss._jit import inline_kernel
from mapping.matching._layout import (
    ALONG,
    BX,
    BY,
    H_MAP,
    HX,
    HY,
    LATERAL,
    PXX,
    PXY,
    PYY,
    SIGMA_H,
    SIGMA_U,
    SXX,
    SXY,
    SYY,
    UX,
    UY,
    Floats,
)
from mapping.matching.model import Rules

FLAT: Final = 30.0
"""(1 - cosine) over variance of a course beyond which only outliers are left."""

SIGMA_H_MAP_M: Final = 2.0
"""Heights of maps, m."""


class Noise(NamedTuple):
    """What may have happened to the error between two rows.

    `kept` is the part of the slow error that is still there; the rest are covariances: `cxx`, `cxy`, `cyy` that of
    what the slow error gained, `qxx`, `qxy`, `qyy` that of the quick error.
    """

    kept: float
    cxx: float
    cxy: float
    cyy: float
    qxx: float
    qxy: float
    qyy: float


@inline_kernel
def noise_between(row: Floats, before: Floats, age_s: float, rules: Rules) -> Noise:
    """Noise of a row that comes `age_s` after another; a negative age means that nothing is known of before.

    Shape: `row` and `before` (ROW_WIDTH,). Unit: m, s.
    """
    rho, shrunk = 0.0, 1.0
    if age_s >= 0.0:
        rho = exp(-age_s / rules.slow_s)
        map_m2 = rules.sigma_map_m**2
        shrunk = (rules.slow_ratio * 0.5 * (row[SXX] + row[SYY]) + map_m2) / (
            rules.slow_ratio * 0.5 * (before[SXX] + before[SYY]) + map_m2
        )
    slow, quick = rules.slow_ratio, 1.0 - rules.slow_ratio
    gained = 1.0 - rho * rho / max(shrunk, 1.0)
    map_m2, line_m2 = rules.sigma_map_m**2, rules.sigma_line_m**2
    return Noise(
        rho * sqrt(min(shrunk, 1.0)),
        gained * (slow * row[SXX] + map_m2), gained * slow * row[SXY], gained * (slow * row[SYY] + map_m2),
        quick * row[SXX] + line_m2, quick * row[SXY], quick * row[SYY] + line_m2,
    )  # fmt: skip


class Past(NamedTuple):
    """The slow error as it is expected at a row, m and m²: what is left of it from before, and what it gained."""

    bx: float
    by: float
    pxx: float
    pxy: float
    pyy: float


@inline_kernel
def expected(before: Floats, noise: Noise) -> Past:
    """The slow error to be expected after a place.

    Shape: a place (PLACE_WIDTH,). Unit: m.
    """
    kept2 = noise.kept * noise.kept
    return Past(
        noise.kept * before[BX], noise.kept * before[BY], kept2 * before[PXX] + noise.cxx,
        kept2 * before[PXY] + noise.cxy, kept2 * before[PYY] + noise.cyy,
    )  # fmt: skip


@inline_kernel
def unknown(noise: Noise) -> Past:
    """The slow error of a row before which nothing is known.

    Shape: scalars. Unit: m.
    """
    return Past(0.0, 0.0, noise.cxx, noise.cxy, noise.cyy)


@inline_kernel
def residual_log(place: Floats, past: Past, noise: Noise, dof: float) -> float:
    """Logarithm of how probable the residual of a place is, given the slow error on the way to it.

    Shape: a place (PLACE_WIDTH,). Unit: m. Up to a constant that is the same for all places of a row.
    """
    ux, uy = place[UX], place[UY]
    sxx, sxy, syy = past.pxx + noise.qxx, past.pxy + noise.qxy, past.pyy + noise.qyy
    across_m2 = uy * uy * sxx - 2.0 * ux * uy * sxy + ux * ux * syy
    across_m = place[LATERAL] - (ux * past.by - uy * past.bx)
    spread = 1.0 + across_m * across_m / (dof * across_m2)
    if place[ALONG] != 0.0:
        along_m2 = ux * ux * sxx + 2.0 * ux * uy * sxy + uy * uy * syy
        along_m = place[ALONG] - (ux * past.bx + uy * past.by)
        spread *= 1.0 + along_m * along_m / (dof * along_m2)
    return -0.5 * ((dof + 1.0) * log(spread) + log(across_m2))


@inline_kernel
def carry_error(place: Floats, past: Past, noise: Noise, dof: float) -> None:
    """The slow error at `place`: what was expected, with what the residual of `place` tells of it.

    Shape: a place (PLACE_WIDTH,), which is filled in. Unit: m, m².
    """
    place[BX], place[BY], place[PXX], place[PXY], place[PYY] = past.bx, past.by, past.pxx, past.pxy, past.pyy
    ux, uy = place[UX], place[UY]
    _learn(place, -uy, ux, place[LATERAL], noise, dof)
    if place[ALONG] != 0.0:
        _learn(place, ux, uy, place[ALONG], noise, dof)


@inline_kernel
def _learn(place: Floats, nx: float, ny: float, seen_m: float, noise: Noise, dof: float) -> None:
    """A Kalman update by the residual in one direction; the less probable it is, the less it is believed."""
    gx, gy = place[PXX] * nx + place[PXY] * ny, place[PXY] * nx + place[PYY] * ny
    known_m2 = nx * gx + ny * gy
    quick_m2 = nx * nx * noise.qxx + 2.0 * nx * ny * noise.qxy + ny * ny * noise.qyy
    surprise_m = seen_m - nx * place[BX] - ny * place[BY]
    doubt = (dof + surprise_m * surprise_m / (known_m2 + quick_m2)) / (dof + 1.0)
    per_m2 = 1.0 / (known_m2 + quick_m2 * max(doubt, 1.0))
    kx, ky = gx * per_m2, gy * per_m2
    place[BX] += kx * surprise_m
    place[BY] += ky * surprise_m
    place[PXX] -= kx * gx
    place[PXY] -= kx * gy
    place[PYY] -= ky * gy


@inline_kernel
def course_log(row: Floats, ux: float, uy: float, rules: Rules) -> float:
    """Logarithm of how probable the course of a row is on a road in direction (ux, uy); 0 where it has no course.

    Shape: `row` (ROW_WIDTH,). Unit: m. A part of courses, `course_outlier_ratio`, may be anything.
    """
    if isnan(row[HX]):
        return 0.0
    sigma_rad, wild = row[SIGMA_H], rules.course_outlier_ratio
    if 1.0 - row[HX] * ux - row[HY] * uy > FLAT * sigma_rad * sigma_rad:
        return log(wild / (2.0 * pi))
    near = exp(-(1.0 - row[HX] * ux - row[HY] * uy) / (sigma_rad * sigma_rad)) / (sigma_rad * sqrt(2.0 * pi))
    return log((1.0 - wild) * near + wild / (2.0 * pi))


@inline_kernel
def height_log(row: Floats, h_map_m: float, dof: float) -> float:
    """Logarithm of how probable the height of a row is on a road of that height; 0 where either is not known.

    Shape: `row` (ROW_WIDTH,). Unit: m.
    """
    over_m = row[H_MAP] - h_map_m
    if isnan(over_m):
        return 0.0
    variance_m2 = row[SIGMA_U] ** 2 + SIGMA_H_MAP_M**2
    return -0.5 * (dof + 1.0) * log(1.0 + over_m * over_m / (dof * variance_m2))

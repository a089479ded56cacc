"""Reference lines of OpenDRIVE: position and heading at a distance along the road.

A reference line is a row of pieces, each from its own start: straight, arc, Euler spiral, or a cubic in one of two
forms. Positions are in the map's own grid (m); headings from its x axis, counter-clockwise.
Source: ASAM OpenDRIVE 1.8, geometry.
"""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TURN_RAD_MAX: Final = 1_000.0  # that one spiral may wind; beyond, it is no road
VALUES_MAX: Final = 2_000_000  # that are computed at once
NEWTON_MAX: Final = 60
ARC_STEP_M: Final = 1e-10
POLY3_PARTS: Final = 16  # of a cubic, for its length
GAUSS_POINTS, GAUSS_WEIGHTS = (0.5 * a for a in np.polynomial.legendre.leggauss(10))
GAUSS_POINTS += 0.5
"""On 0 to 1: exact for polynomials of degree 19, hence 1e-16 for what turns by less than 1 rad."""


class Shape(IntEnum):
    """The kinds of pieces; the words are those of the files."""

    LINE = 0
    ARC = 1
    SPIRAL = 2
    POLY3 = 3
    PARAM_POLY3 = 4


@dataclass(frozen=True, slots=True)
class Geometry:
    """One piece: where it begins along the road and in the map, its length, and the parameters of its shape.

    `parameters`: arc (curvature), spiral (curvature at begin and end), poly3 (a, b, c, d), paramPoly3 (aU, bU, cU, dU,
    aV, bV, cV, dV, 1 where its parameter runs from 0 to 1). Curvatures are in 1/m, left positive.
    """

    s_m: float
    x_m: float
    y_m: float
    hdg_rad: float
    length_m: float
    shape: Shape
    parameters: tuple[float, ...] = ()


class Poses(NamedTuple):
    """Positions and headings of one reference line."""

    x_m: Floats
    y_m: Floats
    hdg_rad: Floats


def poses_at(pieces: list[Geometry], s_m: Floats, *, ends_before: bool = False) -> Poses:
    """Positions and headings at distances along a road, from pieces in order of their `s_m`.

    Shape: (n,) three times. Unit: m and rad, in the map's grid. Error: 1e-9 m. Where a piece begins, that piece
    counts; with `ends_before`, at the last distance the one that ends there. Beyond the ends the outer pieces go on.
    Source: ASAM OpenDRIVE 1.8, geometry.
    """
    starts_m = np.array([piece.s_m for piece in pieces])
    which = np.clip(np.searchsorted(starts_m, s_m, side="right") - 1, 0, None)
    if ends_before and s_m.size:
        which[-1] = max(int(np.searchsorted(starts_m, s_m[-1], side="left")) - 1, 0)
    out = Poses(*np.empty((3, s_m.size)))
    for i in np.unique(which):
        rows = which == i
        for column, values in zip(out, piece_poses(pieces[i], s_m[rows] - starts_m[i]), strict=True):
            column[rows] = values
    return out


def piece_poses(piece: Geometry, along_m: Floats) -> Poses:
    """Positions and headings at distances from the start of one piece.

    Shape: (n,) three times. Unit: m and rad, in the map's grid. Error: 1e-9 m. Source: as `poses_at`.
    """
    u_m, v_m, turn_rad = LOCAL[piece.shape](piece, along_m)
    cos_hdg, sin_hdg = np.cos(piece.hdg_rad), np.sin(piece.hdg_rad)
    x_m = piece.x_m + u_m * cos_hdg - v_m * sin_hdg
    y_m = piece.y_m + u_m * sin_hdg + v_m * cos_hdg
    return Poses(x_m, y_m, piece.hdg_rad + turn_rad)


def _line(piece: Geometry, along_m: Floats) -> tuple[Floats, Floats, Floats]:
    return along_m, np.zeros_like(along_m), np.zeros_like(along_m)


def _arc(piece: Geometry, along_m: Floats) -> tuple[Floats, Floats, Floats]:
    half_rad = 0.5 * piece.parameters[0] * along_m
    chord_m = along_m * np.sinc(half_rad / np.pi)  # sin(x) / x, also for curvature 0
    return chord_m * np.cos(half_rad), chord_m * np.sin(half_rad), 2.0 * half_rad


def _spiral(piece: Geometry, along_m: Floats) -> tuple[Floats, Floats, Floats]:
    """The integrals of cosine and sine of the heading, by Gauss in parts that turn by less than 1 rad."""
    begin, end = piece.parameters
    sharper = 0.5 * (end - begin) / piece.length_m if piece.length_m > 0 else 0.0
    reach_m = float(np.max(np.abs(along_m), initial=0.0))
    turn_rad_max = reach_m * max(abs(begin), abs(begin + 2.0 * sharper * reach_m))
    if not turn_rad_max <= TURN_RAD_MAX:
        nowhere = np.full_like(along_m, np.nan)
        return nowhere, nowhere, nowhere
    parts = max(1, int(np.ceil(turn_rad_max)))
    rows = max(1, VALUES_MAX // (parts * GAUSS_POINTS.size))
    pieces = [_wound(begin, sharper, parts, along_m[i : i + rows]) for i in range(0, along_m.size, rows)]
    u_m, v_m = (np.concatenate([np.empty(0), *(piece[i] for piece in pieces)]) for i in (0, 1))
    return u_m, v_m, along_m * (begin + sharper * along_m)


def _wound(begin: float, sharper: float, parts: int, along_m: Floats) -> tuple[Floats, Floats]:
    t = ((np.arange(parts)[:, None] + GAUSS_POINTS) / parts).ravel()
    weight = np.tile(GAUSS_WEIGHTS, parts) / parts
    at_m = along_m[:, None] * t
    turn_rad = at_m * (begin + sharper * at_m)
    return along_m * (np.cos(turn_rad) @ weight), along_m * (np.sin(turn_rad) @ weight)


def _poly3(piece: Geometry, along_m: Floats) -> tuple[Floats, Floats, Floats]:
    """v as a cubic of u; u is where the curve has become as long as asked for."""
    a, b, c, d = piece.parameters
    t = ((np.arange(POLY3_PARTS)[:, None] + GAUSS_POINTS) / POLY3_PARTS).ravel()
    weight = np.tile(GAUSS_WEIGHTS, POLY3_PARTS) / POLY3_PARTS

    def slope(u_m: Floats) -> Floats:
        return b + u_m * (2.0 * c + u_m * 3.0 * d)

    u_m = along_m / np.hypot(1.0, b)
    for _ in range(NEWTON_MAX):
        length_m = u_m * (np.hypot(1.0, slope(u_m[:, None] * t)) @ weight)
        step_m = (along_m - length_m) / np.hypot(1.0, slope(u_m))
        u_m = u_m + step_m
        if not np.any(np.abs(step_m) > ARC_STEP_M):
            break
    return u_m, a + u_m * (b + u_m * (c + u_m * d)), np.arctan(slope(u_m))


def _param_poly3(piece: Geometry, along_m: Floats) -> tuple[Floats, Floats, Floats]:
    au, bu, cu, du, av, bv, cv, dv, is_normalized = piece.parameters
    p = along_m / piece.length_m if is_normalized and piece.length_m > 0 else along_m
    u_m, v_m = au + p * (bu + p * (cu + p * du)), av + p * (bv + p * (cv + p * dv))
    rate_u, rate_v = bu + p * (2.0 * cu + p * 3.0 * du), bv + p * (2.0 * cv + p * 3.0 * dv)
    return u_m, v_m, np.arctan2(rate_v, rate_u)


LOCAL: Final = {
    Shape.LINE: _line,
    Shape.ARC: _arc,
    Shape.SPIRAL: _spiral,
    Shape.POLY3: _poly3,
    Shape.PARAM_POLY3: _param_poly3,
}
"""Positions along and left of the start of a piece, and the turn of the heading since."""


class Gap(NamedTuple):
    """Where a piece of a reference line begins elsewhere than the one before it ends."""

    s_m: float
    apart_m: float
    turn_rad: float


def gaps_of(pieces: list[Geometry]) -> list[Gap]:
    """The step in position and heading at every join within a road.

    Unit: m and rad. Source: ASAM OpenDRIVE 1.8: a reference line has neither gaps nor kinks.
    """
    found = []
    for before, after in pairwise(pieces):
        x_m, y_m, hdg_rad = (float(a[0]) for a in piece_poses(before, np.array([after.s_m - before.s_m])))
        turn_rad = (after.hdg_rad - hdg_rad + np.pi) % (2.0 * np.pi) - np.pi
        found.append(Gap(after.s_m, float(np.hypot(after.x_m - x_m, after.y_m - y_m)), float(turn_rad)))
    return found

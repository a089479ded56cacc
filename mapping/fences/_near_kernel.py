"""How far inside each fence near it a position is, in its own standard deviations.

The covariance is made round: in coordinates in which the position has unit variance in all directions, the distance to
the nearest edge is z, and the probability to be inside is Phi(z): exactly for a straight limit.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, kernel, leaf_kernel
from mapping.fences._cells import PAGE_CELLS, PAGE_SHIFT, PAGE_SIDE, Cells, Grid
from mapping.fences._contains_kernel import holds, place_of
from mapping.fences._desk import NEAR_MAX, Near
from mapping.fences._near_lines_kernel import NEAR_LINES
from mapping.fences._ray_kernel import EDGE_SHIFT

Floats = NDArray[np.float64]
Int32s = NDArray[np.int32]

FAR = 99.0
"""z of a position that no limit is near."""

WIDE_M_MAX = 250.0
"""Positions of which less is known are judged by the limits within this distance."""


class Where(NamedTuple):
    """A position in the plane, and the lower Cholesky factor of its covariance."""

    x_m: float
    y_m: float
    l11: float
    l21: float
    l22: float
    sigma_m: float


@inline_kernel
def is_for(fence: int, groups: int, rules: Any) -> bool:
    """Whether a fence exists and is meant for a terminal of these groups."""
    return rules[fence].kinds != 0 and (rules[fence].groups == 0 or (rules[fence].groups & groups) != 0)


@inline_kernel
def where_of(x_m: float, y_m: float, var_e_m2: float, var_n_m2: float, cov_ne_m2: float) -> Where:
    """A position with its covariance factored; an impossible covariance is taken without its off-diagonal."""
    l11 = sqrt(var_e_m2)
    l21 = cov_ne_m2 / l11
    rest = var_n_m2 - l21 * l21
    if not rest > 1e-6 * var_n_m2:
        l21, rest = 0.0, var_n_m2
    half = 0.5 * (var_e_m2 - var_n_m2)
    largest = 0.5 * (var_e_m2 + var_n_m2) + sqrt(half * half + l21 * l21 * var_e_m2)
    return Where(x_m, y_m, l11, l21, sqrt(rest), sqrt(largest))


@leaf_kernel
def _nearest_edge(cells: Cells, at: int, where: Where) -> tuple[float, float]:
    """z to the nearest edge of a polygon that a cell keeps, and the standard deviation across it."""
    least, foot_u, foot_w = np.inf, 0.0, 0.0
    for k in range(at + 2, at + 2 + 2 * (cells.words[at + 1] >> 2), 2):
        first = cells.words[k]
        u0 = (cells.vertex_m[first, 0] - where.x_m) / where.l11
        w0 = (cells.vertex_m[first, 1] - where.y_m - where.l21 * u0) / where.l22
        for v in range(first + 1, first + (cells.words[k + 1] >> EDGE_SHIFT) + 1):
            u1 = (cells.vertex_m[v, 0] - where.x_m) / where.l11
            w1 = (cells.vertex_m[v, 1] - where.y_m - where.l21 * u1) / where.l22
            du, dw = u1 - u0, w1 - w0
            length2 = du * du + dw * dw
            along = min(1.0, max(0.0, -(u0 * du + w0 * dw) / length2)) if length2 > 0.0 else 0.0
            u, w = u0 + along * du, w0 + along * dw
            distance2 = u * u + w * w
            if distance2 < least:
                least, foot_u, foot_w = distance2, u, w
            u0, w0 = u1, w1
    z = sqrt(least)
    if z < 1e-6:
        return z, where.sigma_m
    dx, dy = where.l11 * foot_u, where.l21 * foot_u + where.l22 * foot_w
    return z, sqrt(dx * dx + dy * dy) / z


@leaf_kernel
def _nearest_line(cells: Cells, at: int, where: Where) -> tuple[float, float, float, float]:
    """Signed z to the rim of a corridor (inside is positive), sigma across, and the direction of its line there."""
    least, foot_x, foot_y, dir_x, dir_y = np.inf, 0.0, 0.0, 0.0, 0.0
    for k in range(at + 2, at + 2 + 2 * (cells.words[at + 1] >> 2), 2):
        first = cells.words[k]
        for v in range(first, first + (cells.words[k + 1] >> EDGE_SHIFT)):
            x0, y0 = cells.vertex_m[v, 0], cells.vertex_m[v, 1]
            dx, dy = cells.vertex_m[v + 1, 0] - x0, cells.vertex_m[v + 1, 1] - y0
            length2 = dx * dx + dy * dy
            along = 0.0
            if length2 > 0.0:
                along = min(1.0, max(0.0, ((where.x_m - x0) * dx + (where.y_m - y0) * dy) / length2))
            ex, ey = where.x_m - (x0 + along * dx), where.y_m - (y0 + along * dy)
            distance2 = ex * ex + ey * ey
            if distance2 < least:
                least, foot_x, foot_y, dir_x, dir_y = distance2, ex, ey, dx, dy
    distance_m, sigma_m = sqrt(least), where.sigma_m
    if distance_m > 1e-6:
        nx, ny = foot_x / distance_m, foot_y / distance_m
        a, b = where.l11 * nx + where.l21 * ny, where.l22 * ny
        sigma_m = sqrt(a * a + b * b)
    return (cells.radius_m[cells.words[at]] - distance_m) / sigma_m, sigma_m, dir_x, dir_y


@leaf_kernel
def _put(near: Near, count: int, fence: int, z: float, sigma_m: float, dx: float, dy: float, inside: bool) -> int:
    """Append a fence."""
    if count == NEAR_MAX:
        return count
    near.fence[count], near.z[count], near.sigma_m[count], near.inside[count] = fence, z, sigma_m, 1 if inside else 0
    near.dx[count], near.dy[count] = dx, dy
    return count + 1


@leaf_kernel
def _put_other(near: Near, count: int, fence: int, z: float, sigma_m: float, dx: float, dy: float, inside: bool) -> int:
    """Append a fence, or where it is in the list already, keep the nearer limit."""
    for k in range(count):
        if near.fence[k] == fence:
            if z < near.z[k]:
                near.z[k], near.sigma_m[k], near.dx[k], near.dy[k] = z, sigma_m, dx, dy
            return count
    return _put(near, count, fence, z, sigma_m, dx, dy, inside)


@kernel
def _put_partial(cells: Cells, at: int, where: Where, own: bool, near: Near, count: int) -> int:
    """Append a fence whose limit a cell keeps."""
    fence, code = cells.words[at], cells.words[at + 1]
    dx, dy, inside = 0.0, 0.0, False
    if code & NEAR_LINES:
        z, sigma_m, dx, dy = _nearest_line(cells, at, where)
        inside, z = z >= 0.0, abs(z)
    else:
        z, sigma_m = _nearest_edge(cells, at, where)
        inside = own and holds(cells, at, where.x_m, where.y_m)
    if own:
        return _put(near, count, fence, z, sigma_m, dx, dy, inside)
    return _put_other(near, count, fence, z, sigma_m, dx, dy, inside)


@kernel
def _put_record(
    cells: Cells, record: int, where: Where, own: bool, groups: int, rules: Any, near: Near, count: int
) -> int:
    """Append the fences of a record; of a cell that is not the position's own, only limits are looked at."""
    at = record + 2
    for k in range(at, at + cells.words[record]):
        if own and is_for(cells.words[k], groups, rules):
            count = _put(near, count, cells.words[k], FAR, where.sigma_m, 0.0, 0.0, True)
    at += cells.words[record]
    for _ in range(cells.words[record + 1]):
        if is_for(cells.words[at], groups, rules):
            count = _put_partial(cells, at, where, own, near, count)
        at += 2 + 2 * (cells.words[at + 1] >> 2)
    return count


@kernel
def _look_around(
    cells: Cells, grid: Grid, where: Where, reach_m: float, groups: int, rules: Any, near: Near, count: int
) -> int:
    """Limits in the cells around a position that is known less well than cells reach."""
    columns, rows = grid.pages_x * PAGE_SIDE, grid.pages_y * PAGE_SIDE
    fx, fy, steps = (where.x_m - grid.x0_m) / grid.cell_m, (where.y_m - grid.y0_m) / grid.cell_m, reach_m / grid.cell_m
    if not (fx >= 0.0 and fy >= 0.0 and fx < columns and fy < rows):
        return count
    own_x, own_y = int(fx), int(fy)
    for iy in range(max(0, int(fy - steps)), min(rows - 1, int(fy + steps)) + 1):
        for ix in range(max(0, int(fx - steps)), min(columns - 1, int(fx + steps)) + 1):
            page = cells.page_of[(iy >> PAGE_SHIFT) * grid.pages_x + (ix >> PAGE_SHIFT)]
            record = cells.cell_record[
                page * PAGE_CELLS + ((iy & (PAGE_SIDE - 1)) << PAGE_SHIFT) + (ix & (PAGE_SIDE - 1))
            ]
            if record != 0 and not (ix == own_x and iy == own_y):
                count = _put_record(cells, record, where, False, groups, rules, near, count)
    return count


@kernel
def find_near(cells: Cells, grid: Grid, where: Where, z_need: float, groups: int, rules: Any, near: Near) -> int:
    """Fill the list of fences near a position, `z` with its sign; gives how many there are.

    Fences not in the list are FAR outside. z is exact up to `z_need` where that is within reach of the cells.
    """
    page_record, cell_record = place_of(where.x_m, where.y_m, cells, grid)
    count = 0
    if page_record != 0:
        count = _put_record(cells, page_record, where, True, groups, rules, near, count)
    if cell_record != 0:
        count = _put_record(cells, cell_record, where, True, groups, rules, near, count)
    reach_m = min(z_need * where.sigma_m, WIDE_M_MAX)
    if reach_m > grid.margin_m:
        count = _look_around(cells, grid, where, reach_m, groups, rules, near, count)
    for k in range(count):
        if near.inside[k] == 0:
            near.z[k] = -near.z[k]
    return count

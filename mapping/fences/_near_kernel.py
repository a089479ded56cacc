"""How far inside each fence near it a position is, in its own standard deviations.

The covariance is made round: in coordinates in which the position has unit variance in all directions, the distance to
the nearest edge is z, and the probability to be inside is Phi(z): exactly for a straight limit.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.fences._cells import PAGE_CELLS, PAGE_SHIFT, PAGE_SIDE, RUNS_AT, Cells
from mapping.fences._contains_kernel import holds, place_of
from mapping.fences._desk import NEAR_MAX, Chart, Near, Sheet
from mapping.fences._near_lines_kernel import NEAR_LINES
from mapping.fences._ray_kernel import EDGE_SHIFT

Floats = NDArray[np.float64]
Int32s = NDArray[np.int32]

FAR = 99.0
"""z of a position that no limit is near."""

Z_MIN = 1e-6

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
    per_l11: float
    per_l22: float


class Limit(NamedTuple):
    """The limit of a fence that is nearest to a position: columns of `Near`."""

    z: float
    sigma_m: float
    dx: float
    dy: float
    nx: float
    ny: float


@inline_kernel
def limit_nowhere(z: float, sigma_m: float) -> Limit:
    """A limit of which nobody knows where it runs: too far away, or right below the position."""
    return Limit(z, sigma_m, 0.0, 0.0, 0.0, 0.0)


@inline_kernel
def is_for(fence: int, groups: int, sheet: Sheet) -> bool:
    """Whether a fence is meant for a terminal of these groups."""
    return not sheet.by_group or sheet.rules[fence].groups == 0 or (sheet.rules[fence].groups & groups) != 0


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
    l22 = sqrt(rest)
    return Where(x_m, y_m, l11, l21, l22, sqrt(largest), 1.0 / l11, 1.0 / l22)


@inline_kernel
def _nearest_edge(cells: Cells, at: int, where: Where, reach_m: float) -> Limit:
    """The nearest edge of a polygon that a cell keeps; FAR where none is within reach."""
    least, foot_u, foot_w = np.inf, 0.0, 0.0
    for k in range(at + RUNS_AT, at + RUNS_AT + 2 * (cells.words[at + 1] >> 2), 2):
        first = cells.words[k]
        x0, y0 = cells.vertex_m[first, 0] - where.x_m, cells.vertex_m[first, 1] - where.y_m
        for v in range(first + 1, first + (cells.words[k + 1] >> EDGE_SHIFT) + 1):
            x1, y1 = cells.vertex_m[v, 0] - where.x_m, cells.vertex_m[v, 1] - where.y_m
            apart = (max(x0, x1) < -reach_m) | (min(x0, x1) > reach_m)
            if not (apart | (max(y0, y1) < -reach_m) | (min(y0, y1) > reach_m)):
                u, w = _nearest_point(x0, y0, x1, y1, where)
                if u * u + w * w < least:
                    least, foot_u, foot_w = u * u + w * w, u, w
            x0, y0 = x1, y1
    if least == np.inf:
        return limit_nowhere(FAR, where.sigma_m)
    z = sqrt(least)
    if z < Z_MIN:
        return limit_nowhere(z, where.sigma_m)
    ex, ey = where.l11 * foot_u, where.l21 * foot_u + where.l22 * foot_w
    distance_m = sqrt(ex * ex + ey * ey)
    return Limit(min(z, FAR), distance_m / z, 0.0, 0.0, -ex / distance_m, -ey / distance_m)


@inline_kernel
def _nearest_point(x0: float, y0: float, x1: float, y1: float, where: Where) -> tuple[float, float]:
    """The point of an edge that is nearest to the position, in coordinates in which its covariance is round."""
    u0, u1 = x0 * where.per_l11, x1 * where.per_l11
    w0, w1 = (y0 - where.l21 * u0) * where.per_l22, (y1 - where.l21 * u1) * where.per_l22
    du, dw = u1 - u0, w1 - w0
    length2 = du * du + dw * dw
    along = min(1.0, max(0.0, -(u0 * du + w0 * dw) / length2)) if length2 > 0.0 else 0.0
    return u0 + along * du, w0 + along * dw


@leaf_kernel
def _nearest_line(cells: Cells, at: int, where: Where) -> Limit:
    """The rim of a corridor, its z with a sign: inside is positive."""
    least, foot_x, foot_y, dir_x, dir_y = np.inf, 0.0, 0.0, 0.0, 0.0
    for k in range(at + RUNS_AT, at + RUNS_AT + 2 * (cells.words[at + 1] >> 2), 2):
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
    distance_m, sigma_m, nx, ny = sqrt(least), where.sigma_m, 0.0, 0.0
    if distance_m > 1e-6:
        nx, ny = foot_x / distance_m, foot_y / distance_m
        a, b = where.l11 * nx + where.l21 * ny, where.l22 * ny
        sigma_m = sqrt(a * a + b * b)
    z = (cells.radius_m[cells.words[at]] - distance_m) / sigma_m
    if z >= 0.0:
        nx, ny = -nx, -ny
    return Limit(z, sigma_m, dir_x, dir_y, nx, ny)


@inline_kernel
def _put_limit(near: Near, k: int, limit: Limit) -> None:
    near.z[k], near.sigma_m[k] = limit.z, limit.sigma_m
    near.dx[k], near.dy[k], near.nx[k], near.ny[k] = limit.dx, limit.dy, limit.nx, limit.ny


@inline_kernel
def limit_of(near: Near, k: int) -> Limit:
    """The limit in a row of the list."""
    return Limit(near.z[k], near.sigma_m[k], near.dx[k], near.dy[k], near.nx[k], near.ny[k])


@inline_kernel
def _put(near: Near, count: int, fence: int, limit: Limit, inside: bool) -> int:
    """Append a fence."""
    if count == NEAR_MAX:
        return count
    near.fence[count], near.inside[count] = fence, 1 if inside else 0
    _put_limit(near, count, limit)
    return count + 1


@leaf_kernel
def _put_other(near: Near, count: int, fence: int, limit: Limit, inside: bool) -> int:
    """Append a fence, or where it is in the list already, keep the nearer limit."""
    for k in range(count):
        if near.fence[k] == fence:
            if limit.z < near.z[k]:
                _put_limit(near, k, limit)
            return count
    return _put(near, count, fence, limit, inside)


@inline_kernel
def _put_partial(cells: Cells, at: int, where: Where, reach_m: float, own: bool, near: Near, count: int) -> int:
    """Append a fence whose limit a cell keeps, unless the position is outside and beyond reach."""
    fence, code = cells.words[at], cells.words[at + 1]
    if code & NEAR_LINES:
        signed = _nearest_line(cells, at, where)
        inside = signed.z >= 0.0
        limit = Limit(abs(signed.z), signed.sigma_m, signed.dx, signed.dy, signed.nx, signed.ny)
    else:
        limit = _nearest_edge(cells, at, where, reach_m)
        inside = own and holds(cells, at, where.x_m, where.y_m)
    if not own:
        return _put_other(near, count, fence, limit, inside)
    if inside or limit.z < FAR or code & NEAR_LINES:
        return _put(near, count, fence, limit, inside)
    return count


@inline_kernel
def _put_record(
    cells: Cells, record: int, where: Where, reach_m: float, own: bool, groups: int, sheet: Sheet, near: Near,
    count: int,
) -> int:  # fmt: skip
    """Append the fences of a record; of a cell that is not the position's own, only limits are looked at."""
    at, nowhere = record + 2, limit_nowhere(FAR, where.sigma_m)
    for k in range(at, at + cells.words[record]):
        if own and is_for(cells.words[k], groups, sheet):
            count = _put(near, count, cells.words[k], nowhere, True)
    at += cells.words[record]
    for _ in range(cells.words[record + 1]):
        if is_for(cells.words[at], groups, sheet):
            count = _put_partial(cells, at, where, reach_m, own, near, count)
        at += RUNS_AT + 2 * (cells.words[at + 1] >> 2)
    return count


@leaf_kernel
def _look_around(chart: Chart, where: Where, reach_m: float, groups: int, sheet: Sheet, near: Near, count: int) -> int:
    """Limits in the cells around a position that is known less well than cells reach."""
    cells, grid = chart.cells, chart.grid
    columns, rows = grid.pages_x * PAGE_SIDE, grid.pages_y * PAGE_SIDE
    fx, fy, steps = (where.x_m - grid.x0_m) / grid.cell_m, (where.y_m - grid.y0_m) / grid.cell_m, reach_m / grid.cell_m
    if not (fx >= 0.0 and fy >= 0.0 and fx < columns and fy < rows):
        return count
    own = place_of(where.x_m, where.y_m, cells, grid)[1]
    for iy in range(max(0, int(fy - steps)), min(rows - 1, int(fy + steps)) + 1):
        for ix in range(max(0, int(fx - steps)), min(columns - 1, int(fx + steps)) + 1):
            page = cells.page_of[(iy >> PAGE_SHIFT) * grid.pages_x + (ix >> PAGE_SHIFT)]
            record = cells.cell_record[
                page * PAGE_CELLS + ((iy & (PAGE_SIDE - 1)) << PAGE_SHIFT) + (ix & (PAGE_SIDE - 1))
            ]
            if record not in (0, own):
                count = _put_record(cells, record, where, reach_m, False, groups, sheet, near, count)
    return count


@inline_kernel
def find_near(chart: Chart, where: Where, z_need: float, groups: int, sheet: Sheet, near: Near) -> int:
    """Fill the list of fences near a position, `z` with its sign; gives how many there are.

    Fences not in the list are FAR outside. z is exact up to `z_need` where that is within WIDE_M_MAX.
    """
    cells = chart.cells
    page_record, cell_record = place_of(where.x_m, where.y_m, cells, chart.grid)
    reach_m, count = min(z_need * where.sigma_m, WIDE_M_MAX), 0
    if page_record != 0:
        count = _put_record(cells, page_record, where, reach_m, True, groups, sheet, near, count)
    if cell_record != 0:
        count = _put_record(cells, cell_record, where, reach_m, True, groups, sheet, near, count)
    if reach_m > chart.grid.margin_m:
        count = _look_around(chart, where, reach_m, groups, sheet, near, count)
    for k in range(count):
        if near.inside[k] == 0:
            near.z[k] = -near.z[k]
    return count

"""Bounds of lanelets: which way round they are stored, and the centre line between them.

Both follow the library `lanelet2` step by step, so that directions and centre lines come out as its users know them.
Lines are arrays (n, 3) of x, y and height. Source: `lanelet2_core` 1.2, `geometry::align` and `calculateCenterline`.
"""

from math import hypot, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss._jit import kernel

Floats = NDArray[np.float64]


TOUCH_M = 1e-9  # what is nearer to a line than roundings of a plane's coordinates lies on it


@kernel
def _turn(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """Positive where p is left of the line from a to b."""
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)


@kernel
def _side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """1 where p is left of the line from a to b, -1 where it is right, 0 where it touches it."""
    turn = _turn(ax, ay, bx, by, px, py)
    if abs(turn) <= TOUCH_M * hypot(bx - ax, by - ay):
        return 0
    return 1 if turn > 0 else -1


@kernel
def _nearest(line_m: Floats, p_m: Floats) -> tuple[int, float, float]:
    """(segment, fraction along it, squared distance) of the point of a line nearest to p, in space."""
    segment, fraction, nearest_m2 = 0, 0.0, inf
    for i in range(line_m.shape[0] - 1):
        along = whole = distance_m2 = 0.0
        for k in range(3):
            v = line_m[i + 1, k] - line_m[i, k]
            along += v * (p_m[k] - line_m[i, k])
            whole += v * v
        t = 0.0 if along <= 0.0 else 1.0 if whole <= along else along / whole
        for k in range(3):
            apart_m = p_m[k] - line_m[i, k] - t * (line_m[i + 1, k] - line_m[i, k])
            distance_m2 += apart_m * apart_m
        if distance_m2 < nearest_m2:
            segment, fraction, nearest_m2 = i, t, distance_m2
    return segment, fraction, nearest_m2


@kernel
def side_of(line_m: Floats, p_m: Floats) -> int:
    """On which side of a line of at least two points p lies: 1 left, -1 right, 0 on it.

    Shape: (n, 3) and (3,). Unit: m.
    """
    i, t, distance_m2 = _nearest(line_m, p_m)
    if distance_m2 == 0.0:
        return 0
    a, b = line_m[i], line_m[i + 1]
    is_left = _turn(a[0], a[1], b[0], b[1], p_m[0], p_m[1]) > 0
    if t == 1.0 and i + 2 < line_m.shape[0]:
        # beside a corner: left of a left bend is left of both its sides, right of it is right of either
        c = line_m[i + 2]
        is_left_after = _turn(b[0], b[1], c[0], c[1], p_m[0], p_m[1]) > 0
        bends_left = _turn(a[0], a[1], b[0], b[1], c[0], c[1]) > 0
        if is_left != is_left_after and is_left == bends_left:
            is_left = not is_left
    return 1 if is_left else -1


@kernel
def _middle(line_m: Floats) -> Floats:
    n = line_m.shape[0]
    middle_m: Floats = line_m[n // 2].copy() if n > 2 else 0.5 * (line_m[0] + line_m[n - 1])
    return middle_m


@kernel
def reversals(left_m: Floats, right_m: Floats) -> tuple[bool, bool]:
    """Which of the two bounds must be turned round so that the left one is left, seen in the direction of driving.

    Shape: (n, 3) and (m, 3), one of them with two points. Unit: m. Source: `geometry::align`.
    """
    turn_left = left_m.shape[0] > 1 and side_of(left_m, _middle(right_m)) >= 0
    aligned_m = left_m[::-1].copy() if turn_left else left_m
    turn_right = right_m.shape[0] > 1 and side_of(right_m, _middle(aligned_m)) <= 0
    return turn_left, turn_right


@kernel
def _within(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> bool:
    """Whether p lies in the box of a and b."""
    x_fits = min(ax, bx) - TOUCH_M <= px <= max(ax, bx) + TOUCH_M
    return x_fits and min(ay, by) - TOUCH_M <= py <= max(ay, by) + TOUCH_M


@kernel
def _meet(ax: float, ay: float, bx: float, by: float, px: float, py: float, qx: float, qy: float) -> bool:
    """Whether the segments ab and pq have a point in common."""
    a, b = _side(px, py, qx, qy, ax, ay), _side(px, py, qx, qy, bx, by)
    p, q = _side(ax, ay, bx, by, px, py), _side(ax, ay, bx, by, qx, qy)
    if a * b < 0 and p * q < 0:
        return True
    touches = a == 0 and _within(px, py, qx, qy, ax, ay)
    touches = touches or (b == 0 and _within(px, py, qx, qy, bx, by))
    touches = touches or (p == 0 and _within(ax, ay, bx, by, px, py))
    return touches or (q == 0 and _within(ax, ay, bx, by, qx, qy))


@kernel
def _crosses(line_m: Floats, ax: float, ay: float, bx: float, by: float, spare_start: bool) -> bool:
    """Whether a line meets the segment ab, but for its pieces that begin at a (or, else, have an end at b)."""
    for i in range(line_m.shape[0] - 1):
        px, py, qx, qy = line_m[i, 0], line_m[i, 1], line_m[i + 1, 0], line_m[i + 1, 1]
        if spare_start and px == ax and py == ay:
            continue
        if not spare_start and ((px == bx and py == by) or (qx == bx and qy == by)):
            continue
        if _meet(ax, ay, bx, by, px, py, qx, qy):
            return True
    return False


@kernel
def _beyond(a_m: Floats, b_m: Floats, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Whether a step goes over the end line from a to b, to its left."""
    if not _meet(x0, y0, x1, y1, a_m[0], a_m[1], b_m[0], b_m[1]):
        return False
    return _side(a_m[0], a_m[1], b_m[0], b_m[1], x1, y1) > 0


@kernel
def _is_free(left_m: Floats, right_m: Floats, last: Floats, other: Floats, candidate: Floats, is_left: bool) -> bool:
    """Whether the centre line may go on to the middle between `other` and `candidate` (a point of the other bound)."""
    x, y = 0.5 * (other[0] + candidate[0]), 0.5 * (other[1] + candidate[1])
    if _crosses(left_m, last[0], last[1], x, y, True) or _crosses(right_m, last[0], last[1], x, y, True):
        return False
    if _beyond(right_m[0], left_m[0], last[0], last[1], x, y):
        return False
    if _beyond(left_m[-1], right_m[-1], last[0], last[1], x, y):
        return False
    own, opposite = (left_m, right_m) if is_left else (right_m, left_m)
    if _crosses(own, other[0], other[1], candidate[0], candidate[1], False):
        return False
    return not _crosses(opposite, candidate[0], candidate[1], other[0], other[1], False)


@kernel
def _step(left_m: Floats, right_m: Floats, last: Floats, at: int, other: Floats, is_left: bool) -> tuple[int, float]:
    """(nearest free point after `at` of one bound, half its distance from the other's current point), or (-1, inf)."""
    own = left_m if is_left else right_m
    best, best_m = -1, inf
    for i in range(at + 1, own.shape[0]):
        dx, dy = own[i, 0] - other[0], own[i, 1] - other[1]
        half_m = 0.5 * sqrt(dx * dx + dy * dy)
        if half_m < best_m and _is_free(left_m, right_m, last, other, own[i], is_left):
            best, best_m = i, half_m
    return best, best_m


@kernel
def centre_line(left_m: Floats, right_m: Floats, begins_closed: bool) -> Floats:
    """The line midway between two aligned bounds, stepping from point to point of either.

    Shape: (n, 3) and (m, 3) to (k, 3), k <= n + m. Unit: m. `begins_closed`: both bounds begin at the same node.
    Source: `calculateCenterline`.
    """
    n, m = left_m.shape[0], right_m.shape[0]
    points = np.empty((n + m + 2, 3))
    points[0] = 0.5 * (left_m[0] + right_m[0])
    count, i, j = 1, 1 if begins_closed and n > 1 else 0, 0
    while True:
        last = points[count - 1]
        next_i, left_half_m = _step(left_m, right_m, last, i, right_m[j], True)
        next_j, right_half_m = _step(left_m, right_m, last, j, left_m[i], False)
        if next_i < 0 and next_j < 0:
            break
        if left_half_m <= right_half_m:
            i = next_i
        else:
            j = next_j
        points[count] = 0.5 * (left_m[i] + right_m[j])
        count += 1
    if i != n - 1 or j != m - 1:
        points[count] = 0.5 * (left_m[n - 1] + right_m[m - 1])
        count += 1
    return points[:count].copy()

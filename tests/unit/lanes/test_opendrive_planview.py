"""Reference lines against closed forms and against series and sums that are not those of the reader."""

from math import cos, factorial, hypot, pi, sin, sqrt

import numpy as np
import pytest

from mapping.network.opendrive_planview import Geometry, Shape, gaps_of, piece_poses, poses_at


def piece(shape: Shape, length_m: float, *parameters: float) -> Geometry:
    return Geometry(0.0, 10.0, -20.0, 0.3, length_m, shape, parameters)


def summed(made: Geometry, curvature: object, length_m: float, steps: int = 200_000) -> tuple[float, float, float]:
    """End of a line from its curvature alone: headings and positions by Simpson's rule over many short steps."""
    at = np.linspace(0.0, length_m, 2 * steps + 1)
    bend = np.broadcast_to(curvature(at), at.shape)  # type: ignore[operator]
    step = length_m / steps
    # heading at every point: exact for a curvature that is linear along the way
    hdg = made.hdg_rad + np.concatenate([[0.0], np.cumsum(0.5 * (bend[1:] + bend[:-1]) * 0.5 * step)])
    weights = np.ones(at.size)
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    return (
        made.x_m + step / 6.0 * float(weights @ np.cos(hdg)),
        made.y_m + step / 6.0 * float(weights @ np.sin(hdg)),
        float(hdg[-1]),
    )


def test_a_line_goes_straight() -> None:
    made = piece_poses(piece(Shape.LINE, 50), np.array([0.0, 50.0]))
    np.testing.assert_allclose(made.x_m, [10, 10 + 50 * cos(0.3)], rtol=0, atol=1e-12)
    np.testing.assert_allclose(made.y_m, [-20, -20 + 50 * sin(0.3)], rtol=0, atol=1e-12)


@pytest.mark.parametrize("curvature", [0.01, -0.05, 1e-9, 0.0, 0.5])
def test_an_arc_stays_at_its_radius(curvature: float) -> None:
    along = np.linspace(0, 100, 57)
    made = piece_poses(piece(Shape.ARC, 100, curvature), along)
    np.testing.assert_allclose(made.hdg_rad, 0.3 + curvature * along, rtol=0, atol=1e-12)
    if abs(curvature) > 1e-6:
        x0, y0 = 10 - sin(0.3) / curvature, -20 + cos(0.3) / curvature
        np.testing.assert_allclose(np.hypot(made.x_m - x0, made.y_m - y0), abs(1 / curvature), rtol=0, atol=1e-10)
    x, y, _ = summed(piece(Shape.ARC, 100, curvature), lambda at: curvature, 100)
    assert hypot(made.x_m[-1] - x, made.y_m[-1] - y) < 1e-9


@pytest.mark.parametrize(
    ("begin", "end", "length_m"),
    [
        (0, 0.02, 80),
        (0.02, 0, 80),
        (-0.01, 0.03, 120),
        (0.1, 0.1, 30),
        (1e-12, 0, 500),
        (0.2, -0.25, 60),
        (0, 0.5, 200),
    ],
)
def test_a_spiral_is_the_sum_of_its_curvature(begin: float, end: float, length_m: float) -> None:
    made = piece(Shape.SPIRAL, length_m, begin, end)
    for part in (0.1, 0.37, 1.0):
        pose = piece_poses(made, np.array([part * length_m]))
        x, y, hdg = summed(made, lambda at: begin + (end - begin) * at / length_m, part * length_m)
        assert hypot(pose.x_m[0] - x, pose.y_m[0] - y) < 1e-9
        assert pose.hdg_rad[0] == pytest.approx(hdg, abs=1e-10)


def fresnel(z: float) -> tuple[float, float]:
    """C(z) and S(z) by their power series."""
    t = pi / 2 * z * z
    c = sum((-1) ** n * t ** (2 * n) / (factorial(2 * n) * (4 * n + 1)) for n in range(40))
    s = sum((-1) ** n * t ** (2 * n + 1) / (factorial(2 * n + 1) * (4 * n + 3)) for n in range(40))
    return z * c, z * s


@pytest.mark.parametrize("z", [0.1, 0.5, 1.0, 1.7, 2.5])
def test_a_spiral_from_straight_is_fresnels(z: float) -> None:
    length_m = 100.0
    a = length_m / (z * sqrt(pi))  # clothoid parameter of the length that reaches z
    made = Geometry(0.0, 0.0, 0.0, 0.0, length_m, Shape.SPIRAL, (0.0, length_m / a**2))
    pose = piece_poses(made, np.array([length_m]))
    c, s = fresnel(z)
    np.testing.assert_allclose([pose.x_m[0], pose.y_m[0]], [a * sqrt(pi) * c, a * sqrt(pi) * s], rtol=0, atol=1e-10)


@pytest.mark.parametrize("parameters", [(0, 0, 1e-3, -5e-6), (0.5, 0.1, 2e-3, 1e-6), (0, -1.5, 0, 1e-4)])
def test_a_cubic_is_as_long_as_asked_for(parameters: tuple[float, ...]) -> None:
    made = Geometry(0.0, 0.0, 0.0, 0.0, 80.0, Shape.POLY3, parameters)
    at = np.linspace(0, 80, 4_001)
    poses = piece_poses(made, at)
    steps = np.hypot(np.diff(poses.x_m), np.diff(poses.y_m))
    np.testing.assert_allclose(steps.sum(), 80, rtol=0, atol=1e-6)
    np.testing.assert_allclose(steps, 80 / 4_000, rtol=1e-5)
    a, b, c, d = parameters
    u = poses.x_m
    np.testing.assert_allclose(poses.y_m, a + b * u + c * u**2 + d * u**3, rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.tan(poses.hdg_rad), b + 2 * c * u + 3 * d * u**2, rtol=0, atol=1e-10)


@pytest.mark.parametrize("is_normalized", [0.0, 1.0])
def test_a_parametric_cubic_is_the_sum_of_its_rates(is_normalized: float) -> None:
    length_m = 40.0
    scale = length_m if is_normalized else 1.0
    u = [0.0, 1.0 * scale, -2e-4 * scale**2, -1e-6 * scale**3]
    v = [0.0, 0.0, 5e-3 * scale**2, 2e-5 * scale**3]
    made = piece(Shape.PARAM_POLY3, length_m, *u, *v, is_normalized)
    poses = piece_poses(made, np.array([0.0, 13.0, length_m]))
    for x_m, y_m, hdg_rad, along in zip(*poses, [0.0, 13.0, length_m], strict=True):
        p = np.linspace(0, along / length_m if is_normalized else along, 20_001)
        rates = [k[1] + 2 * k[2] * p + 3 * k[3] * p**2 for k in (u, v)]
        du, dv = (float(np.trapezoid(rate, p)) for rate in rates)
        assert x_m == pytest.approx(10 + du * cos(0.3) - dv * sin(0.3), abs=1e-6)
        assert y_m == pytest.approx(-20 + du * sin(0.3) + dv * cos(0.3), abs=1e-6)
        assert hdg_rad == pytest.approx(0.3 + np.arctan2(rates[1][-1], rates[0][-1]), abs=1e-12)


def test_pieces_follow_each_other_and_gaps_are_seen() -> None:
    pieces = [
        Geometry(0.0, 0.0, 0.0, 0.0, 10.0, Shape.LINE),
        Geometry(10.0, 10.0, 0.0, 0.0, 10.0, Shape.ARC, (0.1,)),
        Geometry(20.0, 18.4 + 0.014709848, 4.59697694, 1.0 + 2 * pi, 5.0, Shape.LINE),
        Geometry(25.0, 30.0, 4.0, 1.2, 5.0, Shape.LINE),
    ]
    poses = poses_at(pieces, np.array([0.0, 10.0, 20.0, 25.0]))
    np.testing.assert_allclose(poses.x_m[:3], [0, 10, 18.414709848], atol=1e-8)
    assert poses.x_m[3] == 30.0
    assert poses_at(pieces, np.array([0.0, 25.0]), ends_before=True).x_m[1] < 22.0
    gaps = gaps_of(pieces)
    assert [gap.apart_m < 1e-8 for gap in gaps] == [True, True, False]
    assert [abs(gap.turn_rad) < 1e-8 for gap in gaps] == [True, True, False]


def test_a_spiral_that_winds_for_ever_is_nowhere() -> None:
    made = piece_poses(piece(Shape.SPIRAL, 1e9, 0.0, 1.0), np.array([1e9]))
    assert np.isnan(made.x_m).all()

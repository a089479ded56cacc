"""The side of a line on which a point lies, against arithmetic with fractions."""

from fractions import Fraction

import numpy as np
import pytest

from mapping.fences._orient_kernel import exact_side, side_of


def true_side(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    ax_f, ay_f, bx_f, by_f, px_f, py_f = (Fraction(float(value)) for value in (ax, ay, bx, by, px, py))
    side = (ax_f - px_f) * (by_f - py_f) - (ay_f - py_f) * (bx_f - px_f)
    return (side > 0) - (side < 0)


@pytest.mark.parametrize("seed", range(4))
def test_the_sign_is_exact_where_floats_cannot_tell(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(150):
        a, b = rng.uniform(-1e5, 1e5, (2, 2))
        p = a + rng.uniform() * (b - a)  # on the line but for rounding
        p = np.nextafter(p, p + rng.integers(-1, 2, 2))
        assert np.sign(side_of(*a, *b, *p)) == true_side(*a, *b, *p)
        assert np.sign(exact_side(*a, *b, *p)) == true_side(*a, *b, *p)


@pytest.mark.parametrize("scale", [1e-100, 1e-3, 1.0, 1e6, 1e100])
def test_points_on_the_line_are_on_it(scale: float) -> None:
    for k in range(-3, 9):
        assert side_of(0.0, 0.0, 4.0 * scale, 2.0 * scale, 2.0 * k * scale, k * scale) == 0.0
    assert side_of(0.0, 0.0, scale, scale, 0.0, scale) > 0.0


def test_points_of_a_fine_lattice() -> None:
    """The lattice of Kettner and others (2008), on which floats draw a wild picture."""
    step = 2.0**-53
    for i in range(0, 40, 3):
        for j in range(0, 40, 3):
            points = (12.0, 12.0, 24.0, 24.0, 0.5 + i * step, 0.5 + j * step)
            assert np.sign(side_of(*points)) == true_side(*points) == np.sign(j - i)

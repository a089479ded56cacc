"""Integer least squares against the problems that the LAMBDA toolbox and RTKLIB publish with their answers.

Source: docs/sources.md, gnss_facts §11.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss.rtk._lattice_kernel import success_rate
from tests.unit.rtk.lattices import misfit_of, solve

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Vector:
    """A float solution with its covariance, the two best integer vectors and their misfits."""

    a_cyc: Floats
    covariance: Floats
    best: tuple[list[int], list[int]]
    misfit: tuple[float, float]
    rel: float


def symmetric(lower: str) -> Floats:
    """A matrix of which the lower triangle is written row by row."""
    rows = [[float(word) for word in line.split()] for line in lower.strip().splitlines()]
    matrix = np.zeros((len(rows), len(rows)))
    for i, row in enumerate(rows):
        matrix[i, : i + 1] = matrix[: i + 1, i] = row
    return matrix


def inverse(matrix: Floats) -> Floats:
    """The inverse by exact arithmetic: of the greatest of these problems, floating point leaves no definite one."""
    n = len(matrix)
    rows = [[Fraction(x) for x in row] + [Fraction(i == j) for j in range(n)] for i, row in enumerate(matrix.tolist())]
    for i in range(n):
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for k in range(n):
            if k != i:
                factor = rows[k][i]
                rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i], strict=True)]
    return np.array([[float(x) for x in row[n:]] for row in rows])


def six() -> Floats:
    q = np.full((6, 6), 0.112202)
    np.fill_diagonal(q, 0.227134)
    q[5, :] = q[:, 5] = 0.103473
    q[5, 5] = 0.434339
    return q


TEN = ((0.446320, 0.223160), (0.572775, 0.286388), (0.735063, 0.367531))


def ten() -> Floats:
    # not halves of each other: this matrix is nearly singular, and the digits that were printed count
    blocks = [d_value * np.eye(5) + off * (1 - np.eye(5)) for d_value, off in TEN]
    return np.block([[blocks[0], blocks[1]], [blocks[1], blocks[2]]])


TWELVE = """
19068.8559508787
-15783.972282037 59027.7038409815
-17334.2005875975 38142.6927531102 28177.5653893528
14411.9239749603 562.717388024645 -7000.50220497045 15605.508228369
10055.7170089359 -13830.0855960676 -11695.8674059306 5039.7028181547 6820.7725067948
-14259.2952903872 27373.4263013019 21886.1680630532 -9648.96530646004 -6880.24051213224 23246.5489626945
14858.8484050976 -12299.1993747356 -13507.1694826246 11230.0704356773 7835.62344947055 -11111.1393809211 11578.3237340013
-12299.1993741839 45995.612993403 29721.5785738846 438.480887731461 -10776.6902682086 21329.9423779274 -9583.79156943782 35840.7376978353
-13507.169481993 29721.5785731468 21956.5440705992 -5454.93697653627 -9113.66310687634 17054.1567375591 -10525.0669778554 23159.6717654859 17108.9956804894
11230.070435681 438.480887460148 -5454.93697674992 12160.1358938811 3927.04096320258 -7518.67445829957 8750.70438611838 341.673569568934 -4250.60009053988 9475.43086798586
7835.62344938376 -10776.6902686912 -9113.66310734779 3927.04096307733 5314.88728015545 -5361.22656681708 6105.6807606705 -8397.42083743563 -7101.55551676305 3060.032070085 4141.47090961885
-11111.1393808147 21329.9423774758 17054.1567378091 -7518.67445855756 -5361.22656658847 18114.1936088811 -8658.03053539344 16620.7344703582 13288.9534523001 -5858.70721928591 -4177.57899193454 14114.9563601479
"""  # noqa: E501

VECTORS = {
    "LAMBDA toolbox, 3": Vector(
        np.array([5.45, 3.10, 2.97]), symmetric("6.29\n5.978 6.292\n.544 2.34 6.288"),
        ([5, 3, 4], [6, 4, 4]), (0.218331095337, 0.307272575790), 1e-10,
    ),
    "RTKLIB, 6": Vector(
        np.array([1585184.171, -6716599.430, 3915742.905, 7627233.455, 9565990.879, 989457273.200]), six(),
        ([1585184, -6716599, 3915743, 7627234, 9565991, 989457273],
         [1585184, -6716600, 3915743, 7627233, 9565991, 989457273]), (3.507984, 3.708456), 2e-6,
    ),
    "RTKLIB, 10": Vector(
        np.array([-13324172.755747, -10668894.713608, -7157225.010770, -6149367.974367, -7454133.571066,
                  -5969200.494550, 8336734.058423, 6186974.084502, -17549093.883655, -13970158.922370]), ten(),
        ([-13324188, -10668901, -7157236, -6149379, -7454143, -5969220, 8336726, 6186960, -17549108, -13970171],
         [-13324188, -10668908, -7157236, -6149379, -7454143, -5969220, 8336717, 6186960, -17549108, -13970171]),
        (1506.435789, 1612.811795), 1e-6,
    ),
    "LAMBDA toolbox, 12": Vector(
        np.array([-28490.8566886116, 65752.6299198198, 38830.3666554972, 5003.70833517778, -29196.0699104593,
                  -297.658932458787, -22201.0284440701, 51235.8374755528, 30257.7809603224, 3899.40332138829,
                  -22749.1853575113, -159.278779870217]), symmetric(TWELVE),
        ([-28451, 65749, 38814, 5025, -29165, -278, -22170, 51233, 30245, 3916, -22725, -144],
         [-28279, 65862, 38805, 5170, -29061, -192, -22036, 51321, 30238, 4029, -22644, -77]),
        (15.01656, 31.63483), 1e-5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VECTORS)
def test_the_two_best_are_those_published(name: str) -> None:
    vector = VECTORS[name]
    information = inverse(vector.covariance)
    found = solve(information, vector.a_cyc)
    assert found.integers.tolist() == [[float(z) for z in best] for best in vector.best]
    assert found.misfit == pytest.approx(vector.misfit, rel=vector.rel)
    assert [misfit_of(information, vector.a_cyc, z) for z in found.integers] == pytest.approx(found.misfit, rel=1e-6)


@pytest.mark.parametrize(("name", "ratio"), [("LAMBDA toolbox, 3", 1.4074), ("LAMBDA toolbox, 12", 2.1067)])
def test_the_ratio_is_the_one_published(name: str, ratio: float) -> None:
    vector = VECTORS[name]
    found = solve(inverse(vector.covariance), vector.a_cyc)
    assert found.misfit[1] / found.misfit[0] == pytest.approx(ratio, abs=6e-5)


def test_the_success_rate_of_the_reduced_problem_is_the_one_published() -> None:
    vector = VECTORS["LAMBDA toolbox, 12"]
    found = solve(inverse(vector.covariance), vector.a_cyc)
    assert success_rate(found.lattice.d, len(vector.a_cyc)) == pytest.approx(0.94998, abs=6e-6)

"""Positions by least squares, clocks eliminated, against the same with the clocks as explicit unknowns."""

import numpy as np
import pytest

from gnss.rtk._normal_kernel import accumulate, accumulate_tied, cholesky3, clear, clock_of, solve
from gnss.rtk._pair_kernel import tie_satellites
from gnss.rtk._position_kernel import code_misfit, code_position
from gnss.rtk._work import Work, new_work
from tests.unit.rtk.dense import clock_design
from tests.unit.rtk.differences import Differences, Floats, World, phase_covariance, write

X_M = (3.0, -2.0, 1.0)


def of_codes(e: Differences) -> tuple[Floats, Floats, float, Floats]:
    """Position, covariance, cost and clocks by numpy, each weight as stated."""
    used = e.w_code > 0
    design = np.hstack([e.a, clock_design(e.code_group)])[used]
    root = np.sqrt(e.w_code[used])
    found, *_ = np.linalg.lstsq(root[:, None] * design, root * e.code_m[used], rcond=None)
    normal = design.T @ (e.w_code[used, None] * design)
    off = e.code_m[used] - design @ found
    covariance = np.linalg.pinv(normal, hermitian=True)[:3, :3].astype(np.float64)
    return found[:3], covariance, float(off @ (e.w_code[used] * off)), found[3:]


def add_codes(w: Work, e: Differences) -> int:
    write(w, e)
    clear(w.normal)
    return accumulate(w.pairs.a, w.pairs.code_m, w.pairs.w_code, w.pairs.code_group, len(e), w.code_groups, w.normal)


@pytest.mark.parametrize("seed", range(3))
def test_codes_give_the_position_of_weighted_least_squares(seed: int) -> None:
    w, e = new_work(), World(seed=seed).epoch(x_m=X_M)
    e.w_code[[2, 7]] = 0.0
    assert add_codes(w, e) == len(e) - 2 - 4
    assert solve(w.normal)
    x_m, covariance, cost, clock_m = of_codes(e)
    assert w.normal.x == pytest.approx(x_m, abs=1e-9)
    assert w.normal.cov == pytest.approx(covariance, rel=1e-9)
    assert w.normal.cost[0] - w.normal.g @ w.normal.x == pytest.approx(cost, rel=1e-8)
    assert [clock_of(w.code_groups, g, w.normal.x) for g in range(4)] == pytest.approx(clock_m, abs=1e-9)


def test_a_code_alone_in_its_group_says_nothing() -> None:
    w, e = new_work(), World().epoch(x_m=X_M)
    group = e.code_group.copy()
    group[5] = group.max() + 1
    alone = add_codes(w, e.changed(code_group=group))
    assert solve(w.normal)
    x_m = w.normal.x.copy()
    e.w_code[5] = 0.0
    assert add_codes(w, e) == alone
    assert solve(w.normal)
    assert w.normal.x == pytest.approx(x_m, abs=1e-9)


def test_what_is_added_twice_counts_twice() -> None:
    w, e = new_work(), World().epoch(x_m=X_M)
    add_codes(w, e)
    once = w.normal.h.copy(), w.normal.g.copy(), w.normal.cost.copy()
    accumulate(w.pairs.a, w.pairs.code_m, w.pairs.w_code, w.pairs.code_group, len(e), w.code_groups, w.normal)
    for total, one in zip((w.normal.h, w.normal.g, w.normal.cost), once, strict=True):
        assert total == pytest.approx(2.0 * one, rel=1e-12)


@pytest.mark.parametrize("missing", ["none", "some phases", "a whole satellite"])
@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_phases_that_share_an_error_are_weighed_by_their_whole_covariance(missing: str, scale: float) -> None:
    w, e = new_work(), World(seed=3).epoch(x_m=X_M)
    if missing == "some phases":
        e.w_phase[[0, 9, 10]] = 0.0
    elif missing == "a whole satellite":
        e.w_phase[e.satellite_of(3)] = 0.0
    write(w, e)
    pairs, m = w.pairs, len(e)
    pairs.w[:m] = e.w_phase
    pairs.y[:m] = e.phase_m - np.rint(e.phase_m)
    tie_satellites(pairs, scale)
    clear(w.normal)
    used = np.flatnonzero(e.w_phase > 0)
    assert accumulate_tied(pairs, w.groups, w.normal) == len(used) - 1
    weight = np.linalg.inv(phase_covariance(e.take(used), e.w_phase[used], scale))
    a, y = e.a[used], pairs.y[:m][used]
    # the clock of all phases, projected out
    weight -= np.outer(weight.sum(axis=1), weight.sum(axis=0)) / weight.sum()
    assert np.tril(w.normal.h) == pytest.approx(np.tril(a.T @ weight @ a), rel=1e-9)
    assert w.normal.g == pytest.approx(a.T @ weight @ y, rel=1e-9)
    assert w.normal.cost[0] == pytest.approx(y @ weight @ y, rel=1e-9)


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_ties_make_the_inverse_of_the_covariance(scale: float) -> None:
    w, e = new_work(), World(seed=5).epoch()
    e.w_phase[[1, 4]] = 0.0
    write(w, e)
    m = len(e)
    w.pairs.w[:m] = e.w_phase
    tie_satellites(w.pairs, scale)
    used = np.flatnonzero(e.w_phase > 0)
    weights = e.w_phase[used]
    same = e.satellite[used, None] == e.satellite[None, used]
    tied = np.array(w.pairs.tie[:m])[used]
    inverse = np.diag(weights) - np.outer(tied, tied) * same
    assert inverse == pytest.approx(np.linalg.inv(phase_covariance(e.take(used), weights, scale)), rel=1e-9, abs=1e-6)
    assert inverse.sum(axis=1) == pytest.approx(weights * np.array(w.pairs.share[:m])[used], rel=1e-9)


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_position_that_is_not_determined_is_refused(rank: int) -> None:
    w, e = new_work(), World().epoch()
    rng = np.random.default_rng(1)
    add_codes(w, e.changed(a=rng.standard_normal((len(e), rank)) @ rng.standard_normal((rank, 3))))
    assert not solve(w.normal)


def test_numbers_that_are_none_are_refused() -> None:
    h = np.eye(3)
    h[1, 0] = np.nan
    assert not cholesky3(h, np.zeros((3, 3)))
    assert cholesky3(np.eye(3), np.zeros((3, 3)))


def test_a_code_that_fits_nowhere_loses_its_weight() -> None:
    w, e = new_work(), World(seed=2).epoch(x_m=X_M)
    e.code_m[[3, 14]] += (80.0, -35.0)
    write(w, e)
    assert code_position(w) == len(e) - 2 - 4 - 3
    assert np.flatnonzero(np.asarray(w.pairs.w_code[: len(e)]) == 0.0).tolist() == [3, 14]
    e.w_code[[3, 14]] = 0.0
    x_m, covariance, *_ = of_codes(e)
    assert w.normal.x == pytest.approx(x_m, abs=1e-9)
    assert w.normal.cov == pytest.approx(covariance, rel=1e-9)


def test_codes_that_are_all_noisier_than_stated_keep_their_weight() -> None:
    w, e = new_work(), World(seed=2).epoch(x_m=X_M, noise=8.0)
    write(w, e)
    code_position(w)
    assert np.array_equal(w.pairs.w_code[: len(e)], e.w_code)


def test_the_last_redundant_codes_are_not_thrown_out() -> None:
    # five satellites of one signal: one more than a position and a clock need, and nobody knows which one is bad
    w, world = new_work(), World(satellites=5, systems=((0, ("1C",)),))
    e = world.epoch(x_m=X_M)
    e.code_m[2] += 500.0
    write(w, e)
    assert code_position(w) == 1
    assert np.array_equal(w.pairs.w_code[: len(e)], e.w_code)


@pytest.mark.parametrize("satellites", [0, 3])
def test_too_few_codes_give_no_position(satellites: int) -> None:
    w, e = new_work(), World(systems=((0, ("1C",)),)).epoch()
    write(w, e.take(np.arange(satellites)))
    w.code_groups.count[0] = min(satellites, 1)
    assert code_position(w) < 0


def test_the_misfit_of_codes_at_a_position_is_that_with_its_best_clocks() -> None:
    w, e = new_work(), World(seed=6).epoch(x_m=X_M)
    e.w_code[[0, 8]] = 0.0
    add_codes(w, e)
    assert solve(w.normal)
    x_m = w.normal.x + np.array([0.3, -0.4, 0.2])
    total, count = code_misfit(w.pairs, w.code_groups, x_m)
    used = e.w_code > 0
    off = e.code_m - e.a @ x_m
    for group in range(4):
        of_group = used & (e.code_group == group)
        off[of_group] -= np.average(off[of_group], weights=e.w_code[of_group])
    assert total == pytest.approx(float(np.sum(off**2 * e.w_code)), rel=1e-9)
    assert count == used.sum() - 4

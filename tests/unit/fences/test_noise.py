"""A vehicle that is parked on a limit does not cross it; one that drives does, and is reported at once."""

import numpy as np
import pytest

from mapping.fences.engine import fence_step
from mapping.fences.state import FenceState
from tests.unit.fences.maps import Floats, built, drawn, placed

pytestmark = pytest.mark.compiled

SIGMA_M = 0.5
DAY_S = 86_400
SQUARE = """
#
"""


def drifting(rng: np.random.Generator, steps: int, terminals: int, tau_s: Floats) -> Floats:
    """Errors of the stated sigma that are correlated over `tau_s`: (steps, terminals, 2)."""
    keeps = np.exp(-1.0 / tau_s)[:, None]
    noise = rng.normal(0.0, SIGMA_M, (steps, terminals, 2)) * np.sqrt(1.0 - keeps**2)
    errors = np.empty_like(noise)
    now = rng.normal(0.0, SIGMA_M, (terminals, 2))
    for step in range(steps):
        now = keeps * now + noise[step]
        errors[step] = now
    return errors


@pytest.mark.parametrize("speed", ["not stated", "of a parked receiver"])
def test_parked_on_an_edge_for_a_day(speed: str) -> None:
    """RTK float, 1 Hz, nine terminals on or beside the edge, errors correlated over 10 s to 5 min: no false pair."""
    rng = np.random.default_rng(20261126)
    beside_m, tau_s = np.repeat([0.0, 0.3, -0.3], 3), np.tile([10.0, 60.0, 300.0], 3)
    n, state, fences = 9, FenceState.for_slots(9), built(drawn("square", SQUARE, 400.0))
    errors = drifting(rng, DAY_S, n, tau_s) + np.column_stack([beside_m, np.full(n, 200.0)])
    speed_mps = np.nan if speed == "not stated" else np.abs(rng.normal(0.0, 0.1, DAY_S * n))
    t_s, slot = np.repeat(np.arange(DAY_S), n), np.tile(np.arange(n), DAY_S)
    rows = placed(
        errors.reshape(-1, 2), t_s, slot=slot, fix_quality=5, sigma_n_m=SIGMA_M, sigma_e_m=SIGMA_M, speed_mps=speed_mps
    )
    state, events = fence_step(state, fences, rows)
    assert np.bincount(events.slot, minlength=n).max() <= 1  # to be found inside once is no pair
    assert len(events) == (events.kind == 0).sum()


@pytest.mark.parametrize("outwards", [False, True])
@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize("speed_mps", [2.0, 3.0, 8.0, 20.0])
def test_a_real_crossing_is_reported_within_two_seconds(speed_mps: float, stated: bool, outwards: bool) -> None:
    rng = np.random.default_rng(7)
    n, steps, fences = 200, 40, built(drawn("square", SQUARE, 800.0))
    crossing_s = rng.uniform(20.0, 21.0, n)
    x = (-speed_mps if outwards else speed_mps) * (np.arange(steps)[:, None] - crossing_s)
    errors = drifting(rng, steps, n, np.full(n, 60.0))
    points = np.stack([x, np.full_like(x, 400.0)], axis=-1) + errors
    rows = placed(
        points.reshape(-1, 2), np.repeat(np.arange(steps), n), slot=np.tile(np.arange(n), steps), fix_quality=5,
        sigma_n_m=SIGMA_M, sigma_e_m=SIGMA_M, speed_mps=speed_mps if stated else np.nan,
    )  # fmt: skip
    _, events = fence_step(FenceState.for_slots(n), fences, rows)
    crossed = events.kind == int(outwards)
    assert sorted(events.slot[crossed].tolist()) == list(range(n))
    assert (events.kind[~crossed] == 0).all() and (~crossed).sum() == (n if outwards else 0)
    reported_s = (events.cause_t_gpst_ns[crossed] - rows.rows.t_gpst_ns[0]) * 1e-9
    assert (reported_s - crossing_s[events.slot[crossed]]).max() <= 2.0


def test_driving_along_an_edge_is_no_crossing() -> None:
    """On the edge, at 1.5 m/s to 15 m/s, for ten minutes: to be found inside once is no pair."""
    rng = np.random.default_rng(11)
    n, steps, fences = 45, 600, built(drawn("square", SQUARE, 20_000.0))
    speed_mps, tau_s = np.tile(np.repeat([1.5, 5.0, 15.0], 3), 5), np.tile([10.0, 60.0, 300.0], 15)
    y = 1000.0 + speed_mps * np.arange(steps)[:, None]
    points = np.stack([np.zeros_like(y), y], axis=-1) + drifting(rng, steps, n, tau_s)
    rows = placed(
        points.reshape(-1, 2), np.repeat(np.arange(steps), n), slot=np.tile(np.arange(n), steps), fix_quality=5,
        sigma_n_m=SIGMA_M, sigma_e_m=SIGMA_M, speed_mps=np.tile(speed_mps, steps),
    )  # fmt: skip
    _, events = fence_step(FenceState.for_slots(n), fences, rows)
    assert (events.kind != 0).sum() <= 2  # an exit an hour and vehicle would be 7

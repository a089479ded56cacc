"""A terminal that sends GCJ-02 is noticed within minutes; one that drives off the roads, or rests, never is."""

from collections.abc import Callable

import numpy as np
import pytest

from gnss.constants import NS_PER_S
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.gcj02 import gcj02_to_geodetic, geodetic_to_gcj02
from mapping.datums.gcj02_detector import DetectorRules, DetectorState, RoadOffsetBatch, ShiftFlagBatch, step
from mapping.datums.plane import geodetic_to_plane, plane_to_geodetic
from tests.helpers.chunking import INTERPRETED
from tests.unit.datums.city import PLANE, City, Floats, along


def offroad(rng: np.random.Generator, seconds: int, speed_mps: float) -> tuple[Floats, Floats]:
    """Over open land: straight on for a while, then another way."""
    corners = np.cumsum(np.vstack([rng.uniform(-2e3, 2e3, 2), rng.normal(0, 150, (600, 2))]), axis=0)
    return along(corners, np.arange(seconds) * speed_mps)


def seen(
    city: City, x_m: Floats, y_m: Floats, rng: np.random.Generator, *, shifted: bool, slot: int = 0
) -> RoadOffsetBatch:
    """What the caller passes in: noise, positions as sent, roads near them as tagged and with the shift undone."""
    n = x_m.size
    lat, lon = plane_to_geodetic(x_m + rng.normal(0, 1.5, n), y_m + rng.normal(0, 1.5, n), PLANE)
    if shifted:
        lat, lon = geodetic_to_gcj02(lat, lon, frame=CGCS2000_2000)
    undone = gcj02_to_geodetic(lat, lon)
    return RoadOffsetBatch.missing(
        n,
        slot=slot,
        t_gpst_ns=np.arange(n) * NS_PER_S,
        lat_rad=lat,
        lon_rad=lon,
        sigma_m=1.5,
        tagged_m=city.nearest_m(*geodetic_to_plane(lat, lon, PLANE, frame=CGCS2000_2000)),
        undone_m=city.nearest_m(*geodetic_to_plane(*undone, PLANE, frame=CGCS2000_2000)),
        road_density=city.density,
    )


def run(batch: RoadOffsetBatch, slots: int = 1) -> tuple[DetectorState, ShiftFlagBatch]:
    return step(DetectorState.new(slots), batch)


def test_a_shifted_terminal_is_flagged_within_five_minutes() -> None:
    """All but those that hardly turn: without a turn there is no knowing."""
    late, drives = [], 4 if INTERPRETED else 40
    for seed in range(drives):
        rng, city = np.random.default_rng(seed), City(seed)
        state, flags = run(seen(city, *city.drive(rng, 300, 12.0), rng, shifted=True))
        if state.is_shifted[0]:
            assert flags.is_shifted.tolist() == [1] and flags.evidence[0] >= 12
            late.append(int(flags.t_gpst_ns[0]) / NS_PER_S)
    assert len(late) >= 0.95 * drives
    assert np.median(late) < 150


@pytest.mark.parametrize(
    "way",
    [
        lambda city, rng: city.drive(rng, 3_600, 10.0),
        lambda city, rng: offroad(rng, 3_600, 10.0),
        lambda city, rng: City(int(rng.integers(100, 200))).drive(rng, 3_600, 10.0),
    ],
    ids=["roads", "open land", "unmapped streets"],
)
def test_a_true_terminal_is_not(way: Callable[[City, np.random.Generator], tuple[Floats, Floats]]) -> None:
    for seed in range(2 if INTERPRETED else 25):
        rng, city = np.random.default_rng(seed), City(seed)
        state, flags = run(seen(city, *way(city, rng), rng, shifted=False))
        assert len(flags) == 0 and state.is_shifted[0] == 0, f"seed {seed}"


def test_an_unmapped_road_that_runs_where_the_shift_of_a_street_does_is_no_evidence() -> None:
    """Straight on for an hour, each position with a street just where the undone one is."""
    rng, city = np.random.default_rng(1), City(1)
    batch = seen(city, np.arange(3_600) * 10.0 - 18_000, np.full(3_600, 33.0), rng, shifted=False)
    luck = batch.replace(tagged_m=np.full(3_600, 90.0), undone_m=np.full(3_600, 2.0))
    assert len(run(luck)[1]) == 0


def test_a_parked_terminal_says_nothing() -> None:
    rng, city = np.random.default_rng(1), City(1)
    batch = seen(city, np.zeros(7_200), np.zeros(7_200), rng, shifted=False)
    lucky = batch.replace(tagged_m=np.full(7_200, 90.0), undone_m=np.full(7_200, 1.0))
    state, flags = run(lucky)
    assert len(flags) == 0 and not state.arrays.evidence.any()


def test_dense_streets_and_bad_positions_are_no_evidence() -> None:
    rng, city = np.random.default_rng(1), City(1)
    batch = seen(city, *city.drive(rng, 600, 10.0), rng, shifted=True)
    for column, value in (("road_density", 0.2), ("sigma_m", 40.0), ("sigma_m", np.nan), ("road_density", np.nan)):
        assert len(run(batch.replace(**{column: np.full(600, value)}))[1]) == 0


def test_a_terminal_that_was_mended_is_no_longer_flagged() -> None:
    rng, city = np.random.default_rng(5), City(5)
    x_m, y_m = city.drive(rng, 1_200, 10.0)
    wrong = seen(city, x_m[:400], y_m[:400], rng, shifted=True)
    mended = seen(city, x_m[400:], y_m[400:], rng, shifted=False)
    mended = mended.replace(t_gpst_ns=mended.t_gpst_ns + 400 * NS_PER_S)
    state, first = step(DetectorState.new(1), wrong)
    state, second = step(state, mended)
    assert (first.is_shifted.tolist(), second.is_shifted.tolist()) == ([1], [0])
    whole = run(RoadOffsetBatch.concat([wrong, mended]))[1]
    assert whole.is_shifted.tolist() == [1, 0]


def test_terminals_do_not_touch_each_other_and_the_cut_does_not_matter() -> None:
    rng, city = np.random.default_rng(7), City(7)
    parts = [seen(city, *city.drive(rng, 300, 12.0), rng, shifted=slot % 2 == 0, slot=slot) for slot in range(4)]
    whole = RoadOffsetBatch.concat(parts)
    state, flags = run(whole, 4)
    assert state.is_shifted.tolist() == [1, 0, 1, 0]
    assert flags.equals(run(whole.take(rng.permutation(len(whole))), 4)[1])
    piecewise, found = DetectorState.new(1).grow(4), []
    by_time = whole.take(np.lexsort((whole.slot, whole.t_gpst_ns)))
    for part in by_time.split([1, 100, 101, 650]):
        piecewise, more = step(piecewise, part)
        found.append(more)
    assert piecewise.equals(state)
    assert ShiftFlagBatch.concat(found).equals(flags)


def test_the_state_is_a_value() -> None:
    rng, city = np.random.default_rng(7), City(7)
    batch = seen(city, *city.drive(rng, 300, 12.0), rng, shifted=True)
    before = DetectorState.new(1)
    after, _ = step(before, batch)
    assert before.equals(DetectorState.new(1)) and not after.equals(before)
    again, flags = step(after, batch)  # the same rows again are late
    assert again.equals(after) and len(flags) == 0
    assert after.copy().equals(after) and after.grow(3).slots == 3


def test_rows_without_position_and_without_roads() -> None:
    rng, city = np.random.default_rng(7), City(7)
    batch = seen(city, *city.drive(rng, 300, 12.0), rng, shifted=True)
    holes = batch.replace(lat_rad=np.where(np.arange(300) % 3 == 0, np.nan, batch.lat_rad))
    assert run(holes)[0].is_shifted[0] == 1
    nowhere = batch.replace(tagged_m=np.full(300, np.nan), undone_m=np.full(300, np.nan))
    assert len(run(nowhere)[1]) == 0
    assert len(run(RoadOffsetBatch.empty())[1]) == 0


def test_wrong_callers() -> None:
    with pytest.raises(ValueError, match="do not fit a state of 1"):
        step(DetectorState.new(1), RoadOffsetBatch.missing(1, slot=1))
    for wrong in ({"p_road": 0.5}, {"step_m": 0.0}, {"decide": np.nan}, {"p_random_min": 0.8}):
        with pytest.raises(ValueError, match=r"rule|must hold"):
            DetectorRules(**wrong)

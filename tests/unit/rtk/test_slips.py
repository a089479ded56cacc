"""Cycle slips: those that are stated, those that are seen, and none where there are none."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from gnss.constants import NS_PER_S
from gnss.rtk._slip_kernel import ABSENT_NS_MAX, drop_absent, drop_seen, drop_stated
from gnss.rtk._work import SIZE
from tests.unit.rtk.dense import Filter
from tests.unit.rtk.differences import Bools, Differences, World, write

T0_NS = 1_400_000_000 * NS_PER_S
X_M = np.array([0.4, -0.9, 0.2])
ONE_SIGNAL = ((0, ("1C",)),)


@dataclass
class Watched:
    """A filter that has seen one epoch and is shown another."""

    world: World = field(default_factory=World)
    filter: Filter = field(default_factory=Filter)

    def first(self, e: Differences | None = None) -> None:
        """The epoch before: at the place where the rover was expected, with clocks of zero."""
        e = e if e is not None else self.world.epoch()
        self.filter.enter(e)
        assert self.filter.update()
        mine, n = self.filter.mine, len(e)
        place = np.array(self.filter.w.pairs.place[:n])
        mine.residual_m[place], mine.seen_ns[place] = e.phase_m, T0_NS

    def then(self, e: Differences, after_s: float = 1.0) -> int:
        """Pairs of a later epoch with their places."""
        write(self.filter.w, e)
        self.filter.find()
        self.t_ns = T0_NS + round(after_s * NS_PER_S)
        return len(e)

    def seen(self) -> int:
        return drop_seen(self.filter.mine, self.filter.w, self.t_ns, np.zeros(SIZE))

    def stated(self) -> int:
        return drop_stated(self.filter.mine, self.filter.w.pairs, self.t_ns, np.zeros(SIZE))

    def absent(self) -> None:
        drop_absent(self.filter.mine, self.filter.w.pairs, self.t_ns, np.zeros(SIZE))

    def lost(self) -> list[int]:
        """Rows that have no ambiguity any more; the others must have their own."""
        pairs, mine = self.filter.w.pairs, self.filter.mine
        n = int(pairs.count[0])
        place = np.array(pairs.place[:n])
        known = place >= 0
        assert np.array_equal(mine.satellite[place[known]], pairs.satellite[:n][known])
        assert np.array_equal(mine.key[place[known]], pairs.key[:n][known])
        assert len(np.unique(place[known])) == known.sum() <= int(mine.count[0])
        return np.flatnonzero(~known).tolist()


def slipped(world: World, rows: Bools | list[int], cycles: float, after_s: float = 1.0) -> Differences:
    """The next epoch, in which some phases have slipped."""
    e = world.epoch(after_s, X_M)
    e.phase_m[rows] += cycles * e.wavelength_m[rows]
    return e


@pytest.mark.parametrize("row", [0, 7, 23])
@pytest.mark.parametrize("cycles", [0.5, -0.5, 1.0, -1.0, 37.0])
def test_one_slip_is_found_and_nothing_else(row: int, cycles: float) -> None:
    watched = Watched()
    watched.first()
    watched.then(slipped(watched.world, [row], cycles))
    assert watched.seen() == 1
    assert watched.lost() == [row]
    # the motion that the others show
    assert watched.filter.w.normal.x == pytest.approx(X_M, abs=0.03)


@pytest.mark.parametrize("cycles", [0.5, 1.0, 5.0])
@pytest.mark.parametrize("rows", [[0, 1], [3, 8, 17], [1, 4, 9, 14, 20], [2, 3, 10, 11]])
def test_several_slips_are_found(rows: list[int], cycles: float) -> None:
    watched = Watched()
    watched.first()
    size = cycles * np.array([1.0, -1.0, 2.0, -3.0, 1.0])[: len(rows)]
    e = watched.world.epoch(1.0, X_M)
    e.phase_m[rows] += size * e.wavelength_m[rows]
    watched.then(e)
    assert watched.seen() == len(rows)
    assert watched.lost() == rows


@pytest.mark.parametrize("row", range(8))
def test_whichever_satellite_slips_it_is_that_one_however_it_stands(row: int) -> None:
    # the motion follows one that stands by itself, which then fits better than those that did not slip
    for seed in range(8):
        watched = Watched(World(satellites=8, systems=ONE_SIGNAL, seed=seed))
        watched.first()
        watched.then(slipped(watched.world, [row], 5.0))
        assert watched.seen() == 1
        assert watched.lost() == [row]


def test_clean_phases_never_slip() -> None:
    found = 0
    for seed in range(40):
        watched = Watched(World(seed=seed))
        watched.first()
        watched.then(watched.world.epoch(1.0, X_M))
        found += watched.seen()
    assert found == 0


def test_a_jump_of_the_clock_is_no_slip() -> None:
    watched = Watched()
    watched.first()
    e = watched.world.epoch(1.0, X_M)
    e.phase_m[:] += 299_792.458
    watched.then(e)
    assert watched.seen() == 0


def test_a_phase_that_has_no_ambiguity_takes_no_part() -> None:
    watched = Watched()
    watched.first(watched.world.epoch().take(np.arange(2, 24)))
    watched.then(slipped(watched.world, [0, 12], 4.0))
    assert watched.seen() == 1
    assert watched.lost() == [0, 1, 12]


@pytest.mark.parametrize(("satellites", "found"), [(5, 0), (6, 1), (9, 1)])
def test_on_one_frequency_it_takes_six_satellites_to_see_a_slip(satellites: int, found: int) -> None:
    watched = Watched(World(satellites=satellites, systems=ONE_SIGNAL))
    watched.first()
    watched.then(slipped(watched.world, [1], 3.0))
    assert watched.seen() == found
    assert watched.lost() == [1][:found]


def test_too_few_phases_show_no_motion() -> None:
    watched = Watched(World(satellites=5, systems=ONE_SIGNAL))
    watched.first()
    watched.filter.w.normal.x[:] = 9.0
    watched.then(watched.world.epoch(1.0, X_M))
    watched.seen()
    assert watched.filter.w.normal.x.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(("after_s", "cycles", "found"), [(25.0, 0.0, 0), (25.0, 1.0, 1), (5.0, 0.5, 1)])
def test_after_a_gap_a_slip_is_seen_against_the_drift(after_s: float, cycles: float, found: int) -> None:
    watched = Watched()
    watched.first()
    watched.then(slipped(watched.world, [6], cycles, after_s), after_s)
    assert watched.seen() == found
    assert watched.lost() == [6][:found]


def test_what_was_learnt_of_the_noise_makes_slips_rarer() -> None:
    watched = Watched(World(seed=3))
    watched.first()
    e = watched.world.epoch(1.0, X_M)
    e.phase_m[4] += 0.07
    for variance, found in ((60.0, 0), (1.0, 1)):
        watched.then(e)
        watched.filter.mine.phase_variance[0] = variance
        assert watched.seen() == found


@pytest.mark.parametrize(
    ("lock_s", "found"), [(np.nan, 0), (50.0, 0), (1.0, 0), (0.99, 0), (0.97, 1), (0.5, 1), (0.0, 1)]
)
def test_a_lock_younger_than_the_last_epoch_is_a_slip(lock_s: float, found: int) -> None:
    watched = Watched()
    watched.first()
    e = watched.world.epoch(1.0, X_M)
    e.lock_s[:] = 100.0
    e.lock_s[9] = lock_s
    watched.then(e)
    assert watched.stated() == found
    assert watched.lost() == [9][:found]


def test_the_lock_is_counted_from_when_the_satellite_was_last_seen() -> None:
    watched = Watched()
    watched.first()
    mine = watched.filter.mine
    mine.seen_ns[3] = T0_NS - 7 * NS_PER_S
    e = watched.world.epoch(1.0, X_M)
    e.lock_s[:] = 4.0
    watched.then(e)
    assert watched.stated() == 1
    assert watched.lost() == [3]


@pytest.mark.parametrize("what", ["no phase", "half cycle begins", "half cycle ends"])
def test_a_phase_that_is_gone_or_another_one_is_a_slip(what: str) -> None:
    watched = Watched()
    e = watched.world.epoch()
    e.half_cycle[11] = what == "half cycle ends"
    watched.first(e)
    e = watched.world.epoch(1.0, X_M)
    e.half_cycle[11] = what == "half cycle begins"
    if what == "no phase":
        e.w_phase[11] = 0.0
    watched.then(e)
    assert watched.stated() == 1
    assert watched.lost() == [11]


def test_when_all_slip_all_are_forgotten() -> None:
    watched = Watched()
    watched.first()
    e = watched.world.epoch(1.0, X_M)
    e.lock_s[:] = 0.0
    n = watched.then(e)
    assert watched.stated() == n
    assert watched.lost() == list(range(n))
    assert int(watched.filter.mine.count[0]) == 0


@pytest.mark.parametrize("late_ns", [0, 1])
def test_satellites_that_were_not_seen_for_long_are_forgotten(late_ns: int) -> None:
    watched = Watched()
    watched.first()
    mine, after_s = watched.filter.mine, ABSENT_NS_MAX / NS_PER_S
    last = int(mine.count[0]) - 1
    gone = [0, 1, 7, last]
    for place in range(last + 1):
        mine.seen_ns[place] = T0_NS - late_ns if place in gone else T0_NS + NS_PER_S
    # what is absent is not among the pairs, but for one that comes back just now
    e = watched.world.epoch(after_s, X_M)
    here = np.array([row for row in range(len(e)) if row not in (0, 7, last)])
    watched.then(e.take(here), after_s)
    watched.absent()
    assert int(mine.count[0]) == last + 1 - late_ns * len(gone)
    assert watched.lost() == [0][:late_ns]


def test_pairs_find_their_places_in_any_order() -> None:
    watched = Watched()
    watched.first()
    order = np.random.default_rng(1).permutation(24)
    e = watched.world.epoch(1.0, X_M)
    watched.then(e.take(order))
    assert watched.lost() == []
    assert np.array_equal(watched.filter.w.pairs.place[:24], order)

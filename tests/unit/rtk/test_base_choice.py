"""Which base serves a rover: nearest and healthy, with hysteresis, and the reason."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from gnss.batches import NO_TIME
from gnss.constants import NS_PER_S
from gnss.rtk.base_choice import (
    NO_ROW,
    BaseColumns,
    BaseHealth,
    BaseReason,
    BaseRules,
    Choice,
    choose_bases,
    judge_bases,
)

X_M = 6_378_137.0
"""Everybody stands on the equator near longitude 0; y and z are east and north."""

RULES = BaseRules()
T0_S = 1_000_000


def place(east_km: float, north_km: float = 0.0) -> list[float]:
    return [X_M, east_km * 1e3, north_km * 1e3]


@dataclass
class World:
    """BaseColumns west and east of one rover, a second at a time."""

    east_km: list[float] = field(default_factory=lambda: [0.0, 10.0])
    rover_km: float = 3.0
    t_s: int = T0_S
    silent: set[int] = field(default_factory=set)
    choice: Choice = field(default_factory=lambda: Choice.none(1))

    def __post_init__(self) -> None:
        m = len(self.east_km)
        self.last_s = np.full(m, T0_S)
        self.jumped_s = np.full(m, NO_TIME)
        self.ill_s = np.full(m, T0_S - 1_000)
        self.satellites = np.full(m, 20, np.int32)
        self.placed = np.ones(m, bool)

    def bases(self) -> BaseColumns:
        ecef = np.array([place(east) for east in self.east_km])
        ecef[~self.placed] = np.nan
        times = [self.last_s * 0 + T0_S - 60, self.last_s, self.jumped_s, self.ill_s]
        ns = [np.where(t == NO_TIME, NO_TIME, t * NS_PER_S) for t in times]
        return BaseColumns(ecef, ns[0], ns[1], ns[2], ns[3], self.satellites)

    def second(self, n: int = 1, rules: BaseRules = RULES) -> tuple[int, BaseReason]:
        """So many epochs of everybody that is not silent; base and reason of the rover then."""
        for _ in range(n):
            self.t_s += 1
            heard = [k for k in range(len(self.last_s)) if k not in self.silent]
            self.last_s[heard] = self.t_s
            rover = np.array([place(self.rover_km)])
            t_ns = np.array([self.t_s * NS_PER_S])
            self.choice = choose_bases(self.choice, t_ns, rover, self.bases(), rules)
        return int(self.choice.base[0]), BaseReason(self.choice.reason[0])


def test_the_nearest_of_several_and_the_only_one() -> None:
    assert World().second() == (0, BaseReason.NEAREST)
    assert World(rover_km=6.0).second() == (1, BaseReason.NEAREST)
    assert World(east_km=[4.0]).second() == (0, BaseReason.ONLY_ONE)
    assert World(east_km=[]).second() == (NO_ROW, BaseReason.NONE)
    assert World(east_km=[150.0]).second() == (NO_ROW, BaseReason.NONE)


def test_a_base_that_stops_is_left_after_a_few_seconds_and_comes_back_after_a_while() -> None:
    world = World()
    world.second(5)
    world.silent.add(0)
    assert world.second(RULES.silent_after_ns // NS_PER_S) == (0, BaseReason.NEAREST)
    assert world.second() == (1, BaseReason.FAILED_OVER_SILENT)
    world.silent.clear()
    world.ill_s[0] = world.t_s
    assert world.second(RULES.return_after_ns // NS_PER_S) == (1, BaseReason.FAILED_OVER_SILENT)
    assert world.second() == (0, BaseReason.RETURNED)
    assert world.choice.left[0] == NO_ROW


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [("satellites", 5, BaseReason.FAILED_OVER_DEGRADED), ("jumped_s", T0_S + 5, BaseReason.FAILED_OVER_JUMPED)],
)
def test_a_base_that_degrades_or_jumps_is_left_at_once(column: str, value: int, reason: BaseReason) -> None:
    world = World()
    world.second(5)
    getattr(world, column)[0] = value
    assert world.second() == (1, reason)


def test_without_another_a_silent_or_degraded_base_serves_on_but_one_that_jumped_does_not() -> None:
    for change in ({"satellites": 5}, {"last_s": T0_S - 20}):
        world = World(east_km=[0.0], silent={0})
        world.second()
        for name, value in change.items():
            getattr(world, name)[0] = value
        assert world.second(5) == (0, BaseReason.ONLY_ONE), change
    world = World(east_km=[0.0])
    world.second()
    world.jumped_s[0] = world.t_s
    assert world.second(RULES.settle_ns // NS_PER_S) == (NO_ROW, BaseReason.NONE)
    assert world.second() == (0, BaseReason.RETURNED)


def test_a_degraded_base_is_better_than_none() -> None:
    world = World()
    world.satellites[:] = 4
    assert world.second() == (0, BaseReason.ONLY_ONE)


def test_a_rover_on_its_way_changes_only_where_another_is_clearly_nearer_for_several_epochs() -> None:
    world = World()
    world.second()
    world.rover_km = 5.9  # 5.9 km and 4.1 km: nearer, but not by 2 km
    assert world.second(10) == (0, BaseReason.NEAREST)
    world.rover_km = 6.1
    assert world.second(RULES.nearer_epochs - 1) == (0, BaseReason.NEAREST)
    world.rover_km = 5.0  # and back: counting begins anew
    world.second()
    world.rover_km = 6.1
    assert world.second(RULES.nearer_epochs - 1) == (0, BaseReason.NEAREST)
    assert world.second() == (1, BaseReason.NEARER)
    world.rover_km = 4.5
    assert world.second(10) == (1, BaseReason.NEARER)


def test_a_base_that_was_ill_is_not_preferred_before_it_has_recovered() -> None:
    world = World()
    world.second()
    world.rover_km = 9.0
    world.ill_s[1] = world.t_s
    assert world.second(20) == (0, BaseReason.NEAREST)
    assert world.second(15) == (1, BaseReason.NEARER)


def test_an_unplaced_base_and_one_that_began_later_serve_nobody() -> None:
    world = World()
    world.placed[0] = False
    assert world.second() == (1, BaseReason.ONLY_ONE)
    bases = world.bases()
    t_ns = np.array([world.t_s, T0_S - 100]) * NS_PER_S
    assert judge_bases(bases, t_ns, RULES).tolist() == [
        [BaseHealth.UNPLACED, BaseHealth.HEALTHY],
        [BaseHealth.UNPLACED, BaseHealth.SILENT],
    ]


def test_rovers_are_chosen_for_each_by_itself_whatever_the_others_are() -> None:
    rng = np.random.default_rng(3)
    n, m = 60, 4
    ecef = np.array([place(*xy) for xy in rng.uniform(-60, 60, (m, 2))])
    bases = BaseColumns(
        ecef, np.full(m, 0), rng.integers(90, 100, m) * NS_PER_S, np.full(m, NO_TIME), np.full(m, NO_TIME),
        rng.integers(4, 9, m).astype(np.int32),
    )  # fmt: skip
    rovers = np.array([place(*xy) for xy in rng.uniform(-60, 60, (n, 2))])
    rovers[::7] = np.nan
    none = Choice.none(n)
    before = none._replace(**{name: rng.integers(-1, m, n).astype(c.dtype) for name, c in none._asdict().items()})
    before = before._replace(reason=rng.integers(0, 8, n).astype(np.uint8))
    t_ns = rng.integers(95, 104, n) * NS_PER_S
    together = choose_bases(before, t_ns, rovers, bases, RULES)
    for k in range(n):
        alone = choose_bases(_one(before, k), t_ns[k : k + 1], rovers[k : k + 1], bases, RULES)
        assert _one(together, k)._asdict() == _same(alone)


def _one(choice: Choice, k: int) -> Choice:
    return choice._replace(**{name: column[k : k + 1] for name, column in choice._asdict().items()})


def _same(choice: Choice) -> Any:
    return choice._asdict()

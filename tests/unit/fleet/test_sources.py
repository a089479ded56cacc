"""Two positions of one terminal: both are kept, the better one is shown, and when each stands for the other."""

from typing import Any

import numpy as np
import pytest

from beidou_svc.fleet.quality import row_rank
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, step
from gnss.batches import Source
from gnss.status import Status
from tests.helpers.service import T_GPST_NS, fixes

pytestmark = pytest.mark.compiled

SECOND_NS = 1_000_000_000
RULES = FleetRules(terminals_max=8, recent_s=8)


def say(state: FleetState, source: Source, at_s: float, quality: int, **columns: Any) -> None:
    """One row of terminal 0; its latitude tells who said it."""
    known: dict[str, Any] = {
        "t_gpst_ns": T_GPST_NS + round(at_s * SECOND_NS),
        "source": source,
        "fix_quality": quality,
        "lat_rad": (0.1 if source == Source.ENGINE else 0.2) + 1e-6 * at_s,
        "sentences": 0 if source == Source.ENGINE else 3,
    }
    step(state, fixes(1, **{**known, **columns}), 0)


def shown(state: FleetState) -> tuple[str, int, float]:
    """Whose epoch is shown, its quality, and the time of the position shown (s)."""
    source = Source(state.columns["source"][0]).name.lower()
    return source, int(state.columns["fix_quality"][0]), (int(state.position.t_ns[0]) - T_GPST_NS) / SECOND_NS


@pytest.mark.parametrize(
    ("engine", "receiver", "winner"),
    [(4, 1, "engine"), (5, 2, "engine"), (4, 4, "engine"), (5, 5, "engine"), (5, 4, "nmea"), (2, 2, "nmea"),
     (1, 1, "nmea"), (1, 2, "nmea"), (2, 1, "engine"), (7, 4, "engine"), (0, 1, "nmea"), (1, 0, "engine")],
)  # fmt: skip
@pytest.mark.parametrize("engine_first", [True, False])
def test_of_one_instant_the_better_quality_is_shown(
    engine: int, receiver: int, winner: str, engine_first: bool
) -> None:
    state = new_state(RULES)
    for is_engine in (engine_first, not engine_first):
        say(state, Source.ENGINE if is_engine else Source.NMEA, 0, engine if is_engine else receiver)
    assert shown(state)[0] == winner


def test_a_worse_position_does_not_replace_a_better_one_that_is_hardly_older() -> None:
    """A receiver at ten hertz beside positions computed once a second, which come a little late."""
    state = new_state(RULES)
    say(state, Source.ENGINE, 0.0, 4)
    for tenth in range(1, 21):
        say(state, Source.NMEA, tenth / 10, 1)
        assert shown(state) == ("engine", 4, 0.0)
    say(state, Source.NMEA, 2.1, 1)
    assert shown(state) == ("nmea", 1, 2.1)
    say(state, Source.ENGINE, 1.0, 4)
    assert shown(state) == ("engine", 4, 1.0)


def test_both_are_kept_each_with_its_own_time() -> None:
    state = new_state(RULES)
    say(state, Source.NMEA, 0.0, 1, hdop=0.8)
    say(state, Source.ENGINE, 1.0, 4, ratio=7.5)
    say(state, Source.NMEA, 2.0, 2, hdop=0.9)
    engine, receiver = state.sources.engine, state.sources.receiver
    assert engine is not None
    assert receiver is not None
    assert (engine.columns["ratio"][0], engine.columns["lat_rad"][0]) == (7.5, 0.1 + 1e-6)
    assert (receiver.columns["hdop"][0], receiver.columns["lat_rad"][0]) == (0.9, 0.2 + 2e-6)
    assert np.isnan(receiver.columns["ratio"][0])


def test_where_the_shown_source_has_no_position_now_the_newest_of_either_is_shown() -> None:
    state = new_state(RULES)
    say(state, Source.NMEA, 0.0, 1)
    say(state, Source.ENGINE, 5.0, 4)
    say(state, Source.NMEA, 20.0, 0, lat_rad=np.nan, lon_rad=np.nan, status=Status.NO_POSITION)
    assert shown(state) == ("nmea", 0, 5.0)
    assert state.columns["lat_rad"][0] == 0.1 + 5e-6


def test_the_last_minutes_keep_the_better_row_of_a_second() -> None:
    state = new_state(RULES)
    say(state, Source.NMEA, 0.2, 1)
    say(state, Source.ENGINE, 0.0, 4)
    say(state, Source.NMEA, 0.4, 1)
    (cell,) = state.recent.read(0, 8)
    assert (cell["fix_quality"], cell["source"]) == (4, Source.ENGINE)


def test_terminals_without_computed_positions_are_kept_once() -> None:
    state = new_state(RULES)
    step(state, fixes(8), 0)
    assert state.sources.engine is None
    say(state, Source.ENGINE, 0.0, 4)
    assert state.sources.is_computed.tolist() == [True] + [False] * (state.capacity - 1)
    step(state, fixes(8, t_gpst_ns=T_GPST_NS + 10 * SECOND_NS), 0)
    assert (state.columns["source"][:8] == Source.NMEA).all()


def test_the_state_grows_with_both_sides() -> None:
    state = new_state(FleetRules(terminals_max=1_000, recent_s=1))
    say(state, Source.ENGINE, 0.0, 4)
    before = state.capacity
    step(state, fixes(2 * before), 0)
    say(state, Source.ENGINE, 1.0, 4, slot=2 * before - 1)
    assert state.sources.engine is not None
    assert state.sources.engine.columns["fix_quality"][[0, 2 * before - 1]].tolist() == [4, 4]
    assert shown(state)[0] == "engine"


def test_ranks_are_a_total_order_of_what_can_be_shown() -> None:
    ranks = [row_rank(quality, source) for quality in range(9) for source in (Source.NMEA, Source.ENGINE)]
    assert max(ranks) == row_rank(7, Source.ENGINE)
    assert row_rank(4, Source.ENGINE) > row_rank(4, Source.NMEA) > row_rank(5, Source.ENGINE) > row_rank(5, Source.NMEA)
    assert row_rank(1, Source.NMEA) > row_rank(1, Source.ENGINE) > row_rank(0, Source.NMEA)

"""Ten thousand terminals that drive along pieces of the simulated drives, tick after tick."""

from collections.abc import Callable

import numpy as np

from gnss.constants import NS_PER_S
from mapping.datums.placed import Placed
from mapping.matching.online import match_step
from mapping.matching.state import MatchState
from tests.bench.map_recordings import T0_GPST_NS, liechtenstein_drives
from tests.bench.map_runs import liechtenstein_tables, without_course

TERMINALS = 10_000
WARM_TICKS = 10
"""Ticks before time is taken: from then on rows are decided as they are in service."""

TICKS = 20


def ticks(with_course: bool) -> list[Placed]:
    """The rows of each tick, one a terminal."""
    sim, rng, n = liechtenstein_drives(), np.random.default_rng(1), WARM_TICKS + TICKS
    placed = sim.placed if with_course else without_course(sim.placed)
    first = np.searchsorted(placed.rows.slot, np.arange(len(sim.way_of) + 1))
    drive = rng.integers(0, len(sim.way_of), TERMINALS)
    begin = first[drive] + rng.integers(0, np.diff(first)[drive] - n)
    slots = np.arange(TERMINALS, dtype=np.int32)
    return [
        Placed(
            placed.frame,
            placed.rows.take(begin + k).replace(
                slot=slots.copy(), t_gpst_ns=np.full(TERMINALS, T0_GPST_NS + k * NS_PER_S)
            ),
        )
        for k in range(n)
    ]


def online(with_course: bool) -> Callable[[], object]:
    """A call matches `TICKS` ticks; every call begins from the same state."""
    tables, rows = liechtenstein_tables(), ticks(with_course)
    warm = MatchState.for_slots(TERMINALS)
    for tick in rows[:WARM_TICKS]:
        warm, _ = match_step(warm, tables, tick)
    clock_ns = [0]
    span_ns = len(rows) * NS_PER_S
    state = [warm]

    def run() -> None:
        """Later calls drive the same ticks again at a later time, as new traces would after a gap of none."""
        for tick in rows[WARM_TICKS:]:
            later = Placed(tick.frame, tick.rows.replace(t_gpst_ns=tick.rows.t_gpst_ns + clock_ns[0]))
            state[0], _ = match_step(state[0], tables, later)
        clock_ns[0] += span_ns

    return run

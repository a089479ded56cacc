"""The final state does not depend on the order of rows, their repetition, or how they were cut into batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beidou_svc.fleet.merge import Key
from beidou_svc.fleet.side import EPOCH_COLUMNS, POSITION_COLUMNS
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, pass_time, step
from gnss.batches import NO_TIME, FixBatch, Source
from gnss.status import Status
from tests.helpers.service import T_GPST_NS, fixes

# the recent minutes are records, whose fields are attributes only where kernels are compiled
pytestmark = pytest.mark.compiled

SECOND_NS = 1_000_000_000
T_RX_NS = 1_716_051_164_000_000_000
RULES = FleetRules(terminals_max=4, offset_window_ns=5 * SECOND_NS, recent_s=8)
NOW_NS = T_RX_NS + 20 * SECOND_NS

ROWS = st.tuples(
    st.integers(0, 3),  # slot
    st.integers(0, 12),  # time of the fix, s; 0 = none
    st.integers(0, 25),  # receive time, s; 0 = not recorded
    st.sampled_from([0, 1, 4, 5]),  # fix quality
    st.booleans(),  # has a position
    st.sampled_from([0b1, 0b11, 0b111]),  # sentences
    st.sampled_from([Status.OK, Status.OK, Status.NO_DATE, Status.DATE_SUSPECT, Status.NO_POSITION, Status.RANGE]),
    st.sampled_from([Source.NMEA, Source.NMEA, Source.KSXT, Source.ENGINE]),
    st.sampled_from([0, 0, 0, 1, 2]),  # era of the clock
)
Row = tuple[int, int, int, int, bool, int, Status, Source, int]


def batch_of(rows: list[Row]) -> FixBatch:
    """Rows whose values follow from what they are, so that equal keys mean equal rows."""
    columns = (np.array(column) for column in zip(*rows, strict=True))
    slot, t_s, rx_s, quality, positioned, sentences, status, source, era = columns
    mark = slot + 10 * t_s + 1_000 * rx_s + 100_000 * quality + 1_000_000 * sentences + 10_000_000 * status
    mark += 1_000_000_000 * source + 10_000_000_000 * era
    return fixes(
        len(rows),
        slot=slot,
        t_gpst_ns=np.where(t_s == 0, NO_TIME, T_GPST_NS + t_s * SECOND_NS),
        t_rx_ns=np.where(rx_s == 0, NO_TIME, T_RX_NS + rx_s * SECOND_NS),
        fix_quality=quality,
        lat_rad=np.where(positioned, mark * 1e-9, np.nan),
        lon_rad=np.where(positioned, mark * 2e-9, np.nan),
        hdop=mark * 1e-3,
        sentences=sentences,
        status=status,
        source=source,
        clock_era=(255 + era) % 256,
    )


def final_state(batches: list[FixBatch]) -> dict[str, object]:
    state = new_state(RULES)
    state.ensure_capacity(4)
    for batch in batches:
        step(state, batch, NOW_NS)
    pass_time(state, NOW_NS)
    return comparable(state)


def comparable(state: FleetState) -> dict[str, object]:
    """All that is shown, as values that can be compared; counters of late rows are no part of it."""
    found: dict[str, object] = {name: state.columns[name][:4].tobytes() for name in (*EPOCH_COLUMNS, *POSITION_COLUMNS)}
    for key in ("epoch", "position"):
        found[key] = tuple(column[:4].tobytes() for column in getattr(state, key))
    for side in (state.sources.engine, state.sources.receiver):
        for name, column in ({} if side is None else side.columns).items():
            found[f"{name} of {'engine' if side is state.sources.engine else 'receiver'}"] = column[:4].tobytes()
    found["heard"] = tuple(column[:4].tobytes() for column in state.heard[:-1])
    found["liveness"] = state.liveness[:4].tobytes()
    found["recent"] = tuple(state.recent.read(slot, 8).tolist() for slot in range(4))
    return found


def instant_of(row: Row) -> tuple[object, ...]:
    """What orders the rows of a source: rows without a date go by their receive time."""
    slot, t_s, rx_s, _, _, sentences, status, source, era = row
    is_undated = t_s == 0 or status in (Status.NO_DATE, Status.DATE_SUSPECT)
    return (
        slot, is_undated, 0 if is_undated else era, rx_s if is_undated else t_s, rx_s, sentences,
        source == Source.ENGINE,
    )  # fmt: skip


# a terminal that reports one instant twice with different values is not covered: which is true, nobody can know
UNIQUE = st.lists(
    ROWS,
    min_size=1,
    max_size=24,
    unique_by=instant_of,
)


@given(rows=UNIQUE, data=st.data())
def test_order_repetition_and_cuts_do_not_matter(rows: list[Row], data: st.DataObject) -> None:
    expected = final_state([batch_of(rows)])
    repeated = rows + data.draw(st.lists(st.sampled_from(rows), max_size=8))
    shuffled = data.draw(st.permutations(repeated))
    edges = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=4)))
    parts = [shuffled[a:b] for a, b in zip([0, *edges], [*edges, len(shuffled)], strict=True)]
    assert final_state([batch_of(part) for part in parts if part]) == expected


@given(rows=UNIQUE)
def test_no_row_of_an_era_moves_a_terminal_backwards(rows: list[Row]) -> None:
    state = new_state(RULES)
    state.ensure_capacity(4)
    for row in ((*each[:-1], 1) for each in rows):
        before = [keys_of(state.epoch), keys_of(state.position)]
        step(state, batch_of([row]), NOW_NS)
        after = [keys_of(state.epoch), keys_of(state.position)]
        assert all(
            not_before(new, old)
            for olds, news in zip(before, after, strict=True)
            for old, new in zip(olds, news, strict=True)
        )


def keys_of(key: Key) -> list[tuple[int, ...]]:
    """(trust, time) of each slot; a better position goes before one that is not much newer."""
    return list(zip(key.trust[:4].tolist(), key.t_ns[:4].tolist(), strict=True))


def not_before(news: tuple[int, ...], olds: tuple[int, ...]) -> bool:
    """Whether a terminal was not moved back, or only for a better position."""
    return news[0] > olds[0] or (news[0] == olds[0] and news[1] >= olds[1] - RULES.hold_ns)

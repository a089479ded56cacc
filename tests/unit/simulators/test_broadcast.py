"""On air: slots at their moments without drift, epochs gathered into writes, waiting for slow peers where told to."""

from collections import defaultdict

import numpy as np
import pytest

from simulators.broadcast import Broadcast, identities
from simulators.fleet import Fleet
from simulators.link import Breaks, Link, Writes
from simulators.network import Network
from simulators.receivers import Epochs
from simulators.scenario import Scenario, parse_scenario
from simulators.schedule import Schedule
from simulators.sentences import Speaker
from tests.unit.simulators.town import grid_town

START_NS = 1_795_338_000 * 10**9
BEGIN_S = 100.0
TOWN: Network = grid_town()


class SlowClock:
    """Moves only when it is waited for, and by a fixed amount for each reading: work takes time."""

    def __init__(self, reading_s: float = 0.0) -> None:
        self.s = BEGIN_S
        self._reading_s = reading_s

    def now_s(self) -> float:
        self.s += self._reading_s
        return self.s

    def wait_until(self, at_s: float) -> None:
        self.s = max(self.s, at_s)


class Recorder:
    """An outlet that remembers what went out and when."""

    def __init__(self, clock: SlowClock, owing: int = 0) -> None:
        self.clock, self.owing = clock, owing
        self.sent: dict[int, list[tuple[float, bytes]]] = defaultdict(list)
        self.polls = 0

    def send(self, writes: Writes) -> None:
        for row, start, length in zip(writes.row, writes.start, writes.length, strict=True):
            self.sent[int(row)].append((self.clock.s, writes.buffer[start : start + length].tobytes()))

    def apply(self, breaks: Breaks, now_s: float) -> None:
        assert breaks.pulled.size == breaks.dropped.size == 0

    def poll(self, now_s: float) -> None:
        self.polls += 1

    def flush(self) -> int:
        self.owing = max(0, self.owing - 1)
        return self.owing


def on_air(
    text: str, terminals: int = 20, rate_hz: float = 1.0, clock: SlowClock | None = None, owing: int = 0,
    speedup: float = 1.0, seconds: float = 3.0,
) -> tuple[Broadcast[Epochs], Recorder]:  # fmt: skip
    plan: Scenario = parse_scenario(text, "test.toml")
    schedule = Schedule.at_rate(terminals, rate_hz, staggered=not plan.load.unlimited)
    fleet = Fleet(TOWN, plan, schedule, 3, START_NS)
    clock = clock or SlowClock()
    outlet = Recorder(clock, owing)
    broadcast = Broadcast(fleet, Speaker(fleet), Link(plan.link, terminals, 3), outlet, clock, speedup)
    broadcast.run(seconds, BEGIN_S)
    return broadcast, outlet


def test_every_terminal_speaks_once_a_period_at_its_own_moment() -> None:
    _, outlet = on_air("")
    assert set(outlet.sent) == set(range(20))
    for row, texts in outlet.sent.items():
        assert [at_s for at_s, _ in texts] == pytest.approx([BEGIN_S + row * 0.05 + k for k in range(3)])
        stamps = [text.split(b",")[1] for _, text in texts]
        assert stamps == [f"09000{k}.{row * 5:02d}".encode() for k in range(3)]


def test_work_that_takes_time_does_not_make_the_schedule_drift() -> None:
    broadcast, outlet = on_air("", clock=SlowClock(reading_s=0.02))
    last_s = outlet.sent[19][-1][0]
    assert last_s == pytest.approx(BEGIN_S + 2.95, abs=0.1)
    assert broadcast.progress.late_slots == 0
    assert broadcast.progress.epochs == 60


def test_a_machine_that_is_too_slow_is_told_of_and_nothing_is_skipped() -> None:
    broadcast, outlet = on_air("", clock=SlowClock(reading_s=0.08))
    assert broadcast.progress.late_slots > 0
    assert broadcast.progress.lag_max_s > 1.0
    assert all(len(texts) == 3 for texts in outlet.sent.values())


def test_speedup_shortens_the_waits_and_not_the_event_times() -> None:
    _, outlet = on_air("", speedup=10.0)
    assert outlet.sent[0][-1][0] == pytest.approx(BEGIN_S + 0.2)
    assert outlet.sent[0][-1][1].split(b",")[1] == b"090002.00"


def test_a_fixed_rate_of_writes_sets_the_pace() -> None:
    _, outlet = on_air("[load]\nwrites_per_s = 200.0")
    times = [at_s for at_s, _ in outlet.sent[0]]
    assert np.diff(times) == pytest.approx([0.1, 0.1])


def test_several_epochs_share_a_write() -> None:
    _, outlet = on_air('[load]\nepochs_per_write = 2\n[receivers]\nsentences = ["GGA"]', seconds=6.0)
    for texts in outlet.sent.values():
        assert [text.count(b"$GNGGA") for _, text in texts] == [2, 2, 2]
        assert [text.split(b",")[1][:6] for _, text in texts] == [b"090000", b"090002", b"090004"]


def test_unlimited_sends_do_not_wait_for_the_clock_but_for_the_peers() -> None:
    clock = SlowClock()
    _, outlet = on_air("driving = false\n[load]\nunlimited = true", clock=clock, owing=5, seconds=4.0)
    assert clock.s < BEGIN_S + 0.1
    assert outlet.owing == 0
    stamps = [text.split(b",")[1] for _, text in outlet.sent[0]]
    assert stamps == [b"090000.00", b"090001.00", b"090002.00", b"090003.00"]


def test_identities_carry_a_token_where_there_is_one() -> None:
    assert identities("gz-", "", 2) == [b"gz-00001\r\n", b"gz-00002\r\n"]
    assert identities("x", "s3", 1) == [b"x00001 s3\r\n"]

"""Map matching: how right it is on real and on simulated drives, and how fast, online and over whole traces."""

import sys
from collections.abc import Iterator

from tests.bench.map_fleet import TERMINALS, TICKS, online
from tests.bench.map_lanes import lane_results
from tests.bench.map_page import write_map_accuracy
from tests.bench.map_recordings import has_maps, liechtenstein_drives
from tests.bench.map_runs import (
    STEPS_S,
    hof_matched,
    liechtenstein_tables,
    online_in_sequence,
    simulated_matched,
    without_course,
)
from tests.bench.map_scores import totals
from tests.bench.map_valhalla import Valhalla, valhalla
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result

NAME = "map_match"

SIMULATED_MUST = {1: 0.003, 5: 0.003, 10: 0.004, 30: 0.014}
IN_SEQUENCE = {0.0: (0.965, 0.975), 5.0: (0.98, 0.99)}
SPEED_DRIVES = 30
"""Drives on which speed over whole traces is compared."""


def run() -> Iterator[Result]:
    """Quality first, then speed."""
    if not has_maps():
        sys.stderr.write(f"{NAME}: there are no recordings here\n")
        return
    yield from _real()
    peer = valhalla()
    for step_s in STEPS_S:
        yield from _simulated(step_s, peer)
    for lag_s, (must, reach) in IN_SEQUENCE.items():
        part, n = online_in_sequence(lag_s)
        label = f"simulated, online: in the true edge sequence, delay {lag_s:.0f} s"
        yield Result(NAME, label, part, "", "higher", must=must, reach=reach, n=n)
    yield from _online()
    yield from lane_results(NAME)


write_pages = write_map_accuracy
"""What `--write` does after that."""


def _real() -> Iterator[Result]:
    drives = hof_matched()
    t, n = totals([d.score for d in drives]), len(drives)
    points = sum(len(d.good) for d in drives)
    good = sum(int(d.good.sum()) for d in drives) / points
    yield Result(NAME, "Hof: route mismatch", t.mismatch, "", "lower", must=0.045, reach=0.03, n=n)
    yield Result(NAME, "Hof: missing", t.missing, "", "lower", must=0.014, reach=0.01, n=n)
    yield Result(
        NAME, "Hof: drives with less than 20 m wrong", t.nearly_right, "", "higher", must=0.68, reach=0.75, n=n
    )
    yield Result(NAME, "Hof: point accuracy", good, "", "higher", must=0.96, reach=0.97, n=points)


def _simulated(step_s: int, peer: Valhalla | None) -> Iterator[Result]:
    drives, must = simulated_matched(step_s, False), SIMULATED_MUST[step_s]
    ours = totals([d.score for d in drives]).mismatch
    courses = totals([d.score for d in simulated_matched(step_s, True)]).mismatch
    n = sum(len(d.placed) for d in drives)
    known = None if peer is None else totals(peer.scores(drives[:SPEED_DRIVES])).mismatch
    note = f"with course and speed {courses:.4f}"
    if known is not None:
        there = totals([d.score for d in drives[:SPEED_DRIVES]]).mismatch
        note += f"; Valhalla on the first {SPEED_DRIVES} drives, ours there {there:.4f}"
    yield Result(
        NAME, f"simulated, {step_s} s: route mismatch", ours, "", "lower", "Valhalla" if peer else "", known,
        must, must / 2.0, n, note,
    )  # fmt: skip
    yield from _speed(step_s, peer)


def _speed(step_s: int, peer: Valhalla | None) -> Iterator[Result]:
    from mapping.matching.trace import match_trace

    sim, tables = liechtenstein_drives(), liechtenstein_tables()
    placed = without_course(sim.placed)
    drives = [placed.take(sim.drive(slot)[::step_s]) for slot in range(SPEED_DRIVES)]
    n = sum(len(drive) for drive in drives)

    def ours() -> None:
        for drive in drives:
            match_trace(tables, drive)

    label = f"simulated, {step_s} s: whole traces"
    if peer is None:
        (ours_s,) = cpu_s_of(ours, repeats=3)
        yield Result(NAME, label, n / ours_s, "points/s", "higher", n=n)
        return
    bodies = [peer.body(drive) for drive in drives]
    ours_s, peer_s = cpu_s_of(ours, lambda: peer.match(bodies), repeats=3)
    yield Result(NAME, label, n / ours_s, "points/s", "higher", "Valhalla", n / peer_s, n=n)
    yield Result(NAME, f"{label}, times Valhalla", peer_s / ours_s, "", "higher", must=5.0, reach=15.0, n=n)


def _online() -> Iterator[Result]:
    for with_course, must, reach in ((True, 250e3, 500e3), (False, None, None)):
        (taken_s,) = cpu_s_of(online(with_course), repeats=5)
        what = "with course" if with_course else "without course"
        rate = TERMINALS * TICKS / taken_s
        note = f"{1e3 * taken_s / TICKS:.1f} ms a tick of {TERMINALS:,} terminals"
        yield Result(
            NAME, f"online step, {what}", rate, "points/s", "higher", must=must, reach=reach, n=TERMINALS, note=note
        )

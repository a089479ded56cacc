"""Drives matched: whole traces of the real and the simulated ones, and the simulated ones online."""

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mapping.datums.placed import Placed
from mapping.datums.plane import geodetic_to_plane
from mapping.matching._drive_kernel import way_between
from mapping.matching._route_kernel import Search
from mapping.matching.online import match_end, match_step
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState, OnlineRules
from mapping.matching.tables import MatchTables, build_tables
from mapping.matching.trace import Trace, match_trace
from mapping.network.model import RoadNetwork
from tests.bench.map_recordings import FRAME, Ints, hof_drives, hof_network, liechtenstein_drives, liechtenstein_network
from tests.bench.map_scores import Driven, RouteScore, route_score

STEPS_S = (1, 5, 10, 30)
NEAR_M = 20.0
"""A place that is at most so far beyond the driven stretch of a true edge counts as on it."""

SAME_PLACE_M = 1.0


@dataclass(frozen=True, slots=True)
class Matched:
    """A drive, what was made of it, and how good that is; `good` says of each position whether its edge is true."""

    name: str
    placed: Placed
    trace: Trace
    true: tuple[Driven, ...]
    score: RouteScore
    good: NDArray[np.bool_]


def stretches(trace: Trace) -> list[Driven]:
    """The way of a trace."""
    return [
        (int(edge), float(a), float(b))
        for edge, a, b in zip(trace.way, trace.way_start_m, trace.way_end_m, strict=True)
    ]


def matched(name: str, tables: MatchTables, placed: Placed, true: list[Driven]) -> Matched:
    """One drive."""
    trace = match_trace(tables, placed)
    score = route_score(true, stretches(trace))
    return Matched(name, placed, trace, tuple(true), score, _good(trace.rows, true))


def _good(rows: MatchBatch, true: list[Driven]) -> NDArray[np.bool_]:
    good = np.zeros(len(rows), np.bool_)
    for edge, start_m, end_m in true:
        on_it = (rows.offset_m >= start_m - NEAR_M) & (rows.offset_m <= end_m + NEAR_M)
        good |= (rows.edge == edge) & on_it
    return good


@cache
def hof_tables() -> MatchTables:
    """The roads of Hof, ready."""
    return build_tables(hof_network())


@cache
def liechtenstein_tables() -> MatchTables:
    """The roads of Liechtenstein, ready."""
    return build_tables(liechtenstein_network()[0])


@cache
def hof_matched() -> tuple[Matched, ...]:
    """All real drives."""
    steps = HofSteps(hof_network())
    return tuple(matched(d.name, hof_tables(), d.placed, steps.route(d.way)) for d in hof_drives())


class HofSteps:
    """The truth of Hof, which is nodes in order, as stretches of edges. Its first and last nodes lie within edges."""

    def __init__(self, network: RoadNetwork) -> None:
        from tests.bench.map_recordings import hof_edge_nodes, hof_node_places

        self._at = hof_node_places()
        self._step: dict[tuple[int, int], Driven] = {}
        for edge, nodes in enumerate(hof_edge_nodes()):
            run = network.shape.line(edge).run_m
            for k in range(len(nodes) - 1):
                self._step[int(nodes[k]), int(nodes[k + 1])] = (edge, float(run[k]), float(run[k + 1]))

    def route(self, nodes: Ints) -> list[Driven]:
        """A route over nodes."""
        pairs = [(int(a), int(b)) for a, b in itertools.pairwise(nodes)]
        return [self._step[pair] if pair in self._step else self._within(*pair) for pair in pairs]

    def _within(self, a: int, b: int) -> Driven:
        """The stretch between two places that lie on one straight piece."""
        best, found = SAME_PLACE_M * 2.0, None
        pa, pb = np.array(self._at[a]), np.array(self._at[b])
        for (i, j), (edge, start_m, end_m) in self._step.items():
            first = np.array(self._at[i])
            along = np.array(self._at[j]) - first
            length = float(np.hypot(*along))
            ta, tb = float((pa - first) @ along) / length, float((pb - first) @ along) / length
            off = sum(abs(float(along[0] * (p - first)[1] - along[1] * (p - first)[0])) / length for p in (pa, pb))
            inside = ta > -SAME_PLACE_M and tb < length + SAME_PLACE_M and tb > ta
            if inside and off < best:
                best, found = off, (edge, start_m + max(ta, 0.0), min(start_m + tb, end_m))
        assert found is not None, f"no road between nodes {a} and {b}"
        return found


@cache
def simulated_matched(step_s: int, with_course: bool) -> tuple[Matched, ...]:
    """All simulated drives, one position every `step_s`."""
    sim, tables = liechtenstein_drives(), liechtenstein_tables()
    search, part = tables.new_work(2).search, np.zeros(tables.network.edge_count, np.int32)
    placed = sim.placed if with_course else without_course(sim.placed)
    found = []
    for slot in range(len(sim.way_of)):
        rows = sim.drive(slot)[::step_s]
        whole = np.arange(rows[0], rows[-1] + 1)
        edges = sim.edge[whole]
        runs = edges[np.concatenate([[True], edges[1:] != edges[:-1]])]
        route = _whole_route(tables, search, part, runs)
        ends = (float(sim.offset_m[whole[0]]), float(sim.offset_m[whole[-1]]))
        found.append(matched(str(slot), tables, placed.take(rows), _cut(tables.network, route, ends)))
    return tuple(found)


def without_course(placed: Placed) -> Placed:
    """The same positions without course and speed."""
    nothing = np.full(len(placed), np.nan)
    return Placed(placed.frame, placed.rows.replace(course_rad=nothing, speed_mps=nothing.copy()))


def _whole_route(tables: MatchTables, search: Search, part: Ints, runs: Ints) -> list[int]:
    """The true edges; short ones that no position lies on are filled in."""
    route = [int(runs[0])]
    for a, b in itertools.pairwise(runs):
        n = (
            0
            if b in tables.network.next_edges(int(a))
            else way_between(tables.numbers, int(a), int(b), 1.0, search, part)
        )
        route += [int(edge) for edge in part[:n]] if n else [int(b)]
    return route


def _cut(network: RoadNetwork, route: list[int], ends_m: tuple[float, float]) -> list[Driven]:
    """The stretches of a route that begins and ends within its first and last edge."""
    last = len(route) - 1
    return [
        (edge, ends_m[0] if k == 0 else 0.0, ends_m[1] if k == last else float(network.edges.length_m[edge]))
        for k, edge in enumerate(route)
    ]


@cache
def online_in_sequence(lag_s: float) -> tuple[float, int]:
    """Part of all simulated positions, with course, whose edge after a delay of `lag_s` is one of the true sequence."""
    sim, tables = liechtenstein_drives(), liechtenstein_tables()
    rules = OnlineRules(lag_s=lag_s, watermark_s=0.0)
    state, parts = MatchState.for_slots(len(sim.way_of), rules), []
    state, rows = match_step(state, tables, sim.placed)
    parts.append(rows.finals())
    parts.append(match_end(state, tables)[1])
    done = MatchBatch.concat(parts)
    good = sum(int(np.isin(done.edge[done.slot == slot], way).sum()) for slot, way in enumerate(sim.way_of))
    return good / len(done), len(done)


def positions_of(placed: Placed, tables: MatchTables) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions in the plane of the network, m."""
    return geodetic_to_plane(placed.rows.lat_rad, placed.rows.lon_rad, tables.network.plane, frame=FRAME)

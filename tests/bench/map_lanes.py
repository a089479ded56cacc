"""Vehicles that drive over the lanes of a real map at RTK sigma, matched to lanes while they drive."""

from collections.abc import Iterator

import numpy as np

from mapping.datums.frame import Frame
from mapping.matching.online import match_end, match_step
from mapping.matching.result import MatchBatch
from mapping.matching.state import MatchState
from mapping.matching.tables import MatchTables, build_tables
from mapping.network.lanelet2_io import read_lanelet2
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result
from tests.conftest import DATA_DIR
from tests.helpers.lane_drives import RTK_SIGMA_M, LaneDrives, lane_drives

MAP = DATA_DIR / "map" / "lanelet2" / "fzi_karlsruhe.osm"
FRAME = Frame.parse("WGS84@2026.9")
DRIVES = 300
LENGTH_M = 600.0


def matched(tables: MatchTables, drives: LaneDrives) -> MatchBatch:
    """The final rows, in the order of the drives."""
    state, rows = match_step(MatchState.for_slots(DRIVES), tables, drives.placed)
    done = MatchBatch.concat([rows.finals(), match_end(state, tables)[1]])
    return done.take(np.lexsort((done.t_gpst_ns, done.slot)))


def lane_results(name: str) -> Iterator[Result]:
    """How often the lane is right, what was said of it, and how fast it is found."""
    if not MAP.is_file():
        return
    tables = build_tables(read_lanelet2(MAP, FRAME).network)
    drives = lane_drives(tables.network, DRIVES, np.random.default_rng(5), length_m=LENGTH_M)
    rows, n = matched(tables, drives), len(drives.lane)
    right, edges = rows.lane == drives.lane, tables.network.edges
    edge, said = tables.network.lanes.edge[drives.lane], rows.edge
    beside = (edges.node_to[said] == edges.node_from[edge]) | (edges.node_to[edge] == edges.node_from[said])
    missed_along = np.mean(beside[said != edge])
    note = (
        f"FZI Karlsruhe, sigma {RTK_SIGMA_M} m, vehicles weave by 0.3 m; right where the edge is right: "
        f"{np.mean(right[said == edge]):.4f}; of the edges missed {missed_along:.2f} are the one before or after"
    )
    yield Result(name, "lane, RTK sigma: right lane share", float(right.mean()), "", "higher", n=n, note=note)
    (taken_s,) = cpu_s_of(lambda: matched(tables, drives), repeats=5)
    yield Result(name, "lane, RTK sigma: rows matched to lanes", n / taken_s, "points/s", "higher", n=n)

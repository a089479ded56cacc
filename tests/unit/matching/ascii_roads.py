"""Road maps drawn in ASCII, and drives over them.

Nodes are upper-case letters or digits. Roads run straight from node to node: `-` across, `|` down, `\\` and `/` along
diagonals, `+` where two cross without meeting. A road with `>`, `<`, `v` or `^` in it may be driven that way only. A
character is `step_m` wide and high. Each road has a name of its own, unless one is given for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan, radians

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.placed import Placed
from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.matching.model import MatchModel
from mapping.matching.result import MatchBatch
from mapping.matching.tables import MatchTables, build_tables
from mapping.network.build import NetworkBuilder
from mapping.network.codes import Direction, RestrictionKind, RoadClass, Structure
from mapping.network.drafts import RestrictionDraft, RoadDraft
from mapping.network.model import RoadNetwork

Floats = NDArray[np.float64]

PLANE = Plane(CGCS2000_2000, radians(25.83), radians(114.93))
T0_NS = 1_400_000_000 * NS_PER_S
STEPS = {(0, 1): "-<>+", (1, 0): "|v^+", (1, 1): "\\", (1, -1): "/"}
ALONG, AGAINST = ">v", "<^"


@dataclass(frozen=True)
class RoadMap:
    """A drawn network: `at` has the places of its nodes, `edge("AB")` the edge from A to B."""

    network: RoadNetwork
    at: dict[str, tuple[float, float]]

    @cached_property
    def edges(self) -> dict[str, int]:
        """Edges by the two letters of their ends."""
        name = {int(row): chr(int(ref)) for row, ref in enumerate(self.network.nodes.ref)}
        e = self.network.edges
        return {name[int(a)] + name[int(b)]: i for i, (a, b) in enumerate(zip(e.node_from, e.node_to, strict=True))}

    @cached_property
    def names(self) -> dict[int, str]:
        """The two letters by edge."""
        return {edge: name for name, edge in self.edges.items()}

    def tables(self, model: MatchModel | None = None, reach_m: float = 2_000.0) -> MatchTables:
        """Ready for matching."""
        return build_tables(self.network, model=model, reach_m=reach_m)

    def roads(self, rows: MatchBatch) -> list[str]:
        """The edges of rows by their letters, without repetitions in a row; `.` = on no road."""
        names = [self.names[int(edge)] if edge >= 0 else "." for edge in rows.edge]
        return [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]

    def path(self, nodes: str, *, speed_mps: float = 10.0, dt_s: float = 1.0) -> Floats:
        """Places along a path over nodes at a steady speed: (n, 2) m."""
        corner = np.array([self.at[node] for node in nodes])
        run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corner, axis=0).T))])
        s = np.arange(0.0, run[-1] + 1e-9, speed_mps * dt_s)
        return np.column_stack([np.interp(s, run, corner[:, 0]), np.interp(s, run, corner[:, 1])])


def road_map(
    drawing: str, *, step_m: float = 10.0, no: Sequence[str] = (), layers: dict[str, int] | None = None,
    tunnels: Sequence[str] = (), heights_m: dict[str, float] | None = None,
    name: str | None = None,
) -> RoadMap:  # fmt: skip
    """The network of a drawing. `no` forbids turns (`"ABC"`: from AB into BC; `"ABCD"`: from AB over BC
    into CD), `layers` and `tunnels` go by ends."""
    lines = drawing.splitlines()
    node = {(r, c): ch for r, line in enumerate(lines) for c, ch in enumerate(line) if ch.isalnum() and ch not in "v"}
    at = {ch: (c * step_m, -r * step_m) for (r, c), ch in node.items()}
    builder = NetworkBuilder("drawn", PLANE)
    refs: dict[str, int] = {}
    for (r, c), ch in node.items():
        for step, marks in STEPS.items():
            found = _follow(lines, node, r, c, step, marks)
            if found is not None:
                end, direction = found
                draft = _draft(ch, end, direction, at, layers or {}, tunnels, heights_m or {}, len(refs) + 1, name)
                builder.add_road(draft)
                refs[ch + end] = refs[end + ch] = draft.ref
    for k, turn in enumerate(no):
        first, *via, last = (refs[turn[i : i + 2]] for i in range(len(turn) - 1))
        at_node = None if via else ord(turn[1])
        builder.restrict(RestrictionDraft(k, RestrictionKind.NO, first, last, at_node, via_roads=tuple(via)))
    network, _ = builder.build()
    return RoadMap(network, at)


def _follow(
    lines: list[str], node: dict[tuple[int, int], str], r: int, c: int, step: tuple[int, int], marks: str
) -> tuple[str, Direction] | None:
    direction = Direction.BOTH
    for k in range(1, 1000):
        y, x = r + k * step[0], c + k * step[1]
        if (y, x) in node:
            return (node[y, x], direction) if k > 1 else None
        mark = lines[y][x] if 0 <= y < len(lines) and 0 <= x < len(lines[y]) else " "
        if mark not in marks:
            return None
        if mark in ALONG + AGAINST:
            direction = Direction.FORWARD if mark in ALONG else Direction.BACKWARD
    return None


def _draft(
    a: str, b: str, direction: Direction, at: dict[str, tuple[float, float]], layers: dict[str, int],
    tunnels: Sequence[str], heights_m: dict[str, float], ref: int, name: str | None,
) -> RoadDraft:  # fmt: skip
    ends = np.array([at[a], at[b]])
    is_tunnel = a + b in tunnels or b + a in tunnels
    return RoadDraft(
        ref=ref, x_m=ends[:, 0], y_m=ends[:, 1], h_map_m=np.array([heights_m.get(a, nan), heights_m.get(b, nan)]),
        node_refs=np.array([ord(a), ord(b)]), direction=direction, road_class=RoadClass.RESIDENTIAL,
        structure=Structure.TUNNEL if is_tunnel else Structure.GROUND,
        layer=layers.get(a + b, layers.get(b + a, 0)),
        name=a + b if name is None else name,
    )  # fmt: skip


def placed(
    xy: Floats, *, sigma_m: float = 2.0, slot: int = 0, dt_s: float = 1.0, t0_s: float = 0.0, courses: bool = False,
    **columns: object,
) -> Placed:  # fmt: skip
    """Fixes at places of the plane, one every `dt_s`; with courses along the path where wanted."""
    lat, lon = plane_to_geodetic(xy[:, 0], xy[:, 1], PLANE)
    t_ns = T0_NS + np.round((t0_s + dt_s * np.arange(len(xy))) * NS_PER_S).astype(np.int64)
    known: dict[str, object] = {
        "slot": slot, "t_gpst_ns": t_ns, "lat_rad": lat, "lon_rad": lon, "sigma_n_m": sigma_m, "sigma_e_m": sigma_m,
        "cov_ne_m2": 0.0,
    }  # fmt: skip
    if courses:
        step = np.gradient(xy, axis=0)
        known |= {"course_rad": np.arctan2(step[:, 0], step[:, 1]), "speed_mps": np.hypot(*step.T) / dt_s}
    return Placed(CGCS2000_2000, FixBatch.missing(len(xy), **(known | columns)))


def joined(*parts: Placed) -> Placed:
    """Fixes of several, one after another."""
    return Placed.concat(parts)

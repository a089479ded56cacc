"""All that matching knows of a network: made once for it, shared by every terminal and every thread."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mapping.matching._numbers import Numbers, Work, new_work
from mapping.matching.bans import States
from mapping.matching.candidates import EdgeNumbers
from mapping.matching.mirrors import grid_of_roads, mirrors
from mapping.matching.model import MatchModel, Rules
from mapping.matching.paths import REACH_M, PathTable, build_paths
from mapping.matching.sides import wrong_side
from mapping.network.codes import Structure
from mapping.network.grid import SegmentGrid
from mapping.network.model import RoadNetwork


@dataclass(frozen=True)
class MatchTables:
    """A network made ready for matching: grid of its pieces, table of ways, what a place on each edge costs."""

    network: RoadNetwork
    model: MatchModel
    grid: SegmentGrid
    mirror: NDArray[np.int32]
    open_paths: PathTable
    paths: PathTable
    cost: NDArray[np.float64]

    @property
    def closed(self) -> NDArray[np.int32]:
        """The edges that are closed now."""
        return np.flatnonzero(self.paths.roads.closed[: self.network.edge_count]).astype(np.int32)

    @cached_property
    def numbers(self) -> Numbers:
        """What kernels take."""
        roads = self.paths.roads
        edge, next_same = self.states.edge, self.states.next_same
        usual_mps = roads.length_m / roads.travel_s
        edges = EdgeNumbers(roads.length_m, usual_mps, self.cost[edge], roads.closed, self.mirror[edge], next_same)
        return Numbers(self.grid, roads, self.paths.ways, self.paths.near, edges)

    @property
    def states(self) -> States:
        """What kernels call edges: states of edges, by what was driven before (see `bans`)."""
        return self.paths.states

    @cached_property
    def rules(self) -> Rules:
        """The model as kernels take it."""
        return self.model.rules()

    def with_closed(self, edges: Iterable[int]) -> Self:
        """The same network with these edges closed and all others open: no way leads over them, no place is on them.

        The table of ways is not built anew: only ways from edges that reach a closed one are. States of matching stay
        valid. Shape: any number of edges. Raises ValueError for an edge that does not exist.
        """
        wanted = np.unique(np.fromiter(edges, np.int32))
        if wanted.size and not (wanted[0] >= 0 and wanted[-1] < self.network.edge_count):
            raise ValueError(f"edges are 0 to {self.network.edge_count - 1}, got {wanted[0]} to {wanted[-1]}")
        return replace(self, paths=self.open_paths.closing(wanted) if wanted.size else self.open_paths)

    def new_work(self, places: int) -> Work:
        """Room for the kernels, for rows of so many places."""
        return new_work(places, len(self.states), self.paths.roads.next_edge.size)


def build_tables(network: RoadNetwork, *, model: MatchModel | None = None, reach_m: float = REACH_M) -> MatchTables:
    """Make a network ready for matching.

    Shape: as the parts say. Unit: m. Frame: the network's plane. The reach of the table of ways shrinks where it would
    be too large.
    """
    model = MatchModel() if model is None else model
    paths = build_paths(network, reach_m=reach_m)
    mirror, edges = mirrors(network), network.edges
    grid = grid_of_roads(network, mirror)
    cost = np.where(edges.structure == Structure.TUNNEL, model.tunnel_cost, 0.0)
    cost[wrong_side(network, grid, mirror, keeps_right=model.keeps_right)] += model.wrong_side_cost
    return MatchTables(network, model, grid, mirror, paths, paths, cost)

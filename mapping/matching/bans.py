"""Restrictions over several roads: edges are split into one state for each history that they ask about.

Who drives the beginning of a forbidden sequence is on a state of his edge from which the rest of it is not open; who
came another way, or of whom nothing is known from before, is on the edge itself. So tables of ways, searches and
trellis see an ordinary network, in which nothing forbidden can be driven.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mapping.network.model import RoadNetwork, offsets_of

Ints = NDArray[np.int32]
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class States:
    """States of edges and the turns between them. The first states are the edges themselves.

    `edge` (S,) the edge of each state, `next_same` (S,) another state of the same edge, -1 = none; `first_next`
    (S + 1,) offsets into `next_state` and `next_turn` (turns,): what may follow, and which row of `Turns` it is.
    """

    edge: Ints
    next_same: Ints
    first_next: Ints
    next_state: Ints
    next_turn: Ints

    def __len__(self) -> int:
        return self.edge.size

    def of(self, edges: Ints) -> Ints:
        """All states of some edges (n,)."""
        return np.flatnonzero(np.isin(self.edge, edges)).astype(np.int32)

    def edges_of(self, states: Ints) -> Ints:
        """The edges of states (n,); -1 stays -1."""
        is_split = self.edge.size > 0 and self.edge[-1] != self.edge.size - 1
        found: Ints = np.where(states >= 0, self.edge[states], np.int32(-1)) if is_split else states
        return found


def split_edges(network: RoadNetwork) -> States:
    """The states of a network.

    Shape: as `States` says; without restrictions over several roads there is one state an edge. Unit: dimensionless.
    """
    banned = {tuple(network.banned.of(i).tolist()) for i in range(len(network.banned))}
    begun = sorted({path[:n] for path in banned for n in range(2, len(path))}, key=lambda path: (len(path), path))
    edges = network.edge_count
    state_of = {path: edges + k for k, path in enumerate(begun)}
    edge = np.concatenate([np.arange(edges), [path[-1] for path in begun]]).astype(np.int32)
    next_same = np.full(edge.size, -1, np.int32)
    for split in range(edges, edge.size):
        next_same[split], next_same[edge[split]] = next_same[edge[split]], split
    turns = network.turns.next_edge.astype(np.int32)
    count = np.diff(network.first_next)
    state, rows = np.repeat(np.arange(edges), count).astype(np.int32), np.arange(turns.size, dtype=np.int32)
    then = turns.copy()
    starts = np.flatnonzero(np.isin(state, [path[0] for path in begun]))
    for row in starts.tolist():
        then[row] = state_of.get((int(state[row]), int(turns[row])), int(turns[row]))
    more = [
        (state_of[path], after, row)
        for path in begun
        for row in range(int(network.first_next[path[-1]]), int(network.first_next[path[-1] + 1]))
        if (after := _after(path, int(turns[row]), banned, state_of)) >= 0
    ]
    added = np.array(more, dtype=np.int32).reshape(-1, 3)
    first = offsets_of(np.bincount(np.concatenate([state, added[:, 0]]), minlength=edge.size))
    return States(edge, next_same, first, np.concatenate([then, added[:, 1]]), np.concatenate([rows, added[:, 2]]))


def _after(path: Path, edge: int, banned: set[Path], state_of: dict[Path, int]) -> int:
    """The state after an edge that follows a path: of the longest beginning it completes; -1 where it is forbidden."""
    driven = (*path, edge)
    ends = [driven[k:] for k in range(len(driven) - 1)]
    if any(end in banned for end in ends):
        return -1
    return next((state_of[end] for end in ends if end in state_of), edge)

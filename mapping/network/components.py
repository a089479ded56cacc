"""Strong components of a network: the sets of edges in which one can drive from each to each other."""

import numpy as np

from gnss._jit import kernel
from mapping.network.model import RoadNetwork
from mapping.network.tables import Ints


def strong_components(network: RoadNetwork) -> Ints:
    """The component of every edge, turns and restrictions counted; 0 is the largest, the others follow by size.

    Shape: (E,).
    """
    raw = _tarjan(network.first_next, network.turns.next_edge)
    sizes = np.bincount(raw)
    rank = np.empty(sizes.size, dtype=np.int32)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(sizes.size, dtype=np.int32)
    return rank[raw]


@kernel
def _tarjan(first: Ints, following: Ints) -> Ints:
    """Tarjan's algorithm with a stack of its own."""
    n = first.size - 1
    number, component = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    low, path, open_edges = (np.empty_like(number), np.empty_like(number), np.empty_like(number))
    at, visited, components, opened = first[:-1].copy(), 0, 0, 0
    for root in range(n):
        if number[root] >= 0:
            continue
        path[0], depth = root, 1
        while depth > 0:
            v = path[depth - 1]
            if number[v] < 0:
                number[v] = low[v] = visited
                open_edges[opened] = v
                visited, opened = visited + 1, opened + 1
            if at[v] < first[v + 1]:
                w = following[at[v]]
                at[v] += 1
                if number[w] < 0:
                    path[depth], depth = w, depth + 1
                elif component[w] < 0:
                    low[v] = min(low[v], number[w])
                continue
            depth -= 1
            if depth > 0:
                low[path[depth - 1]] = min(low[path[depth - 1]], low[v])
            if low[v] == number[v]:
                opened = _close(open_edges, opened, v, component, components)
                components += 1
    return component


@kernel
def _close(open_edges: Ints, opened: int, first: int, component: Ints, number: int) -> int:
    """Give the open edges from `first` on to a component; gives how many stay open."""
    while True:
        opened -= 1
        component[open_edges[opened]] = number
        if open_edges[opened] == first:
            return opened

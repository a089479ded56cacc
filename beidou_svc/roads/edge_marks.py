"""Edges in documents, with the marks by which another network finds them again."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mapping.network.marks import edge_marks, find_edges
from mapping.network.model import RoadNetwork

Marks = tuple[tuple[float, ...], ...]


def marks_of(network: RoadNetwork, edges: Sequence[int]) -> Marks:
    """Marks of edges, to be stored with them."""
    return tuple(map(tuple, edge_marks(network, edges).tolist())) if len(edges) else ()


def kept_edges(network: RoadNetwork, edges: Sequence[int], marks: Marks) -> list[int]:
    """Where edges are in a network, -1 = nowhere; without marks they are taken by number."""
    if len(marks) != len(edges):
        return [edge if 0 <= edge < network.edge_count else -1 for edge in edges]
    found: list[int] = find_edges(network, edges, np.array(marks)).tolist()
    return found


def read_marks(rows: Any) -> Marks:
    """Marks out of a stored document."""
    return tuple(map(tuple, rows or ()))

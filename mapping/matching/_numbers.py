"""What the kernels of matching take: a network as numbers, and room to work in."""

from typing import Final, NamedTuple

import numpy as np

from mapping.matching._layout import Floats, Ints
from mapping.matching._route_kernel import Roads, Search, new_search
from mapping.matching.candidates import EdgeNumbers, Found, new_found
from mapping.matching.paths import Ways
from mapping.network.grid import SegmentGrid

NS: Final = 1e-9


class Numbers(NamedTuple):
    """A network as the kernels of matching take it; `near` holds the short ones of `ways`, which stay in cache."""

    grid: SegmentGrid
    roads: Roads
    ways: Ways
    near: Ways
    edges: EdgeNumbers


class Work(NamedTuple):
    """Room for one row: places found, new scores and links, whether a link forgets what was before, and searches."""

    found: Found
    best: Floats
    back: Ints
    anew: Ints
    search: Search


def new_work(places: int, edges: int, turns: int) -> Work:
    """Room for rows of so many places in a network of so many edges and turns.

    Shape: (places,). Unit: dimensionless.
    """
    back, anew = np.zeros((2, places), np.int32)
    return Work(new_found(), np.zeros(places), back, anew, new_search(edges, turns))

"""Whether a point of a cell is inside a fence, by the few edges that the cell keeps of it.

Of a ray from the point to the east, the cell counts the crossings with its own edges. All others lie beyond the cell:
whether they are crossed an even or odd number of times changes along the cell's east side only where the line of the
fence leaves the cell's own edges, at the first or last vertex of a run, if that vertex is east of the cell. So the
parity of a cell is a constant, plus one for each such vertex that is above the point.
"""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from mapping.fences._orient_kernel import side_of

ON_LIMIT = 2
FIRST_ENDS = 1
LAST_ENDS = 2
EDGE_SHIFT = 2


@leaf_kernel
def run_parity(vertex_m: NDArray[np.float64], first: int, edge_code: int, px: float, py: float) -> int:
    """Parity of the crossings that one run of edges accounts for; ON_LIMIT where the point is on one of them."""
    x0, y0 = vertex_m[first, 0], vertex_m[first, 1]
    above0 = y0 > py
    parity = (edge_code & FIRST_ENDS) if above0 else 0
    for k in range(first + 1, first + (edge_code >> EDGE_SHIFT) + 1):
        x1, y1 = vertex_m[k, 0], vertex_m[k, 1]
        above1 = y1 > py
        if above0 != above1:
            side = side_of(x0, y0, x1, y1, px, py)
            if side == 0.0:
                return ON_LIMIT
            if (side > 0.0) == above1:
                parity ^= 1
        elif y1 == py and (x1 == px or (y0 == py and (x0 < px) != (x1 < px))):
            return ON_LIMIT
        x0, y0, above0 = x1, y1, above1
    if above0 and edge_code & LAST_ENDS:
        parity ^= 1
    return parity


@leaf_kernel
def run_parity_beside(vertex_m: NDArray[np.float64], first: int, edge_code: int, px: float, py: float) -> int:
    """As `run_parity`, where a point on an edge counts as east of it: what the constant of a cell is found with."""
    x0, y0 = vertex_m[first, 0], vertex_m[first, 1]
    above0 = y0 > py
    parity = (edge_code & FIRST_ENDS) if above0 else 0
    for k in range(first + 1, first + (edge_code >> EDGE_SHIFT) + 1):
        x1, y1 = vertex_m[k, 0], vertex_m[k, 1]
        above1 = y1 > py
        if above0 != above1:
            side = side_of(x0, y0, x1, y1, px, py)
            if (side > 0.0 and above1) or (side < 0.0 and not above1):
                parity ^= 1
        x0, y0, above0 = x1, y1, above1
    if above0 and edge_code & LAST_ENDS:
        parity ^= 1
    return parity


@inline_kernel
def distance2_to_segment(x0: float, y0: float, x1: float, y1: float, px: float, py: float) -> float:
    """Square of the distance from a point to a segment, which may be a point."""
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    along = 0.0
    if length2 > 0.0:
        along = min(1.0, max(0.0, ((px - x0) * dx + (py - y0) * dy) / length2))
    ex, ey = px - (x0 + along * dx), py - (y0 + along * dy)
    return ex * ex + ey * ey


@leaf_kernel
def run_distance2(vertex_m: NDArray[np.float64], first: int, edge_code: int, px: float, py: float) -> float:
    """Square of the distance from a point to the nearest edge of a run."""
    least = np.inf
    for k in range(first, first + (edge_code >> EDGE_SHIFT)):
        distance2 = distance2_to_segment(vertex_m[k, 0], vertex_m[k, 1], vertex_m[k + 1, 0], vertex_m[k + 1, 1], px, py)
        least = min(least, distance2)
    return least

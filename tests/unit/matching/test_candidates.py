"""Places near a position against a look at every segment."""

import numpy as np
import pytest

from mapping.matching._layout import OFFSET
from mapping.matching.candidates import new_found, scan
from mapping.network.grid import LENGTH_M, RUN_M, UX, UY, X_M, Y_M, SegmentGrid, make_grid
from tests.unit.matching.ascii_roads import Floats, road_map

TOWN = """
A-----B--C-----D
|    /|  |     |
E---F |  G     H
|     |  |     |
I-----J--K-----L
"""


def plain(grid: SegmentGrid, x_m: float, y_m: float, radius_m: float) -> dict[int, float]:
    """How far along each edge within the radius its nearest place is."""
    piece: Floats = grid.piece
    dx, dy = x_m - piece[:, X_M], y_m - piece[:, Y_M]
    along = np.clip(dx * piece[:, UX] + dy * piece[:, UY], 0.0, piece[:, LENGTH_M])
    apart = np.hypot(dx - along * piece[:, UX], dy - along * piece[:, UY])
    found: dict[int, tuple[float, float]] = {}
    for edge, m, run_m in zip(grid.edge.tolist(), apart.tolist(), (piece[:, RUN_M] + along).tolist(), strict=True):
        if m < radius_m:
            found[edge] = min(found.get(edge, (m, run_m)), (m, run_m))
    return {edge: run_m for edge, (_, run_m) in found.items()}


@pytest.mark.parametrize("cell_m", [32.0, 47.0, 90.0])
@pytest.mark.parametrize("radius_m", [25.0, 48.0, 51.5, 150.0])
def test_all_edges_within_the_radius_are_found(cell_m: float, radius_m: float) -> None:
    network = road_map(TOWN, step_m=23.0).network
    grid, found = make_grid(network, cell_m, 48.0), new_found()
    rng = np.random.default_rng(5)
    for x_m, y_m in rng.uniform((-90.0, -190.0), (430.0, 90.0), (200, 2)):
        n = scan(grid, x_m, y_m, radius_m, found)
        wanted = plain(grid, x_m, y_m, radius_m)
        got = {int(found.edge[k]): float(found.place[k, OFFSET]) for k in range(n)}
        assert n == len(got)
        assert got == pytest.approx(wanted, abs=1e-6)

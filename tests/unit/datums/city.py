"""A city of uneven streets, and drives in it whose positions may be shifted."""

from math import radians

import numpy as np

from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.gcj02 import geodetic_to_gcj02
from mapping.datums.plane import Plane, plane_to_geodetic
from mapping.network.model import RoadNetwork

PLANE = Plane(CGCS2000_2000, radians(25.831), radians(114.935))

CITY_HALF_M = 6_000.0

Floats = np.ndarray


class City:
    """Streets east-west and north-south at uneven distances of 80 to 250 m."""

    def __init__(self, seed: int, spacing_m: tuple[float, float] = (80.0, 250.0)) -> None:
        rng = np.random.default_rng(seed)
        self.x_m, self.y_m = (np.cumsum(rng.uniform(*spacing_m, 200)) - CITY_HALF_M for _ in range(2))
        self.density = 2.0 / (sum(spacing_m) / 2)

    def nearest_m(self, x_m: Floats, y_m: Floats) -> Floats:
        across = np.abs(x_m[:, None] - self.x_m).min(axis=1), np.abs(y_m[:, None] - self.y_m).min(axis=1)
        nearest: Floats = np.minimum(*across)
        return nearest

    def drive(self, rng: np.random.Generator, seconds: int, speed_mps: float) -> tuple[Floats, Floats]:
        """Along streets, turning at one crossing in three."""
        i, j = rng.integers(60, 80, 2)
        corners = [(self.x_m[i], self.y_m[j])]
        along_x, way = bool(rng.integers(2)), 1
        while len(corners) < 400:
            if rng.random() < 1 / 3:
                along_x, way = not along_x, int(rng.choice([-1, 1]))
            i, j = (i + way, j) if along_x else (i, j + way)
            i, j = int(np.clip(i, 20, 120)), int(np.clip(j, 20, 120))
            corners.append((self.x_m[i], self.y_m[j]))
        return along(np.array(corners), np.arange(seconds) * speed_mps)


def along(corners: Floats, at_m: Floats) -> tuple[Floats, Floats]:
    run_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    return np.interp(at_m, run_m, corners[:, 0]), np.interp(at_m, run_m, corners[:, 1])


HALF_M = 2_500.0

CITY = City(3)


def drive(slot: int, *, shifted: bool, seed: int, network: RoadNetwork) -> FixBatch:
    """Round a few blocks, so as to stay on the map."""
    rng = np.random.default_rng(seed)
    xs, ys = (v[np.abs(v) < 1_200] for v in (CITY.x_m, CITY.y_m))
    a, b = np.sort(rng.choice(len(xs), 2, replace=False)), np.sort(rng.choice(len(ys), 2, replace=False))
    corners = np.array([(xs[a[i]], ys[b[j]]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))])
    run_m = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    at_m = (np.arange(600) * 12.0) % run_m[-1]
    x_m, y_m = (np.interp(at_m, run_m, corners[:, k]) + rng.normal(0, 1, 600) for k in (0, 1))
    lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, PLANE)
    if shifted:
        lat_rad, lon_rad = geodetic_to_gcj02(lat_rad, lon_rad, frame=CGCS2000_2000)
    return FixBatch.missing(600, slot=slot, t_gpst_ns=np.arange(600) * NS_PER_S, lat_rad=lat_rad, lon_rad=lon_rad)

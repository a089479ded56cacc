"""Vehicles that drive along the lanes of a map and weave within them, and what their receivers say."""

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from mapping.datums.placed import Placed
from mapping.datums.plane import plane_to_geodetic
from mapping.network.model import RoadNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

T0_NS = 1_400_000_000 * NS_PER_S
SPEED_MPS = 8.0
WEAVE_M = 0.3
WEAVE_S = 4.0
RTK_SIGMA_M = 0.05
RTK_QUALITY = 4
ERROR_S = 30.0


@dataclass(frozen=True, slots=True)
class LaneDrives:
    """Fixes of drives, one a second, a terminal each, and the lane that each of them is in."""

    placed: Placed
    lane: Ints


def lane_drives(
    network: RoadNetwork, n: int, rng: np.random.Generator, *, length_m: float, sigma_m: float = RTK_SIGMA_M
) -> LaneDrives:
    """So many drives of that length, or as far as lanes follow, from the start of lanes chosen by chance.

    Errors of the receiver have the sigma that it states, half of their variance changes slowly.
    """
    parts = [_drive(network, slot, rng, length_m, sigma_m) for slot in range(n)]
    return LaneDrives(Placed.concat([p.placed for p in parts]), np.concatenate([p.lane for p in parts]))


def _drive(network: RoadNetwork, slot: int, rng: np.random.Generator, length_m: float, sigma_m: float) -> LaneDrives:
    lanes, lines, run_m = [], [], 0.0
    after = np.arange(len(network.lanes), dtype=np.int32)
    while after.size and run_m < length_m:
        lane = int(rng.choice(after))
        line = network.lane_shape.line(lane)
        lanes.append(np.full(len(line) - 1, lane, np.int32))
        lines.append(np.column_stack([line.x_m, line.y_m]))
        run_m += float(line.run_m[-1])
        after = network.lane_next.of(lane)
    begin, end = (np.concatenate([line[part] for line in lines]) for part in (slice(None, -1), slice(1, None)))
    step = end - begin
    piece_m = np.hypot(*step.T)
    first_m = np.cumsum(piece_m) - piece_m
    at_m = np.arange(0.0, float(piece_m.sum()), SPEED_MPS)
    piece = np.searchsorted(first_m, at_m, "right") - 1
    unit = step[piece] / piece_m[piece, None]
    aside = _wander(rng, at_m.size, WEAVE_S) * WEAVE_M
    error = _error(rng, at_m.size, sigma_m)
    xy = (
        begin[piece]
        + unit * (at_m - first_m[piece])[:, None]
        + np.column_stack([-unit[:, 1], unit[:, 0]]) * aside[:, None]
    )
    return LaneDrives(_fixes(network, slot, xy + error, unit, sigma_m), np.concatenate(lanes)[piece])


def _error(rng: np.random.Generator, n: int, sigma_m: float) -> Floats:
    """East and north."""
    slow = np.column_stack([_wander(rng, n, ERROR_S) for _ in range(2)])
    errors: Floats = sigma_m * sqrt(0.5) * (slow + rng.normal(size=(n, 2)))
    return errors


def _wander(rng: np.random.Generator, n: int, time_s: float) -> Floats:
    """A first-order process of variance 1, one value a second."""
    kept = exp(-1.0 / time_s)
    found = rng.normal(size=n)
    for k in range(1, n):
        found[k] = kept * found[k - 1] + sqrt(1.0 - kept * kept) * found[k]
    return found


def _fixes(network: RoadNetwork, slot: int, xy: Floats, unit: Floats, sigma_m: float) -> Placed:
    lat_rad, lon_rad = plane_to_geodetic(xy[:, 0], xy[:, 1], network.plane)
    rows = FixBatch.missing(
        len(xy), slot=slot, t_gpst_ns=T0_NS + NS_PER_S * np.arange(len(xy)), lat_rad=lat_rad, lon_rad=lon_rad,
        sigma_e_m=sigma_m, sigma_n_m=sigma_m, cov_ne_m2=0.0, fix_quality=RTK_QUALITY, speed_mps=SPEED_MPS,
        course_rad=np.arctan2(unit[:, 0], unit[:, 1]),
    )  # fmt: skip
    return Placed(network.frame, rows)

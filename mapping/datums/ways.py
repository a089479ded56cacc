"""The ways from several source frames to one target, prepared as arrays so that one call serves rows of all of them."""

from collections.abc import Sequence
from math import radians
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mapping.datums._cross_kernel import Ways, cross_exactly
from mapping.datums.crossing import Crossing
from mapping.datums.frame import Datum
from mapping.datums.lattice import uniform_lattice
from mapping.datums.velocity import Velocity

Floats = NDArray[np.float64]

NEAR_RAD: Final = radians(0.5)
"""Half the side of the box around a place in which a way is affine: within 0.1 mm of exact, up to 5 km height."""

_SPREAD_RAD: Final = radians(0.35)
"""Distance of the points that an affine form is drawn through: as good at the edge as in the middle."""

_NO_VELOCITY: Final = uniform_lattice((np.nan, np.nan, np.nan))


class Place(NamedTuple):
    """Where a fleet is: the middle of its box, rad."""

    lat_rad: float
    lon_rad: float


def prepare_ways(crossings: Sequence[Crossing], velocity: Velocity | None = None, place: Place | None = None) -> Ways:
    """Arrays for the kernel, a row a crossing.

    Shape: (ways,), matrices (ways, 3, 4), affine forms (ways, 2, 3, 4): (latitude, longitude, height) by (constant,
    northward, eastward, height), at the epoch and a year of change. Unit: m, rad, years. Frame: each crossing's. Error:
    affine within 0.1 mm of exact in the box; without a place, or with a velocity grid, all rows go the exact way.
    Source: EPSG datum 1043; ITRF transformation parameters.
    """
    ellipsoids = [[side.a_m, side.e2] for crossing in crossings for side in crossing.ellipsoids]
    exact = Ways(
        is_identity=np.array([c.is_identity for c in crossings], np.bool_),
        undo_bd09=np.array([Datum.BD09 in c.undo for c in crossings], np.bool_),
        undo_gcj02=np.array([Datum.GCJ02 in c.undo for c in crossings], np.bool_),
        moves=np.array([c.moves for c in crossings], np.bool_),
        is_observed=np.array([c.true.is_observed for c in crossings], np.bool_),
        ellipsoids=np.array(ellipsoids, np.float64).reshape(len(crossings), 4),
        at=_stacked([c.at for c in crossings]),
        rate=_stacked([c.rate for c in crossings]),
        motion=_stacked([c.motion for c in crossings]),
        epoch=np.array([c.epoch for c in crossings], np.float64),
        years=np.array([c.years for c in crossings], np.float64),
        near=np.zeros((len(crossings), 2, 3, 4)),
        box=np.full(4, np.nan),
        lattice=_NO_VELOCITY if velocity is None else velocity.lattice,
    )
    if place is None or (velocity is not None and not velocity.is_uniform):
        return exact
    near = np.array([_affine_form(way, exact, place) for way in range(len(crossings))]).reshape(exact.near.shape)
    return exact._replace(near=near, box=np.array([*place, NEAR_RAD, NEAR_RAD]))


def _stacked(matrices: list[Floats]) -> Floats:
    return np.array([matrix[:3] for matrix in matrices], np.float64).reshape(len(matrices), 3, 4)


def _affine_form(way: int, ways: Ways, place: Place) -> Floats:
    """(2, 3, 4): at the way's epoch, and the change a year of the observation's."""
    now = _affine_at(way, ways, place, 0.0)
    if not ways.is_observed[way]:
        return np.stack([now, np.zeros_like(now)])
    years = 10.0
    return np.stack([now, (_affine_at(way, ways, place, years) - now) / years])


def _affine_at(way: int, ways: Ways, place: Place, later: float) -> Floats:
    """(3, 4) of (constant, northward, eastward, height), through points around the place."""
    step, rise_m = _SPREAD_RAD, 1_000.0

    def added(north_rad: float, east_rad: float, h_ell_m: float) -> Floats:
        point = (place.lat_rad + north_rad, place.lon_rad + east_rad, h_ell_m)
        return np.subtract(cross_exactly(*point, later, way, ways), point)

    north, south, east, west = added(step, 0, 0), added(-step, 0, 0), added(0, step, 0), added(0, -step, 0)
    middle = (north + south + east + west) / 4.0
    rise = (added(0, 0, rise_m) - added(0, 0, 0)) / rise_m
    return np.stack([middle, (north - south) / (2 * step), (east - west) / (2 * step), rise], axis=-1)

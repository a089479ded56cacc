"""How fast the ground moves in the ITRF: that of a station nearby, or a grid. Without it no epoch can be changed.

A plate model is not offered: in South China it is 8 mm a year wrong, 0.2 m since 2000 (docs/sources.md, mapping).
"""

from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mapping.datums.frame import Datum
from mapping.datums.lattice import Lattice, lattice_of, lattice_values, uniform_lattice

Floats = NDArray[np.float64]

VELOCITY_MPA_MAX: Final = 0.2  # m a year; no plate moves faster than about 0.15
REALISATIONS: Final = frozenset({Datum.ITRF97, Datum.ITRF2014, Datum.ITRF2020})
"""Datums in which a velocity can be given."""


@dataclass(frozen=True, slots=True)
class Velocity:
    """East, north, up velocities in m a year as a lattice of three layers, in a realisation of the ITRF.

    `is_uniform`: one velocity for everywhere, which is meant for a fleet in one place. `text` names it to people.
    """

    lattice: Lattice
    datum: Datum
    is_uniform: bool
    text: str

    def __post_init__(self) -> None:
        if self.datum not in REALISATIONS:
            raise ValueError(f"a velocity is given in {', '.join(sorted(REALISATIONS))}, not in {self.datum}")
        if not np.nan_to_num(np.abs(self.lattice.values)).max() <= VELOCITY_MPA_MAX:
            raise ValueError(f"a velocity of more than {VELOCITY_MPA_MAX * 1e3:.0f} mm a year: is it in mm a year?")


def station_velocity(
    east_mpa: float, north_mpa: float, up_mpa: float = 0.0, datum: Datum = Datum.ITRF2020, text: str = "station"
) -> Velocity:
    """The velocity of a station, taken for the whole neighbourhood (1 mm a year within 200 km in South China).

    Shape: scalars. Unit: m a year. Frame: east, north, up in `datum`. Error: not finite, or more than 0.2 m a year,
    raises `ValueError`. Source: the station's.
    """
    if not (isfinite(east_mpa) and isfinite(north_mpa) and isfinite(up_mpa)):
        raise ValueError(f"not a velocity: east {east_mpa}, north {north_mpa}, up {up_mpa} m a year")
    return Velocity(uniform_lattice((east_mpa, north_mpa, up_mpa)), datum, True, text)


def grid_velocity(
    lat_rad: Floats, lon_rad: Floats, velocity_enu_mpa: Floats, datum: Datum = Datum.ITRF2020, text: str = "grid"
) -> Velocity:
    """Velocities on a lattice; bilinear between its nodes, none outside.

    Shape: (rows,), (columns,), (rows, columns, 3). Unit: rad, m a year. Frame: east, north, up in `datum`. Error:
    uneven steps and more than 0.2 m a year raise `ValueError`; NaN nodes have no velocity. Source: the grid's.
    """
    if velocity_enu_mpa.ndim != 3 or velocity_enu_mpa.shape[2] != 3:
        raise ValueError(f"velocities of shape {velocity_enu_mpa.shape}, not (rows, columns, 3)")
    return Velocity(lattice_of(lat_rad, lon_rad, velocity_enu_mpa), datum, False, text)


def velocity_at(lat_rad: ArrayLike, lon_rad: ArrayLike, velocity: Velocity) -> Floats:
    """Velocities at points.

    Shape: the broadcast shape + (3,). Unit: rad to m a year. Frame: east, north, up in the velocity's datum. Error:
    NaN outside a grid. Source: bilinear interpolation.
    """
    return lattice_values(lat_rad, lon_rad, velocity.lattice)

"""Satellites as dense numbers, so that arrays have a row for each: `system * 64 + number`.

The number is the PRN; of SBAS, PRN 120 is number 1. Source: docs/sources.md, gnss_facts §1, §7 and §12.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gnss._jit import inline_kernel
from gnss.batches import SYSTEM_COUNT, SYSTEMS

PER_SYSTEM = 64
"""Rows of a constellation: numbers 1..63; row 0 is never used."""

SATELLITE_COUNT = SYSTEM_COUNT * PER_SYSTEM

NO_SATELLITE = -1
"""Index of a satellite that has no row."""

SBAS_PRN_OFFSET = 119

GPS, GLONASS, GALILEO, BEIDOU, QZSS, NAVIC, SBAS = range(SYSTEM_COUNT)
"""Constellations by their index into `SYSTEMS`."""

GEO_LAST_OLD, GEO_FIRST_NEW = 5, 59
"""BeiDou GEOs are C01-C05 and C59-C63."""


@inline_kernel
def satellite_row(system: int, prn: int) -> int:
    """Index of one satellite, `NO_SATELLITE` where it has none (scalars, dimensionless)."""
    number = prn - SBAS_PRN_OFFSET if system == SBAS else prn
    if 0 <= system < SYSTEM_COUNT and 0 < number < PER_SYSTEM:
        return system * PER_SYSTEM + number
    return NO_SATELLITE


@inline_kernel
def is_beidou_geo(satellite: int) -> bool:
    """Whether a satellite index is that of a geostationary BeiDou satellite."""
    number = satellite - BEIDOU * PER_SYSTEM
    return 0 < number <= GEO_LAST_OLD or GEO_FIRST_NEW <= number < PER_SYSTEM


def satellite_index(system: ArrayLike, prn: ArrayLike) -> NDArray[np.int64]:
    """Indices of satellites.

    Shape: the broadcast shape. Unit: dimensionless; `system` is an index into `SYSTEMS`, `prn` as in
    `ObservationBatch`. Error: exact; `NO_SATELLITE` for numbers that have no row.
    """
    systems, prns = np.broadcast_arrays(np.asarray(system, np.int64), np.asarray(prn, np.int64))
    number = prns - np.where(systems == SBAS, SBAS_PRN_OFFSET, 0)
    has_row = (systems >= 0) & (systems < SYSTEM_COUNT) & (number > 0) & (number < PER_SYSTEM)
    return np.where(has_row, systems * PER_SYSTEM + number, NO_SATELLITE)


def satellite_name(satellite: int) -> str:
    """RINEX name of an index (`C21`); SBAS PRN 120 is S20."""
    system, number = divmod(satellite, PER_SYSTEM)
    return f"{SYSTEMS[system]}{number + SBAS_PRN_OFFSET - 100 if system == SBAS else number:02d}"

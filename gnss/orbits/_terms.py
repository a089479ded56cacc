"""What the book keeps of an ephemeris: a few integers, which also order the issues of a satellite, and its terms.

Arrays are (group and satellite, issue, code or term). The names are those of `EphemerisBatch` and
`GlonassEphemerisBatch`; sigma_m is the accuracy that their index states.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CODES = ("reference", "toc", "iodc", "iode", "health", "number", "channel")
"""Integers: toe or tb and toc in GPST ns since 1980-01-06, issue numbers, health bits that matter, RTCM message,
GLONASS frequency channel. Issues are in their order, the terms deciding between equal ones."""

REFERENCE, TOC, IODC, IODE, HEALTH, NUMBER, CHANNEL = range(len(CODES))

TERMS = (
    "sqrt_a", "e", "m0_rad", "delta_n_radps", "i0_rad", "idot_radps", "omega0_rad", "omega_dot_radps", "omega_rad",
    "cuc_rad", "cus_rad", "cic_rad", "cis_rad", "crc_m", "crs_m", "toe_s",
    "af0_s", "af1_sps", "af2_sps2", "tgd_s", "tgd2_s", "sigma_m",
)  # fmt: skip
"""Keplerian terms."""

(
    SQRT_A, E, M0, DELTA_N, I0, IDOT, OMEGA0, OMEGA_DOT, OMEGA, CUC, CUS, CIC, CIS, CRC, CRS, TOE,
    AF0, AF1, AF2, TGD, TGD2, SIGMA,
) = range(len(TERMS))  # fmt: skip

GLONASS_TERMS = (
    "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps", "ax_mps2", "ay_mps2", "az_mps2",
    "gamma_n", "tau_n_s", "delta_tau_n_s", "sigma_m",
)  # fmt: skip
"""Terms of GLONASS, in the first places of the same rows."""

GAMMA, TAU, DELTA_TAU, GLONASS_SIGMA = 9, 10, 11, 12


class Pages(NamedTuple):
    """The ephemerides of a book: `issues` (rows,), `codes` (rows, issues, codes), `terms` (rows, issues, terms).

    Row = group * 64 + number; the groups are those of `gnss.orbits.rules`. Issues are in ascending order.
    """

    issues: NDArray[np.int64]
    codes: NDArray[np.int64]
    terms: NDArray[np.float64]

"""What stands where in a navigation record: the k-th number of a record (head 0..2, then four a line) by column name.

Source: RINEX 3.05, tables of navigation messages, as the files of RTKLIB and receivers have them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

ORBIT: dict[str, int] = {
    "af0_s": 0, "af1_sps": 1, "af2_sps2": 2,
    "iode": 3, "crs_m": 4, "delta_n_radps": 5, "m0_rad": 6,
    "cuc_rad": 7, "e": 8, "cus_rad": 9, "sqrt_a": 10,
    "toe_s": 11, "cic_rad": 12, "omega0_rad": 13, "cis_rad": 14,
    "i0_rad": 15, "crc_m": 16, "omega_rad": 17, "omega_dot_radps": 18,
    "idot_radps": 19, "week": 21, "accuracy_m": 23, "health": 24, "tgd_s": 25,
}  # fmt: skip
"""What all Kepler records have in one place."""

EXTRA: dict[str, dict[str, int]] = {
    "G": {"code_l2": 20, "l2p_flag": 22, "iodc": 26, "sent_s": 27, "fit": 28},
    "J": {"code_l2": 20, "l2p_flag": 22, "iodc": 26, "sent_s": 27, "fit": 28},
    "E": {"sources": 20, "tgd2_s": 26, "sent_s": 27},
    "C": {"tgd2_s": 26, "sent_s": 27, "iodc": 28},
    "I": {"sent_s": 27},
}
"""What the systems add."""

VALUES_MAX: Final = 31

GLONASS: dict[str, int] = {
    "tau_n_s": 0, "gamma_n": 1, "frame_s": 2,
    "x_m": 3, "vx_mps": 4, "ax_mps2": 5, "bn": 6,
    "y_m": 7, "vy_mps": 8, "ay_mps2": 9, "channel": 10,
    "z_m": 11, "vz_mps": 12, "az_mps2": 13, "en_day": 14,
    "status_bits": 15, "delta_tau_n_s": 16, "ura": 17, "health_bits": 18,
}  # fmt: skip
KM: Final = 1e3

NUMBERS: dict[str, int] = {"G": 1019, "J": 1044, "E": 1046, "C": 1042, "I": 1041}
"""Message number of each system's ephemeris; that of Galileo I/NAV."""
F_NAV: Final = 1045
"""Message number of Galileo F/NAV."""

WEEK_BITS: dict[str, int] = {"G": 10, "J": 10, "E": 12, "C": 13, "I": 10}
"""Weeks in an `EphemerisBatch` are as RTCM sends them: so many bits."""

RECORD_LINES: dict[str, int] = {"G": 8, "J": 8, "E": 8, "C": 8, "I": 8, "R": 4, "S": 4}
RECORD_LINES_MORE: dict[str, int] = {"R": 1}
"""Lines that may follow: RINEX 3.05 gave GLONASS a fifth."""

MESSAGES: dict[str, tuple[str, ...]] = {
    "G": ("LNAV",), "J": ("LNAV",), "I": ("LNAV",), "E": ("INAV", "FNAV"), "C": ("D1", "D2", "D1D2"), "R": ("FDMA",),
}  # fmt: skip
"""RINEX 4 ephemeris messages that are read; others (CNAV, CNV1, ...) are counted."""

URA_M: NDArray[np.float64] = np.array(
    [2.4, 3.4, 4.85, 6.85, 9.65, 13.65, 24.0, 48.0, 96.0, 192.0, 384.0, 768.0, 1536.0, 3072.0, 6144.0]
)
"""Largest accuracy of each URA index; 15 is worse or unknown (docs/sources.md, gnss_facts §5; from 96 unverified)."""

URA_NOMINAL_M: NDArray[np.float64] = np.array(
    [2.0, 2.8, 4.0, 5.7, 8.0, 11.3, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0]
)
"""What files say for each URA index: nominal values of IS-GPS-200 (from memory, unverified; receivers agree)."""

SISA_NONE: Final = 255


def _sisa_m() -> NDArray[np.float64]:
    index = np.arange(126)
    steps = [index * 0.01, 0.5 + (index - 50) * 0.02, 1.0 + (index - 75) * 0.04, 2.0 + (index - 100) * 0.16]
    return np.select([index < 50, index < 75, index < 100], steps[:3], steps[3])


SISA_M = _sisa_m()
"""Galileo SISA by index (Galileo OS SIS ICD, from memory, unverified; 107 is the 3.12 m that files hold)."""

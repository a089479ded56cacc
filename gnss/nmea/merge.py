"""What each sentence contributes to an epoch.

A table from cells to the columns of the open row, with the factor between their units.
"""

import math
from enum import IntEnum
from typing import Final

import numpy as np

from gnss.nmea.catalogue import KIND, SENTENCES


class Acc(IntEnum):
    """Columns of an open row (float64)."""

    LAT_DEG = 0
    LON_DEG = 1
    H_ELL_M = 2
    H_MSL_M = 3
    GEOID_SEP_M = 4
    FIX_QUALITY = 5
    FIX_DIM = 6
    SIGMA_N_M = 7
    SIGMA_E_M = 8
    SIGMA_U_M = 9
    COV_NE_M2 = 10
    HDOP = 11
    PDOP = 12
    VDOP = 13
    SATS_USED = 14
    AGE_CORR_S = 15
    BASE_ID = 16
    SPEED_MPS = 17
    COURSE_DEG = 18
    HEADING_DEG = 19
    PITCH_DEG = 20
    ROLL_DEG = 21
    VEL_U_MPS = 22
    POSITION_RANK = 23
    QUALITY_RANK = 24
    SENTENCES = 25
    SUMMARY = 26
    """First of 14: satellites in view and mean C/N0 by constellation."""


ACC_COUNT: Final = Acc.SUMMARY + 14

KNOT_MPS: Final = 1852 / 3600  # m/s, the international nautical mile in an hour
KMH_MPS: Final = 1 / 3.6  # m/s

_OF_A_FIX = (
    ("sats_used", Acc.SATS_USED, 1),
    ("hdop", Acc.HDOP, 1),
    ("h_msl_m", Acc.H_MSL_M, 1),
    ("geoid_sep_m", Acc.GEOID_SEP_M, 1),
    ("age_corr_s", Acc.AGE_CORR_S, 1),
    ("base_id", Acc.BASE_ID, 1),
)
"""What GGA and GNS say beside the position."""

CONTRIBUTIONS: dict[str, tuple[tuple[str, Acc, float], ...]] = {
    "GGA": _OF_A_FIX,
    "GNS": _OF_A_FIX,
    "RMC": (("speed_kn", Acc.SPEED_MPS, KNOT_MPS), ("course_deg", Acc.COURSE_DEG, 1)),
    "VTG": (("speed_kn", Acc.SPEED_MPS, KNOT_MPS), ("course_deg", Acc.COURSE_DEG, 1)),
    "GSA": (
        ("fix_dim", Acc.FIX_DIM, 1),
        ("pdop", Acc.PDOP, 1),
        ("hdop", Acc.HDOP, 1),
        ("vdop", Acc.VDOP, 1),
    ),
    "GST": (("sigma_n_m", Acc.SIGMA_N_M, 1), ("sigma_e_m", Acc.SIGMA_E_M, 1), ("sigma_u_m", Acc.SIGMA_U_M, 1)),
    "HDT": (("heading_deg", Acc.HEADING_DEG, 1),),
    "THS": (("heading_deg", Acc.HEADING_DEG, 1),),
    "TRA": (
        ("heading_deg", Acc.HEADING_DEG, 1),
        ("pitch_deg", Acc.PITCH_DEG, 1),
        ("roll_deg", Acc.ROLL_DEG, 1),
        ("age_corr_s", Acc.AGE_CORR_S, 1),
        ("base_id", Acc.BASE_ID, 1),
    ),
    # that the height of KSXT is orthometric is from memory, unverified
    "KSXT": (
        ("h_m", Acc.H_MSL_M, 1),
        ("heading_deg", Acc.HEADING_DEG, 1),
        ("pitch_deg", Acc.PITCH_DEG, 1),
        ("course_deg", Acc.COURSE_DEG, 1),
        ("speed_kmh", Acc.SPEED_MPS, KMH_MPS),
        ("roll_deg", Acc.ROLL_DEG, 1),
        ("sats_used", Acc.SATS_USED, 1),
        ("vel_u_kmh", Acc.VEL_U_MPS, KMH_MPS),
        ("age_corr_s", Acc.AGE_CORR_S, 1),
    ),
    "BESTNAVA": (
        ("h_msl_m", Acc.H_MSL_M, 1),
        ("geoid_sep_m", Acc.GEOID_SEP_M, 1),
        ("sigma_n_m", Acc.SIGMA_N_M, 1),
        ("sigma_e_m", Acc.SIGMA_E_M, 1),
        ("sigma_u_m", Acc.SIGMA_U_M, 1),
        ("sats_used", Acc.SATS_USED, 1),
        ("age_corr_s", Acc.AGE_CORR_S, 1),
        ("speed_mps", Acc.SPEED_MPS, 1),
        ("course_deg", Acc.COURSE_DEG, 1),
        ("vel_u_mps", Acc.VEL_U_MPS, 1),
    ),
    "UNIHEADINGA": (("heading_deg", Acc.HEADING_DEG, 1), ("pitch_deg", Acc.PITCH_DEG, 1)),
    "DWR": (("h_m", Acc.H_MSL_M, 1), ("geoid_sep_m", Acc.GEOID_SEP_M, 1)),
}
"""By sentence: (cell, column, factor). A value that is there replaces one that came before it in the epoch."""

POSITION_RANKS: dict[str, int] = {"DWR": 1, "GLL": 2, "RMC": 3, "GNS": 4, "GGA": 5, "KSXT": 6, "BESTNAVA": 7}
"""Where several sentences of an epoch give a position, the highest rank wins.

More digits, more said about its quality.
"""


def cell_of(sentence: str, cell: str) -> int:
    """Number of a cell within its sentence."""
    return SENTENCES[KIND[sentence] - 1].cells[cell]


_ROWS = max(len(rows) for rows in CONTRIBUTIONS.values())
MERGE_COUNT = np.zeros(len(SENTENCES) + 1, np.int64)
MERGE_CELL = np.zeros((len(SENTENCES) + 1, _ROWS), np.int64)
MERGE_COLUMN = np.zeros((len(SENTENCES) + 1, _ROWS), np.int64)
MERGE_FACTOR = np.zeros((len(SENTENCES) + 1, _ROWS))
for _name, _rows in CONTRIBUTIONS.items():
    MERGE_COUNT[KIND[_name]] = len(_rows)
    for _i, (_cell, _column, _factor) in enumerate(_rows):
        MERGE_CELL[KIND[_name], _i] = cell_of(_name, _cell)
        MERGE_COLUMN[KIND[_name], _i] = int(_column)
        MERGE_FACTOR[KIND[_name], _i] = _factor

RANK_OF_KIND = np.zeros(len(SENTENCES) + 1, np.int64)
LAT_CELL = np.full(len(SENTENCES) + 1, -1, np.int64)
LON_CELL = np.full(len(SENTENCES) + 1, -1, np.int64)
TIME_CELL = np.full(len(SENTENCES) + 1, -1, np.int64)
for _kind, _sentence in enumerate(SENTENCES, start=1):
    _cells = _sentence.cells
    RANK_OF_KIND[_kind] = POSITION_RANKS.get(_sentence.name, 0)
    if _sentence.name in POSITION_RANKS:
        LAT_CELL[_kind], LON_CELL[_kind] = _cells["lat_deg"], _cells["lon_deg"]
    if "time_ns" in _cells and _kind < KIND["TXT"]:
        TIME_CELL[_kind] = _cells["time_ns"]

QUALITY_OF_MODE = np.full(128, -1, np.int64)
"""NMEA quality of a mode letter of RMC, GLL, GNS (sources: nmea §2); P, "precise", as PPS."""
for _letter, _quality in {"N": 0, "A": 1, "D": 2, "P": 3, "R": 4, "F": 5, "E": 6, "M": 7, "S": 8}.items():
    QUALITY_OF_MODE[ord(_letter)] = _quality

QUALITY_OF_KSXT = np.array([0, 1, 5, 4], np.int64)
"""NMEA quality of a KSXT status: none, single, float, FIXED (sources: nmea §3)."""

MODE_ORDER = np.array([0, 3, 5, 6, 8, 7, 1, 0, 2], np.int64)
"""How much each NMEA quality 0..8 is worth, for "the best of the constellations" in GNS."""

DEG: Final = math.pi / 180  # rad

"""The observation messages before MSM, 1001-1004 and 1009-1012, as tables.

Source: docs/sources.md, gnss_facts; field order and widths agree with pyrtcm.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss import constants as c
from gnss.batches import SYSTEM_COUNT, SYSTEMS
from gnss.rtcm.fields import Field, signed, unsigned
from gnss.rtcm.signals import CODE_INDEX

GLONASS_EPOCH_BITS = 27
"""DF034 alone; the epoch of the GPS messages is as wide as that of an MSM and stands in the same place."""

SATELLITE_COUNT_BITS = 5
HEADER_REST_BITS = 1 + SATELLITE_COUNT_BITS + 1 + 3
"""More messages follow, satellites, divergence-free smoothing, smoothing interval."""

PR_STEP_M: Final = 0.02
CP_STEP_M: Final = 0.0005
CN0_STEP_DBHZ: Final = 0.25
AMBIGUITY_M: Final = {"G": c.SPEED_OF_LIGHT_MPS / 1e3, "R": c.SPEED_OF_LIGHT_MPS / 500}
"""What a pseudorange is sent modulo: one light-millisecond, for GLONASS two."""

_GPS_L1 = (
    unsigned("satellite", "DF009", 6), unsigned("code", "DF010", 1), unsigned("pr_m", "DF011", 24, PR_STEP_M),
    signed("cp_less_pr_m", "DF012", 20, CP_STEP_M), unsigned("lock", "DF013", 7),
)  # fmt: skip
_GPS_L1_MORE = (unsigned("ambiguity", "DF014", 8), unsigned("cn0_dbhz", "DF015", 8, CN0_STEP_DBHZ))
_GPS_L2 = (
    unsigned("code_2", "DF016", 2), signed("pr_2_less_pr_m", "DF017", 14, PR_STEP_M),
    signed("cp_2_less_pr_m", "DF018", 20, CP_STEP_M), unsigned("lock_2", "DF019", 7),
)  # fmt: skip
_GPS_L2_MORE = (unsigned("cn0_2_dbhz", "DF020", 8, CN0_STEP_DBHZ),)
_GLONASS_L1 = (
    unsigned("satellite", "DF038", 6), unsigned("code", "DF039", 1), unsigned("channel", "DF040", 5),
    unsigned("pr_m", "DF041", 25, PR_STEP_M), signed("cp_less_pr_m", "DF042", 20, CP_STEP_M),
    unsigned("lock", "DF043", 7),
)  # fmt: skip
_GLONASS_L1_MORE = (unsigned("ambiguity", "DF044", 7), unsigned("cn0_dbhz", "DF045", 8, CN0_STEP_DBHZ))
_GLONASS_L2 = (
    unsigned("code_2", "DF046", 2), signed("pr_2_less_pr_m", "DF047", 14, PR_STEP_M),
    signed("cp_2_less_pr_m", "DF048", 20, CP_STEP_M), unsigned("lock_2", "DF049", 7),
)  # fmt: skip
_GLONASS_L2_MORE = (unsigned("cn0_2_dbhz", "DF050", 8, CN0_STEP_DBHZ),)

LAYOUTS: dict[str, tuple[tuple[Field, ...], ...]] = {
    "G": (
        _GPS_L1,
        _GPS_L1 + _GPS_L1_MORE,
        _GPS_L1 + _GPS_L2,
        _GPS_L1 + _GPS_L1_MORE + _GPS_L2 + _GPS_L2_MORE,
    ),
    "R": (
        _GLONASS_L1,
        _GLONASS_L1 + _GLONASS_L1_MORE,
        _GLONASS_L1 + _GLONASS_L2,
        _GLONASS_L1 + _GLONASS_L1_MORE + _GLONASS_L2 + _GLONASS_L2_MORE,
    ),
}
"""By system, then by message: fields of one satellite. 1001 and 1009 come first."""

CODES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "G": (("1C", "1P"), ("2X", "2P", "2D", "2W")),
    "R": (("1C", "1P"), ("2C", "2P", "", "")),
}
"""By system: RINEX code of each value of the code indicator, first and second band (the GPS second band is from
memory, unverified)."""

SBAS_FIRST, SBAS_LAST, SBAS_OFFSET = 40, 58, 80
"""GPS messages number SBAS satellites 40..58: PRN less 80 (from memory, unverified)."""

CHANNEL_OFFSET = 7
CHANNEL_CODE_LAST = 20
"""DF040: GLONASS frequency channel + 7, up to +13."""

FIELD_NAMES = (
    "satellite", "code", "channel", "pr_m", "cp_less_pr_m", "lock", "ambiguity", "cn0_dbhz",
    "code_2", "pr_2_less_pr_m", "cp_2_less_pr_m", "lock_2", "cn0_2_dbhz",
)  # fmt: skip
(
    SATELLITE, CODE, CHANNEL, PR, CP, LOCK, AMBIGUITY, CN0, CODE_2, PR_2, CP_2, LOCK_2, CN0_2, ALL_BITS,
) = range(14)  # fmt: skip
"""Columns of `LegacyPlan.width` and `.at`."""


class LegacyPlan(NamedTuple):
    """The layouts as arrays by system and message, row 4 * system + message.

    `width` and `at` (rows, 14): bits of a field, 0 = no such field, and where it begins among those of its satellite.
    `ambiguity_m` by system; `code` (systems, 2, 4): index into `CODE_NAMES`.
    """

    width: NDArray[np.int64]
    at: NDArray[np.int64]
    ambiguity_m: NDArray[np.float64]
    code: NDArray[np.uint8]


def _compile() -> LegacyPlan:
    rows = 4 * SYSTEM_COUNT
    plan = LegacyPlan(
        np.zeros((rows, 14), np.int64), np.zeros((rows, 14), np.int64),
        np.zeros(SYSTEM_COUNT), np.zeros((SYSTEM_COUNT, 2, 4), np.uint8),
    )  # fmt: skip
    for letter, messages in LAYOUTS.items():
        system = SYSTEMS.index(letter)
        plan.ambiguity_m[system] = AMBIGUITY_M[letter]
        for band, codes in enumerate(CODES[letter]):
            plan.code[system, band, : len(codes)] = [CODE_INDEX.get(code, 0) for code in codes]
        for message, fields in enumerate(messages):
            row, at = 4 * system + message, 0
            for field in fields:
                column = FIELD_NAMES.index(field.name)
                plan.width[row, column], plan.at[row, column] = field.bits, at
                at += field.bits
            plan.width[row, ALL_BITS] = at
    return plan


LEGACY_PLAN = _compile()

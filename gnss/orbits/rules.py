"""What differs between the systems' ephemerides, one table: constants, how long they hold, how early they come.

A group is a constellation's index into `SYSTEMS`, and one more: Galileo's F/NAV, whose clock is not that of I/NAV.
Source: docs/sources.md, gnss_facts §4 and §5, except where a line says unverified.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss import constants as c
from gnss.batches import SYSTEM_COUNT
from gnss.constants import NS_PER_S

GROUP_COUNT: Final = SYSTEM_COUNT + 1
F_NAV: Final = SYSTEM_COUNT
"""Group of Galileo's F/NAV ephemerides, message 1045."""

F_NAV_MESSAGE: Final = 1045


class Rules(NamedTuple):
    """Of a group: its constants, the largest |t - toe|, how long before toe its message may already be on air."""

    gm_m3ps2: float
    omega_e_radps: float
    age_s_max: float
    ahead_s_max: float


_NONE = Rules(np.nan, np.nan, 0.0, 0.0)
RULES: tuple[Rules, ...] = (
    Rules(c.GPS_GM_M3PS2, c.GPS_OMEGA_E_RADPS, 7_200, 7_200),
    Rules(c.GLONASS_GM_M3PS2, c.GLONASS_OMEGA_E_RADPS, 1_800, 1_800),
    Rules(c.GALILEO_GM_M3PS2, c.GALILEO_OMEGA_E_RADPS, 14_400, 3_600),
    Rules(c.BDS_GM_M3PS2, c.BDS_OMEGA_E_RADPS, 21_600, 3_600),
    Rules(c.GPS_GM_M3PS2, c.GPS_OMEGA_E_RADPS, 7_200, 7_200),
    Rules(c.GPS_GM_M3PS2, c.GPS_OMEGA_E_RADPS, 7_200, 7_200),  # NavIC: from memory, unverified
    _NONE,  # SBAS satellites are not positioned
    Rules(c.GALILEO_GM_M3PS2, c.GALILEO_OMEGA_E_RADPS, 14_400, 3_600),
)
"""By group. The last numbers, how early a message comes, are from memory, unverified: they keep a recording's later
ephemerides from being used, or trusted about health, long before they were sent."""

_HEALTH_MASKS = (0xFF, 0xFF, 0x07, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF)
HEALTH_MASK: NDArray[np.int64] = np.array(_HEALTH_MASKS, np.int64)
"""By group: bits of `EphemerisBatch.health` that must be 0. I/NAV: signal health and data validity of E1-B, not those
of E5b; QZSS: all but the lowest, which speaks of L6 (as RTKLIB has it)."""

GM_M3PS2: NDArray[np.float64] = np.array([rule.gm_m3ps2 for rule in RULES])
OMEGA_E_RADPS: NDArray[np.float64] = np.array([rule.omega_e_radps for rule in RULES])
AGE_NS_MAX: NDArray[np.int64] = np.array([int(rule.age_s_max) * NS_PER_S for rule in RULES], np.int64)
AHEAD_NS_MAX: NDArray[np.int64] = np.array([int(rule.ahead_s_max) * NS_PER_S for rule in RULES], np.int64)

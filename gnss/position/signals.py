"""Which signal of a satellite is used, and its group delay in terms of what the ephemeris states.

Source: docs/sources.md, gnss_facts §6, except where a line says unverified.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.constants import B1C_HZ, B2A_HZ, B2I_HZ, L1_HZ, L2_HZ
from gnss.orbits.rules import F_NAV, GROUP_COUNT
from gnss.rtcm.signals import CODE_INDEX, CODE_NAMES

_L1_OF_L2 = (L1_HZ / L2_HZ) ** 2
_E1_OF_E5A = (B1C_HZ / B2A_HZ) ** 2
_E1_OF_E5B = (B1C_HZ / B2I_HZ) ** 2


class Choice(NamedTuple):
    """Codes of one band, best first, and what their group delay is made of: `tgd * of_tgd + tgd2 * of_tgd2`."""

    codes: tuple[str, ...]
    of_tgd: float
    of_tgd2: float


_GPS = (
    Choice(("1C", "1W", "1P", "1X", "1L", "1S"), 1.0, 0.0),
    Choice(("2W", "2P", "2X", "2L", "2S", "2C"), _L1_OF_L2, 0.0),
)
CHOICES: dict[str, tuple[Choice, ...]] = {
    "G": _GPS,
    "R": (Choice(("1C", "1P"), 0.0, 0.0),),
    # I/NAV's clock is that of E1 and E5b, so tgd2 (BGD E1/E5b) alone rules them
    "E": (
        Choice(("1C", "1X", "1B"), 0.0, 1.0),
        Choice(("7Q", "7X", "7I"), 0.0, _E1_OF_E5B),
        Choice(("5Q", "5X", "5I"), _E1_OF_E5A - 1.0, 1.0),
    ),
    "C": (
        Choice(("2I", "2X", "2Q"), 1.0, 0.0),
        # D1 and D2 do not state the delay of B1C; that of B1I, 14 MHz away, is within a metre of it in recordings
        Choice(("1P", "1X", "1D"), 1.0, 0.0),
        Choice(("6I", "6X", "6Q"), 0.0, 0.0),
        Choice(("7I", "7X", "7Q"), 0.0, 1.0),
    ),
    "J": _GPS,
}
"""By constellation, best signal first. The clock of Galileo is that of I/NAV, message 1046."""

F_NAV_CHOICES = (
    Choice(("1C", "1X", "1B"), 1.0, 0.0),
    Choice(("7Q", "7X", "7I"), 1.0, _E1_OF_E5B - 1.0),
    Choice(("5Q", "5X", "5I"), _E1_OF_E5A, 0.0),
)
"""Galileo's where the clock is that of F/NAV, message 1045."""

UNUSED: Final = 255


class SignalChoice(NamedTuple):
    """The choices as arrays by group (constellation, and F/NAV) and code index: rank, 255 = not used; delay factors."""

    rank: NDArray[np.uint8]
    of_tgd: NDArray[np.float64]
    of_tgd2: NDArray[np.float64]


def compile_choices(systems: str) -> SignalChoice:
    """The table of the constellations wanted (RINEX letters); signals of others have no rank."""
    shape = (GROUP_COUNT, len(CODE_NAMES))
    table = SignalChoice(np.full(shape, UNUSED, np.uint8), np.zeros(shape), np.zeros(shape))
    groups = {SYSTEMS.index(letter): choices for letter, choices in CHOICES.items() if letter in systems}
    if "E" in systems:
        groups[F_NAV] = F_NAV_CHOICES
    for group, choices in groups.items():
        ranked = [(code, choice) for choice in choices for code in choice.codes]
        for rank, (code, choice) in enumerate(ranked):
            if code in CODE_INDEX:
                table.rank[group, CODE_INDEX[code]] = rank
                table.of_tgd[group, CODE_INDEX[code]] = choice.of_tgd
                table.of_tgd2[group, CODE_INDEX[code]] = choice.of_tgd2
    return table

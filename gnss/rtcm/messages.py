"""Which message number means what: the family that decodes it, its system, its variant.

Source: docs/sources.md, nmea §7 and gnss_facts §7.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.rtcm.layouts import ALL_LAYOUTS

NUMBER_BITS = 12
NUMBERS = 1 << NUMBER_BITS


class Family(IntEnum):
    """Which part of the decoder takes a message."""

    OTHER = 0
    MSM = 1
    LEGACY = 2
    STATION = 3
    EPHEMERIS = 4
    GLONASS_EPHEMERIS = 5
    GLONASS_BIAS = 6
    TEXT = 7
    PARAMETERS = 8
    SSR = 9
    MOVING_BASE = 10
    FILLER = 11


MSM_FIRST: Final = {"G": 1070, "R": 1080, "E": 1090, "S": 1100, "J": 1110, "C": 1120, "I": 1130}
"""MSM1 of a system is the number after this one, MSM7 the seventh."""

MSM_VARIANTS = range(1, 8)
LEGACY_NUMBERS: Final = {"G": range(1001, 1005), "R": range(1009, 1013)}
EPHEMERIS_NUMBERS: Final = {"G": (1019,), "I": (1041,), "C": (1042,), "J": (1044,), "E": (1045, 1046)}
GLONASS_EPHEMERIS_NUMBER: Final = 1020
STATION_NUMBERS: Final = (1005, 1006, 1007, 1008, 1033)
GLONASS_BIAS_NUMBER: Final = 1230
TEXT_NUMBER: Final = 1029
PARAMETERS_NUMBER: Final = 1013
MOVING_BASE_NUMBER: Final = 4072
SSR_NUMBERS: Final = (*range(1057, 1069), *range(1240, 1271), 4076)

HEAD_BITS: Final = {1007: 40, 1008: 48, 1033: 72, TEXT_NUMBER: 72, PARAMETERS_NUMBER: 70, GLONASS_BIAS_NUMBER: 32}
"""Messages whose length depends on what they hold: bits of an empty one."""

NO_SYSTEM = 255


class MessageTable(NamedTuple):
    """By message number, (NUMBERS,) each: `family` (a `Family`), `system` (index into `SYSTEMS`, NO_SYSTEM = none),
    `variant` (MSM 1..7, or the number less the first of its kind), `bits_min`, the fewest bits of a payload.
    """

    family: NDArray[np.uint8]
    system: NDArray[np.uint8]
    variant: NDArray[np.uint8]
    bits_min: NDArray[np.int64]


def _compile() -> MessageTable:
    other, nothing, none = (np.full(NUMBERS, value, np.uint8) for value in (Family.OTHER, NO_SYSTEM, 0))
    table = MessageTable(other, nothing, none, np.full(NUMBERS, NUMBER_BITS))
    for number, bits in {**HEAD_BITS, **{number: layout.bits for number, layout in ALL_LAYOUTS.items()}}.items():
        table.bits_min[number] = bits
    for letter, first in MSM_FIRST.items():
        for variant in MSM_VARIANTS:
            table.family[first + variant] = Family.MSM
            table.system[first + variant] = SYSTEMS.index(letter)
            table.variant[first + variant] = variant
    for letter, numbers in LEGACY_NUMBERS.items():
        for variant, number in enumerate(numbers):
            table.family[number] = Family.LEGACY
            table.system[number] = SYSTEMS.index(letter)
            table.variant[number] = variant
    for letter, kepler in EPHEMERIS_NUMBERS.items():
        for number in kepler:
            table.family[number] = Family.EPHEMERIS
            table.system[number] = SYSTEMS.index(letter)
    table.family[GLONASS_EPHEMERIS_NUMBER] = Family.GLONASS_EPHEMERIS
    table.system[[GLONASS_EPHEMERIS_NUMBER, GLONASS_BIAS_NUMBER]] = SYSTEMS.index("R")
    table.family[list(STATION_NUMBERS)] = Family.STATION
    table.family[GLONASS_BIAS_NUMBER] = Family.GLONASS_BIAS
    table.family[TEXT_NUMBER] = Family.TEXT
    table.family[PARAMETERS_NUMBER] = Family.PARAMETERS
    table.family[list(SSR_NUMBERS)] = Family.SSR
    table.family[MOVING_BASE_NUMBER] = Family.MOVING_BASE
    return table


MESSAGES = _compile()

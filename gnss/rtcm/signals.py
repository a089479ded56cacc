"""Satellite signals: the MSM signal number of each system, its RINEX code and its carrier frequency.

Source: RTCM 10403.3 signal tables (docs/sources.md, gnss_facts), except where a line says unverified.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss import constants as c
from gnss.batches import SYSTEM_COUNT, SYSTEMS

NAVIC_S_HZ: Final = 2_492.028e6  # Hz, NavIC S band (from memory, unverified)

SIGNAL_IDS = 33
"""MSM signal numbers are 1..32; tables by signal number have this many rows."""

_L1_AND_L5 = {2: ("1C", c.L1_HZ), 22: ("5I", c.L5_HZ), 23: ("5Q", c.L5_HZ), 24: ("5X", c.L5_HZ)}
_L1C = {30: ("1S", c.L1_HZ), 31: ("1L", c.L1_HZ), 32: ("1X", c.L1_HZ)}
_L2C = {15: ("2S", c.L2_HZ), 16: ("2L", c.L2_HZ), 17: ("2X", c.L2_HZ)}

MSM_SIGNALS: dict[str, dict[int, tuple[str, float]]] = {
    "G": {
        **_L1_AND_L5, **_L1C, **_L2C,
        3: ("1P", c.L1_HZ), 4: ("1W", c.L1_HZ), 8: ("2C", c.L2_HZ), 9: ("2P", c.L2_HZ), 10: ("2W", c.L2_HZ),
    },
    "R": {2: ("1C", c.G1_HZ), 3: ("1P", c.G1_HZ), 8: ("2C", c.G2_HZ), 9: ("2P", c.G2_HZ)},
    "E": {
        2: ("1C", c.L1_HZ), 3: ("1A", c.L1_HZ), 4: ("1B", c.L1_HZ), 5: ("1X", c.L1_HZ), 6: ("1Z", c.L1_HZ),
        8: ("6C", c.E6_HZ), 9: ("6A", c.E6_HZ), 10: ("6B", c.E6_HZ), 11: ("6X", c.E6_HZ), 12: ("6Z", c.E6_HZ),
        14: ("7I", c.B2I_HZ), 15: ("7Q", c.B2I_HZ), 16: ("7X", c.B2I_HZ),
        18: ("8I", c.B2AB_HZ), 19: ("8Q", c.B2AB_HZ), 20: ("8X", c.B2AB_HZ),
        22: ("5I", c.L5_HZ), 23: ("5Q", c.L5_HZ), 24: ("5X", c.L5_HZ),
    },
    "C": {
        2: ("2I", c.B1I_HZ), 3: ("2Q", c.B1I_HZ), 4: ("2X", c.B1I_HZ),
        8: ("6I", c.B3I_HZ), 9: ("6Q", c.B3I_HZ), 10: ("6X", c.B3I_HZ),
        14: ("7I", c.B2I_HZ), 15: ("7Q", c.B2I_HZ), 16: ("7X", c.B2I_HZ),
        22: ("5D", c.B2A_HZ), 23: ("5P", c.B2A_HZ), 24: ("5X", c.B2A_HZ),
        25: ("7D", c.B2I_HZ), 26: ("7P", c.B2I_HZ), 27: ("7Z", c.B2I_HZ),  # 26 and 27 are tentative
        30: ("1D", c.B1C_HZ), 31: ("1P", c.B1C_HZ), 32: ("1X", c.B1C_HZ),
    },
    "J": {
        **_L1_AND_L5, **_L1C, **_L2C,
        9: ("6S", c.E6_HZ), 10: ("6L", c.E6_HZ), 11: ("6X", c.E6_HZ),
    },
    "I": {8: ("9A", NAVIC_S_HZ), 22: ("5A", c.L5_HZ)},  # 8 from memory, unverified; 22 as pyrtcm has it
    "S": _L1_AND_L5,  # as pyrtcm has it, unverified
}  # fmt: skip
"""By RINEX letter of the system and MSM signal number: RINEX code (band and attribute), carrier frequency in Hz."""

GLONASS_STEP_HZ = {"1": c.G1_STEP_HZ, "2": c.G2_STEP_HZ}
"""By RINEX band: how far the carriers of neighbouring GLONASS frequency channels lie apart, in Hz."""

G3_HZ: Final = 1_202.025e6  # Hz, GLONASS G3
G1A_HZ: Final = 1_600.995e6  # Hz, GLONASS G1a (from memory, unverified)
G2A_HZ: Final = 1_248.06e6  # Hz, GLONASS G2a (from memory, unverified)

RINEX_SIGNALS: dict[str, dict[str, float]] = {
    "G": {"1Y": c.L1_HZ, "1M": c.L1_HZ, "1N": c.L1_HZ, "2D": c.L2_HZ, "2Y": c.L2_HZ, "2M": c.L2_HZ, "2N": c.L2_HZ},
    "R": {
        "3I": G3_HZ, "3Q": G3_HZ, "3X": G3_HZ, "4A": G1A_HZ, "4B": G1A_HZ, "4X": G1A_HZ,
        "6A": G2A_HZ, "6B": G2A_HZ, "6X": G2A_HZ,
    },
    "E": {},
    "C": {
        "1S": c.B1C_HZ, "1L": c.B1C_HZ, "1Z": c.B1C_HZ, "6D": c.B3I_HZ, "6P": c.B3I_HZ, "6Z": c.B3I_HZ,
        "8D": c.B2AB_HZ, "8P": c.B2AB_HZ, "8X": c.B2AB_HZ,
    },
    "J": {
        "1B": c.L1_HZ, "1E": c.L1_HZ, "1Z": c.L1_HZ, "5D": c.L5_HZ, "5P": c.L5_HZ, "5Z": c.L5_HZ,
        "6E": c.E6_HZ, "6Z": c.E6_HZ,
    },
    "I": {
        "1D": c.L1_HZ, "1P": c.L1_HZ, "1X": c.L1_HZ, "5B": c.L5_HZ, "5C": c.L5_HZ, "5X": c.L5_HZ,
        "9B": NAVIC_S_HZ, "9C": NAVIC_S_HZ, "9X": NAVIC_S_HZ,
    },
    "S": {},
}  # fmt: skip
"""Signals that RINEX 2 to 4 have and MSM has not, by system: RINEX code, carrier in Hz (from memory, unverified)."""

_CODES = sorted({code for signals in MSM_SIGNALS.values() for code, _ in signals.values()} | {"2D"})
_MORE_CODES = sorted({code for signals in RINEX_SIGNALS.values() for code in signals} - set(_CODES))
CODE_NAMES: tuple[str, ...] = ("", *_CODES, *_MORE_CODES)
"""RINEX codes by signal index; 0 is a signal without a name. B1I is `2I`, B1C pilot `1P`, B3I `6I`."""

CODE_INDEX: dict[str, int] = {code: index for index, code in enumerate(CODE_NAMES) if code}


class SignalTable(NamedTuple):
    """The signals as arrays by system (index into `SYSTEMS`) and MSM signal number or code index.

    `code` (SYSTEM_COUNT, SIGNAL_IDS): index into `CODE_NAMES`, 0 = reserved. `hz` and `step_hz`, same shape: carrier
    frequency in Hz (NaN = reserved) and what a GLONASS channel adds to it. `signal_id` (SYSTEM_COUNT, codes): the way
    back, 0 = the system has no such signal.
    """

    code: NDArray[np.uint8]
    hz: NDArray[np.float64]
    step_hz: NDArray[np.float64]
    signal_id: NDArray[np.uint8]


def _compile() -> SignalTable:
    shape = (SYSTEM_COUNT, SIGNAL_IDS)
    signal_id = np.zeros((SYSTEM_COUNT, len(CODE_NAMES)), np.uint8)
    table = SignalTable(np.zeros(shape, np.uint8), np.full(shape, np.nan), np.zeros(shape), signal_id)
    for letter, signals in MSM_SIGNALS.items():
        system = SYSTEMS.index(letter)
        for number, (code, carrier_hz) in signals.items():
            table.code[system, number] = CODE_INDEX[code]
            table.hz[system, number] = carrier_hz
            table.step_hz[system, number] = GLONASS_STEP_HZ[code[0]] if letter == "R" else 0.0
            table.signal_id[system, CODE_INDEX[code]] = number
    return table


SIGNALS = _compile()


def _carriers() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By system and code index: carrier frequency in Hz (NaN = no such signal), what a GLONASS channel adds to it."""
    hz = np.full((SYSTEM_COUNT, len(CODE_NAMES)), np.nan)
    step_hz = np.zeros_like(hz)
    for system, letter in enumerate(SYSTEMS):
        for code, carrier in (*MSM_SIGNALS[letter].values(), *RINEX_SIGNALS[letter].items()):
            hz[system, CODE_INDEX[code]] = carrier
            step_hz[system, CODE_INDEX[code]] = GLONASS_STEP_HZ.get(code[0], 0.0) if letter == "R" else 0.0
    return hz, step_hz


CARRIER_HZ, CARRIER_STEP_HZ = _carriers()
"""Carrier frequencies by system and code index, (SYSTEM_COUNT, codes), and the steps of GLONASS channels, in Hz."""


def carrier_hz(system: NDArray[np.uint8], signal: NDArray[np.uint8], channel: NDArray[np.int8]) -> NDArray[np.float64]:
    """Carrier frequency of each observation.

    Shape: (n,) each. Unit: Hz; `channel` is the GLONASS frequency channel, -7..6, not used for other systems. Error:
    NaN where the system has no such signal. Source: docs/sources.md, gnss_facts §2.
    """
    frequency_hz: NDArray[np.float64] = CARRIER_HZ[system, signal] + CARRIER_STEP_HZ[system, signal] * channel
    return frequency_hz

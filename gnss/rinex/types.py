"""Observation types of a header as tables that the kernels follow.

The attributes that RINEX 2 leaves out are those that receivers of its time meant: from common practice, unverified.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEM_COUNT, SYSTEMS
from gnss.rinex.header import RinexHeader
from gnss.rtcm.observations import NO_CHANNEL
from gnss.rtcm.signals import CARRIER_HZ, CODE_INDEX

UNUSED: Final = 0
CODE: Final = 1
PHASE: Final = 2
DOPPLER: Final = 3
STRENGTH: Final = 4
KINDS: dict[str, int] = {"C": CODE, "P": CODE, "L": PHASE, "D": DOPPLER, "S": STRENGTH}

FIELDS_MAX = 256
"""Observation types of a system; more are not read."""
PRN_END = 200
"""PRNs are below: SBAS counts to 199."""

_BDS_B1I = {"1I": "2I", "1Q": "2Q"}
"""B1I is 1I in RINEX 3.02 and 2I before and after."""
_BDS_302 = {**_BDS_B1I, "1X": "2X"}

# RINEX 2: code of a band where the type says no more: by system and band, the first whose code is in the header wins
_BANDS_2: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "G": {"1": (("C1", "1C"), ("P1", "1W")), "2": (("P2", "2W"), ("C2", "2X")), "5": (("C5", "5X"),)},
    "R": {"1": (("C1", "1C"), ("P1", "1P")), "2": (("P2", "2P"), ("C2", "2C"))},
    "E": {b: ((f"C{b}", f"{b}X"),) for b in "15678"},
    "C": {"1": (("C1", "2I"),), "2": (("C2", "2I"),), "7": (("C7", "7I"),), "6": (("C6", "6I"),)},
    "J": {"1": (("C1", "1C"),), "2": (("C2", "2X"),), "5": (("C5", "5X"),), "6": (("C6", "6X"),)},
    "I": {"5": (("C5", "5A"),)},
    "S": {"1": (("C1", "1C"),), "5": (("C5", "5X"),)},
}


class TypePlan(NamedTuple):
    """By system (7) and place of the field in the record: its kind, number of its signal in the satellite, divisor.

    `fields`, `signals` (7,): how many there are. `signal` (7, FIELDS_MAX): code index by number. `channel` (PRN_END,):
    GLONASS frequency channels. `unknown` (7,): types whose signal has no name here.
    """

    kind: NDArray[np.uint8]
    ordinal: NDArray[np.uint8]
    divisor: NDArray[np.float64]
    fields: NDArray[np.int64]
    signals: NDArray[np.int64]
    signal: NDArray[np.uint8]
    channel: NDArray[np.int8]
    unknown: NDArray[np.int64]


def _signal_3(letter: str, name: str, version: float) -> str:
    code = name[1:]
    if letter == "C":
        code = (_BDS_302 if 3.015 < version < 3.025 else _BDS_B1I).get(code, code)
    return code


def _signal_2(letter: str, name: str, types: list[str]) -> str:
    """RINEX 3 code of a two-character type: of a code by its letter, of the rest by the code that is there."""
    choices = _BANDS_2.get(letter, {}).get(name[1:], ())
    if name[0] in "CP":
        return next((code for code_type, code in choices if code_type == name), "")
    return next((code for code_type, code in choices if code_type in types), choices[0][1] if choices else "")


def _empty_plan() -> TypePlan:
    shape = (SYSTEM_COUNT, FIELDS_MAX)
    return TypePlan(
        np.zeros(shape, np.uint8), np.zeros(shape, np.uint8), np.ones(shape),
        np.zeros(SYSTEM_COUNT, np.int64), np.zeros(SYSTEM_COUNT, np.int64), np.zeros(shape, np.uint8),
        np.full(PRN_END, NO_CHANNEL, np.int8), np.zeros(SYSTEM_COUNT, np.int64),
    )  # fmt: skip


def _enter_types(plan: TypePlan, header: RinexHeader, letter: str, types: list[str]) -> None:
    """Fill the rows of one system. A type that is there twice is read where it stands first."""
    system, ordinals, seen = SYSTEMS.index(letter), dict[str, int](), set[tuple[str, int]]()
    factors = header.scale_factors.get(letter, {})
    plan.fields[system] = min(len(types), FIELDS_MAX)
    for place, name in enumerate(types[:FIELDS_MAX]):
        kind = KINDS.get(name[:1], UNUSED)
        code = _signal_2(letter, name, types) if len(name) == 2 else _signal_3(letter, name, header.version)
        index = CODE_INDEX.get(code, 0)
        if kind == UNUSED or np.isnan(CARRIER_HZ[system, index]):
            plan.unknown[system] += kind != UNUSED
        elif (code, kind) not in seen:
            seen.add((code, kind))
            number = ordinals.setdefault(code, len(ordinals))
            plan.kind[system, place], plan.ordinal[system, place] = kind, number
            plan.divisor[system, place] = max(factors.get(name, factors.get("*", 1)), 1)
            plan.signal[system, number] = index
    plan.signals[system] = len(ordinals)


def plan_types(header: RinexHeader) -> TypePlan:
    """Tables for reading the observations under a header."""
    plan = _empty_plan()
    for letter in SYSTEMS:
        types = header.types.get("" if header.version < 3.0 else letter, [])
        _enter_types(plan, header, letter, types)
    for prn, channel in header.glonass_channels.items():
        if 0 < prn < PRN_END and -7 <= channel <= 13:
            plan.channel[prn] = channel
    return plan

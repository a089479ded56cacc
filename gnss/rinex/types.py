"""Observation types of a header as tables that the kernels follow."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEM_COUNT, SYSTEMS
from gnss.rinex.header import RinexHeader
from gnss.rinex.types_2 import code_of_type
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


class TypePlan(NamedTuple):
    """By system (7) and place of the field in the record: its kind, number of its signal in the satellite, divisor.

    `fields`, `signals` (7,): how many there are. `signal` (7, FIELDS_MAX): code index by number. `channel` (PRN_END,):
    GLONASS frequency channels.
    """

    kind: NDArray[np.uint8]
    ordinal: NDArray[np.uint8]
    divisor: NDArray[np.float64]
    fields: NDArray[np.int64]
    signals: NDArray[np.int64]
    signal: NDArray[np.uint8]
    channel: NDArray[np.int8]


def _signal_3(letter: str, name: str, version: float) -> str:
    code = name[1:]
    if letter == "C":
        code = (_BDS_302 if 3.015 < version < 3.025 else _BDS_B1I).get(code, code)
    return code


def _meaning(header: RinexHeader, letter: str, name: str, filled: Collection[str]) -> tuple[int, str]:
    """Kind and code of a type; `UNUSED` for what is no observation of a signal, the code "" where it has no name."""
    kind = KINDS.get(name[:1], UNUSED)
    code = code_of_type(letter, name, filled) if len(name) == 2 else _signal_3(letter, name, header.version)
    known = code in CODE_INDEX and not np.isnan(CARRIER_HZ[SYSTEMS.index(letter), CODE_INDEX[code]])
    return kind, code if known else ""


def unknown_types(header: RinexHeader) -> list[str]:
    """Types whose signal has no name here: "G C9Z"; of RINEX 2, where one list is for all systems, "C9".

    Shape: one each. Unit: none. Error: none. Source: RINEX 2.11, 3.05, 4.00.
    """
    known = [letter for letter in SYSTEMS if header.version < 3.0 or letter in header.types]
    unknown = {
        letter: [
            name for name in header.types.get("" if header.version < 3.0 else letter, [])
            if _meaning(header, letter, name, ()) in [(kind, "") for kind in KINDS.values()]
        ]
        for letter in known
    }  # fmt: skip
    if header.version < 3.0:
        return [name for name in header.types.get("", []) if all(name in names for names in unknown.values())]
    return [f"{letter} {name}" for letter, names in unknown.items() for name in names]


def _empty_plan() -> TypePlan:
    shape = (SYSTEM_COUNT, FIELDS_MAX)
    return TypePlan(
        np.zeros(shape, np.uint8), np.zeros(shape, np.uint8), np.ones(shape),
        np.zeros(SYSTEM_COUNT, np.int64), np.zeros(SYSTEM_COUNT, np.int64), np.zeros(shape, np.uint8),
        np.full(PRN_END, NO_CHANNEL, np.int8),
    )  # fmt: skip


def _enter_types(plan: TypePlan, header: RinexHeader, letter: str, types: list[str], filled: Collection[str]) -> None:
    """Fill the rows of one system. Of types that mean the same, the first with a value counts."""
    system, ordinals = SYSTEMS.index(letter), dict[str, int]()
    factors = header.scale_factors.get(letter, {})
    plan.fields[system] = min(len(types), FIELDS_MAX)
    for place, name in enumerate(types[:FIELDS_MAX]):
        kind, code = _meaning(header, letter, name, filled)
        if kind != UNUSED and code:
            number = ordinals.setdefault(code, len(ordinals))
            plan.kind[system, place], plan.ordinal[system, place] = kind, number
            plan.divisor[system, place] = max(factors.get(name, factors.get("*", 1)), 1)
            plan.signal[system, number] = CODE_INDEX[code]
    plan.signals[system] = len(ordinals)


def plan_types(header: RinexHeader, filled: Mapping[str, Collection[str]] | None = None) -> TypePlan:
    """Tables for reading the observations under a header.

    `filled`: RINEX 2, the types of codes that a system has values of, by its letter; without, those of the header.
    """
    plan = _empty_plan()
    for letter in SYSTEMS:
        types = header.types.get("" if header.version < 3.0 else letter, [])
        _enter_types(plan, header, letter, types, types if filled is None else filled.get(letter, ()))
    for prn, channel in header.glonass_channels.items():
        if 0 < prn < PRN_END and -7 <= channel <= 13:
            plan.channel[prn] = channel
    return plan

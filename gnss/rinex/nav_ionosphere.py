"""Broadcast ionosphere models of navigation files: from the header, or from the ION records of RINEX 4.

Source: RINEX 2.11, 3.05; the order of the numbers in an ION record is from memory, unverified.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS

Floats = NDArray[np.float64]

KLOBUCHAR: dict[str, tuple[str, str]] = {
    "G": ("GPSA", "GPSB"),
    "C": ("BDSA", "BDSB"),
    "J": ("QZSA", "QZSB"),
    "I": ("IRNA", "IRNB"),
}
"""Names of the two halves of each system's model in a RINEX 3 header."""
GALILEO = "GAL"
_HALF, _NEQUICK_LEAST, _BDGIM = 4, 3, 9

MODEL_NUMBERS: dict[tuple[str, str], int] = {
    **{(letter, "LNAV"): 2 * _HALF for letter in "GJI"},
    **{(letter, "CNVX"): 2 * _HALF for letter in "GJ"},
    **{("C", message): 2 * _HALF for message in ("D1D2", "D1", "D2")},
    ("C", "CNVX"): _BDGIM,
    ("E", "IFNV"): _NEQUICK_LEAST,
}
"""RINEX 4, by system and message: how many numbers the ION record has that is read; others are counted."""


@dataclass(slots=True)
class Ionosphere:
    """Models by system letter.

    `klobuchar` (8,): alpha 0..3 in s and s per half circle and so on, beta 0..3 likewise. `nequick` (3,): Galileo's
    ai0..ai2. `bdgim` (9,): BeiDou's alpha 1..9 in TECU. None = not in the file.
    """

    klobuchar: dict[str, Floats] = field(default_factory=dict)
    nequick: Floats | None = None
    bdgim: Floats | None = None

    def update(self, other: "Ionosphere") -> None:
        """Take over what another file has."""
        self.klobuchar.update(other.klobuchar)
        self.nequick = other.nequick if other.nequick is not None else self.nequick
        self.bdgim = other.bdgim if other.bdgim is not None else self.bdgim


def ionosphere_of_header(corrections: dict[str, tuple[float, ...]]) -> Ionosphere:
    """Models whose numbers are all in the header, by name of the header line."""
    found = Ionosphere()
    for letter, names in KLOBUCHAR.items():
        halves = [corrections.get(name, ()) for name in names]
        if all(len(half) == _HALF for half in halves):
            found.klobuchar[letter] = np.array([*halves[0], *halves[1]])
    nequick = corrections.get(GALILEO, ())
    if len(nequick) >= _NEQUICK_LEAST:
        found.nequick = np.array(nequick[:_NEQUICK_LEAST])
    return found


def ionosphere_of_records(systems: Sequence[int], messages: Sequence[str], values: Floats) -> Ionosphere:
    """Models out of ION records, (n,), (n,) and (n, numbers); the last of each system counts.

    Shape: as said. Unit: as `Ionosphere` says. Error: records that lack a number are passed over.
    """
    found = Ionosphere()
    for system, message, row in zip(systems, messages, values, strict=True):
        letter = SYSTEMS[system]
        wanted = MODEL_NUMBERS[letter, message]
        numbers = row[:wanted].copy()
        if np.isnan(numbers).any():
            continue
        if letter == "E":
            found.nequick = numbers
        elif wanted == _BDGIM:
            found.bdgim = numbers
        else:
            found.klobuchar[letter] = numbers
    return found

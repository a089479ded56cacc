"""What the engine needs to know of each signal: carrier, band, and who may be differenced with whom.

Source: docs/sources.md, gnss_facts §2 and §6.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.batches import SYSTEM_COUNT
from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.orbits.satellites import BEIDOU, GPS, PER_SYSTEM, is_beidou_geo
from gnss.rtcm.signals import CARRIER_HZ, CARRIER_STEP_HZ, CODE_NAMES

CODES: Final = 128
"""Rows for codes in dense tables, a power of two; `CODE_NAMES` has fewer."""

BANDS: Final = 10
"""RINEX band digits 0..9."""

BDS2_PRN_MAX: Final = 18
"""BeiDou satellites up to this number are of the second generation (docs/sources.md, gnss_facts §1)."""

CODELESS: Final = ("P", "W", "N", "D")
"""Attributes of GPS signals whose code is encrypted (from memory, unverified): receivers get at the phase and the range
by way of the carrier's square or the like, and state the strength of that."""


class Carriers(NamedTuple):
    """By (system, code index): `hz`, its `wavelength_m`, and `step_hz` (what a GLONASS channel adds), NaN = no such
    signal; `band` digit; `codeless` 1 = tracked without knowledge of the code.
    """

    hz: NDArray[np.float64]
    wavelength_m: NDArray[np.float64]
    step_hz: NDArray[np.float64]
    band: NDArray[np.uint8]
    codeless: NDArray[np.uint8]


def _carriers() -> Carriers:
    """The table of signals, with room for codes that have no name yet."""
    shape, n = (SYSTEM_COUNT, CODES), len(CODE_NAMES)
    if n > CODES:
        raise ValueError(f"{n} codes do not fit into tables of {CODES} rows")
    hz, step_hz = np.full(shape, np.nan), np.zeros(shape)
    band, codeless = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    hz[:, :n], step_hz[:, :n] = CARRIER_HZ, CARRIER_STEP_HZ
    band[:, 1:n] = [int(name[0]) for name in CODE_NAMES[1:]]
    codeless[GPS, [k for k, name in enumerate(CODE_NAMES) if name[1:] in CODELESS]] = 1
    return Carriers(hz, SPEED_OF_LIGHT_MPS / hz, step_hz, band, codeless)


CARRIERS: Final = _carriers()


@inline_kernel
def satellite_block(satellite: int) -> int:
    """Which satellites of a system have their phases compared: BeiDou's GEOs and generations are kept apart.

    Receivers of different makes differ by half a cycle between them. Shape: scalar, dimensionless. Source:
    docs/sources.md, gnss_facts §6 (from memory there, unverified).
    """
    number = satellite - BEIDOU * PER_SYSTEM
    if not 0 < number < PER_SYSTEM:
        return 0
    if is_beidou_geo(satellite):
        return 2
    return 1 if number <= BDS2_PRN_MAX else 0

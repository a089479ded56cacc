"""Which satellite is meant.

The numberings of NMEA sentences brought to (constellation, number), and the table of a terminal's sky.

Receivers number BeiDou as 1-63, 201-264 or 401-464, under GB, BD, PQ or GN; the rules are in sources, nmea §4. A
satellite in the table is one 64-bit word per signal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.batch import Batch, column
from gnss.batches import SYSTEM_COUNT, SYSTEMS
from gnss.bits import count_ones

SATELLITES_MAX = 96
"""Satellite-signal pairs kept for a terminal; what a receiver reports beyond is left out of the picture."""

_G, _R, _E, _C, _J, _I, _S = range(SYSTEM_COUNT)
UNKNOWN_SYSTEM = 255

SYSTEM_OF_ID = np.array([UNKNOWN_SYSTEM, _G, _R, _E, _C, _J, _I], np.int64)
"""Constellation of an NMEA system id 1..6."""


def _talker(letters: str) -> int:
    return ord(letters[0]) << 8 | ord(letters[1])


TALKERS: dict[str, int] = {"GP": _G, "GL": _R, "GA": _E, "GB": _C, "BD": _C, "GQ": _J, "QZ": _J, "GI": _I}
"""Constellation of each talker that speaks for one only."""

_TALKER_CODES = np.array([_talker(letters) for letters in TALKERS], np.int64)
_TALKER_SYSTEMS = np.array(list(TALKERS.values()), np.int64)

RANGES = np.array(
    [
        # first, last, system, subtracted (SBAS: PRN = id + 87, kept as PRN)
        [201, 264, _C, 200],
        [401, 464, _C, 400],
        [301, 336, _E, 300],
        [193, 199, _J, 192],
        [65, 99, _R, 64],
        [120, 158, _S, 0],
    ],
    np.int64,
)
"""Ids that say by themselves which constellation they belong to."""

_SBAS_FIRST, _SBAS_LAST, _SBAS_OFFSET = 33, 64, 87
_NO_CN0 = 255


@leaf_kernel
def talker_system(talker: int, system_id: float) -> int:
    """Constellation that the talker or the system id of a sentence states; `UNKNOWN_SYSTEM` where neither does."""
    for i in range(len(_TALKER_CODES)):
        if _TALKER_CODES[i] == talker:
            return _TALKER_SYSTEMS[i]
    if 1 <= system_id <= 6 and system_id == np.floor(system_id):
        return SYSTEM_OF_ID[np.int64(system_id)]
    return UNKNOWN_SYSTEM


@leaf_kernel
def resolve_satellite(stated: int, number: int) -> tuple[int, int]:
    """(constellation, number within it) of an id, where `stated` is what talker and system id say."""
    for i in range(len(RANGES)):
        if RANGES[i, 0] <= number <= RANGES[i, 1] and (stated != _C or RANGES[i, 2] == _C):
            return RANGES[i, 2], number - RANGES[i, 3]
    if _SBAS_FIRST <= number <= _SBAS_LAST and stated in (_G, UNKNOWN_SYSTEM):
        return _S, number + _SBAS_OFFSET
    return (_G if stated == UNKNOWN_SYSTEM else stated), number


@inline_kernel
def pack_satellite(
    system: int, prn: int, signal: int, el_deg: float, az_deg: float, cn0_dbhz: float, generation: int, group: int
) -> np.uint64:
    """One satellite and signal as a word: system, prn, signal, C/N0, elevation + 90, a byte each, azimuth two.

    Then a bit of generation
    and, above it, the constellation whose list it came in (QZSS and SBAS may stand among GPS).
    """
    cn0 = np.int64(cn0_dbhz) if cn0_dbhz >= 0 else _NO_CN0
    el = np.int64(el_deg) + 90 if el_deg == el_deg else 255  # noqa: PLR0124 (not NaN)
    az = np.int64(az_deg) if az_deg == az_deg else 0xFFFF  # noqa: PLR0124 (not NaN)
    word = system | prn << 8 | signal << 16 | cn0 << 24 | el << 32 | az << 40 | generation << 56 | group << 57
    return np.uint64(word)


@leaf_kernel
def drop_group(sky: NDArray[np.uint64], n: int, group: int, signal: int) -> int:
    """Remove one list (constellation and signal) from `sky[:n]`, shape (96,) words; returns how many stay."""
    kept = 0
    for i in range(n):
        word = np.int64(sky[i])
        if word >> 57 != group or (word >> 16) & 0xFF != signal:
            sky[kept] = sky[i]
            kept += 1
    return kept


@leaf_kernel
def drop_generation(sky: NDArray[np.uint64], n: int, generation: int) -> int:
    """Remove what is not of this generation from `sky[:n]`, shape (96,) words; returns how many stay."""
    kept = 0
    for i in range(n):
        if np.int64(sky[i] >> np.uint64(56)) & 1 == generation:
            sky[kept] = sky[i]
            kept += 1
    return kept


@leaf_kernel
def summarise_sky(sky: NDArray[np.uint64], n: int, summary: NDArray[np.float64]) -> None:
    """Satellites in view and their mean C/N0 by constellation, of `sky[:n]`, shape (96,) words.

    `summary` (14,): seven counts, then seven means in dB-Hz (NaN = none tracked). A satellite counts once however many
    of its signals are listed; the mean is over the signals tracked. Source: GSV, sources, nmea §2.
    """
    present = 0
    for i in range(n):
        present |= 1 << (int(np.int64(sky[i])) & 0xFF)
    for system in range(SYSTEM_COUNT):
        summary[system] = 0.0
        summary[SYSTEM_COUNT + system] = np.nan
        if (present >> system) & 1 == 0:
            continue
        seen = np.uint64(0)
        seen_high = np.uint64(0)
        total = 0.0
        tracked = 0
        for i in range(n):
            word = np.int64(sky[i])
            if word & 0xFF != system:
                continue
            prn = (word >> 8) & 0x7F
            if prn < 64:
                seen |= np.uint64(1) << np.uint64(prn)
            else:
                seen_high |= np.uint64(1) << np.uint64(prn - 64)
            cn0 = (word >> 24) & 0xFF
            if cn0 != _NO_CN0:
                total += np.float64(cn0)
                tracked += 1
        summary[system] = np.float64(count_ones(seen) + count_ones(seen_high))
        summary[SYSTEM_COUNT + system] = total / tracked if tracked > 0 else np.nan


@dataclass(frozen=True, slots=True)
class SatelliteBatch(Batch):
    """Satellites that one terminal has in view, a row for each signal.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | system | u1 | | | constellation, index into `SYSTEMS` |
    | prn | u1 | | | number within the constellation |
    | signal | u1 | | | NMEA signal id of the constellation; 0 = not told apart |
    | el_deg | f4 | | deg | elevation |
    | az_deg | f4 | | deg | azimuth from true north |
    | cn0_dbhz | f4 | | dB-Hz | C/N0; NaN = not tracked |
    | used | u1 | | | 1 = used in the position |
    """

    system: NDArray[np.uint8] = column("u1")
    prn: NDArray[np.uint8] = column("u1")
    signal: NDArray[np.uint8] = column("u1")
    el_deg: NDArray[np.float32] = column("f4")
    az_deg: NDArray[np.float32] = column("f4")
    cn0_dbhz: NDArray[np.float32] = column("f4")
    used: NDArray[np.uint8] = column("u1")

    def sv_names(self) -> list[str]:
        """RINEX names (`C21`); SBAS PRN 120 is S20."""
        return [
            f"{SYSTEMS[s]}{p - 100 if SYSTEMS[s] == 'S' else p:02d}" for s, p in zip(self.system, self.prn, strict=True)
        ]


def unpack_satellites(sky: NDArray[np.uint64], used: NDArray[np.uint64]) -> SatelliteBatch:
    """The words of one terminal's sky as columns; `used` (7, 2) has a bit for each satellite used."""
    word = sky.astype(np.int64)
    system, prn = word & 0xFF, word >> 8 & 0xFF
    cn0, el, az = word >> 24 & 0xFF, word >> 32 & 0xFF, word >> 40 & 0xFFFF
    bits = used[system, prn // 64 % 2] >> (prn % 64).astype(np.uint64) & np.uint64(1)
    return SatelliteBatch.missing(
        len(sky),
        system=system,
        prn=prn,
        signal=word >> 16 & 0xFF,
        el_deg=np.where(el == 255, np.nan, el - 90),
        az_deg=np.where(az == 0xFFFF, np.nan, az),
        cn0_dbhz=np.where(cn0 == _NO_CN0, np.nan, cn0),
        used=bits,
    )

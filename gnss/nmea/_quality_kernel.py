"""What each sentence says of the quality of its position, as NMEA GGA field 6."""

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss._simd import load_u8
from gnss.nmea.catalogue import KIND
from gnss.nmea.fields import TEXT_SPAN
from gnss.nmea.merge import MODE_ORDER, QUALITY_OF_KSXT, QUALITY_OF_MODE, cell_of
from gnss.nmea.sentences.unicore import FIX_QUALITY_OF_TYPE, SOLUTION_STATUS

_GGA, _RMC, _GNS, _GLL, _KSXT, _BESTNAVA = (KIND[name] for name in ("GGA", "RMC", "GNS", "GLL", "KSXT", "BESTNAVA"))
_RMC_STATUS, _RMC_MODE = cell_of("RMC", "rmc_status"), cell_of("RMC", "mode")
_GLL_STATUS, _GLL_MODE = cell_of("GLL", "gll_status"), cell_of("GLL", "mode")
_GGA_QUALITY, _GGA_SATS, _GGA_HDOP = cell_of("GGA", "fix_quality"), cell_of("GGA", "sats_used"), cell_of("GGA", "hdop")
_GNS_MODES = cell_of("GNS", "modes")
_KSXT_STATUS, _NAV_TYPE = cell_of("KSXT", "position_status"), cell_of("BESTNAVA", "position_type")
_NAV_SOLUTION, _SOL_COMPUTED = cell_of("BESTNAVA", "solution_status"), SOLUTION_STATUS.index("SOL_COMPUTED")
_V, _VALID_LETTER = ord("V"), ord("A")
_QUALITY_OF_TYPE = np.array(FIX_QUALITY_OF_TYPE, np.int64)

HDOP_MEANINGLESS = 99.0
"""From this HDOP on, a quality with no satellite behind it is not believed (sources: nmea §2)."""


@inline_kernel
def _modes_quality(buffer: NDArray[np.uint8], span: float) -> int:
    """Best quality among the mode letters of a GNS; -1 for none."""
    best = -1
    if span >= 0:
        packed = int(span)
        start = packed // TEXT_SPAN
        for i in range(start, start + packed % TEXT_SPAN):
            c = load_u8(buffer, i)
            quality = QUALITY_OF_MODE[c] if c < 128 else -1
            if quality >= 0 and (best < 0 or MODE_ORDER[quality] > MODE_ORDER[best]):
                best = quality
    return best


@inline_kernel
def _letter_quality(letter: float) -> int:
    return QUALITY_OF_MODE[int(letter)] if 0 <= letter < 128 else -1


@inline_kernel
def stated_quality(buffer: NDArray[np.uint8], cells: NDArray[np.float64], c: int, kind: int) -> int:
    """NMEA quality that the sentence states; -1 where it states none."""
    if kind == _GGA:
        quality = int(cells[c + _GGA_QUALITY]) if cells[c + _GGA_QUALITY] >= 0 else -1
        hollow = cells[c + _GGA_SATS] == 0 and cells[c + _GGA_HDOP] >= HDOP_MEANINGLESS
        return 0 if hollow and 1 <= quality <= 5 else quality
    if kind == _RMC:
        if cells[c + _RMC_STATUS] == _V:
            return 0
        mode = _letter_quality(cells[c + _RMC_MODE])
        return mode if mode >= 0 else (1 if cells[c + _RMC_STATUS] >= 0 else -1)
    if kind == _GLL:
        if cells[c + _GLL_STATUS] == _V:
            return 0
        mode = _letter_quality(cells[c + _GLL_MODE])
        return mode if mode >= 0 else (1 if cells[c + _GLL_STATUS] == _VALID_LETTER else -1)
    if kind == _GNS:
        return _modes_quality(buffer, cells[c + _GNS_MODES])
    if kind == _KSXT:
        return QUALITY_OF_KSXT[int(cells[c + _KSXT_STATUS])] if cells[c + _KSXT_STATUS] >= 0 else -1
    if kind == _BESTNAVA:
        if cells[c + _NAV_SOLUTION] != _SOL_COMPUTED:
            return 0
        return _QUALITY_OF_TYPE[int(cells[c + _NAV_TYPE])] if cells[c + _NAV_TYPE] >= 0 else -1
    return 1

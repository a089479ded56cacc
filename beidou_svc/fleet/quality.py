"""Which of two positions is the better one, by what they say of their quality and who says it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel
from gnss.batches import Source

CLASS: Final[NDArray[np.uint8]] = np.zeros(256, np.uint8)
"""How good a fix quality is (GGA): fixed, float, PPS, DGNSS, single, all others, none."""
for _quality, _class in {4: 6, 5: 5, 3: 4, 2: 3, 1: 2, 6: 1, 7: 1, 8: 1}.items():
    CLASS[_quality] = _class

STATED: Final = 7
"""Fix quality of a place that was not measured but stated, as that of a base station."""

_CLASS_STATED: Final = 7
_CLASS_FLOAT: Final = 5
_ENGINE: Final = int(Source.ENGINE)


@inline_kernel
def row_rank(fix_quality: int, source: int) -> int:
    """The greater the better.

    Computed here and of equal class, fixed and float go first, because their quality is known; the others go last,
    because a receiver knows more of its own motion. A place that is stated to us is better than any that is measured.
    """
    if source != _ENGINE:
        return 2 * int(CLASS[fix_quality])
    if fix_quality == STATED:
        return 2 * _CLASS_STATED
    quality_class = int(CLASS[fix_quality])
    return 2 * quality_class + (1 if quality_class >= _CLASS_FLOAT else -1)

"""Terminals whose clock was set back: on the roads they begin anew, for time does."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch, Source
from gnss.time.era import Eras

SOURCES = 2
"""What a receiver says and what is computed here are of different clocks."""


class Part(NamedTuple):
    """Rows that go on together, and the slots that begin anew before them."""

    begun: NDArray[np.int32]
    fixes: FixBatch


class Clocks:
    """The era that the clocks of each terminal are in."""

    def __init__(self) -> None:
        self._eras = Eras(0)

    def parts(self, fixes: FixBatch) -> Iterator[Part]:
        """Rows in as many parts as eras begin in them, mostly one; what is of an earlier era is left out."""
        begun = np.empty(0, np.int32)
        self._eras.grow(SOURCES * (int(fixes.slot.max(initial=-1)) + 1))
        while True:
            clock = SOURCES * fixes.slot + (fixes.source == Source.ENGINE)
            later = self._eras.ahead(clock, fixes.clock_era)
            yield Part(begun, fixes if not later.any() else fixes.take(later == 0))
            fixes, clock, later = fixes.take(later > 0), clock[later > 0], later[later > 0]
            if not len(fixes):
                return
            first = np.unique(clock, return_index=True)[1]
            self._eras.enter(clock[first], fixes.clock_era[first])
            begun = np.unique(fixes.slot[first])

"""When the antenna was where it was: the receiver's tag less what its own clock was ahead.

Receivers whose clocks run free tag their epochs milliseconds off, in which a car goes centimetres. Whoever compares
positions by time, with a reference or with another program's, needs the instant.
"""

from typing import Final

import numpy as np

from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_S
from gnss.position.details import SppClockBatch

STEP_NS: Final = 10_000
"""Instants are written to 10 µs: what codes know of a clock, and less than a millimetre of any road."""


def at_instants(fixes: FixBatch, clocks: SppClockBatch) -> FixBatch:
    """The same fixes under their instants in GPST; one whose clock is not known keeps its tag."""
    known = np.isfinite(clocks.clock_s)
    first = np.argmax(known, axis=1)  # the constellations' own times differ by nanoseconds
    ahead_s = np.where(known.any(axis=1), clocks.clock_s[np.arange(len(first)), first], 0.0)
    ahead_ns = np.rint(ahead_s * (NS_PER_S / STEP_NS)).astype(np.int64) * STEP_NS
    return fixes.replace(t_gpst_ns=np.where(fixes.t_gpst_ns == NO_TIME, NO_TIME, fixes.t_gpst_ns - ahead_ns))

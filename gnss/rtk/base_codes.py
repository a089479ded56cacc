"""Codes of base stations, steadied by their own phases, once an epoch for all rovers.

A base stands for hours, and its raw code of one epoch would go into every rover's differences: half of their noise, and
a part of their reflections, that need not be there. What is kept of each base is a value: it can be copied, saved and
compared. A base that moves is steadied too: code less phase knows nothing of motion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME
from gnss.columns import frozen_column
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch, ObservationSink
from gnss.rtk._smooth_kernel import SIGNALS_MAX, Means, steady_epochs
from gnss.rtk._work import record_type
from gnss.rtk.signals import CARRIERS

MEANS_TYPE = record_type(Means, (SIGNALS_MAX,), {"count": (1,)})


class BaseCodes(NamedTuple):
    """One row per observation of bases: `correction_m` from the code as sent to the steady one, and the `share` of a
    code's variance that is left in that, 1 where there is no mean yet.
    """

    correction_m: NDArray[np.float64]
    share: NDArray[np.float64]

    @classmethod
    def as_sent(cls, n: int) -> Self:
        """Codes of `n` observations as they are."""
        return cls(np.zeros(n), np.ones(n))

    @classmethod
    def concat(cls, parts: Sequence["BaseCodes"]) -> Self:
        """Several after each other."""
        none = np.empty(0)
        return cls(*(np.concatenate([none, *(getattr(part, name) for part in parts)]) for name in cls._fields))


@dataclass(slots=True)
class CodeMeans:
    """Means of code less phase, one record a base, about 18 kB. States that went through the same steps are equal."""

    memory: NDArray[np.void]

    @classmethod
    def for_bases(cls, n: int) -> Self:
        """Nothing known of `n` bases."""
        memory: Any = np.zeros(n, MEANS_TYPE)
        memory["seen_ns"] = NO_TIME
        return cls(memory)

    def __len__(self) -> int:
        return len(self.memory)

    def copy(self) -> Self:
        """An independent copy."""
        return type(self)(self.memory.copy())

    def forget(self, rows: NDArray[np.integer]) -> None:
        """Begin anew with some bases (n,): their clocks were set back."""
        self.memory[rows] = type(self).for_bases(1).memory[0]

    def to_bytes(self) -> bytes:
        """All of it, to be stored."""
        return self.memory.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` gave; raises ValueError where it is of another version."""
        if len(data) % MEANS_TYPE.itemsize:
            raise ValueError("these are not the bytes of a whole number of bases: the state is of another version")
        return cls(np.frombuffer(data, MEANS_TYPE).copy())

    def equals(self, other: Self) -> bool:
        """Whether both remember the same, bit for bit."""
        return self.to_bytes() == other.to_bytes()


def steady_codes(
    state: CodeMeans, epochs: EpochBatch, observations: ObservationBatch, base: NDArray[np.int32]
) -> tuple[CodeMeans, BaseCodes]:
    """Fold epochs of bases into their means, in the order given; `state` is brought up to date in place and returned.

    `base` (n,) is the number of the base that each epoch is of.

    Shape: a row an observation. Unit: m. Error: what is left of noise and reflections is `share` of their variance;
    rows of no epoch, of epochs out of order, and without a phase are as sent. Source: Hatch's filter (from memory).
    """
    if len(base) and int(base.max()) >= len(state):
        raise ValueError(f"an epoch of base {int(base.max())}, known are {len(state)}")
    codes = BaseCodes.as_sent(len(observations))
    sink = ObservationSink(*(frozen_column(getattr(observations, name)) for name in ObservationSink._fields))
    steady_epochs(
        sink, frozen_column(base, np.int32), frozen_column(epochs.first), frozen_column(epochs.rows),
        frozen_column(epochs.t_gpst_ns), CARRIERS, state.memory, *codes,
    )  # fmt: skip
    return state, codes

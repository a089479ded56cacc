"""Notices a terminal that sends GCJ-02 while it is tagged as true: with the shift undone it keeps to the roads.

Per terminal, in event time, three hypotheses are weighed: its positions are *true* as tagged (on roads as they are),
*shifted* (on roads once GCJ-02 is undone), or *off* the mapped roads (on them by chance only, both ways). A sample is
taken each `step_m` of way, so that a parked terminal says nothing; a hit is a road within `near_m` and two sigma. On a
road the chance of a hit is `p_road`; anywhere it is p = 1 - exp(-2 reach k d), what roads scattered with a density d
cover, k = `crowding` being a margin for roads that crowd. Samples along one straight are not independent: an unmapped
road may, with a chance of `p_parallel`, run along one just where its shift falls, and then hits all the way with the
chance p. One straight therefore adds log(1 / (p_parallel p)) at most, 4.5 in a town; a new one begins when the way has
turned by `turn_rad`; misses count in full. The evidence is kept above -floor (CUSUM). The flag rises when *shifted* is
likelier than both others by exp(decide), after three straights in a town, and falls by the same evidence for *true*.
Under the others it rises falsely once in exp(decide + floor) = 5e8 straights at most (Lorden), if straights are
independent: a fleet of ten thousand in which each is off the roads for half an hour a day, one straight a minute,
would see one false flag in 4 years. Simulated: tests/unit/datums/test_gcj02_detector.py and docs/frames.md.
Source: Wald's sequential test and Lorden's bound; the model is ours.
"""

from dataclasses import dataclass, fields
from math import nan, radians
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME
from mapping.datums._detector_kernel import Arrays, Numbers, Rows, step_rows

Floats = NDArray[np.float64]
Pairs = list[tuple[NDArray[Any], NDArray[Any]]]


@dataclass(frozen=True, slots=True)
class DetectorRules:
    """What is taken for likely. Lengths in m; `decide` and `floor` are logs of odds."""

    near_m: float = 10.0
    sigma_m_max: float = 15.0
    p_road: float = 0.9
    crowding: float = 1.5
    p_random_min: float = 0.02
    p_random_max: float = 0.75
    step_m: float = 40.0
    p_parallel: float = 0.05
    turn_rad: float = radians(25.0)
    decide: float = 12.0
    floor: float = 8.0

    def __post_init__(self) -> None:
        values = [getattr(self, each.name) for each in fields(self)]
        if not (np.isfinite(values).all() and min(values) > 0):
            raise ValueError(f"every rule is a positive number: {self}")
        if not self.p_random_min < self.p_random_max < self.p_road < 1:
            raise ValueError("p_random_min < p_random_max < p_road < 1 must hold")


@dataclass(frozen=True, slots=True)
class RoadOffsetBatch(Batch):
    """One row a position: how far the nearest road is from it as it is tagged, and from where it is with GCJ-02 undone.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | t_gpst_ns | i8 | | ns | time of the position, GPST |
    | lat_rad | f8 | | rad | latitude as tagged |
    | lon_rad | f8 | | rad | longitude as tagged |
    | sigma_m | f8 | | m | standard deviation across a road; rows without are not used |
    | tagged_m | f8 | | m | nearest road from the position as tagged; NaN = none near |
    | undone_m | f8 | | m | nearest road from the position with GCJ-02 undone; NaN = none near |
    | road_density | f8 | | | length of roads over area there, in m per m² |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    lat_rad: Floats = column("f8")
    lon_rad: Floats = column("f8")
    sigma_m: Floats = column("f8")
    tagged_m: Floats = column("f8")
    undone_m: Floats = column("f8")
    road_density: Floats = column("f8")


@dataclass(frozen=True, slots=True)
class ShiftFlagBatch(Batch):
    """One row a change of mind about a terminal.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | t_gpst_ns | i8 | | ns | time of the position that decided |
    | is_shifted | u1 | | | 1 = it sends GCJ-02, 0 = it no longer does |
    | evidence | f8 | | | log of how much likelier it is than the likeliest other |
    """

    slot: NDArray[np.int32] = column("i4")
    t_gpst_ns: NDArray[np.int64] = column("i8", missing=NO_TIME)
    is_shifted: NDArray[np.uint8] = column("u1")
    evidence: Floats = column("f8")


@dataclass(frozen=True, slots=True, eq=False)
class DetectorState:
    """What is known by slot. A value: `step` leaves the one it is given as it is."""

    arrays: Arrays

    @classmethod
    def new(cls, slots: int) -> Self:
        """A state that knows nothing of so many terminals."""
        n = slots
        return cls(
            Arrays(
                np.full(n, NO_TIME),
                np.full(n, nan),
                np.full(n, nan),
                np.zeros((n, 4)),
                np.full(n, nan),
                np.zeros((n, 4)),
                np.zeros(n, np.uint8),
            )
        )

    @property
    def slots(self) -> int:
        """Terminals there is room for."""
        return int(self.arrays.t_gpst_ns.size)

    @property
    def is_shifted(self) -> NDArray[np.uint8]:
        """Flag by slot: 1 = sends GCJ-02."""
        return self.arrays.is_shifted

    def copy(self) -> Self:
        """The same in arrays of its own."""
        return type(self)(Arrays._make(array.copy() for array in self.arrays))

    def grow(self, slots: int) -> Self:
        """The same with room for more terminals."""
        more = DetectorState.new(max(slots - self.slots, 0)).arrays
        pairs: Pairs = list(zip(self.arrays, more, strict=True))
        return type(self)(Arrays._make(np.concatenate(pair) for pair in pairs))

    def equals(self, other: Self) -> bool:
        """Whether both know the same, bit for bit."""
        pairs: Pairs = list(zip(self.arrays, other.arrays, strict=True))
        return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)


DEFAULT_RULES = DetectorRules()


def step(
    state: DetectorState, batch: RoadOffsetBatch, rules: DetectorRules = DEFAULT_RULES
) -> tuple[DetectorState, ShiftFlagBatch]:
    """The state after these rows, and the changes of mind in order of time.

    Shape: any number of rows a terminal, in any order; those not newer than the last one counted of their terminal are
    left out. Unit: as the batch. Frame: positions as tagged. Error: see above; rows without position, sigma or density
    are left out. The state must have room for all slots (`grow`). Source: Wald's sequential test.
    """
    if len(batch) and not 0 <= int(batch.slot.min()) <= int(batch.slot.max()) < state.slots:
        raise ValueError(f"slots {batch.slot.min()} to {batch.slot.max()} do not fit a state of {state.slots}")
    after = state.copy()
    rows = batch.take(np.lexsort((batch.slot, batch.t_gpst_ns)))
    evidence, flag = np.empty(len(rows)), np.zeros(len(rows), np.uint8)
    numbers = Numbers(*(float(getattr(rules, name)) for name in Numbers._fields))
    step_rows(after.arrays, Rows(*(getattr(rows, name) for name in Rows._fields)), numbers, evidence, flag)
    which = np.flatnonzero(~np.isnan(evidence))
    flags = ShiftFlagBatch.of(
        slot=rows.slot[which], t_gpst_ns=rows.t_gpst_ns[which], is_shifted=flag[which], evidence=evidence[which]
    )
    return after, flags

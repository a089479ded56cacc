"""The RTK engine: epochs of rovers and of base stations in, positions of known quality out.

    state, solved = step(state, rovers, bases, base_of, orbits, settings)

Each rover epoch is paired with the base epoch that `base_of` names (`latest_base`, or a choice of one's own). Results
depend on the order of each terminal's epochs alone: not on how they are cut into calls, nor on other terminals.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.batches import NO_TIME, FixBatch
from gnss.columns import frozen_column
from gnss.constants import NS_PER_S
from gnss.orbits.book import OrbitBook
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch, ObservationSink
from gnss.rtk._epoch_kernel import solve_jobs
from gnss.rtk._jobs import Bases, Jobs, Results, Tables
from gnss.rtk._memory import Memory, new_memory
from gnss.rtk._work import Work, new_work
from gnss.rtk.base_codes import BaseCodes
from gnss.rtk.report import fixes_of
from gnss.rtk.settings import RtkSettings, rules_of
from gnss.rtk.signals import CARRIERS
from gnss.rtk.state import RtkState

NO_BASE_EPOCH = -1
"""`base_of` a rover epoch that has none."""

TAG_TOLERANCE_NS = 20_000_000
"""A base epoch may be this much later than the rover's and still count as the same instant."""

TABLE_REACH_NS = 500_000_000
"""An orbit table serves epochs this near to its instant (`REACH_S_MAX`, less a signal's travel)."""

TABLES_MAX = 300
"""Seconds whose orbit tables are in memory at a time: five minutes of epochs of one terminal."""


class Why(IntEnum):
    """Why an epoch has no position."""

    SOLVED = 0
    STALE = 1
    NO_PAIRS = 2
    WEAK = 3
    NO_BASE = 4


@dataclass(frozen=True, slots=True)
class Received:
    """Epochs of any number of receivers and their observations, as `assemble_epochs` or a RINEX file gives them."""

    epochs: EpochBatch
    observations: ObservationBatch


@dataclass(frozen=True, slots=True)
class BaseReceived:
    """Epochs of base stations: `ecef_m` (n, 3) where the antenna of each stands, `station` (n,) number of each.

    `codes` are those of `steady_codes`, or as sent.
    """

    epochs: EpochBatch
    observations: ObservationBatch
    ecef_m: NDArray[np.float64]
    station: NDArray[np.int32]
    codes: BaseCodes


@dataclass(frozen=True, slots=True)
class SolvedBatch(Batch):
    """One row per rover epoch beside its fix: how it was found.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | why | u1 | | | a `Why`: why there is no position |
    | noise | f8 | | | misfit of the fixed phases over their number, 1 = as expected |
    | slips | i4 | | | ambiguities that began anew |
    | held | i4 | | | phases held to integers |
    | baseline_enu_m | f8 | 3 | m | rover less base, in the base's horizon |
    """

    why: NDArray[np.uint8] = column("u1")
    noise: NDArray[np.float64] = column("f8")
    slips: NDArray[np.int32] = column("i4")
    held: NDArray[np.int32] = column("i4")
    baseline_enu_m: NDArray[np.float64] = column("f8", 3)


@dataclass(slots=True)
class RtkWorkspace:
    """Memory that is used again from call to call; one for each thread."""

    work: Work = field(default_factory=new_work)
    spare: Memory = field(default_factory=lambda: new_memory(1))


def latest_base(
    rover: EpochBatch, base: EpochBatch, age_corr_s_max: float, base_slot: NDArray[np.int32] | None = None
) -> NDArray[np.int64]:
    """The base epoch to use for each rover epoch: the latest that is not later, `NO_BASE_EPOCH` where none is fresh.

    `base_slot` (n,) names the base of each rover epoch; without it there is one base. Base epochs are in order of time.

    Shape: (n,). Unit: s. Error: none. Source: none.
    """
    chosen = np.full(len(rover), NO_BASE_EPOCH, np.int64)
    slots = np.zeros(len(rover), np.int32) if base_slot is None else base_slot
    for slot in np.unique(slots):
        rows = np.flatnonzero(slots == slot)
        of_base = np.arange(len(base)) if base_slot is None else np.flatnonzero(base.slot == slot)
        if not len(of_base):
            continue
        place = np.searchsorted(base.t_gpst_ns[of_base], rover.t_gpst_ns[rows] + TAG_TOLERANCE_NS, side="right") - 1
        found = of_base[np.maximum(place, 0)]
        age_ns = rover.t_gpst_ns[rows] - base.t_gpst_ns[found]
        fresh = (place >= 0) & (age_ns <= age_corr_s_max * NS_PER_S)
        chosen[rows] = np.where(fresh, found, NO_BASE_EPOCH)
    return chosen


def _stacked(orbits: OrbitBook, instants: NDArray[np.int64]) -> Tables:
    """Tables of `instants` (n, 2): when, and by the ephemeris in force when."""
    tables = [orbits.table(t, in_force) for t, in_force in instants.tolist()]
    columns = {name: np.stack([getattr(t, name) for t in tables]) for name in Tables._fields if name != "t_gpst_ns"}
    columns["t_gpst_ns"] = instants[:, 0]
    return Tables(*(frozen_column(columns[name]) for name in Tables._fields))


def _sink(observations: ObservationBatch) -> ObservationSink:
    return ObservationSink(*(frozen_column(getattr(observations, name)) for name in ObservationSink._fields))


def _jobs(rover: EpochBatch, base_of: NDArray[np.int64], portion: "_Portion") -> Jobs:
    rows = portion.rows
    return Jobs(
        frozen_column(rover.slot[rows]), frozen_column(rover.first[rows]), frozen_column(rover.rows[rows]),
        frozen_column(rover.t_gpst_ns[rows]), frozen_column(base_of[rows], np.int32),
        frozen_column(portion.table, np.int32), frozen_column(portion.base_table, np.int32),
    )  # fmt: skip


def _base_columns(bases: BaseReceived) -> Bases:
    e = bases.epochs
    return Bases(
        frozen_column(e.first), frozen_column(e.rows), frozen_column(e.t_gpst_ns),
        frozen_column(bases.ecef_m, np.float64), frozen_column(bases.station, np.int32),
        frozen_column(bases.codes.correction_m), frozen_column(bases.codes.share),
    )  # fmt: skip


def step(
    state: RtkState,
    rovers: Received,
    bases: BaseReceived,
    base_of: NDArray[np.int64],
    orbits: OrbitBook,
    settings: RtkSettings | None = None,
    workspace: RtkWorkspace | None = None,
) -> tuple[RtkState, FixBatch, SolvedBatch]:
    """Solve every rover epoch against its base epoch; `state` is brought up to date in place and returned.

    `base_of` (n,) is the row of the base epoch for each rover epoch, `NO_BASE_EPOCH` where there is none. Epochs that
    get no position have status NO_POSITION; what is left over for them is single point positioning.

    Shape: a row a rover epoch, in their order. Unit: as the tables of the batches say. Frame: that of the base
    positions. Error: fixed positions a centimetre, float ones decimetres, stated by each row's covariance. Source:
    docs/sources.md, gnss_facts §11.
    """
    settings = settings or RtkSettings()
    if len(rovers.epochs) and int(rovers.epochs.slot.max()) >= len(state):
        raise ValueError(f"epochs of terminal {int(rovers.epochs.slot.max())}, known are {len(state)}")
    w, rules = workspace or RtkWorkspace(), rules_of(settings)
    results = Results.for_rows(len(rovers.epochs))
    base_of = _fresh(rovers.epochs, bases.epochs, base_of, settings.age_corr_s_max)
    results.why[base_of < 0] = Why.NO_BASE
    columns, base_columns = (_sink(rovers.observations), _sink(bases.observations)), _base_columns(bases)
    for portion in _portions(rovers.epochs, bases.epochs, base_of):
        part = Results.for_rows(len(portion.rows))
        jobs, tables = _jobs(rovers.epochs, base_of, portion), _stacked(orbits, portion.instants)
        solve_jobs(*columns, jobs, base_columns, tables, rules, CARRIERS, state.memory, w.spare, w.work, part)
        for name, piece in part._asdict().items():
            getattr(results, name)[portion.rows] = piece
    fixes, baseline_enu_m = fixes_of(rovers, results, bases, base_of, settings)
    why = np.where((results.quality > 0) & (fixes.fix_quality == 0), Why.WEAK, results.why)
    solved = SolvedBatch.missing(
        len(fixes), why=why, noise=results.noise, slips=results.slips, held=results.held,
        baseline_enu_m=baseline_enu_m,
    )  # fmt: skip
    return state, fixes, solved


class _Portion(NamedTuple):
    """Rover epochs to be solved in one go, in this order, and the orbit tables (`_stacked`) of either side."""

    rows: NDArray[np.int64]
    instants: NDArray[np.int64]
    table: NDArray[np.int64]
    base_table: NDArray[np.int64]


def _fresh(rover: EpochBatch, base: EpochBatch, base_of: NDArray[np.int64], age_corr_s_max: float) -> NDArray[np.int64]:
    """`base_of` without base epochs that are too old, or later than the rover's."""
    chosen = np.flatnonzero(base_of >= 0)
    age_ns = rover.t_gpst_ns[chosen] - base.t_gpst_ns[base_of[chosen]]
    usable = (age_ns <= age_corr_s_max * NS_PER_S) & (age_ns >= -TAG_TOLERANCE_NS)
    fresh = np.full(len(base_of), NO_BASE_EPOCH, np.int64)
    fresh[chosen[usable]] = base_of[chosen[usable]]
    return fresh


def _portions(rover: EpochBatch, base: EpochBatch, base_of: NDArray[np.int64]) -> list[_Portion]:
    """Rover epochs that have a base, by time, so that each terminal's come in order; then by base, whose side is then
    computed once for all. A base epoch out of reach of the rover's table has one of its own.
    """
    usable = np.flatnonzero(base_of >= 0)
    second = _second(rover.t_gpst_ns[usable])
    order = np.lexsort((rover.slot[usable], rover.t_gpst_ns[usable], base_of[usable], second))
    rows, second = usable[order], second[order]
    base_t = base.t_gpst_ns[base_of[rows]]
    near = np.abs(base_t - second) <= TABLE_REACH_NS
    base_second = np.where(near, second, _second(base_t))
    portions = []
    edges = np.flatnonzero(np.diff(second, prepend=NO_TIME))
    for first, last in pairwise([*edges[::TABLES_MAX].tolist(), len(rows)]):
        part = slice(first, last)
        wanted = np.concatenate([second[part], base_second[part]])
        keys = np.stack([wanted, np.tile(second[part], 2)], axis=1)
        instants, which = np.unique(keys, axis=0, return_inverse=True)
        n = last - first
        portions.append(_Portion(rows[part], instants, which.ravel()[:n], which.ravel()[n:]))
    return portions


def _second(t_gpst_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nearest whole second."""
    return (t_gpst_ns + NS_PER_S // 2) // NS_PER_S * NS_PER_S

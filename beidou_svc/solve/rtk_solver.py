"""A session through the RTK engine, a portion of epochs at a time; single-point positions where the engine has none."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.solve.instants import at_instants
from beidou_svc.solve.output import Advance
from beidou_svc.solve.recording import Recording
from beidou_svc.solve.session import Session
from gnss.batches import NO_BASE, FixBatch
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.position.options import SppRules
from gnss.position.spp import solve_spp
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.epochs import EpochBatch
from gnss.rtk.base_codes import CodeMeans, steady_codes
from gnss.rtk.engine import BaseReceived, Received, RtkWorkspace, SolvedBatch, latest_base, step
from gnss.rtk.settings import RtkSettings
from gnss.rtk.state import RtkState

EPOCHS_AT_ONCE = 600
"""Epochs solved between two looks at the progress bar."""


class RtkResult(NamedTuple):
    """A row of each per rover epoch, in order of time; `single` by the rover's own codes."""

    fixes: FixBatch
    solved: SolvedBatch
    single: FixBatch


def _moving_base(base: Recording, epochs: EpochBatch, session: Session, rules: SppRules) -> NDArray[np.float64]:
    """Where a base that moves was at each of its epochs: its own single-point positions, NaN where it has none."""
    f = solve_spp(epochs, base.observations, session.book, rules).fixes
    return geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m)


def base_received(session: Session, rules: SppRules) -> BaseReceived:
    """The base's epochs, and where its antenna was at each. An epoch without a place is left out."""
    base = session.base
    assert base is not None
    epochs = base.epochs
    if session.base_place is not None:
        ecef_m = session.base_place.at(epochs)
    else:
        ecef_m = _moving_base(base, epochs, session, rules)
    known: NDArray[np.bool_] = np.all(np.isfinite(ecef_m), axis=1)
    epochs = epochs.take(known)
    station = np.where(epochs.station == NO_STATION, NO_BASE, epochs.station).astype(np.int32)
    _, codes = steady_codes(CodeMeans.for_bases(1), epochs, base.observations, np.zeros(len(epochs), np.int32))
    return BaseReceived(epochs, base.observations, ecef_m[known], station, codes)


def _filled(fixes: FixBatch, spp: FixBatch) -> FixBatch:
    """Single-point positions for the rows that have none."""
    rows = np.flatnonzero(fixes.fix_quality == 0)
    columns = {name: column.copy() for name, column in fixes.columns().items()}
    for name, column in spp.columns().items():
        columns[name][rows] = column[rows]
    return FixBatch.of(**columns)


def solve_rtk(session: Session, settings: RtkSettings, spp_rules: SppRules, advance: Advance) -> RtkResult:
    """Fixes of the rover's epochs against the base's."""
    state, workspace = RtkState.for_slots(1), RtkWorkspace()
    bases = base_received(session, spp_rules)
    observations, epochs = session.rover.observations, session.rover.epochs
    fixes, solved, singles = [], [], []
    for start in range(0, len(epochs), EPOCHS_AT_ONCE):
        part = epochs.take(slice(start, start + EPOCHS_AT_ONCE))
        base_of = latest_base(part, bases.epochs, settings.age_corr_s_max)
        state, found, how = step(state, Received(part, observations), bases, base_of, session.book, settings, workspace)
        single = solve_spp(part, observations, session.book, spp_rules)
        fixes.append(at_instants(_filled(found, single.fixes), single.clocks))
        solved.append(how)
        singles.append(single.fixes)
        advance(len(part))
    return RtkResult(FixBatch.concat(fixes), SolvedBatch.concat(solved), FixBatch.concat(singles))

"""A session through the RTK engine, a portion of epochs at a time; single-point positions where the engine has none."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.solve.instants import at_instants
from beidou_svc.solve.output import Advance
from beidou_svc.solve.session import Session
from gnss.batches import NO_BASE, FixBatch
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.position.options import SppRules
from gnss.position.spp import solve_spp
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.epochs import EpochBatch
from gnss.rtk.base_codes import CodeMeans, steady_codes
from gnss.rtk.engine import NO_BASE_EPOCH, BaseReceived, Received, RtkWorkspace, SolvedBatch, latest_base, step
from gnss.rtk.settings import RtkSettings
from gnss.rtk.state import RtkState

EPOCHS_AT_ONCE = 600
"""Epochs solved between two looks at the progress bar."""


class RtkResult(NamedTuple):
    """A row of each per rover epoch, in order of time; `single` by the rover's own codes.

    The uncertainty of `fixes` is that against the base; `at_large` has that of a base that moves in it.
    """

    fixes: FixBatch
    solved: SolvedBatch
    single: FixBatch
    at_large: FixBatch


def _base_fixes(session: Session, epochs: EpochBatch, rules: SppRules) -> FixBatch:
    """Single-point positions of a base that moves."""
    assert session.base is not None
    return solve_spp(epochs, session.base.observations, session.book, rules).fixes


def base_received(session: Session, rules: SppRules) -> BaseReceived:
    """The base's epochs, and where its antenna was at each. An epoch without a place is left out."""
    base = session.base
    assert base is not None
    epochs = base.epochs
    if session.base_place is not None:
        ecef_m = session.base_place.at(epochs)
    else:
        f = _base_fixes(session, epochs, rules)
        ecef_m = geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m)
    known: NDArray[np.bool_] = np.all(np.isfinite(ecef_m), axis=1)
    epochs = epochs.take(known)
    station = np.where(epochs.station == NO_STATION, NO_BASE, epochs.station).astype(np.int32)
    _, codes = steady_codes(CodeMeans.for_bases(1), epochs, base.observations, np.zeros(len(epochs), np.int32))
    return BaseReceived(epochs, base.observations, ecef_m[known], station, codes)


def _at_large(fixes: FixBatch, base: FixBatch, base_of: NDArray[np.int64]) -> FixBatch:
    """Rows relative to a base with the covariance of the base's own position added."""
    rows = np.flatnonzero((base_of != NO_BASE_EPOCH) & np.isfinite(fixes.baseline_m))
    mine = base.take(base_of[rows])
    columns = {}
    for name in ("sigma_e_m", "sigma_n_m", "sigma_u_m"):
        columns[name] = getattr(fixes, name).copy()
        columns[name][rows] = np.hypot(columns[name][rows], getattr(mine, name))
    for name in ("cov_ne_m2", "cov_nu_m2", "cov_eu_m2"):
        columns[name] = getattr(fixes, name).copy()
        columns[name][rows] += getattr(mine, name)
    return fixes.replace(**columns)


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
    bases, moves = base_received(session, spp_rules), session.base_place is None
    base_fixes = _base_fixes(session, bases.epochs, spp_rules) if moves else FixBatch.empty()
    observations, epochs = session.rover.observations, session.rover.epochs
    fixes, solved, singles, at_large = [], [], [], []
    for start in range(0, len(epochs), EPOCHS_AT_ONCE):
        part = epochs.take(slice(start, start + EPOCHS_AT_ONCE))
        base_of = latest_base(part, bases.epochs, settings.age_corr_s_max)
        state, found, how = step(state, Received(part, observations), bases, base_of, session.book, settings, workspace)
        single = solve_spp(part, observations, session.book, spp_rules)
        fixes.append(at_instants(_filled(found, single.fixes), single.clocks))
        at_large.append(_at_large(fixes[-1], base_fixes, base_of) if moves else fixes[-1])
        solved.append(how)
        singles.append(single.fixes)
        advance(len(part))
    return RtkResult(
        FixBatch.concat(fixes), SolvedBatch.concat(solved), FixBatch.concat(singles), FixBatch.concat(at_large)
    )

"""Single-point positioning: epochs of observations to fixes.

Source: docs/sources.md, gnss_facts §5, §6, §8 and §9.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS, FixBatch, Source
from gnss.columns import frozen_column
from gnss.orbits.book import OrbitBook
from gnss.orbits.table import empty_table
from gnss.position._rows_kernel import DetailSink, EpochColumns, Views, solve_rows
from gnss.position._work import Solutions, SppWork
from gnss.position.details import SppClockBatch, SppSatelliteBatch
from gnss.position.options import CLOCK_OF, SppOptions, SppRules, compile_rules
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch, ObservationSink
from gnss.rtcm.signals import CODE_NAMES

COURSE_SPEED_MPS_MIN = 0.3
"""A receiver that moves slower goes nowhere: it has no course."""

SINGLE_POINT = 1
"""Its `fix_quality`, as in NMEA's GGA."""

NO_FIX, THREE_D = 1, 3
"""`fix_dim` without and with a position."""

_USED_MAX = 254
"""255 says that the number is not stated."""


class SppResult(NamedTuple):
    """A row of `fixes` and `clocks` per epoch, and `satellites` of all epochs."""

    fixes: FixBatch
    clocks: SppClockBatch
    satellites: SppSatelliteBatch


def _motion(v_enu_mps: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    speed_mps = np.hypot(v_enu_mps[:, 0], v_enu_mps[:, 1])
    course_rad = np.arctan2(v_enu_mps[:, 0], v_enu_mps[:, 1]) % (2.0 * np.pi)
    moves = speed_mps >= COURSE_SPEED_MPS_MIN
    return {
        "speed_mps": speed_mps,
        "course_rad": np.where(moves, course_rad, np.nan),
        "vel_u_mps": v_enu_mps[:, 2],
    }


def _fixes(epochs: EpochBatch, out: Solutions, views: Views) -> FixBatch:
    has_position = np.isfinite(out.geodetic[:, 0])
    positions = dict(zip(("lat_rad", "lon_rad", "h_ell_m"), out.geodetic.T, strict=True))
    dilutions = dict(zip(("hdop", "vdop", "pdop"), out.dop.T, strict=True))
    e_m2, en_m2, eu_m2, n_m2, nu_m2, u_m2 = out.cov_enu_m2.T
    return FixBatch.missing(
        len(epochs),
        slot=epochs.slot,
        t_gpst_ns=epochs.t_gpst_ns,
        **positions,
        fix_quality=np.where(has_position, SINGLE_POINT, 0),
        fix_dim=np.where(has_position, THREE_D, NO_FIX),
        sigma_n_m=np.sqrt(n_m2),
        sigma_e_m=np.sqrt(e_m2),
        sigma_u_m=np.sqrt(u_m2),
        cov_ne_m2=en_m2,
        cov_nu_m2=nu_m2,
        cov_eu_m2=eu_m2,
        **dilutions,
        sats_used=np.minimum(out.used, _USED_MAX),
        sats_view=views.satellites,
        cn0_dbhz=np.where(views.heard > 0, views.cn0_dbhz / np.maximum(views.heard, 1), np.nan),
        **_motion(out.v_enu_mps),
        source=Source.ENGINE,
        status=out.status,
    )


def _clocks(epochs: EpochBatch, out: Solutions) -> SppClockBatch:
    clock_s = out.clock_s.copy()
    for letter, other in CLOCK_OF.items():
        clock_s[:, SYSTEMS.index(letter)] = clock_s[:, SYSTEMS.index(other)]
    sigma_e_mps, sigma_n_mps, sigma_u_mps = out.sigma_v_mps.T
    return SppClockBatch.missing(
        len(epochs),
        slot=epochs.slot,
        t_gpst_ns=epochs.t_gpst_ns,
        clock_s=clock_s,
        drift_sps=out.drift_sps,
        sigma_e_mps=sigma_e_mps,
        sigma_n_mps=sigma_n_mps,
        sigma_u_mps=sigma_u_mps,
        chi2=out.chi2,
        freedom=out.freedom,
        excluded=out.excluded,
    )


def _satellites(observations: ObservationBatch, sink: DetailSink) -> SppSatelliteBatch:
    rows = np.flatnonzero(sink.kept)
    names = ("epoch", "az_rad", "el_rad", "residual_m", "sigma_m", "use")
    known = {name: getattr(sink, name)[rows] for name in names}
    of = {name: getattr(observations, name)[sink.row[rows]] for name in ("system", "prn", "signal")}
    return SppSatelliteBatch.missing(len(rows), **known, **of)


def _check(epochs: EpochBatch, observations: ObservationBatch) -> None:
    last = epochs.first + epochs.rows
    if len(epochs) and (epochs.first.min() < 0 or epochs.rows.min() < 0 or last.max() > len(observations)):
        raise ValueError(f"epochs name rows up to {last.max()}, there are {len(observations)} observations")
    if len(observations) and observations.signal.max() >= len(CODE_NAMES):
        raise ValueError(f"signals are indices into the {len(CODE_NAMES)} codes, got {observations.signal.max()}")


def solve_spp(
    epochs: EpochBatch, observations: ObservationBatch, book: OrbitBook, options: SppOptions | SppRules | None = None
) -> SppResult:
    """Position, velocity and clock of each epoch by itself.

    An epoch's row depends on its observations and the ephemerides in the book alone. Status: `NO_POSITION` with less
    satellites than unknowns or a weak geometry; `INCONSISTENT` (with a position) where satellites contradict each other
    and it cannot be told which; what the epoch has already, such as `NO_DATE`, stays. The time is the receiver's tag.

    Shape: (epochs,) and (satellites,). Unit: as the tables of the batches say. Frame: WGS 84 as broadcast. Error:
    metres, mostly by the ionosphere; the covariance has the noise as the epoch shows it and that of the ionosphere.
    ValueError for epochs that name rows, and rows that name signals, that are not there. Source: docs/sources.md,
    gnss_facts §5 to §9.
    """
    _check(epochs, observations)
    rules = options if isinstance(options, SppRules) else compile_rules(options or SppOptions())
    n, rows = len(epochs), len(observations)
    out, details = Solutions.for_rows(n), DetailSink.for_rows(rows)
    shape = (n, len(SYSTEMS))
    views = Views(np.zeros(shape, np.uint8), np.zeros(shape), np.zeros(shape, np.int64))
    columns = EpochColumns(*(frozen_column(getattr(epochs, name)) for name in EpochColumns._fields))
    o = ObservationSink(**{name: frozen_column(column) for name, column in observations.columns().items()})
    order, start_m = np.argsort(epochs.t_gpst_ns, kind="stable"), np.zeros(3)
    solve_rows(columns, order, o, book.pages, empty_table(), rules, SppWork.empty(), start_m, out, views, details)
    return SppResult(_fixes(epochs, out, views), _clocks(epochs, out), _satellites(observations, details))

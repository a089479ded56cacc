"""What the kernels found, as rows of `FixBatch`: geodetic position, covariance in the local horizon, protection levels.

A protection level bounds the error with a stated risk: the radius (or height) that the error exceeds that seldom if it
is normal with the covariance stated, times a margin for errors that are not.
"""

from math import log, sqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gnss.batches import FixBatch, Source
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.rtk._jobs import Results
from gnss.rtk._side_kernel import zenith_delay_m
from gnss.rtk._solution_kernel import DGNSS, FIXED, FLOAT
from gnss.rtk.settings import Mode, RtkSettings
from gnss.rtk.sky import sky_of
from gnss.status import Status

if TYPE_CHECKING:
    from gnss.rtk.engine import BaseReceived, Received

Floats = NDArray[np.float64]

INTEGRITY_RISK: Final = 1e-4
"""Probability with which an error may exceed its protection level."""

RADIUS_FACTOR: Final = sqrt(-2.0 * log(INTEGRITY_RISK))
"""Radius in sigmas that a plane normal error exceeds with that risk."""

HEIGHT_FACTOR: Final = 3.89  # sigmas, two-sided normal at 1e-4

SIGMA_M_MAX: Final = 200.0
"""A position that is known worse is none: four satellites near a line let a float be kilometres off."""

TROPO_UP: Final = 0.1
"""Error in height over the delay (to the zenith) by which the troposphere differs between two heights: a standard
atmosphere tells that to 3 % or so, and satellites above 15 degrees make three times as much of it."""

MARGIN: Final = {FIXED: 1.5, FLOAT: 2.5, DGNSS: 3.0}
"""By fix quality: errors of floats and codes last, and are not normal."""


def rotation_enu(lat_rad: Floats, lon_rad: Floats) -> Floats:
    """Matrices that turn Earth-fixed vectors into east, north and up.

    Shape: (n,) to (n, 3, 3). Unit: rad. Frame: ECEF to local horizon. Error: last bits. Source: geometry.
    """
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat_rad), np.cos(lat_rad), np.sin(lon_rad), np.cos(lon_rad)
    zero = np.zeros_like(sin_lat)
    rows = (
        (-sin_lon, cos_lon, zero),
        (-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat),
        (cos_lat * cos_lon, cos_lat * sin_lon, sin_lat),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def sigma_tropo_m(h_ell_m: Floats, base_h_ell_m: Floats) -> Floats:
    """Error in height that the troposphere leaves between a rover and its base, which no residual shows.

    Shape: (n,) each. Unit: m. Frame: ellipsoidal heights. Error: a guess of the size. Source: the standard atmosphere
    that both sides are reduced with.
    """
    sigma: Floats = TROPO_UP * np.abs(zenith_delay_m(h_ell_m) - zenith_delay_m(base_h_ell_m))
    return sigma


def _covariance_enu(results: Results, turn: Floats, sigma_site_m: float, sigma_up_m: Floats) -> Floats:
    """Covariances (n, 3, 3) in the local horizon, with what no observation shows: antenna, site and troposphere."""
    lower = np.zeros((len(results.quality), 3, 3))
    k = 0
    for a in range(3):
        for b in range(a + 1):
            lower[:, a, b] = lower[:, b, a] = results.cov_m2[:, k]
            k += 1
    local = turn @ lower @ np.swapaxes(turn, 1, 2)
    site = np.diag([sigma_site_m**2, sigma_site_m**2, (2.0 * sigma_site_m) ** 2])
    enu: Floats = local + site
    enu[:, 2, 2] += np.nan_to_num(sigma_up_m) ** 2
    return enu


def _protection(cov: Floats, quality: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Horizontal and vertical protection level in m."""
    mean, half = (cov[:, 0, 0] + cov[:, 1, 1]) / 2, (cov[:, 0, 0] - cov[:, 1, 1]) / 2
    largest = mean + np.hypot(half, cov[:, 0, 1])
    margin = np.full(len(quality), np.nan)
    for which, value in MARGIN.items():
        margin[quality == which] = value
    return margin * RADIUS_FACTOR * np.sqrt(largest), margin * HEIGHT_FACTOR * np.sqrt(cov[:, 2, 2])


def _motion(velocity: Floats, turn: Floats, known: NDArray[np.bool_]) -> dict[str, Floats]:
    east, north, up = np.moveaxis(np.einsum("nij,nj->ni", turn, velocity), 1, 0)
    speed = np.hypot(east, north)
    moved = known & (speed > 0.0)
    course = np.where(moved, np.mod(np.arctan2(east, north), 2 * np.pi), np.nan)
    return {
        "speed_mps": np.where(known, speed, np.nan),
        "course_rad": course,
        "vel_u_mps": np.where(known, up, np.nan),
    }


def _heading(baseline_enu_m: Floats, usable: NDArray[np.bool_]) -> dict[str, Floats]:
    """Direction from the base's antenna to the rover's, where both ride on one body."""
    east, north, up = np.moveaxis(baseline_enu_m, 1, 0)
    heading, pitch = np.mod(np.arctan2(east, north), 2 * np.pi), np.arctan2(up, np.hypot(east, north))
    return {"heading_rad": np.where(usable, heading, np.nan), "pitch_rad": np.where(usable, pitch, np.nan)}


def _without_weak(results: Results) -> Results:
    """The same, with no position where the geometry determines none."""
    variance = results.cov_m2[:, 0] + results.cov_m2[:, 2] + results.cov_m2[:, 5]
    weak = (results.quality > 0) & (variance > SIGMA_M_MAX**2)
    unknown = {name: getattr(results, name).copy() for name in ("x_ecef_m", "cov_m2", "baseline_m", "ratio", "quality")}
    for name, column in unknown.items():
        column[weak] = 0 if name == "quality" else np.nan
    return results._replace(**unknown)


def fixes_of(
    rovers: "Received", results: Results, bases: "BaseReceived", base_of: NDArray[np.int64], settings: RtkSettings
) -> tuple[FixBatch, Floats]:
    """Rows for `FixBatch` of what the kernels found, and the baselines (n, 3) in m, east, north, up.

    Shape: a row a rover epoch. Unit: as `FixBatch` says. Frame: that of the base positions. Error: as stated by the
    covariance. Source: docs/sources.md, gnss_facts §11.
    """
    epochs, results = rovers.epochs, _without_weak(results)
    quality = results.quality
    solved = quality > 0
    lat, lon, h_ell_m = ecef_to_geodetic(results.x_ecef_m)
    turn = rotation_enu(lat, lon)
    has_base = base_of >= 0
    base_x = np.full((len(epochs), 3), np.nan)
    base_x[has_base] = bases.ecef_m[base_of[has_base]]
    base_lat, base_lon, base_h_ell_m = ecef_to_geodetic(base_x)
    cov = _covariance_enu(results, turn, settings.sigma_site_m, sigma_tropo_m(h_ell_m, base_h_ell_m))
    pl_h_m, pl_v_m = _protection(cov, quality)
    baseline = np.einsum("nij,nj->ni", rotation_enu(base_lat, base_lon), results.x_ecef_m - base_x)
    columns: dict[str, Any] = _motion(results.v_ecef_mps, turn, solved & np.isin(quality, (FIXED, FLOAT)))
    if settings.mode == Mode.MOVING_BASE:
        columns |= _heading(baseline, quality == FIXED)
    base_id = np.full(len(epochs), -1, np.int32)
    base_id[has_base] = bases.station[base_of[has_base]]
    return FixBatch.missing(
        len(epochs), **columns, **sky_of(epochs, rovers.observations),
        slot=epochs.slot, t_gpst_ns=epochs.t_gpst_ns, lat_rad=lat, lon_rad=lon, h_ell_m=h_ell_m,
        fix_quality=quality, fix_dim=np.where(solved, 3, 1), sigma_e_m=np.sqrt(cov[:, 0, 0]),
        sigma_n_m=np.sqrt(cov[:, 1, 1]), sigma_u_m=np.sqrt(cov[:, 2, 2]), cov_ne_m2=cov[:, 0, 1],
        cov_nu_m2=cov[:, 1, 2], cov_eu_m2=cov[:, 0, 2], pl_h_m=pl_h_m, pl_v_m=pl_v_m,
        sats_used=results.satellites, age_corr_s=np.where(solved, np.maximum(results.age_s, 0.0), np.nan),
        base_id=np.where(solved, base_id, -1), baseline_m=results.baseline_m, ratio=results.ratio,
        source=np.full(len(epochs), Source.ENGINE), status=np.where(solved, Status.OK, Status.NO_POSITION),
    ), baseline  # fmt: skip

"""The rovers' own idea of where they are, as GGA: a single or a float position with errors of the usual size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_DAY
from gnss.nmea.encode import encode
from simulators.chart import METRES_A_DEGREE_LAT, METRES_A_DEGREE_LON_EQUATOR
from simulators.fleet import geoid_sep_m
from simulators.rtk.frames import Text
from simulators.signals.truth import TruthBatch

Floats = NDArray[np.float64]

CHANCE_STAGE = 89
QUALITY = {"single": 1, "float": 5}
SIGMA_M = {"single": (1.4, 1.2, 2.6), "float": (0.35, 0.3, 0.6)}
"""North, east and up."""

CORRELATION_S = 60.0
ROWS_MIN = 10
"""Fewer observations give no position."""


class PositionSpeaker:
    """Writes GGA."""

    def __init__(self, rovers: int, kind: str, period_s: float, seed: int) -> None:
        """`kind`: single or float; `period_s`: from one epoch to the next."""
        self._quality, self._sigma_m = QUALITY[kind], np.array(SIGMA_M[kind])
        self._rng = np.random.default_rng([seed, CHANCE_STAGE])
        self._error = self._rng.standard_normal((rovers, 3))
        self._keep = float(np.exp(-period_s / CORRELATION_S))

    def speak(self, truth: TruthBatch, t_utc_ns: int) -> Text:
        """GGA of some rovers."""
        count, slot = len(truth), truth.slot
        drawn = self._rng.standard_normal((count, 3))
        self._error[slot] = self._keep * self._error[slot] + np.sqrt(1.0 - self._keep**2) * drawn
        north, east, up = (self._error[slot] * self._sigma_m).T
        lat, lon = np.degrees(truth.lat_rad), np.degrees(truth.lon_rad)
        sep = geoid_sep_m(lat)
        has_position = truth.rows >= ROWS_MIN

        def known(values: Floats | float) -> Floats:
            return np.asarray(np.where(has_position, values, np.nan), dtype=np.float64)

        cells = {
            "time_ns": np.full(count, float(t_utc_ns % NS_PER_DAY)),
            "lat_deg": known(lat + north / METRES_A_DEGREE_LAT),
            "lon_deg": known(lon + east / (METRES_A_DEGREE_LON_EQUATOR * np.cos(truth.lat_rad))),
            "fix_quality": np.where(has_position, float(self._quality), 0.0),
            "sats_used": np.where(has_position, np.minimum(truth.rows // 2, 40), 0).astype(np.float64),
            "hdop": known(1.0),
            "h_msl_m": known(truth.h_ell_m + up - sep),
            "geoid_sep_m": known(sep),
            "age_corr_s": known(1.0) if self._quality == QUALITY["float"] else np.full(count, np.nan),
            "base_id": np.full(count, np.nan),
        }
        return encode("GGA", cells, b"GN")

"""Many receivers under one sky: from places at an instant to epochs of observations, and the truth beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEM_COUNT, SYSTEMS
from gnss.constants import NS_PER_DAY, NS_PER_MS, NS_PER_S, NS_PER_WEEK
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch, ObservationSink
from gnss.time.civil import civil_from_days, days_from_civil, weekday_from_days
from gnss.time.leap import GPS_EPOCH_DAY
from gnss.time.scales import gpst_ns_to_bdt_week, gpst_ns_to_glonasst
from simulators.signals._observe_kernel import observe_places
from simulators.signals.kit import COUNTS, Air, Knobs, PathSink, Places, Units
from simulators.signals.makes import Make
from simulators.signals.orbits import Orbits
from simulators.signals.plan import build_plan, satellites_of
from simulators.signals.settings import SignalSettings
from simulators.signals.skies import build_skies
from simulators.signals.truth import PathBatch, TruthBatch
from simulators.signals.units import empty_tracks

GLONASS_DAY_BITS = 27


class Observed(NamedTuple):
    """Epochs with something heard, their observations; the truth of all receivers asked for; `paths` where wanted."""

    epochs: EpochBatch
    observations: ObservationBatch
    truth: TruthBatch
    paths: PathBatch


class Observer:
    """Receivers (rows of `units`) of some makes; asked in order of time, the same calls with the same seed do the same.

    What a receiver observes does not depend on how receivers are grouped into calls.
    """

    def __init__(
        self,
        orbits: Orbits,
        makes: Sequence[Make],
        units: Units,
        settings: SignalSettings,
        t_gpst_ns: int,
        origin_rad: tuple[float, float],
        horizons: NDArray[np.float32] | None = None,
    ) -> None:
        """`t_gpst_ns`: a time at which the satellites are known; `origin_rad`: latitude and longitude where the
        ionosphere is that of its model; `horizons` of places, behind those of the kinds of surroundings."""
        self.orbits, self.settings, self.units = orbits, settings, units
        satellites = satellites_of(orbits.table(t_gpst_ns), settings.systems)
        self.plan, self._makes = build_plan(satellites, makes, settings.signals_max)
        self.tracks = empty_tracks(len(units.make), self.plan)
        self._skies = build_skies(horizons, settings.reflected_ratio)
        self._knobs = _knobs(settings)
        self._origin_rad = origin_rad
        self._counts = np.zeros(len(COUNTS), np.int64)
        tracked = self._makes.tracks.sum(axis=(1, 2))
        self._rows_max = int(tracked.max()) if tracked.size else 0

    @property
    def counts(self) -> dict[str, int]:
        """What happened so far, see `COUNTS`."""
        return {name: int(value) for name, value in zip(COUNTS, self._counts, strict=True)}

    def observe(self, t_gpst_ns: int, places: Places, with_paths: bool = False) -> Observed:
        """What the receivers at some places hear at a time; rows of an epoch side by side, as MSM has them."""
        n = len(places.row)
        sink, paths = ObservationSink.for_rows(n * self._rows_max), _paths(n * self._rows_max if with_paths else 0)
        rows = np.zeros(n, np.int32)
        count = observe_places(
            t_gpst_ns, stated_epochs(t_gpst_ns), places, self.orbits.table(t_gpst_ns), self.plan, self._makes,
            self._skies, self._air(t_gpst_ns), self._knobs, self.units, self.tracks, sink, paths, rows, self._counts,
        )  # fmt: skip
        observations = sink.batch(count)
        kept = {name: array[:count] for name, array in paths._asdict().items()}
        return Observed(
            self._epochs(t_gpst_ns, places, rows), observations, self._truth(t_gpst_ns, places, rows), PathBatch(**kept)
        )

    def _air(self, t_gpst_ns: int) -> Air:
        """The atmosphere of an instant."""
        s = self.settings
        return Air(
            np.array(s.klobuchar, np.float64), s.iono_ratio, s.iono_north_mm_km * 1e-6, s.iono_east_mm_km * 1e-6,
            s.iono_wave_m, *self._origin_rad, (t_gpst_ns % NS_PER_WEEK) / NS_PER_S, day_of_year(t_gpst_ns),
            s.tropo_wet_ratio,
        )  # fmt: skip

    def _epochs(self, t_gpst_ns: int, places: Places, rows: NDArray[np.int32]) -> EpochBatch:
        heard = rows > 0
        counts, slot = rows[heard], places.row[heard]
        return EpochBatch.missing(
            len(slot),
            slot=slot,
            station=self.units.station[slot],
            t_gpst_ns=t_gpst_ns,
            first=np.cumsum(counts, dtype=np.int64) - counts,
            rows=counts,
        )

    def _truth(self, t_gpst_ns: int, places: Places, rows: NDArray[np.int32]) -> TruthBatch:
        lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(places.r_ecef_m)
        return TruthBatch.missing(
            len(rows),
            slot=places.row,
            t_gpst_ns=t_gpst_ns,
            r_ecef_m=places.r_ecef_m,
            v_ecef_mps=places.v_ecef_mps,
            lat_rad=lat_rad,
            lon_rad=lon_rad,
            h_ell_m=h_ell_m,
            clock_s=self.units.bias_s[places.row],
            drift_sps=self.units.drift_sps[places.row],
            kind=places.kind,
            rows=rows,
        )


def _knobs(s: SignalSettings) -> Knobs:
    return Knobs(
        float(np.sin(np.radians(s.mask_deg))), s.multipath_ratio, s.noise_ratio, s.slip_ratio, s.silent_slip_share,
        s.half_cycle_s, s.half_cycle_share, s.jam_per_h / 3600.0, s.jam_s,
    )  # fmt: skip


def _paths(n: int) -> PathSink:
    return PathSink(**{name: np.empty(n, spec.dtype) for name, spec in PathBatch.specs().items()})


def stated_epochs(t_gpst_ns: int) -> NDArray[np.int64]:
    """The epoch field of observation messages of each system (7,): gnss_facts §3 and §7."""
    stated = np.full(SYSTEM_COUNT, t_gpst_ns % NS_PER_WEEK // NS_PER_MS, np.int64)
    stated[SYSTEMS.index("C")] = int(gpst_ns_to_bdt_week(t_gpst_ns)[1]) // NS_PER_MS
    day, of_day_ns = (int(x) for x in gpst_ns_to_glonasst(t_gpst_ns))
    stated[SYSTEMS.index("R")] = weekday_from_days(day) << GLONASS_DAY_BITS | of_day_ns // NS_PER_MS
    return stated


def day_of_year(t_gpst_ns: int) -> float:
    """Days since the year began, the first is 1."""
    day, of_day_ns = divmod(t_gpst_ns, NS_PER_DAY)
    year = civil_from_days(day + GPS_EPOCH_DAY)[0]
    return float(day + GPS_EPOCH_DAY - days_from_civil(year, 1, 1) + 1 + of_day_ns / NS_PER_DAY)

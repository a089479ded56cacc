"""The book of ephemerides: what was received goes in, the state of every satellite at an instant comes out.

Source: docs/sources.md, gnss_facts §5.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gnss.batches import NO_TIME
from gnss.orbits._book_kernel import enter, fill_table
from gnss.orbits._terms import CODES, GLONASS_TERMS, TERMS, Pages
from gnss.orbits.accuracy import accuracy_m
from gnss.orbits.rules import F_NAV, F_NAV_MESSAGE, GROUP_COUNT, HEALTH_MASK
from gnss.orbits.satellites import GLONASS, NO_SATELLITE, PER_SYSTEM, SBAS, satellite_index
from gnss.orbits.table import OrbitTable, empty_table
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch

ISSUES_MAX = 8
"""Ephemerides that a book keeps of a satellite unless told otherwise: of more, those with the latest toe."""

SQRT_A_MIN, SQRT_A_MAX = 2_500.0, 10_000.0
"""√A in m^½ between which a navigation satellite flies: 6,250 km to 100,000 km."""

E_MAX = 0.5
"""Eccentricity above which an ephemeris is damaged."""

GLONASS_RADIUS_M_MIN, GLONASS_RADIUS_M_MAX = 24e6, 27e6
"""Distance from the geocentre of a GLONASS satellite whose ephemeris is not damaged."""

GLONASS_MESSAGE = 1020
_TB_STEP_S = 900


def _rows_of(batch: EphemerisBatch) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Row of each ephemeris in the pages, and whether it belongs there."""
    rows = satellite_index(batch.system, batch.prn)
    is_f_nav = batch.number == F_NAV_MESSAGE
    good = (rows != NO_SATELLITE) & ~np.isin(batch.system, (GLONASS, SBAS))
    good &= (batch.toe_gpst_ns != NO_TIME) & (batch.toc_gpst_ns != NO_TIME)
    good &= (batch.sqrt_a > SQRT_A_MIN) & (batch.sqrt_a < SQRT_A_MAX) & (batch.e >= 0) & (batch.e < E_MAX)
    must_be_known = [getattr(batch, name) for name in TERMS if name not in ("tgd_s", "tgd2_s", "sigma_m")]
    good &= np.isfinite(np.stack(must_be_known)).all(axis=0)
    return rows + np.where(is_f_nav, (F_NAV - batch.system.astype(np.int64)) * PER_SYSTEM, 0), good


def _kepler_codes(batch: EphemerisBatch, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    health = batch.health & HEALTH_MASK[rows // PER_SYSTEM]
    columns = (batch.toe_gpst_ns, batch.toc_gpst_ns, batch.iodc, batch.iode, health, batch.number)
    return np.stack([*columns, np.zeros(len(batch))], axis=1, dtype=np.int64, casting="unsafe")


def _glonass_codes(batch: GlonassEphemerisBatch) -> NDArray[np.int64]:
    tb = batch.tb_gpst_ns
    numbers = np.full(len(batch), GLONASS_MESSAGE)
    columns = (tb, tb, np.zeros(len(batch)), batch.tb_s / _TB_STEP_S, batch.bn | batch.ln_third, numbers, batch.channel)
    return np.stack(columns, axis=1, dtype=np.int64, casting="unsafe")


def _terms(
    batch: EphemerisBatch | GlonassEphemerisBatch, names: tuple[str, ...], sigma_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    terms = np.zeros((len(batch), len(TERMS)))
    for i, name in enumerate(names):
        terms[:, i] = sigma_m if name == "sigma_m" else getattr(batch, name)
    return terms


@dataclass(slots=True)
class OrbitBook:
    """Broadcast ephemerides by satellite: a value that grows by `add`, can be copied, and has a bounded size.

    `known` counts the ephemerides entered, `damaged` those that were refused: without a date, of a satellite that
    has no row, or with terms that no satellite has.
    """

    pages: Pages
    known: int = 0
    damaged: int = 0

    @classmethod
    def empty(cls, issues_max: int = ISSUES_MAX) -> Self:
        """A book that keeps so many ephemerides of each satellite (Galileo's I/NAV and F/NAV apart)."""
        rows = GROUP_COUNT * PER_SYSTEM
        codes = np.zeros((rows, issues_max, len(CODES)), np.int64)
        return cls(Pages(np.zeros(rows, np.int64), codes, np.zeros((rows, issues_max, len(TERMS)))))

    @classmethod
    def holding(cls, kepler: EphemerisBatch, glonass: GlonassEphemerisBatch | None = None) -> Self:
        """A book of a recording: it keeps every ephemeris."""
        rows, good = _rows_of(kepler)
        counts = [np.bincount(rows[good], minlength=1).max()]
        if glonass is not None:
            counts.append(np.bincount(glonass.prn, minlength=1).max())
        book = cls.empty(max(1, int(max(counts))))
        book.add(kepler)
        if glonass is not None:
            book.add_glonass(glonass)
        return book

    def copy(self) -> Self:
        """An independent copy."""
        p = self.pages
        return type(self)(Pages(p.issues.copy(), p.codes.copy(), p.terms.copy()), self.known, self.damaged)

    def add(self, batch: EphemerisBatch) -> int:
        """Enter Keplerian ephemerides; returns how many were new."""
        rows, good = _rows_of(batch)
        kept = batch.take(good)
        terms = _terms(kept, TERMS, accuracy_m(kept.system, kept.ura_index))
        return self._enter(rows[good], _kepler_codes(kept, rows[good]), terms, len(batch))

    def add_glonass(self, batch: GlonassEphemerisBatch) -> int:
        """Enter GLONASS ephemerides; returns how many were new."""
        rows = satellite_index(GLONASS, batch.prn)
        radius_m = np.sqrt(batch.x_m**2 + batch.y_m**2 + batch.z_m**2)
        good = (rows != NO_SATELLITE) & (batch.tb_gpst_ns != NO_TIME)
        good &= (radius_m > GLONASS_RADIUS_M_MIN) & (radius_m < GLONASS_RADIUS_M_MAX)
        must_be_known = [getattr(batch, name) for name in GLONASS_TERMS if name not in ("delta_tau_n_s", "sigma_m")]
        good &= np.isfinite(np.stack(must_be_known)).all(axis=0)
        kept = batch.take(good)
        return self._enter(
            rows[good], _glonass_codes(kept), _terms(kept, GLONASS_TERMS, accuracy_m(GLONASS, kept.ft)), len(batch)
        )

    def _enter(self, rows: NDArray[np.int64], codes: NDArray[np.int64], terms: NDArray[np.float64], given: int) -> int:
        new = enter(self.pages, rows, codes, terms)
        self.known += new
        self.damaged += given - len(rows)
        return int(new)

    def table(self, t_gpst_ns: int, in_force_gpst_ns: int | None = None) -> OrbitTable:
        """Every satellite at an instant, by the ephemeris then in force, or in force at the other instant given.

        Two receivers are only to be compared by one ephemeris, though their epochs be seconds apart.

        In force is the one whose toe is nearest, within the limits of `gnss.orbits.rules`; a satellite is unhealthy if
        that one or a later one already on air says so.

        Shape: 448 rows. Unit: ns since 1980-01-06 GPST, and as `OrbitTable` says. Error: that of the broadcast orbits,
        a metre or two; computed to < 0.1 mm.
        """
        table = empty_table(int(t_gpst_ns))
        fill_table(self.pages, table, int(t_gpst_ns if in_force_gpst_ns is None else in_force_gpst_ns))
        return table

    def tables(self, t_gpst_ns: NDArray[np.int64]) -> list[OrbitTable]:
        """A table for each of several instants (n,), in ns since 1980-01-06 GPST."""
        return [self.table(t) for t in t_gpst_ns.tolist()]

"""GLONASS of the simulated sky: state vectors half an hour apart, each integrated from the one before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gnss.constants import NS_PER_DAY, NS_PER_S
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import GLONASS, GPS, satellite_index
from gnss.orbits.table import OrbitTable
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.time.scales import glonasst_to_gpst_ns, gpst_ns_to_glonasst
from simulators.signals.elements import Elements, ephemerides
from simulators.signals.shells import GLONASS_CHANNELS

STEP_NS = 1_800 * NS_PER_S
HALF_NS = STEP_NS // 2
ACCURACY = 2
"""FT: 2.5 m."""


def tb_of(t_gpst_ns: int) -> int:
    """The tb in force at a time, GPST ns: a quarter of an hour before or after a half hour of Moscow."""
    day, of_day_ns = (int(x) for x in gpst_ns_to_glonasst(t_gpst_ns))
    tb_ns = of_day_ns // STEP_NS * STEP_NS + HALF_NS
    return int(glonasst_to_gpst_ns(day, min(tb_ns, NS_PER_DAY - HALF_NS)))


def first_states(elements: Elements, t_gpst_ns: int) -> GlonassEphemerisBatch:
    """State vectors at the tb in force, taken from Kepler's elements."""
    tb = tb_of(t_gpst_ns)
    book = OrbitBook.empty()
    as_gps = replace(elements, system=np.full(len(elements.prn), GPS, np.uint8))
    book.add(ephemerides(as_gps, np.full(len(elements.prn), tb)))
    return _states(book.table(tb), satellite_index(GPS, elements.prn), elements, tb)


def next_states(book: OrbitBook, elements: Elements, tb_gpst_ns: int) -> GlonassEphemerisBatch:
    """State vectors at the tb after `tb_gpst_ns`, which the book has."""
    tb = tb_of(tb_gpst_ns + STEP_NS)
    return _states(book.table(tb), satellite_index(GLONASS, elements.prn), elements, tb)


def _states(table: OrbitTable, rows: NDArray[np.int64], elements: Elements, tb_gpst_ns: int) -> GlonassEphemerisBatch:
    r, v = table.r_ecef_m[rows], table.v_ecef_mps[rows]
    dt_s = (tb_gpst_ns - elements.t_gpst_ns) / NS_PER_S
    day, of_day_ns = gpst_ns_to_glonasst(tb_gpst_ns)
    return GlonassEphemerisBatch.missing(
        len(rows),
        prn=elements.prn,
        channel=np.array(GLONASS_CHANNELS)[elements.prn - 1],
        tb_gpst_ns=tb_gpst_ns,
        tb_s=float(of_day_ns) / NS_PER_S,
        x_m=r[:, 0],
        y_m=r[:, 1],
        z_m=r[:, 2],
        vx_mps=v[:, 0],
        vy_mps=v[:, 1],
        vz_mps=v[:, 2],
        ax_mps2=0.0,
        ay_mps2=0.0,
        az_mps2=0.0,
        gamma_n=elements.af1_sps / 8.0,
        tau_n_s=-(elements.af0_s + elements.af1_sps / 8.0 * dt_s),
        delta_tau_n_s=elements.tgd_s,
        tau_c_s=0.0,
        tau_gps_s=0.0,
        ft=ACCURACY,
        m=1,
        p1=1,
        nt_day=int(day) % 1461 + 1,
    )

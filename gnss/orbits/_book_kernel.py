"""The book's kernels: an ephemeris entered in its place, and the one in force chosen for every satellite.

What a book holds depends on the set of ephemerides that it was given, not on their order.
"""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from gnss._jit import inline_kernel, leaf_kernel
from gnss.orbits._glonass_kernel import write_glonass
from gnss.orbits._kepler_kernel import write_kepler
from gnss.orbits._terms import CHANNEL, HEALTH, IODE, NUMBER, REFERENCE, Pages
from gnss.orbits.rules import AGE_NS_MAX, AHEAD_NS_MAX, F_NAV, GM_M3PS2, OMEGA_E_RADPS
from gnss.orbits.satellites import GALILEO, GLONASS, PER_SYSTEM, SATELLITE_COUNT, is_beidou_geo
from gnss.orbits.table import NO_CHANNEL, OrbitStatus, OrbitTable

_USABLE, _NO_EPHEMERIS = int(OrbitStatus.USABLE), int(OrbitStatus.NO_EPHEMERIS)
_TOO_OLD, _UNHEALTHY = int(OrbitStatus.TOO_OLD), int(OrbitStatus.UNHEALTHY)
_NONE = -1


@inline_kernel
def _order(pages: Pages, row: int, k: int, codes: NDArray[np.int64], terms: NDArray[np.float64], given: int) -> int:
    """-1, 0 or 1: whether issue `k` comes before a given one, is the same, or comes after it. NaN comes first."""
    for i in range(codes.shape[1]):
        if pages.codes[row, k, i] != codes[given, i]:
            return -1 if pages.codes[row, k, i] < codes[given, i] else 1
    for i in range(terms.shape[1]):
        a, b = pages.terms[row, k, i], terms[given, i]
        if a == b or (isnan(a) and isnan(b)):
            continue
        return -1 if a < b or isnan(a) else 1
    return 0


@inline_kernel
def _copy_issue(pages: Pages, row: int, k: int, source: int) -> None:
    for i in range(pages.codes.shape[2]):
        pages.codes[row, k, i] = pages.codes[row, source, i]
    for i in range(pages.terms.shape[2]):
        pages.terms[row, k, i] = pages.terms[row, source, i]


@leaf_kernel
def enter(pages: Pages, rows: NDArray[np.int64], codes: NDArray[np.int64], terms: NDArray[np.float64]) -> int:
    """Enter ephemerides in their places, the least making room where a row is full; returns how many were new."""
    entered = 0
    for given in range(len(rows)):
        row = rows[given]
        place, is_known = pages.issues[row], False
        while place > 0:
            order = _order(pages, row, place - 1, codes, terms, given)
            is_known = order == 0
            if order <= 0:
                break
            place -= 1
        if is_known:
            continue
        if pages.issues[row] == pages.codes.shape[1]:
            if place == 0:
                continue
            place -= 1
            for k in range(place):
                _copy_issue(pages, row, k, k + 1)
        else:
            for k in range(pages.issues[row], place, -1):
                _copy_issue(pages, row, k, k - 1)
            pages.issues[row] += 1
        for i in range(codes.shape[1]):
            pages.codes[row, place, i] = codes[given, i]
        for i in range(terms.shape[1]):
            pages.terms[row, place, i] = terms[given, i]
        entered += 1
    return entered


@inline_kernel
def _choose(pages: Pages, row: int, t_gpst_ns: int) -> tuple[int, int]:
    """(issue, status): the issue nearest in time, the later of two; unhealthy if it or a later one on air says so."""
    if pages.issues[row] == 0:
        return _NONE, _NO_EPHEMERIS
    group = row // PER_SYSTEM
    best, nearest_ns, status = _NONE, AGE_NS_MAX[group], _TOO_OLD
    for k in range(pages.issues[row]):
        ahead_ns = pages.codes[row, k, REFERENCE] - t_gpst_ns
        if ahead_ns > AHEAD_NS_MAX[group]:
            break
        is_healthy = pages.codes[row, k, HEALTH] == 0
        if abs(ahead_ns) <= nearest_ns:
            best, nearest_ns = k, abs(ahead_ns)
            status = _USABLE if is_healthy else _UNHEALTHY
        elif best != _NONE and not is_healthy:
            status = _UNHEALTHY
    return best, status


@inline_kernel
def _erase(table: OrbitTable, satellite: int, status: int) -> None:
    for axis in range(3):
        table.r_ecef_m[satellite, axis] = np.nan
        table.v_ecef_mps[satellite, axis] = np.nan
        table.a_ecef_mps2[satellite, axis] = np.nan
    table.clock_s[satellite] = table.clock_drift_sps[satellite] = table.sigma_m[satellite] = np.nan
    table.tgd_s[satellite] = table.tgd2_s[satellite] = np.nan
    table.issue[satellite], table.number[satellite], table.channel[satellite] = -1, 0, NO_CHANNEL
    table.status[satellite] = status


@leaf_kernel
def fill_table(pages: Pages, table: OrbitTable, in_force_gpst_ns: int) -> None:
    """Every satellite of the table at its instant, by the ephemeris in force at that or another instant.

    Galileo's I/NAV where there is one in force, F/NAV otherwise.
    """
    for satellite in range(SATELLITE_COUNT):
        system, row = satellite // PER_SYSTEM, satellite
        k, status = _choose(pages, row, in_force_gpst_ns)
        if k == _NONE and system == GALILEO:
            f_row = satellite + (F_NAV - GALILEO) * PER_SYSTEM
            f_k, f_status = _choose(pages, f_row, in_force_gpst_ns)
            if f_status != _NO_EPHEMERIS:
                row, k, status = f_row, f_k, f_status
        if k == _NONE:
            _erase(table, satellite, status)
            continue
        if system == GLONASS:
            write_glonass(table, satellite, pages, row, k)
        else:
            group = row // PER_SYSTEM
            write_kepler(
                table, satellite, pages, row, k, is_beidou_geo(satellite), GM_M3PS2[group], OMEGA_E_RADPS[group]
            )
        table.issue[satellite], table.number[satellite] = pages.codes[row, k, IODE], pages.codes[row, k, NUMBER]
        table.channel[satellite], table.status[satellite] = pages.codes[row, k, CHANNEL], status

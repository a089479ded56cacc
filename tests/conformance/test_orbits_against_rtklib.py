"""Satellite states against RTKLIB (pyrtklib): every ephemeris of real navigation files, at times around its toe."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_S, NS_PER_WEEK
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import satellite_index, satellite_name
from gnss.orbits.table import OrbitStatus
from gnss.rinex.navigation import RinexNavigation
from gnss.rinex_io import read_navigation

rtklib: Any = pytest.importorskip("pyrtklib")

FILES = ("rtk/whu_static/base.nav", "rtk/whu_static/rover.nav", "rtk/str_static/nav.nav", "rtk/azure_car/nav.nav")
LETTERS = {1: "G", 4: "R", 8: "E", 16: "J", 32: "C"}
QZSS_PRN_OFFSET = 192
Key = tuple[int, int]
"""Index of a satellite and the reference time of an ephemeris, in whole seconds of GPST."""
State = tuple[list[float], float]
"""Position and clock."""


@pytest.fixture(scope="module", params=FILES)
def files(request: pytest.FixtureRequest, data_dir: Path) -> tuple[RinexNavigation, Any]:
    """A navigation file as we read it, and as RTKLIB does."""
    path = data_dir / str(request.param)
    nav = rtklib.nav_t()
    rtklib.readrnx(str(path), 1, "", rtklib.obs_t(), nav, rtklib.sta_t())
    return read_navigation(path), nav


def seconds(time: Any) -> int:
    week = rtklib.Arr1Dint(1)
    tow_s: float = rtklib.time2gpst(time, week)
    return int(week[0]) * (NS_PER_WEEK // NS_PER_S) + round(tow_s)


def key(ephemeris: Any) -> Key:
    prn = rtklib.Arr1Dint(1)
    letter = LETTERS.get(rtklib.satsys(ephemeris.sat, prn), "")
    number = int(prn[0]) - (QZSS_PRN_OFFSET if letter == "J" else 0)
    return int(satellite_index(SYSTEMS.find(letter), number)), seconds(ephemeris.toe)


def rtklib_states(nav: Any, after_s: float) -> Iterator[tuple[Key, State]]:
    """Of every ephemeris, so long after its reference time."""
    position, clock, variance = rtklib.Arr1Ddouble(3), rtklib.Arr1Ddouble(1), rtklib.Arr1Ddouble(1)
    kinds = ((nav.n, nav.eph, rtklib.eph2pos), (nav.ng, nav.geph, rtklib.geph2pos))
    for count, ephemerides, compute in kinds:
        for i in range(count):
            time = rtklib.timeadd(ephemerides[i].toe, after_s)
            compute(time, ephemerides[i], position, clock, variance)
            yield key(ephemerides[i]), ([position[k] for k in range(3)], clock[0])


def our_states(navigation: RinexNavigation, after_s: int) -> Iterator[tuple[Key, State]]:
    """Likewise, each ephemeris in a book of its own."""
    for i in range(len(navigation.kepler)):
        book, row = OrbitBook.empty(1), navigation.kepler.take(slice(i, i + 1))
        book.add(row)
        yield state_of(book, int(satellite_index(row.system, row.prn)[0]), int(row.toe_gpst_ns[0]), after_s)
    for i in range(len(navigation.glonass)):
        book, glonass = OrbitBook.empty(1), navigation.glonass.take(slice(i, i + 1))
        book.add_glonass(glonass)
        yield state_of(book, int(satellite_index(1, glonass.prn)[0]), int(glonass.tb_gpst_ns[0]), after_s)


def state_of(book: OrbitBook, satellite: int, reference_ns: int, after_s: int) -> tuple[Key, State]:
    table = book.table(reference_ns + after_s * NS_PER_S)
    assert table.status[satellite] in (OrbitStatus.USABLE, OrbitStatus.UNHEALTHY)
    state = (table.r_ecef_m[satellite].tolist(), float(table.clock_s[satellite]))
    return (satellite, reference_ns // NS_PER_S), state


@pytest.mark.parametrize("after_s", [-1700, 0, 600, 1799])
def test_states_of_every_ephemeris(files: tuple[RinexNavigation, Any], after_s: int) -> None:
    ours, theirs = dict(our_states(files[0], after_s)), dict(rtklib_states(files[1], after_s))
    common = sorted(ours.keys() & theirs.keys())
    assert len(common) > 15
    position_m: NDArray[np.float64] = np.array([ours[k][0] for k in common]) - [theirs[k][0] for k in common]
    clock_s = np.array([ours[k][1] for k in common]) - [theirs[k][1] for k in common]
    worst = int(np.abs(position_m).max(axis=1).argmax())
    assert np.abs(position_m).max() < 1e-6, (satellite_name(common[worst][0]), position_m[worst])
    assert np.abs(clock_s).max() < 1e-15

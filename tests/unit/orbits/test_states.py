"""Positions, clocks and their derivatives: printed vectors, and a satellite a moment later."""

import numpy as np
import pytest

from gnss.constants import NS_PER_MS, NS_PER_S
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import satellite_index
from gnss.orbits.table import REACH_S_MAX, OrbitStatus, satellite_at, velocity_at
from tests.unit.orbits import vectors as v

R09 = v.number_of("R09")


@pytest.mark.parametrize("printed", v.PRINTED, ids=lambda p: f"{p.name}-{p.second_s}")
def test_printed_positions(printed: v.Printed) -> None:
    table, s = v.printed_table(printed), v.number_of(printed.name)
    assert table.status[s] == OrbitStatus.USABLE
    np.testing.assert_allclose(table.r_ecef_m[s], printed.r_ecef_m, rtol=0, atol=2e-4)


def test_the_clock_of_the_printed_beidou_satellite() -> None:
    table, s = v.printed_table(v.PRINTED[0]), v.number_of("C12")
    np.testing.assert_allclose(table.clock_s[s], -2.121769357473e-4 + 9.019432e-10, rtol=0, atol=1e-15)
    assert (table.tgd_s[s], table.tgd2_s[s]) == (2.4e-9, 0.4e-9)
    assert (table.issue[s], table.number[s]) == (3, 1042)


@pytest.mark.parametrize(
    ("after_s", "r_ecef_m"),
    [(900, (17694621.5645, 916869.7963, -18299426.4102)), (-900, (21382056.9298, -608804.4425, -13818285.8046))],
)
def test_printed_glonass_positions(after_s: int, r_ecef_m: tuple[float, float, float]) -> None:
    ephemeris = v.glonass_ephemeris()
    assert ephemeris.tb_s[0] == 71_100 and ephemeris.channel[0] == -2
    table = v.book().table(int(ephemeris.tb_gpst_ns[0]) + after_s * NS_PER_S)
    np.testing.assert_allclose(table.r_ecef_m[R09], r_ecef_m, rtol=0, atol=1e-3)
    assert (table.issue[R09], table.channel[R09]) == (79, -2)


@pytest.mark.parametrize("name", [*v.FRAMES, *v.ELEMENTS, "R09"])
@pytest.mark.parametrize("away_s", [-1400.0, 0.0, 1333.7])
def test_a_satellite_a_moment_away(name: str, away_s: float) -> None:
    """r + v dt + a dt²/2 stays within 0.1 mm of the state computed at that moment, and so does the clock."""
    one, s = _book_of(name), v.number_of(name)
    t_ns = _reference_ns(name) + int(away_s * 1e9)
    table = one.table(t_ns)
    reach_ms = round(REACH_S_MAX * 1e3)
    for dt_ms in (-reach_ms, -150, 70, reach_ms):
        then = one.table(t_ns + dt_ms * NS_PER_MS)
        x_m, y_m, z_m, clock_s = satellite_at(table, s, dt_ms / 1e3)
        np.testing.assert_allclose((x_m, y_m, z_m), then.r_ecef_m[s], rtol=0, atol=5e-5)
        assert abs(clock_s - then.clock_s[s]) < 1e-15
        np.testing.assert_allclose(velocity_at(table, s, dt_ms / 1e3), then.v_ecef_mps[s], rtol=0, atol=5e-5)


@pytest.mark.parametrize("name", [*v.FRAMES, *v.ELEMENTS, "R09"])
def test_velocity_and_drift_are_derivatives(name: str) -> None:
    one, s = _book_of(name), v.number_of(name)
    t_ns = _reference_ns(name) + 700 * NS_PER_S
    before, now, after = one.table(t_ns - NS_PER_S), one.table(t_ns), one.table(t_ns + NS_PER_S)
    v_mps = (after.r_ecef_m[s] - before.r_ecef_m[s]) / 2
    np.testing.assert_allclose(now.v_ecef_mps[s], v_mps, rtol=0, atol=1e-4)
    np.testing.assert_allclose(now.clock_drift_sps[s], (after.clock_s[s] - before.clock_s[s]) / 2, rtol=0, atol=1e-16)


def test_glonass_comes_out_the_same_whatever_was_asked_before() -> None:
    t_ns = int(v.glonass_ephemeris().tb_gpst_ns[0]) + 777 * NS_PER_S
    asked, fresh = v.book(), v.book()
    for before_s in (-900, 600, 776):
        asked.table(t_ns - before_s * NS_PER_S)
    assert np.array_equal(asked.table(t_ns).r_ecef_m, fresh.table(t_ns).r_ecef_m, equal_nan=True)


def _book_of(name: str) -> OrbitBook:
    alone = OrbitBook.empty()
    if name == "R09":
        alone.add_glonass(v.glonass_ephemeris())
    else:
        alone.add(v.recorded(name) if name in v.FRAMES else v.printed_elements(name))
    return alone


def _reference_ns(name: str) -> int:
    pages, system = _book_of(name).pages, "GRECJIS".index(name[0])
    rows = np.flatnonzero(pages.issues)
    assert rows[0] % 64 == satellite_index(system, int(name[1:])) % 64
    return int(pages.codes[rows[0], 0, 0])

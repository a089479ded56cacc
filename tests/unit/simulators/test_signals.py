"""Signals: geometry that agrees with the orbits, whole ambiguities, rates that fit, the same from the same seed."""

from functools import cache

import numpy as np
import pytest

from gnss.constants import GPS_OMEGA_E_RADPS, NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import BEIDOU, GLONASS, is_beidou_geo, satellite_index
from gnss.position.options import SppOptions
from gnss.position.spp import solve_spp
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX, carrier_hz
from simulators.signals.observer import Observed
from simulators.signals.orbits import Orbits
from simulators.signals.units import places_of
from simulators.sky import SKY_BUILT
from tests.unit.simulators.under_sky import PLACE, T0, ecef, observer, settings, watch

TWO = [(0.0, 0.0, 0.0), (2_000.0, -1_500.0, 40.0)]


@cache
def pair(makes: tuple[str, str] = ("board", "free")) -> Observed:
    """Two receivers whose signals have no errors, one of them in motion."""
    return watch(observer(makes, settings()), TWO, (0.0,), [(0.0, 0.0, 0.0), (12.0, 9.0, 0.5)])[0]


def wavelengths_m(o: ObservationBatch) -> np.ndarray:
    return SPEED_OF_LIGHT_MPS / carrier_hz(o.system, o.signal, o.channel)


def sent_at(orbits: Orbits, satellite: int, left_s: float) -> tuple[np.ndarray, float]:
    """Where a satellite was, and its clock, by a table of that very nanosecond."""
    table = orbits.table(T0 + round(left_s * NS_PER_S))
    rest_s = left_s - round(left_s * NS_PER_S) / NS_PER_S
    return table.r_ecef_m[satellite] + table.v_ecef_mps[satellite] * rest_s, float(table.clock_s[satellite])


def test_the_range_is_the_way_of_the_signal_and_the_clock_that_of_the_satellite() -> None:
    seen = pair()
    orbits, o, truth = observer(("board",), settings()).orbits, seen.observations, seen.truth
    satellites = satellite_index(o.system, o.prn)
    rows = [np.flatnonzero(satellites == satellite)[-1] for satellite in np.unique(satellites)]
    assert {int(o.system[row]) for row in rows} == {0, 1, 2, 3, 4}
    for row in rows:
        slot = int(o.slot[row])
        r = truth.r_ecef_m[slot] - truth.v_ecef_mps[slot] * truth.clock_s[slot]
        range_m = seen.paths.range_m[row]
        left_s = -truth.clock_s[slot] - range_m / SPEED_OF_LIGHT_MPS
        where, clock_s = sent_at(orbits, int(satellites[row]), left_s)
        turn = GPS_OMEGA_E_RADPS * range_m / SPEED_OF_LIGHT_MPS
        c, s = np.cos(turn), np.sin(turn)
        turned = np.array([c * where[0] + s * where[1], c * where[1] - s * where[0], where[2]])
        assert np.linalg.norm(turned - r) == pytest.approx(range_m, abs=2e-4)
        assert seen.paths.sat_clock_m[row] == pytest.approx(clock_s * SPEED_OF_LIGHT_MPS, abs=1e-4)


def test_code_and_phase_are_the_sums_of_their_parts() -> None:
    who = observer(("other", "chip"), settings(noise_ratio=1.0, multipath_ratio=1.0, iono_ratio=1.0))
    for seen in watch(who, TWO, (0.0, 1.0, 2.0, 3.0)):
        o, p = seen.observations, seen.paths
        common_m = p.range_m + p.rx_clock_m - p.sat_clock_m + p.tropo_m
        code_m = common_m + p.iono_m + p.code_bias_m + p.code_multipath_m + p.code_noise_m
        phase_m = common_m - p.iono_m + p.phase_bias_m + p.phase_multipath_m + p.phase_noise_m
        assert np.abs(o.pr_m - code_m).max() < 1e-7
        off_cyc = o.cp_cyc - phase_m / wavelengths_m(o) - p.n_cyc
        assert np.all((np.abs(off_cyc) < 1e-6) | np.isnan(o.cp_cyc))
    assert np.isfinite(o.cp_cyc).all()


def test_the_ionosphere_goes_with_the_square_of_the_wave() -> None:
    seen = watch(observer(("board",), settings(iono_ratio=1.0, systems="G")), TWO[:1], (0.0,))[0]
    o, iono_m = seen.observations, seen.paths.iono_m
    on_l1, on_l5 = (iono_m[o.signal == CODE_INDEX[code]] for code in ("1C", "5Q"))
    assert on_l5 / on_l1 == pytest.approx((154 / 115) ** 2)
    assert on_l1.min() > 0.5


def double_differences(seen: Observed) -> tuple[ObservationBatch, ObservationBatch, np.ndarray]:
    """Phases, known ranges taken off, between two receivers and with the first satellite of each signal, in cycles.

    With the rows of the second receiver, and for each the row of that first satellite.
    """
    o, p = seen.observations, seen.paths
    rest_cyc = o.cp_cyc - (p.range_m + p.rx_clock_m - p.sat_clock_m + p.tropo_m) / wavelengths_m(o)
    first, second = (np.flatnonzero(o.slot == slot) for slot in (0, 1))
    key = o.system.astype(np.int64) << 16 | o.prn.astype(np.int64) << 8 | o.signal
    _, a, b = np.intersect1d(key[first], key[second], return_indices=True)
    rows, single = second[b], rest_cyc[second[b]] - rest_cyc[first[a]]
    group = o.system[rows].astype(np.int64) << 8 | o.signal[rows]
    _, leader, which = np.unique(group, return_index=True, return_inverse=True)
    return o.take(rows), o.take(rows[leader[which]]), single - single[leader[which]]


def are_geos(o: ObservationBatch) -> np.ndarray:
    return np.array([is_beidou_geo(int(satellite)) for satellite in satellite_index(o.system, o.prn)])


def at_the_second(makes: tuple[str, str]) -> Observed:
    """Two receivers once all phases are tracked."""
    return watch(observer(makes, settings()), TWO, (0.0, 2.0))[-1]


def test_double_differences_are_whole() -> None:
    o, _, double_cyc = double_differences(at_the_second(("board", "free")))
    assert len(double_cyc) > 100
    assert np.abs(double_cyc - np.rint(double_cyc)).max() * 0.25 < 1e-3  # a wave is 25 cm at most
    assert len(np.unique(np.rint(double_cyc))) > 20
    assert set(o.system.tolist()) == {0, 1, 2, 3, 4}


def test_makes_differ_by_half_a_cycle_of_geos_and_by_channels_of_glonass() -> None:
    o, leaders, double_cyc = double_differences(at_the_second(("board", "other")))
    parts = double_cyc - np.rint(double_cyc)
    beidou = o.system == BEIDOU
    halves = np.abs(np.abs(parts[beidou]) - 0.5) < 1e-3
    assert np.array_equal(halves, (are_geos(o) != are_geos(leaders))[beidou])
    assert 0 < halves.sum() < halves.size
    assert np.abs(parts[(o.system != BEIDOU) & (o.system != GLONASS)]).max() < 1e-3
    assert np.abs(parts[o.system == GLONASS]).max() > 0.05


def test_code_biases_of_makes_are_what_their_table_says() -> None:
    seen = at_the_second(("board", "other"))
    o, p = seen.observations, seen.paths
    for letter, code, system, expected_m in (("E", "1C", 2, 3.1), ("C", "6I", 3, -5.5), ("J", "5Q", 4, -2.3)):
        rows = [(o.slot == slot) & (o.system == system) & (o.signal == CODE_INDEX[code]) for slot in (0, 1)]
        assert np.unique(np.round(p.code_bias_m[rows[1]] - p.code_bias_m[rows[0]], 6)) == pytest.approx([expected_m]), (
            letter
        )


def test_doppler_is_the_rate_of_the_phase() -> None:
    step_s = 0.2
    moving = [(0.0, 0.0, 0.0), (12.0, -9.0, 0.5)]
    _, first, second = watch(observer(("board", "free"), settings()), TWO, (2.0, 4.0, 4.0 + step_s), moving)
    a, b = first.observations, second.observations
    assert np.array_equal(a.prn, b.prn)
    change_cyc = b.cp_cyc - a.cp_cyc
    mean_hz = 0.5 * (a.doppler_hz + b.doppler_hz)
    rate_mps = (change_cyc / step_s + mean_hz) * wavelengths_m(a)
    known = np.isfinite(rate_mps) & (first.paths.el_rad > 0.5)
    assert known.sum() > 100
    assert np.abs(rate_mps[known]).max() < 2e-3  # what the troposphere changes is not in the Doppler


def test_positions_and_clocks_are_those_of_the_truth() -> None:
    told = settings(iono_ratio=1.0, tropo_wet_ratio=1.0)
    who = observer(("board", "free"), told)
    seen = watch(who, TWO, (0.0,), [(0.0, 0.0, 0.0), (12.0, 9.0, 0.5)])[0]
    book = OrbitBook.empty()
    kepler, glonass = who.orbits.on_air(T0)  # type: ignore[attr-defined]
    book.add(kepler)
    book.add_glonass(glonass)
    found = solve_spp(seen.epochs, seen.observations, book, SppOptions(klobuchar_gps=told.klobuchar))
    f = found.fixes
    # the receiver at the moment at which its clock, not GPS, shows the epoch
    behind_m = np.array([(0.0, 0.0, 0.0), (12.0, 9.0, 0.5)]) * seen.truth.clock_s[:, None]
    error_m = ecef_to_enu(geodetic_to_ecef(f.lat_rad, f.lon_rad, f.h_ell_m), *PLACE) - np.array(TWO) + behind_m
    assert np.abs(error_m).max() < 0.03
    assert np.abs(found.clocks.clock_s[:, 0] - seen.truth.clock_s).max() < 2e-10
    assert f.speed_mps == pytest.approx([0.0, 15.0], abs=0.01)


def rough(**changed: object):  # type: ignore[no-untyped-def]
    told = settings(
        noise_ratio=1.0,
        multipath_ratio=1.0,
        slip_ratio=50.0,
        half_cycle_s=4.0,
        jam_per_h=60.0,
        iono_ratio=1.0,
        **changed,
    )
    return observer(("board", "free", "chip"), told)


THREE = [(0.0, 0.0, 0.0), (300.0, 0.0, 0.0), (0.0, 900.0, 5.0)]


def test_the_same_seed_gives_the_same_bits() -> None:
    a, b = (watch(rough(), THREE, range(8), kind=SKY_BUILT) for _ in range(2))
    assert all(x.observations.equals(y.observations) and x.truth.equals(y.truth) for x, y in zip(a, b, strict=True))


def test_receivers_do_not_depend_on_their_company() -> None:
    together, alone = rough(), rough()
    for s in range(6):
        t = T0 + s * NS_PER_S
        whole = together.observe(t, places_of(ecef(THREE), kind=SKY_BUILT)).observations
        for row in (2, 0, 1):
            here = places_of(ecef(THREE), kind=SKY_BUILT).take(np.array([row], np.int32))
            assert alone.observe(t, here).observations.equals(whole.take(whole.slot == row))
    assert together.counts == alone.counts

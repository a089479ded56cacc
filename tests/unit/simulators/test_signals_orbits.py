"""The simulated constellations: where they should be, even from issue to issue, and whole over the wire."""

import numpy as np
import pytest

from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.orbits.book import OrbitBook
from gnss.orbits.satellites import BEIDOU, QZSS, satellite_index
from gnss.rtcm.ephemerides import decode_ephemerides, encode_ephemerides
from gnss.rtcm.glonass_ephemerides import decode_glonass_ephemerides, encode_glonass_ephemerides
from simulators.signals.elements import build_elements, ephemerides
from simulators.signals.orbits import EXACT, OrbitErrors, SimulatedOrbits
from tests.helpers.rtcm import decode_stream
from tests.unit.simulators.under_sky import SEED, T0

HOUR_NS = 3_600 * NS_PER_S


def known(table) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.flatnonzero(np.isfinite(table.r_ecef_m[:, 0]))


def test_geostationary_satellites_stand_over_the_equator_and_others_go_round() -> None:
    table = SimulatedOrbits(SEED, T0).table(T0)
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(table.r_ecef_m)
    for prn, lon_deg in ((59, 140.0), (60, 80.0), (61, 110.5), (2, 84.0)):
        satellite = int(satellite_index(BEIDOU, prn))
        assert np.degrees(lon_rad[satellite]) == pytest.approx(lon_deg, abs=0.5)
        assert abs(np.degrees(lat_rad[satellite])) < 2.0
        assert np.linalg.norm(table.v_ecef_mps[satellite]) < 120.0
    assert h_ell_m[satellite_index(BEIDOU, 60)] == pytest.approx(35.8e6, rel=2e-3)
    assert h_ell_m[satellite_index(BEIDOU, 20)] == pytest.approx(21.5e6, rel=5e-3)
    assert 32e6 < h_ell_m[satellite_index(QZSS, 2)] < 40e6
    assert len(known(table)) == 125
    assert np.all(table.status[known(table)] == 0)


@pytest.mark.parametrize("hours", [1, 3])
def test_the_motion_does_not_depend_on_the_time_of_ephemeris(hours: int) -> None:
    elements = build_elements(SEED, "GECJ", T0)
    tables = []
    for back in (0, hours):
        book = OrbitBook.empty()
        book.add(ephemerides(elements, np.full(len(elements.prn), T0 - back * HOUR_NS)))
        tables.append(book.table(T0))
    both = np.intersect1d(known(tables[0]), known(tables[1]))
    assert len(both) > 60
    for name, most in (("r_ecef_m", 1e-6), ("v_ecef_mps", 1e-9), ("clock_s", 1e-16)):
        change = np.abs(getattr(tables[0], name) - getattr(tables[1], name))[both]
        assert change.max() < most, name


def test_truth_goes_on_smoothly_for_hours() -> None:
    orbits = SimulatedOrbits(SEED, T0)
    step_ns = NS_PER_S // 2
    for minutes in range(0, 260, 20):
        t = T0 + minutes * 60 * NS_PER_S
        a, b = orbits.table(t), orbits.table(t + step_ns)
        expected_m = a.r_ecef_m + a.v_ecef_mps * 0.5 + a.a_ecef_mps2 * 0.125
        assert np.nanmax(np.abs(b.r_ecef_m - expected_m)) < 1e-3
        assert len(known(b)) == 125


def over_the_wire(orbits: SimulatedOrbits, t_gpst_ns: int) -> OrbitBook:
    kepler, glonass = orbits.on_air(t_gpst_ns)
    data = encode_ephemerides(kepler).tobytes() + encode_glonass_ephemerides(glonass).tobytes()
    decoded = decode_stream(data, reference_gpst_ns=t_gpst_ns)
    return OrbitBook.holding(decode_ephemerides(decoded), decode_glonass_ephemerides(decoded))


def test_messages_carry_the_orbits_to_their_steps() -> None:
    orbits = SimulatedOrbits(SEED, T0, errors=EXACT)
    heard, truth = over_the_wire(orbits, T0).table(T0), orbits.table(T0)
    assert np.array_equal(known(heard), known(truth))
    off_m = np.linalg.norm(heard.r_ecef_m - truth.r_ecef_m, axis=1)
    is_glonass = np.arange(len(off_m)) // 64 == 1
    assert np.nanmax(off_m[~is_glonass]) < 0.15
    assert np.nanmax(off_m[is_glonass]) < 1.5  # velocities in steps of 1 mm/s, a quarter of an hour away
    assert np.nanmax(np.abs(heard.clock_s - truth.clock_s)) * SPEED_OF_LIGHT_MPS < 0.3


def test_errors_of_orbits_have_the_sizes_asked_for_and_stay_for_an_issue() -> None:
    errors = OrbitErrors(clock_m=2.0, radial_m=0.5, along_m=3.0, cross_m=2.0)
    orbits, same = SimulatedOrbits(SEED, T0, "GEC", errors), SimulatedOrbits(SEED, T0, "GEC", errors)
    heard, truth = over_the_wire(orbits, T0).table(T0), orbits.table(T0)
    off_m = np.linalg.norm(heard.r_ecef_m - truth.r_ecef_m, axis=1)[known(truth)]
    clock_m = (heard.clock_s - truth.clock_s)[known(truth)] * SPEED_OF_LIGHT_MPS
    assert 2.0 < np.sqrt(np.mean(off_m**2)) < 5.0
    assert 1.5 < clock_m.std() < 2.5
    assert orbits.on_air(T0 + 60 * NS_PER_S)[0] is orbits.on_air(T0 + 90 * NS_PER_S)[0]
    assert same.on_air(T0)[0].equals(SimulatedOrbits(SEED, T0, "GEC", errors).on_air(T0)[0])

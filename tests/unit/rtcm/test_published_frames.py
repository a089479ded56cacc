"""Frames whose contents are printed in the standard or in the facts of the project."""

import numpy as np
import pytest

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_WEEK, SEMICIRCLE_RAD
from gnss.rtcm.encode_msm import encode_msm
from gnss.rtcm.encode_stations import encode_equipment, encode_glonass_biases, encode_positions
from gnss.rtcm.ephemerides import EphemerisBatch, decode_ephemerides, encode_ephemerides
from gnss.rtcm.glonass_ephemerides import decode_glonass_ephemerides
from gnss.rtcm.lock import LOCK_S, LockCode
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX
from gnss.rtcm.stations import GlonassBiasBatch, StationBatch, decode_stations
from tests.helpers.rtcm import decode_stream

BDS_EPHEMERIS = (
    "d300404123076a1dae0d3561fdbfddcae4308617cc824d7de2f55e87eaa400481ca7851954a2a10729ab000161d18a7603ffd8280bc4"
    "dd1121b10d0fce7fecfc0180100d3818"
)
GLONASS_EPHEMERIS = (
    "d3002d3fc24bb378cfa0f4964cb5d1a00d84ba00211bf2a7f648bf591663802d16f4a5015092c24c0000001a00000800c2b9e5"
)
STATION = "D300133ED7D30202980EDEEF34B4BD62AC0941986F33360B98"
STATION_WITH_HEIGHT = "d300153ee00003841a8692bfb44b4bf4fab7dc37628a01571ba9d6"


def test_the_station_of_the_standard() -> None:
    station = decode_stations(decode_stream(bytes.fromhex(STATION)))
    assert station.station.tolist() == [2003]
    np.testing.assert_allclose(station.ecef_m[0], [1114104.5999, -4850729.7108, 3975521.4643], rtol=0, atol=1e-9)
    assert encode_positions(station).tobytes() == bytes.fromhex(STATION)


def test_a_station_with_antenna_height() -> None:
    station = decode_stations(decode_stream(bytes.fromhex(STATION_WITH_HEIGHT)))
    np.testing.assert_allclose(station.ecef_m[0], [1762489.6191, -5027633.8438, -3496008.8438], rtol=0, atol=1e-9)
    np.testing.assert_allclose(station.antenna_up_m, 0.0343, rtol=0, atol=1e-12)


def test_a_beidou_ephemeris() -> None:
    """facts: gnss_facts §10, C12 of BDT week 949."""
    e = decode_ephemerides(decode_stream(bytes.fromhex(BDS_EPHEMERIS)))
    assert (SYSTEMS[e.system[0]], e.prn[0], e.week[0], e.iode[0], e.iodc[0]) == ("C", 12, 949, 3, 2)
    assert e.toe_gpst_ns[0] == e.toc_gpst_ns[0] == (949 + 1356) * NS_PER_WEEK + (316_800 + 14) * 1_000_000_000
    assert e.sqrt_a[0] == 5282.629014968872
    expected = {
        "e": 0.001100340740741686523, "af0_s": -2.1217693574726582e-4, "af1_sps": -7.778666599733697e-12,
        "crs_m": -102.984375, "delta_n_radps": 1.1275460565e-9 * SEMICIRCLE_RAD, "cuc_rad": -5.0924718379974e-6,
        "m0_rad": -0.11344346264377236 * SEMICIRCLE_RAD, "i0_rad": 0.31285916129127145 * SEMICIRCLE_RAD,
        "omega_rad": -0.4671555492095649 * SEMICIRCLE_RAD, "omega0_rad": 0.9092594981193542 * SEMICIRCLE_RAD,
        "omega_dot_radps": -2.2137101041e-9 * SEMICIRCLE_RAD, "idot_radps": -1.3505996321e-10 * SEMICIRCLE_RAD,
        "tgd_s": 2.4e-9, "tgd2_s": 0.4e-9,
    }  # fmt: skip
    for name, value in expected.items():
        np.testing.assert_allclose(getattr(e, name), value, rtol=1e-9, err_msg=name)
    assert encode_ephemerides(e).tobytes() == bytes.fromhex(BDS_EPHEMERIS)


def test_a_glonass_ephemeris() -> None:
    """facts: gnss_facts §10, R09."""
    e = decode_glonass_ephemerides(decode_stream(bytes.fromhex(GLONASS_EPHEMERIS)))
    assert (e.prn[0], e.channel[0], e.tb_s[0]) == (9, -2, 71_100)
    position = [e.x_m[0], e.y_m[0], e.z_m[0]]
    np.testing.assert_allclose(position, [19637818.84765625, 33108.88671875, -16217087.40234375], rtol=0, atol=1e-6)
    velocity = [e.vx_mps[0], e.vy_mps[0], e.vz_mps[0]]
    np.testing.assert_allclose(velocity, [-2059.713363647461, 844.9039459228516, -2497.6272583007812], rtol=1e-12)
    np.testing.assert_allclose([e.ax_mps2[0], e.ay_mps2[0], e.az_mps2[0]], [0, -1.862645e-6, 2.793968e-6], rtol=1e-6)


@pytest.mark.parametrize(
    ("indicator", "milliseconds"),
    [(63, 63), (64, 64), (95, 126), (96, 128), (160, 512), (352, 32768), (671, 33030144), (704, 67108864)],
)
def test_lock_times_of_df407(indicator: int, milliseconds: int) -> None:
    """The table of facts, gnss_facts §7, at the edges of its ranges."""
    assert LOCK_S[LockCode.DF407, indicator] == np.float32(milliseconds / 1e3)


@pytest.mark.parametrize(("indicator", "seconds"), [(23, 23), (24, 24), (48, 72), (72, 168), (119, 728), (127, 937)])
def test_lock_times_of_df013(indicator: int, seconds: int) -> None:
    assert LOCK_S[LockCode.DF013, indicator] == seconds


def observation(**columns: object) -> ObservationBatch:
    known: dict[str, object] = {"prn": [1, 1], "signal": [CODE_INDEX["1C"], CODE_INDEX["2L"]], "pr_m": [2e7, 2e7]}
    return ObservationBatch.missing(2, **{**known, **columns})


@pytest.mark.parametrize(
    ("columns", "kind", "what"),
    [
        ({}, 5, "MSM5 is not encoded"),
        ({"signal": [CODE_INDEX["7I"]] * 2}, 7, "no MSM number"),
        ({"prn": [0, 0]}, 7, "outside of the mask"),
        ({"signal": [CODE_INDEX["2L"], CODE_INDEX["1C"]]}, 7, "go by satellite"),
    ],
)
def test_what_no_message_can_say_is_refused(columns: dict[str, object], kind: int, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        encode_msm(observation(**columns), kind)


def test_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="x_m"):
        encode_positions(StationBatch.missing(1, number=[1005], ecef_m=[[1e9, 0, 0]]))
    with pytest.raises(ValueError, match="1007"):
        encode_positions(StationBatch.missing(1, number=[1007]))
    with pytest.raises(ValueError, match="4096"):
        encode_equipment(StationBatch.missing(1, station=[4096]))
    with pytest.raises(ValueError, match=r"655\.34"):
        encode_glonass_biases(GlonassBiasBatch.missing(1, bias_m=[[700, 0, 0, 0]]))
    with pytest.raises(ValueError, match="1020"):
        encode_ephemerides(EphemerisBatch.missing(1, number=[1020]))

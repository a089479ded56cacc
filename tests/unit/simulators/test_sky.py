"""The sky: it turns, geostationary satellites do not, walls hide what they should."""

import numpy as np
import pytest

from simulators.satellites import SATELLITES_A_GSA, SATELLITES_A_GSV, build_table, shown_cn0, spread
from simulators.sky import (
    CANYON_BINS,
    DOP_NONE,
    SHELLS,
    SKY_BUILT,
    SKY_CANYON,
    SKY_KINDS,
    SKY_OPEN,
    SKY_TUNNEL,
    Sky,
    build_constellation,
    compute_sky,
    receives,
)

STARS = build_constellation()
T0_S = 1_795_338_000.0
HOURS = range(0, 24, 3)


def sky_at(hour: float) -> Sky:
    return compute_sky(STARS, T0_S + 3600.0 * hour)


def test_ids_are_those_that_nmea_gives() -> None:
    for system, ids in ((1, range(1, 33)), (2, range(65, 97)), (3, range(1, 37)), (4, range(1, 64)), (5, range(1, 11))):
        own = STARS.nmea_id[STARS.system_id == system]
        assert set(own) <= set(ids)
        assert len(set(own)) == own.size


@pytest.mark.parametrize("hour", HOURS)
def test_an_open_sky_holds_satellites_of_every_system(hour: int) -> None:
    sky = sky_at(hour)
    assert 20 <= sky.sats_used[0, SKY_OPEN] <= 50
    assert np.all(np.bincount(STARS.system_id[sky.visible[SKY_OPEN]], minlength=6)[1:] >= 1)
    assert 0.3 < sky.hdop[0, SKY_OPEN] < 1.2
    real = sky.pdop < DOP_NONE
    np.testing.assert_allclose((sky.pdop**2)[real], (sky.hdop**2 + sky.vdop**2)[real], rtol=1e-9)


@pytest.mark.parametrize("hour", HOURS)
def test_walls_hide_satellites_and_a_tunnel_hides_all(hour: int) -> None:
    sky = sky_at(hour)
    for kind in (SKY_BUILT, *range(SKY_CANYON, SKY_CANYON + CANYON_BINS)):
        assert np.all(sky.visible[SKY_OPEN] | ~sky.visible[kind])
        assert sky.sats_used[0, kind] < sky.sats_used[0, SKY_OPEN]
    assert not sky.visible[SKY_TUNNEL].any()
    assert sky.hdop[0, SKY_TUNNEL] == sky.hdop[1, SKY_TUNNEL] == DOP_NONE


def test_a_canyon_is_open_along_its_street() -> None:
    low = [sky_at(hour) for hour in HOURS]
    el, az = np.concatenate([s.el_deg for s in low]), np.concatenate([s.az_deg for s in low])
    seen = np.concatenate([s.visible[SKY_CANYON] for s in low])  # a street from south to north
    aslant = (el > 16) & (el < 50)
    assert seen[aslant & ((az < 20) | (np.abs(az - 180) < 20))].all()
    assert not seen[aslant & (np.abs(az - 90) < 60)].any()


def test_medium_orbits_turn_and_geostationary_ones_stay() -> None:
    now, later = sky_at(0.0), sky_at(1.0)
    moved = np.hypot(now.el_deg - later.el_deg, (now.az_deg - later.az_deg + 180) % 360 - 180)
    still = np.array([bool(SHELLS[shell].tracks_deg) for shell in STARS.shell])
    assert moved[still].max() < 2.0
    assert np.median(moved[~still]) > 10.0


def test_tables_list_exactly_what_is_used() -> None:
    sky = sky_at(5.0)
    for per_message in (SATELLITES_A_GSA, SATELLITES_A_GSV):
        table = build_table(STARS, sky, per_message)
        for receiver in range(2):
            for kind in range(SKY_KINDS):
                pair = np.array([receiver * SKY_KINDS + kind])
                owner, message = table.expand(pair)
                listed = sorted(
                    (int(table.system[m]), int(sat)) for m in message for sat in table.sat[m] if not np.isnan(sat)
                )
                used = sky.visible[kind] & receives(STARS, receiver)
                assert listed == sorted(zip(STARS.system_id[used].tolist(), STARS.nmea_id[used].tolist(), strict=True))
                assert len(listed) == sky.sats_used[receiver, kind]
                assert np.all(owner == 0)
                assert message.size >= 1


def test_antennas_differ_but_each_is_true_to_itself() -> None:
    row, sat = np.array([1, 2, 3]), np.array([[19.0, 20.0]] * 3)
    assert np.array_equal(spread(row, sat), spread(row, sat))
    assert len(np.unique(spread(row, sat))) == 6
    assert np.abs(spread(np.arange(1000), np.full((1000, 1), 7.0))).max() <= 1.0
    shown = shown_cn0(np.array([[45.0, np.nan]]), np.array([4]), np.array([[19.0, np.nan]]))
    assert 41 <= shown[0, 0] <= 49
    assert np.isnan(shown[0, 1])

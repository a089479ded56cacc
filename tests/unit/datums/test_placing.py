"""A fleet's rows, each from its own frame, in one call; the affine form near its place; rows that are refused."""

from math import radians

import numpy as np
import pytest

from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_DAY
from gnss.status import Status
from mapping.datums.crossing import prepare_crossing
from mapping.datums.frame import CGCS2000_2000, Datum, Frame
from mapping.datums.gcj02 import geodetic_to_gcj02
from mapping.datums.placing import GPST_AT_2000_NS, NO_WAY, UNIX_AT_2000_NS, epochs_of, place
from mapping.datums.reported import Reported
from mapping.datums.transform import cross
from mapping.datums.velocity import grid_velocity, station_velocity
from mapping.datums.ways import NEAR_RAD, Place, prepare_ways

VELOCITY = station_velocity(0.0351, -0.0110, 0.0)
GANZHOU = Place(radians(25.831), radians(114.935))
YEAR_NS = NS_PER_DAY * 365.25
TEXTS = ("CGCS2000@2000.0", "WGS84@observation", "ITRF2014@2020.0", "GCJ02", "BD09", "WGS84@2026.5")
CROSSINGS = [prepare_crossing(Reported.parse(text), CGCS2000_2000, VELOCITY, CGCS2000_2000) for text in TEXTS]


def fixes(n: int, seed: int = 3, spread_rad: float = NEAR_RAD) -> FixBatch:
    rng = np.random.default_rng(seed)
    return FixBatch.missing(
        n,
        slot=np.arange(n),
        t_gpst_ns=(GPST_AT_2000_NS + rng.uniform(24, 28, n) * YEAR_NS).astype(np.int64),
        lat_rad=GANZHOU.lat_rad + rng.uniform(-spread_rad, spread_rad, n),
        lon_rad=GANZHOU.lon_rad + rng.uniform(-spread_rad, spread_rad, n),
        h_ell_m=rng.uniform(-50, 5_000, n),
    )


def apart_m(a: FixBatch, b: FixBatch) -> np.ndarray:
    east_m, north_m = (b.lon_rad - a.lon_rad) * np.cos(a.lat_rad) * 6.38e6, (b.lat_rad - a.lat_rad) * 6.36e6
    result: np.ndarray = np.sqrt(east_m**2 + north_m**2 + (b.h_ell_m - a.h_ell_m) ** 2)
    return result


def test_epochs() -> None:
    batch = FixBatch.missing(3, t_gpst_ns=[GPST_AT_2000_NS, NO_TIME, NO_TIME], t_rx_ns=[0, UNIX_AT_2000_NS, NO_TIME])
    np.testing.assert_allclose(epochs_of(batch), [2000.0, 2000.0, np.nan])
    # 2026-07-02 12:00, the middle of the year
    days = (np.datetime64("2026-07-02T12") - np.datetime64("1980-01-06")) / np.timedelta64(1, "D")
    epoch = epochs_of(FixBatch.missing(1, t_gpst_ns=[int(days * NS_PER_DAY)]))
    assert float(epoch[0]) == pytest.approx(2026.5, abs=2e-3)


def test_rows_of_all_frames_in_one_call_are_as_crossed_one_by_one() -> None:
    batch, way = fixes(300), np.arange(300, dtype=np.int32) % len(TEXTS)
    done = place(batch, way, prepare_ways(CROSSINGS, VELOCITY), CGCS2000_2000)
    assert not done.is_refused.any() and done.placed.frame == CGCS2000_2000
    epochs = epochs_of(batch)
    for row in range(0, 300, 7):
        frame = Reported.parse(TEXTS[way[row]]).frame_at(round(float(epochs[row]), 9))
        point = (batch.lat_rad[row], batch.lon_rad[row], batch.h_ell_m[row])
        alone = cross(*point, frame, CGCS2000_2000, velocity=VELOCITY, shift_of=CGCS2000_2000)
        rows = done.placed.rows
        np.testing.assert_allclose((rows.lat_rad[row], rows.lon_rad[row]), alone[:2], rtol=0, atol=3e-15)
        assert rows.h_ell_m[row] == pytest.approx(float(alone.h_ell_m), abs=2e-8)


def test_the_affine_form_is_within_a_tenth_of_a_millimetre() -> None:
    batch, way = fixes(2_000), np.arange(2_000, dtype=np.int32) % len(TEXTS)
    exact = place(batch, way, prepare_ways(CROSSINGS, VELOCITY), CGCS2000_2000).placed.rows
    quick = place(batch, way, prepare_ways(CROSSINGS, VELOCITY, GANZHOU), CGCS2000_2000).placed.rows
    assert 1e-9 < apart_m(exact, quick).max() < 1e-4


def test_outside_the_box_and_with_a_grid_the_way_is_exact() -> None:
    far = fixes(200, spread_rad=0.2)
    outside = np.maximum(abs(far.lat_rad - GANZHOU.lat_rad), abs(far.lon_rad - GANZHOU.lon_rad)) > NEAR_RAD
    way = np.full(200, 1, np.int32)
    exact = place(far, way, prepare_ways(CROSSINGS, VELOCITY), CGCS2000_2000).placed.rows
    quick = place(far, way, prepare_ways(CROSSINGS, VELOCITY, GANZHOU), CGCS2000_2000).placed.rows
    assert outside.sum() > 100
    assert quick.take(outside).equals(exact.take(outside))
    lat_rad, lon_rad = np.radians([20.0, 30.0]), np.radians([110.0, 120.0])
    grid = grid_velocity(lat_rad, lon_rad, np.broadcast_to([0.0351, -0.011, 0.0], (2, 2, 3)))
    near = place(fixes(50), way[:50], prepare_ways(CROSSINGS, grid, GANZHOU), CGCS2000_2000).placed.rows
    straight = place(fixes(50), way[:50], prepare_ways(CROSSINGS, grid), CGCS2000_2000).placed.rows
    assert near.equals(straight)


def test_nothing_to_do_is_not_done() -> None:
    batch = fixes(10)
    done = place(batch, np.zeros(10, np.int32), prepare_ways(CROSSINGS, VELOCITY), CGCS2000_2000)
    assert done.placed.rows is batch
    empty = place(FixBatch.empty(), np.empty(0, np.int32), prepare_ways([], None), CGCS2000_2000)
    assert len(empty.placed) == 0


def test_what_does_not_depend_on_the_cut() -> None:
    batch, way = fixes(500), np.arange(500, dtype=np.int32) % len(TEXTS)
    ways = prepare_ways(CROSSINGS, VELOCITY, GANZHOU)
    whole = place(batch, way, ways, CGCS2000_2000).placed.rows
    parts = [
        place(batch.take(slice(a, b)), way[a:b], ways, CGCS2000_2000).placed.rows
        for a, b in ((0, 1), (1, 77), (77, 500))
    ]
    assert FixBatch.concat(parts).equals(whole)


def test_refused_rows_have_no_position_and_say_why() -> None:
    batch = fixes(5).replace(t_gpst_ns=np.full(5, NO_TIME), status=np.array([0, 0, Status.STALE, 0, 0], np.uint8))
    batch = batch.replace(lat_rad=np.where(np.arange(5) == 3, np.nan, batch.lat_rad))
    # without way; of unknown epoch; without way and bad before; without position before; fixed epoch
    way = np.array([NO_WAY, 1, NO_WAY, NO_WAY, 5], np.int32)
    done = place(batch, way, prepare_ways(CROSSINGS, VELOCITY), CGCS2000_2000)
    assert done.is_refused.tolist() == [True, True, True, False, False]
    rows = done.placed.rows
    assert np.isnan(rows.lat_rad).tolist() == np.isnan(rows.lon_rad).tolist() == [True, True, True, True, False]
    assert rows.status.tolist() == [Status.FRAME_MIXED, Status.FRAME_MIXED, Status.STALE, 0, 0]


def test_a_row_without_height_keeps_its_place() -> None:
    batch = fixes(4)
    bare = batch.replace(h_ell_m=np.full(4, np.nan))
    for ways in (prepare_ways(CROSSINGS, VELOCITY), prepare_ways(CROSSINGS, VELOCITY, GANZHOU)):
        way = np.array([1, 2, 4, 5], np.int32)
        there, without = (place(rows, way, ways, CGCS2000_2000) for rows in (batch, bare))
        np.testing.assert_allclose(without.placed.rows.lat_rad, there.placed.rows.lat_rad, rtol=0, atol=2e-10)
        assert np.isnan(without.placed.rows.h_ell_m).all() and not without.is_refused.any()


def test_gcj02_rows_land_where_they_came_from() -> None:
    batch = fixes(20)
    lat_rad, lon_rad = geodetic_to_gcj02(batch.lat_rad, batch.lon_rad, frame=CGCS2000_2000)
    shifted = batch.replace(lat_rad=lat_rad, lon_rad=lon_rad)
    done = place(shifted, np.full(20, 3, np.int32), prepare_ways(CROSSINGS, VELOCITY, GANZHOU), CGCS2000_2000)
    assert apart_m(batch, done.placed.rows).max() < 5e-8


def test_ways_that_are_not_there() -> None:
    ways = prepare_ways(CROSSINGS, VELOCITY)
    for way in (len(CROSSINGS), -2):
        with pytest.raises(ValueError, match="6 ways"):
            place(fixes(1), np.array([way], np.int32), ways, CGCS2000_2000)


@pytest.mark.parametrize("text", ["WGS84@observation", "ITRF2020@2026.5", "CGCS2000@2000.0", "GCJ02"])
def test_reported_frames_as_text(text: str) -> None:
    assert str(Reported.parse(text.lower())) == text
    assert Reported.parse(" cgcs2000 ") == Reported.of(CGCS2000_2000)


@pytest.mark.parametrize(
    "text", ["", "WGS84", "GCJ02@observation", "CGCS2000@observation", "XIAN80@observation", "WGS84@now"]
)
def test_what_nobody_reports_in(text: str) -> None:
    with pytest.raises(ValueError, match="@observation"):
        Reported.parse(text)


def test_the_frame_of_an_observation() -> None:
    assert Reported.parse("WGS84@observation").frame_at(2026.5) == Frame(Datum.WGS84, 2026.5)
    assert Reported.parse("ITRF2020@2020.0").frame_at(2026.5) == Frame(Datum.ITRF2020, 2020.0)
    for bad in ((Datum.GCJ02, None, True), (Datum.WGS84, 2020.0, True), (Datum.WGS84, None, False)):
        with pytest.raises(ValueError, match=str(bad[0])):
            Reported(*bad)

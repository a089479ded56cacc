"""Positions by RTK of real receivers against where they were: hardly ever wrong, and as good as they say."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from gnss.rtk.engine import NO_BASE_EPOCH, Received, latest_base, step
from gnss.rtk.settings import Mode, RtkSettings
from gnss.rtk.state import RtkState
from tests.bench.bench_rtk_accuracy import dated_right
from tests.bench.rtk_errors import FIXED, Errors, solve
from tests.bench.rtk_recordings import Recorded, recorded
from tests.bench.rtk_scores import calibration
from tests.bench.rtk_worse import Rows, base_silent, sky_of, worse

pytestmark = pytest.mark.compiled

CAR_EPOCHS, STATIC_EPOCHS = 300, 150
BDS = RtkSettings(systems="C")
SINGLE = RtkSettings(mode=Mode.SINGLE_EPOCH)
B1I_TO_B3I = RtkSettings(systems="C", signals=("2I", "1P", "5P", "7I", "7D", "6I"))


def car(data_dir: Path) -> Recorded:
    return recorded("azure_car", data_dir).head(CAR_EPOCHS)


def static(data_dir: Path, name: str) -> Recorded:
    return recorded(name, data_dir).head(STATIC_EPOCHS)


def fixed_share(e: Errors) -> float:
    return float((e.quality == FIXED).mean())


def assert_honest(e: Errors) -> None:
    """No wrong fix, errors of the fixed ones within 3 sigma, and within their protection levels."""
    assert not e.wrong.any()
    c = calibration(e, FIXED)
    assert min(c.h_pct[2], c.v_pct[2]) > 98.0 and c.exceeded == 0


def test_a_car_on_one_frequency_is_fixed_within_five_seconds(data_dir: Path) -> None:
    e = solve(car(data_dir), RtkSettings())
    assert len(e) == CAR_EPOCHS and fixed_share(e) > 0.98
    assert e.since_s[e.quality == FIXED][0] <= 5.0
    assert np.quantile(e.h_m, 0.95) < 0.01 and np.quantile(e.v_m, 0.95) < 0.03
    assert_honest(e)


@pytest.mark.parametrize(("settings", "share"), [(RtkSettings(), 0.998), (RtkSettings(systems="GC"), 0.97)])
def test_a_whole_drive_is_fixed_and_never_wrong(data_dir: Path, settings: RtkSettings, share: float) -> None:
    e = solve(recorded("azure_car", data_dir), settings)
    assert fixed_share(e) >= share
    assert not e.wrong.any()


def test_a_whole_drive_epoch_by_epoch_is_hardly_ever_wrong(data_dir: Path) -> None:
    e = solve(recorded("azure_car", data_dir), SINGLE)
    assert fixed_share(e) >= 0.96
    assert e.wrong.mean() <= 1e-3


def test_a_car_epoch_by_epoch(data_dir: Path) -> None:
    e = solve(car(data_dir), SINGLE)
    assert fixed_share(e) > 0.9
    assert_honest(e)


def test_five_satellites_on_one_frequency_are_never_wrongly_fixed(data_dir: Path) -> None:
    for settings in (BDS, RtkSettings(systems="C", mode=Mode.SINGLE_EPOCH)):
        e = solve(recorded("azure_car", data_dir), settings)
        assert len(e) > 1800 and not e.wrong.any()
        assert (e.quality > 0).mean() > 0.7, "but they have positions"


@pytest.mark.parametrize("settings", [RtkSettings(), SINGLE, BDS], ids=["all", "single-epoch", "BDS"])
def test_two_stations_are_all_fixed_and_millimetres_off(data_dir: Path, settings: RtkSettings) -> None:
    e = solve(static(data_dir, "str_static"), settings)
    assert len(e) > 100 and fixed_share(e) == 1.0
    assert np.median(e.h_m) < 0.006 and (e.h_m < 0.015).all() and (e.v_m < 0.04).all()
    assert_honest(e)


@pytest.mark.parametrize("settings", [RtkSettings(), SINGLE, B1I_TO_B3I], ids=["all", "single-epoch", "BDS"])
def test_all_signals_of_beidou_are_fixed_from_the_first_epoch(data_dir: Path, settings: RtkSettings) -> None:
    e = solve(recorded("whu_static", data_dir), settings)
    assert len(e) == 52 and fixed_share(e) == 1.0
    assert (e.h_m < 0.03).all() and (e.v_m < 0.06).all(), "the truth is good to a centimetre"


def test_five_kilometres_on_three_frequencies(data_dir: Path) -> None:
    e = solve(recorded("csm1_static", data_dir), RtkSettings())
    assert len(e) == 60 and fixed_share(e) == 1.0
    assert (e.h_m < 0.01).all() and (e.v_m < 0.03).all()
    assert_honest(e)


def test_every_epoch_across_a_roll_over_of_the_week_is_dated_right(data_dir: Path) -> None:
    assert dated_right(data_dir) == (1126, 1126)


@pytest.mark.parametrize("variant", ["streets", "masks 35 %", "slips", "half cycles", "outages", "reflections"])
def test_worse_skies_cost_fixes_but_make_none_wrong(data_dir: Path, variant: str) -> None:
    for r in (car(data_dir), static(data_dir, "str_static")):
        sky = sky_of(r)
        e = solve(r, RtkSettings(), [worse(r, sky, variant, seed) for seed in range(2)])
        assert not e.wrong.any() and (e.quality > 0).mean() > 0.9


def test_old_corrections_are_not_trusted_more_than_they_deserve(data_dir: Path) -> None:
    for r in (car(data_dir), static(data_dir, "str_static")):
        e = solve(r, RtkSettings(), base=base_silent(r, 0))
        assert (e.quality > 0).all() and not e.wrong.any() and not e.misleading[e.quality == FIXED].any()


def in_pieces(r: Recorded, length: int) -> Iterator[FixBatch]:
    """The recording, so many epochs a call, the state saved and restored in between."""
    state, settings = RtkState.for_slots(1), RtkSettings()
    for start in range(0, len(r.epochs), length):
        epochs = r.epochs.take(slice(start, start + length))
        base_of = latest_base(epochs, r.base.epochs, settings.age_corr_s_max)
        state, fixes, _ = step(state, Received(epochs, r.observations), r.base, base_of, r.book, settings)
        state = RtkState.from_bytes(state.to_bytes())
        yield fixes


@pytest.mark.parametrize("length", [1, 7, 60])
def test_the_same_whatever_the_pieces(data_dir: Path, length: int) -> None:
    for r in (car(data_dir).head(70), static(data_dir, "str_static").head(70)):
        (whole,), parts = in_pieces(r, len(r.epochs)), FixBatch.concat(list(in_pieces(r, length)))
        for name, column in whole.columns().items():
            np.testing.assert_array_equal(parts.columns()[name], column, err_msg=name)


def test_terminals_do_not_disturb_each_other(data_dir: Path) -> None:
    r = car(data_dir).head(100)
    other = worse(r, sky_of(r), "streets", 0)
    alone, beside = solve(r, RtkSettings()), solve(r, RtkSettings(), [other, Rows(r.epochs, r.observations)])
    np.testing.assert_array_equal(beside.take(beside.run == 1).enu_m, alone.enu_m)


def test_without_a_fresh_base_there_is_no_position(data_dir: Path) -> None:
    r = car(data_dir).head(5)
    late = r.epochs.replace(t_gpst_ns=r.epochs.t_gpst_ns + 40_000 * NS_PER_S)
    assert (latest_base(late, r.base.epochs, 30.0) == NO_BASE_EPOCH).all()

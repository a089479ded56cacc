"""Receivers: honest sigmas, no fix in a tunnel, and a fix that decays step by step when corrections stay away."""

import numpy as np
import pytest
from numpy.typing import NDArray

from simulators.corrections import Corrections
from simulators.receivers import (
    AGE_FIXED_S_MAX,
    AGE_FLOAT_S_MAX,
    AGE_S_MAX,
    INS_SPAN_S,
    TAU_S,
    Epochs,
    Receivers,
    build_receivers,
    empty_epochs,
    observe,
)
from simulators.scenario import BaseStation, CorrectionSettings, Outage
from simulators.sky import SKY_CANYON, SKY_KINDS, SKY_OPEN, SKY_TUNNEL

M_A_DEGREE = 110_785.4
HDOP = np.full((2, SKY_KINDS), 0.7)


def at_rest(receivers: Receivers, sky: int, t_s: float, heard_s: float) -> Epochs:
    """One epoch of all receivers at one place."""
    count = receivers.t_s.size
    epochs = empty_epochs(np.arange(count, dtype=np.int32))
    epochs.true_lat_deg[:], epochs.true_lon_deg[:], epochs.true_h_ell_m[:] = 25.83, 114.93, 95.0
    epochs.sky[:], epochs.speed_mps[:], epochs.course_deg[:] = sky, 0.0, np.nan
    observe(receivers, epochs, t_s, np.array([heard_s]), HDOP, np.full(count, 3000.0))
    return epochs


def fleet(count: int, kind: int, ins_share: float = 0.0) -> Receivers:
    shares = [0.0, 0.0, 0.0]
    shares[kind] = 1.0
    return build_receivers(count, (shares[0], shares[1], shares[2]), ins_share, 1, 3)


def north_errors(epochs: Epochs) -> NDArray[np.float64]:
    """North error in units of the sigma that was reported."""
    return (epochs.lat_deg - epochs.true_lat_deg) * M_A_DEGREE / epochs.sigma_n_m


@pytest.mark.parametrize(("kind", "quality"), [(0, 4), (1, 2), (2, 1)])
def test_reported_sigmas_are_true(kind: int, quality: int) -> None:
    receivers = fleet(400, kind)
    receivers.lock_s[:] = 100.0
    errors, heights = [], []
    for k in range(12):
        epochs = at_rest(receivers, SKY_OPEN, 2.0 * TAU_S * k, 2.0 * TAU_S * k)
        assert np.all(epochs.fix_quality == quality)
        errors.append(north_errors(epochs))
        heights.append((epochs.h_ell_m - epochs.true_h_ell_m) / epochs.sigma_u_m)
    for drawn in (np.abs(np.concatenate(errors)), np.abs(np.concatenate(heights))):
        for sigmas, share in ((1, 0.6827), (2, 0.9545), (3, 0.9973)):
            assert np.mean(drawn <= sigmas) == pytest.approx(share, abs=0.025)


def test_a_better_fix_has_a_smaller_sigma() -> None:
    sigma = [float(at_rest(fleet(1, kind), SKY_OPEN, 60.0, 60.0).sigma_e_m[0]) for kind in range(3)]
    assert sigma[0] < 0.02
    assert 0.3 < sigma[1] < sigma[2] < 5.0


def test_errors_wander_slowly_and_tremble_a_little() -> None:
    receivers = fleet(2000, 1)
    one, second, much_later = (north_errors(at_rest(receivers, SKY_OPEN, t, t)) for t in (100.0, 101.0, 1500.0))
    assert np.corrcoef(one, second)[0, 1] == pytest.approx(0.8 * np.exp(-1 / TAU_S), abs=0.04)
    assert abs(np.corrcoef(one, much_later)[0, 1]) < 0.08


def test_a_tunnel_takes_the_fix_and_gives_it_back_in_steps() -> None:
    receivers = fleet(50, 0)
    assert np.all(at_rest(receivers, SKY_TUNNEL, 100.0, 100.0).fix_quality == 0)
    epochs = at_rest(receivers, SKY_TUNNEL, 101.0, 101.0)
    for column in (epochs.lat_deg, epochs.lon_deg, epochs.h_ell_m, epochs.sigma_n_m, epochs.age_corr_s):
        assert np.all(np.isnan(column))
    assert np.all(epochs.base == -1)
    seen = [int(at_rest(receivers, SKY_OPEN, 102.0 + k, 102.0 + k).fix_quality[0]) for k in range(40)]
    assert sorted(set(seen), key=seen.index) == [1, 5, 4]
    assert seen == sorted(seen, key=[1, 5, 4].index)


def test_an_inertial_unit_bridges_a_tunnel_for_a_while() -> None:
    receivers = fleet(20, 0, ins_share=1.0)
    epochs = [at_rest(receivers, SKY_TUNNEL, float(t), float(t)) for t in range(1, int(INS_SPAN_S) + 10)]
    quality = np.array([e.fix_quality[0] for e in epochs])
    assert np.all(quality[: int(INS_SPAN_S) - 2] == 6)
    assert quality[-1] == 0
    assert epochs[20].sigma_e_m[0] > epochs[3].sigma_e_m[0]


def test_without_corrections_a_fix_ages_and_decays() -> None:
    receivers = fleet(30, 0)
    receivers.lock_s[:] = 100.0
    stopped_s = 50.0
    last: list[tuple[float, int, float]] = []
    for t in range(45, 160):
        epochs = at_rest(receivers, SKY_OPEN, float(t), min(float(t), stopped_s))
        last.append((t - stopped_s, int(epochs.fix_quality[0]), float(epochs.age_corr_s[0])))
    for gone_s, quality, age_s in last:
        if gone_s < AGE_FIXED_S_MAX:
            assert quality == 4
        elif AGE_FIXED_S_MAX + 2 < gone_s < AGE_FLOAT_S_MAX:
            assert quality == 5
        elif AGE_FLOAT_S_MAX + 2 < gone_s < AGE_S_MAX:
            assert quality == 2
        elif gone_s > AGE_S_MAX + 2:
            assert quality == 1
        if quality == 1:
            assert np.isnan(age_s)
        elif gone_s > 2:
            assert age_s == pytest.approx(gone_s, abs=1.5)


def test_a_canyon_breaks_fixes_now_and_then() -> None:
    receivers = fleet(300, 0)
    seen = np.concatenate([at_rest(receivers, SKY_CANYON, float(t), float(t)).fix_quality for t in range(60, 180)])
    shares = {quality: float(np.mean(seen == quality)) for quality in (1, 4, 5)}
    assert sum(shares.values()) == 1.0
    assert all(share > 0.02 for share in shares.values())


def test_one_row_does_not_feel_the_others() -> None:
    alone, together = fleet(8, 0), fleet(8, 0)
    all_rows = at_rest(together, SKY_CANYON, 50.0, 50.0)
    one = empty_epochs(np.array([5], dtype=np.int32))
    one.true_lat_deg[:], one.true_lon_deg[:], one.true_h_ell_m[:], one.sky[:] = 25.83, 114.93, 95.0, SKY_CANYON
    observe(alone, one, 50.0, np.array([50.0]), HDOP, np.array([3000.0]))
    assert one.lat_deg[0] == all_rows.lat_deg[5]
    assert one.fix_quality[0] == all_rows.fix_quality[5]


def test_outages_are_merged_and_bases_found() -> None:
    bases = (BaseStation(id=9, lat_deg=25.80, lon_deg=114.9), BaseStation(id=4, lat_deg=25.90, lon_deg=114.9))
    outages = (Outage(base=4, start_s=10, duration_s=20), Outage(base=4, start_s=25, duration_s=15))
    corrections = Corrections(CorrectionSettings(bases=bases, outages=outages), seed=1)
    assert [corrections.heard_s(t)[1] for t in (5.0, 10.0, 29.0, 39.9, 40.0)] == [5.0, 10.0, 10.0, 10.0, 40.0]
    assert corrections.heard_s(20.0)[0] == 20.0
    near = corrections.nearest(np.array([25.81, 25.89]), np.array([114.9, 114.9]))
    assert corrections.id[near].tolist() == [9, 4]
    assert corrections.baseline_m(near, np.array([25.80, 25.90]), np.array([114.91, 114.9])) == pytest.approx(
        [1002.9, 0.0], abs=1.0
    )


def test_chance_outages_happen_as_often_as_told() -> None:
    settings = CorrectionSettings(outage_every_s=300.0, outage_length_s=30.0)
    corrections = Corrections(settings, seed=2)
    out = [np.sum(corrections.heard_s(float(t)) < t) for t in range(0, 60_000, 5)]
    assert np.mean(out) / len(settings.bases) == pytest.approx(0.095, abs=0.03)

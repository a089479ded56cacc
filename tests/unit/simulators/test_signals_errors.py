"""What goes wrong with signals: noise by strength, multipath that stays, slips, half cycles, hidden skies, clocks."""

from collections.abc import Sequence

import numpy as np
import pytest

from gnss.batches import SYSTEMS
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX
from simulators.signals.makes import TRAITS
from simulators.signals.observer import Observed
from simulators.signals.skies import SKY_TREES, build_skies
from simulators.sky import SKY_BUILT, SKY_CANYON, SKY_OPEN, SKY_TUNNEL
from tests.unit.simulators.under_sky import observer, settings, watch

HERE = [(0.0, 0.0, 0.0)]
MANY = [(5.0 * k, 0.0, 0.0) for k in range(40)]


def keys(o: ObservationBatch) -> np.ndarray:
    """A number for each receiver, satellite and signal."""
    return ((o.slot.astype(np.int64) << 8 | o.system) << 8 | o.prn) << 8 | o.signal


def series(seen: Sequence[Observed], column: str) -> np.ndarray:
    """A column of the paths of the series that all epochs have, (epochs, series)."""
    common = keys(seen[0].observations)
    for one in seen:
        common = np.intersect1d(common, keys(one.observations))
    rows = []
    for one in seen:
        _, _, at = np.intersect1d(common, keys(one.observations), return_indices=True)
        source = one.observations if column in ("lock_s", "half_cycle", "cp_cyc") else one.paths
        rows.append(getattr(source, column)[at])
    return np.array(rows)


def test_noise_is_that_of_the_signal_and_grows_as_it_weakens() -> None:
    who = observer(["board"] * 40, settings(noise_ratio=1.0))
    seen = watch(who, MANY, (0.0, 2.0, 3.0))[-1]
    o, p = seen.observations, seen.paths
    trait_m = np.array([TRAITS[SYSTEMS[s]][c].code_noise_m for s, c in zip(o.system, o.signal_names(), strict=True)])
    strong = p.el_rad > 1.0
    weak = p.el_rad < 0.3
    scaled = p.code_noise_m / trait_m * 10.0 ** ((o.cn0_dbhz.astype(float) - 45.0) / 20.0)
    assert scaled.std() == pytest.approx(1.0, abs=0.03)
    assert np.mean(np.abs(scaled) > 3.0) == pytest.approx(0.0027, abs=0.0025)
    assert (p.code_noise_m / trait_m)[weak].std() > 2.0 * (p.code_noise_m / trait_m)[strong].std()
    assert p.phase_noise_m.std() < 0.003


@pytest.mark.parametrize(("speed_mps", "least", "most"), [(0.0, 0.97, 1.0), (12.0, 0.05, 0.25)])
def test_multipath_stays_at_rest_and_changes_on_the_way(speed_mps: float, least: float, most: float) -> None:
    who = observer(["board"] * 40, settings(multipath_ratio=1.0))
    code_m = series(watch(who, MANY, (0.0, 1.0), (speed_mps, 0.0, 0.0)), "code_multipath_m")
    assert least < np.corrcoef(code_m[0], code_m[1])[0, 1] < most


def test_multipath_is_worse_near_the_horizon_and_houses_and_a_hundredth_on_phases() -> None:
    told = settings(multipath_ratio=1.0)
    seen = watch(observer(["board"] * 40, told), MANY, (0.0,))[0].paths
    low, high = seen.el_rad < 0.3, seen.el_rad > 1.0
    built = watch(observer(["board"] * 40, told), MANY, (0.0,), kind=SKY_BUILT)[0].paths
    assert built.code_multipath_m[built.el_rad > 1.0].std() > 1.6 * seen.code_multipath_m[high].std()
    assert seen.code_multipath_m[low].std() > 2.0 * seen.code_multipath_m[high].std()
    assert 0.004 < seen.phase_multipath_m.std() / seen.code_multipath_m.std() < 0.03


def test_slips_are_whole_counted_and_mostly_told() -> None:
    who = observer(["board"] * 40, settings(slip_ratio=1000.0, silent_slip_share=0.25, mask_deg=25.0))
    seen = watch(who, MANY, np.arange(30.0))
    n_cyc, lock_s = series(seen, "n_cyc"), series(seen, "lock_s")
    tracked = np.isfinite(series(seen, "cp_cyc"))
    jumps = (np.diff(n_cyc, axis=0) != 0.0) & tracked[:-1] & tracked[1:]
    sizes = np.diff(n_cyc, axis=0)[jumps]
    assert np.array_equal(sizes, np.rint(sizes))
    told = jumps & (lock_s[1:] == 0.0)
    counts = who.counts
    assert counts["lost"] == counts["lost_phases"] == 0
    assert told.sum() <= counts["slips"] <= told.sum() + (~tracked).sum()
    assert counts["silent_slips"] == pytest.approx((jumps & ~told).sum(), rel=0.06)
    assert counts["silent_slips"] / (counts["slips"] + counts["silent_slips"]) == pytest.approx(0.25, abs=0.05)
    assert counts["slips"] > 300


def test_half_cycles_are_open_until_resolved_and_half_of_them_off() -> None:
    who = observer(["board"] * 40, settings(half_cycle_s=5.0, signals_max=2, mask_deg=15.0))
    seen = watch(who, MANY, np.arange(12.0))
    first, last = seen[2].observations, seen[-1].observations
    has_data = np.isin(first.signal, [CODE_INDEX[code] for code in ("1C", "2I", "6I", "2W", "7I")])
    has_data &= (first.system != SYSTEMS.index("E")) | (first.signal != CODE_INDEX["1C"])
    assert np.array_equal(first.half_cycle == 1, has_data | (first.system == SYSTEMS.index("R")))
    assert last.half_cycle.sum() == 0
    parts = seen[2].paths.n_cyc % 1.0
    assert set(parts.tolist()) == {0.0, 0.5}
    assert parts[first.half_cycle == 1].mean() * 2.0 == pytest.approx(0.5, abs=0.05)
    assert np.all(parts[first.half_cycle == 0] == 0.0)
    assert np.all(seen[-1].paths.n_cyc % 1.0 == 0.0)
    assert who.counts["half_cycles_resolved"] == int((first.half_cycle == 1).sum())


def test_skies_are_hidden_as_their_horizons_say() -> None:
    who = observer(["board"], settings(systems="GC"))
    kinds = (SKY_OPEN, SKY_BUILT, SKY_CANYON, SKY_TUNNEL)
    seen = {kind: watch(observer(["board"], settings(systems="GC")), HERE, (0.0,), kind=kind)[0] for kind in kinds}
    assert len(seen[SKY_TUNNEL].observations) == len(seen[SKY_TUNNEL].epochs) == 0
    assert seen[SKY_TUNNEL].truth.rows.tolist() == [0]
    skies = build_skies()
    for kind in kinds[:3]:
        paths = seen[kind].paths
        direction = (paths.az_rad * 36.0 / np.pi).astype(int)
        assert np.all(np.sin(paths.el_rad) > skies.horizon[kind, direction])
    rows = [len(seen[kind].observations) for kind in kinds]
    assert rows[0] > rows[1] > rows[2] > 0
    assert who.counts["rows"] == 0


def test_hidden_satellites_may_be_heard_by_reflection_late_weak_and_without_phase() -> None:
    who = observer(["board"] * 40, settings(reflected_ratio=2.0))
    seen = watch(who, MANY, (0.0, 2.0), kind=SKY_CANYON)[-1]
    reflected = seen.paths.code_multipath_m > 1.0
    assert reflected.sum() > 100
    assert np.isnan(seen.observations.cp_cyc[reflected]).all()
    assert np.isfinite(seen.observations.cp_cyc[~reflected]).mean() > 0.9
    assert seen.observations.cn0_dbhz[reflected].mean() < seen.observations.cn0_dbhz[~reflected].mean() - 5.0
    assert who.counts["reflections"] < who.counts["hidden_satellites"]


def test_trees_take_strength_and_phases() -> None:
    open_sky, trees = (
        watch(observer(["board"] * 40, settings()), MANY, (0.0, 2.0, 4.0), (3.0, 0.0, 0.0), kind)
        for kind in (SKY_OPEN, SKY_TREES)
    )
    assert trees[-1].observations.cn0_dbhz.mean() < open_sky[-1].observations.cn0_dbhz.mean() - 4.0
    lacking = [np.isnan(seen[-1].observations.cp_cyc).mean() for seen in (open_sky, trees)]
    assert lacking[0] < 0.01 < lacking[1]


def test_interference_leaves_nothing_for_a_while() -> None:
    who = observer(["board"] * 40, settings(jam_per_h=360.0, jam_s=3.0, systems="G"))
    rows = np.array([seen.truth.rows for seen in watch(who, MANY, np.arange(20.0))])
    assert who.counts["jammed_epochs"] == int((rows == 0).sum()) > 10
    assert 0.1 < (rows == 0).mean() < 0.4


def test_a_free_clock_jumps_by_a_millisecond_and_a_steered_one_stays() -> None:
    who = observer(["free"] * 40, settings(systems="G"))
    who.units.drift_sps[:] = 2e-5
    clocks = np.array([seen.truth.clock_s for seen in watch(who, MANY, np.arange(60.0))])
    assert np.abs(clocks).max() < 5.3e-4
    jumps = np.diff(clocks, axis=0) < -9e-4
    assert who.counts["clock_jumps"] == int(jumps.sum()) > 30
    steered = observer(["board"] * 40, settings(systems="G"))
    clocks = np.array([seen.truth.clock_s for seen in watch(steered, MANY, np.arange(0.0, 300.0, 5.0))])
    assert 2e-9 < clocks[20:].std() < 3e-8


def test_the_ionosphere_differs_between_rover_and_base_as_told() -> None:
    told = settings(iono_north_mm_km=10.0, iono_east_mm_km=0.0, systems="G", signals_max=1)
    seen = watch(observer(["board", "board"], told), [(0.0, 0.0, 0.0), (0.0, 10_000.0, 0.0)], (0.0,))[0]
    high = seen.paths.el_rad > 1.2
    iono_m = [seen.paths.iono_m[high & (seen.observations.slot == slot)] for slot in (0, 1)]
    assert iono_m[1] - iono_m[0] == pytest.approx(0.1, abs=0.02)

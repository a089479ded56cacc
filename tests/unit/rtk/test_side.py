"""One receiver's observations less geometry: what is left is its clock, and only what is wanted is kept."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.orbits.satellites import BEIDOU, GLONASS, satellite_index
from gnss.orbits.table import OrbitTable
from gnss.rtcm.observations import NO_CHANNEL, ObservationBatch, ObservationSink
from gnss.rtcm.signals import CODE_INDEX, carrier_hz
from gnss.rtk._jobs import Bases
from gnss.rtk._side_kernel import forget_base, index_base, reduce_side, steady_side
from gnss.rtk._track_kernel import direction_up
from gnss.rtk._work import PAIRS_MAX, Work, new_work
from gnss.rtk.settings import RtkSettings, rules_of
from gnss.rtk.signals import BANDS, CARRIERS, CODES
from tests.unit.rtk.differences import Floats
from tests.unit.rtk.stage import BASE, book
from tests.unit.simulators.under_sky import T0, ecef, observer, settings, watch

EVERY = RtkSettings(systems="GREC", elevation_mask_deg=0.0)
ROVER = (1_200.0, -800.0, 0.0)


@cache
def heard() -> tuple[tuple[ObservationBatch, ...], OrbitTable, Floats]:
    """Two receivers whose signals have no errors, five seconds after they were switched on, and their clocks in s."""
    who = observer(("board", "free"), settings(systems="GREC", signals_max=2))
    seen = watch(who, [BASE, ROVER], (0.0, 5.0))[-1]
    mine = [seen.observations.take(seen.observations.slot == slot) for slot in (0, 1)]
    return tuple(mine), book(who).table(T0 + 5 * NS_PER_S), np.array(seen.truth.clock_s)


def frozen(array: Any) -> Any:
    """As the engine hands columns over: another kind would compile the kernel anew."""
    if not isinstance(array, np.ndarray):
        return array
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def reduced(
    o: ObservationBatch, place: tuple[float, float, float] = BASE, told: RtkSettings = EVERY, **changed: Any
) -> tuple[Work, int]:
    """The side of one receiver at a place; `changed` columns of the orbit table."""
    w, table = new_work(), heard()[1]._replace(**changed)
    x, up = np.array(ecef([place])[0]), np.zeros(4)
    direction_up(x, up)
    sink = ObservationSink(*(frozen(getattr(o, name)) for name in ObservationSink._fields))
    tables = OrbitTable(*(frozen(column) for column in table))
    n = reduce_side(sink, (0, len(o)), 0.0, tables, x, up, rules_of(told), CARRIERS, w.rover)
    return w, n


def column(w: Work, name: str, n: int) -> Floats:
    values: Floats = np.array(getattr(w.rover, name)[:n])
    return values


def test_what_is_left_of_two_receivers_differs_by_their_clocks() -> None:
    (base, rover), _, clock_s = heard()
    (a, n), (b, m) = reduced(base), reduced(rover, ROVER)
    assert n == m == len(base)
    assert np.array_equal(a.rover.satellite[:n], b.rover.satellite[:n])
    left_m = column(b, "code_m", n) - column(a, "code_m", n) - (clock_s[1] - clock_s[0]) * SPEED_OF_LIGHT_MPS
    # satellites' group delays are in both; troposphere and Earth's turn were taken off either side
    high = column(a, "sin_el", n) > 0.3
    assert np.abs(left_m[high]).max() < 0.003


def test_what_is_left_of_one_receiver_is_its_clock_and_group_delays() -> None:
    (base, _), _, clock_s = heard()
    w, n = reduced(base)
    left_m = column(w, "code_m", n) - clock_s[0] * SPEED_OF_LIGHT_MPS
    # satellites' own clocks, hundreds of kilometres, are taken off
    assert np.abs(left_m - np.median(left_m)).max() < 30.0


def test_phases_are_whole_waves_beside_that() -> None:
    (base, rover), _, clock_s = heard()
    (a, n), (b, _) = reduced(base), reduced(rover, ROVER)
    off_m = column(b, "phase_m", n) - column(a, "phase_m", n) - (clock_s[1] - clock_s[0]) * SPEED_OF_LIGHT_MPS
    cycles = off_m / column(a, "wavelength_m", n)
    # the receivers' phases have an offset by signal; GLONASS's would be one by satellite too
    good = np.flatnonzero((column(a, "sin_el", n) > 0.3) & np.isfinite(cycles) & (base.system != GLONASS))
    group = base.system[good].astype(np.int64) << 8 | base.signal[good]
    _, first, which = np.unique(group, return_index=True, return_inverse=True)
    double = cycles[good] - cycles[good][first][which]
    assert np.abs(double - np.rint(double)).max() < 0.03
    assert len(np.unique(np.rint(double))) > 20


def test_directions_are_unit_vectors_to_the_satellites() -> None:
    (base, _), table, _ = heard()
    w, n = reduced(base)
    e = column(w, "e", n)
    to = table.r_ecef_m[w.rover.satellite[:n]] - ecef([BASE])[0]
    assert np.linalg.norm(e, axis=1) == pytest.approx(np.ones(n), abs=1e-12)
    assert np.einsum("ij,ij->i", e, to / np.linalg.norm(to, axis=1)[:, None]) == pytest.approx(np.ones(n), abs=1e-8)


def test_what_the_receiver_says_is_handed_on() -> None:
    (base, _), *_ = heard()
    marked = base.replace(half_cycle=(np.arange(len(base)) % 2).astype(np.uint8))
    w, n = reduced(marked)
    encrypted = (base.system == SYSTEMS.index("G")) & (base.signal == CODE_INDEX["2W"])
    assert column(w, "cn0_dbhz", n) == pytest.approx(np.where(encrypted, 0.0, base.cn0_dbhz), rel=1e-6)
    assert column(w, "lock_s", n) == pytest.approx(base.lock_s, rel=1e-6)
    assert w.rover.half_cycle[:n].tolist() == (np.arange(n) % 2).tolist()
    assert w.rover.code[:n].tolist() == base.signal.tolist()
    assert column(w, "wavelength_m", n) == pytest.approx(
        SPEED_OF_LIGHT_MPS / carrier_hz(base.system, base.signal, base.channel), rel=1e-12
    )


@pytest.mark.parametrize(
    ("code", "is_known"), [("1C", True), ("2L", True), ("2W", False), ("2P", False), ("1W", False)]
)
def test_the_strength_of_encrypted_codes_says_nothing(code: str, is_known: bool) -> None:
    (base, _), *_ = heard()
    gps = base.take(base.system == SYSTEMS.index("G"))
    w, n = reduced(gps.replace(signal=np.full(len(gps), CODE_INDEX[code], np.uint8)))
    assert n == len(gps)
    assert ((column(w, "cn0_dbhz", n) > 0.0) == is_known).all()


def test_the_strength_of_glonass_precise_codes_is_used() -> None:
    (base, _), *_ = heard()
    glonass = base.take(base.system == SYSTEMS.index("R"))
    w, n = reduced(glonass.replace(signal=np.full(len(glonass), CODE_INDEX["1P"], np.uint8)))
    assert (column(w, "cn0_dbhz", n) > 0.0).all() and n > 0


@pytest.mark.parametrize("letter", SYSTEMS[:4])
def test_only_systems_that_are_set_are_used(letter: str) -> None:
    (base, _), *_ = heard()
    w, n = reduced(base, told=replace(EVERY, systems=letter))
    assert n == np.sum(base.system == SYSTEMS.index(letter)) > 0
    assert (w.rover.satellite[:n] // 64 == SYSTEMS.index(letter)).all()


def test_only_signals_that_are_set_are_used() -> None:
    (base, _), *_ = heard()
    w, n = reduced(base, told=replace(EVERY, signals=("1C", "6I")))
    assert set(w.rover.code[:n].tolist()) == {CODE_INDEX["1C"], CODE_INDEX["6I"]}


@pytest.mark.parametrize("mask_deg", [5.0, 30.0, 60.0])
def test_satellites_below_the_mask_are_left_out(mask_deg: float) -> None:
    (base, _), *_ = heard()
    whole, n = reduced(base)
    w, m = reduced(base, told=replace(EVERY, elevation_mask_deg=mask_deg))
    limit = np.sin(np.radians(mask_deg))
    assert column(w, "sin_el", m).min() >= limit
    assert m == np.sum(column(whole, "sin_el", n) >= limit)


def test_weak_signals_are_left_out_and_those_of_unknown_strength_are_not() -> None:
    (base, _), *_ = heard()
    strength = np.full(len(base), 45.0, np.float32)
    strength[3], strength[4] = 19.0, 0.0
    _, n = reduced(base.replace(cn0_dbhz=strength))
    assert n == len(base) - 1


@pytest.mark.parametrize("pr_m", [np.nan, np.inf, -1.0, 0.0, 9e5, 2e8])
def test_ranges_that_are_none_are_left_out(pr_m: float) -> None:
    (base, _), *_ = heard()
    ranges = base.pr_m.copy()
    ranges[5] = pr_m
    w, n = reduced(base.replace(pr_m=ranges))
    assert n == len(base) - 1
    assert np.isfinite(column(w, "code_m", n)).all()


@pytest.mark.parametrize("none", [np.nan, 0.0, 1e30, -np.inf])
def test_a_range_without_a_phase_is_kept(none: float) -> None:
    (base, _), *_ = heard()
    phases = base.cp_cyc.copy()
    phases[5] = none
    w, n = reduced(base.replace(cp_cyc=phases))
    assert n == len(base)
    assert np.flatnonzero(np.isnan(column(w, "phase_m", n))).tolist() == [5]


@pytest.mark.parametrize("what", ["satellite", "row", "unknown"])
def test_what_is_unhealthy_or_unknown_is_left_out(what: str) -> None:
    (base, _), table, _ = heard()
    satellite = int(satellite_index(base.system[:1], base.prn[:1])[0])
    mine = satellite_index(base.system, base.prn) == satellite
    if what == "satellite":
        status = table.status.copy()
        status[satellite] = 3
        _, n = reduced(base, status=status)
        assert n == len(base) - mine.sum()
    elif what == "row":
        _, n = reduced(base.replace(status=mine.astype(np.uint8)))
        assert n == len(base) - mine.sum()
    else:
        _, n = reduced(base.replace(prn=np.where(mine, 0, base.prn).astype(np.uint8)))
        assert n == len(base) - mine.sum()


def test_channels_of_glonass_come_from_the_receiver_else_from_the_orbits() -> None:
    (base, _), table, _ = heard()
    glonass = base.take(base.system == GLONASS)
    unknown = glonass.replace(channel=np.full(len(glonass), NO_CHANNEL, np.int8))
    (a, n), (b, m) = reduced(glonass), reduced(unknown)
    assert n == m == len(glonass)
    assert np.array_equal(column(a, "wavelength_m", n), column(b, "wavelength_m", n))
    assert len(np.unique(column(a, "wavelength_m", n))) > 4
    nowhere = np.full_like(table.channel, NO_CHANNEL)
    assert reduced(unknown, channel=nowhere)[1] == 0
    assert reduced(glonass, channel=nowhere)[1] == n


def test_a_signal_that_its_system_does_not_have_is_left_out() -> None:
    (base, _), *_ = heard()
    strange = base.take(base.system == BEIDOU)
    assert reduced(strange.replace(signal=np.full(len(strange), CODE_INDEX["2W"], np.uint8)))[1] == 0


def test_more_rows_than_there_is_room_for_are_left_out() -> None:
    (base, _), *_ = heard()
    many = ObservationBatch.concat([base] * (1 + PAIRS_MAX // len(base)))
    assert reduced(many)[1] == PAIRS_MAX


def test_rows_of_a_base_are_found_by_code_and_the_first_of_each_band() -> None:
    (base, _), *_ = heard()
    w, n = reduced(base)
    index_base(w.rover, n, CARRIERS, w.lookup)
    for i in range(n):
        satellite, code = int(w.rover.satellite[i]), int(w.rover.code[i])
        assert w.lookup.by_code[satellite * CODES + code] == i
        band = int(CARRIERS.band[satellite >> 6, code])
        first = int(w.lookup.by_band[satellite * BANDS + band])
        assert first <= i
        assert int(CARRIERS.band[satellite >> 6, int(w.rover.code[first])]) == band
    forget_base(w.rover, n, CARRIERS, w.lookup)
    assert (w.lookup.by_code == -1).all()
    assert (w.lookup.by_band == -1).all()


def test_steady_codes_take_the_place_of_those_sent_row_by_row() -> None:
    (base, _), *_ = heard()
    told = replace(EVERY, systems="C")
    w, n = reduced(base, told=told)
    as_sent, phases = column(w, "code_m", n), column(w, "phase_m", n)
    rows = np.flatnonzero(base.system == SYSTEMS.index("C"))
    correction_m, share = np.arange(len(base)) * 0.01, 1.0 / (1.0 + np.arange(len(base)))
    none = (
        np.zeros(1, np.int64),
        np.zeros(1, np.int32),
        np.zeros(1, np.int64),
        np.zeros((1, 3)),
        np.zeros(1, np.int32),
    )
    steady_side(w.rover, n, Bases(*(frozen(column) for column in (*none, correction_m, share))))
    assert column(w, "code_m", n) - as_sent == pytest.approx(correction_m[rows], abs=1e-6)
    assert column(w, "share", n) == pytest.approx(share[rows])
    assert np.array_equal(column(w, "phase_m", n), phases, equal_nan=True)

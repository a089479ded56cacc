"""Pairing: which signals are differenced with which, in which group, with which weight."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from gnss.constants import SPEED_OF_LIGHT_MPS
from gnss.orbits.satellites import BEIDOU, GLONASS, satellite_index
from gnss.rtcm.signals import CODE_INDEX, carrier_hz
from gnss.rtk._pair_kernel import (
    CODE_UNLOCKED,
    CODE_UNSETTLED,
    GEO_NOISE,
    INTEGERS_ENOUGH,
    SETTLED_S,
    SURROUNDED,
    find_group,
    group_key,
    pair_up,
)
from gnss.rtk._side_kernel import forget_base, index_base
from gnss.rtk._work import GROUPS_MAX, PAIRS_MAX, Side, Work, new_work
from gnss.rtk.settings import RtkSettings, rules_of
from gnss.rtk.signals import CARRIERS
from tests.unit.rtk.differences import Floats

GPS, GALILEO = 0, 2
PLAIN = RtkSettings(common_ratio=0.0)
"""Signals of a satellite share nothing."""


@dataclass
class Heard:
    """A signal of a satellite as one receiver has it, geometry taken off."""

    system: int
    prn: int
    code: str
    code_m: float = 0.0
    phase_m: float = 0.0
    sin_el: float = 1.0
    cn0_dbhz: float = 50.0
    lock_s: float = 99.0
    half_cycle: int = 0
    channel: int = 0
    share: float = 1.0

    @property
    def satellite(self) -> int:
        return int(satellite_index(np.array([self.system]), np.array([self.prn]))[0])

    @property
    def wavelength_m(self) -> float:
        where = (np.array([self.system]), np.array([CODE_INDEX[self.code]]), np.array([self.channel]))
        return SPEED_OF_LIGHT_MPS / float(carrier_hz(*where)[0])


def fill(side: Side, heard: list[Heard]) -> int:
    for i, h in enumerate(heard):
        side.satellite[i], side.code[i], side.wavelength_m[i] = h.satellite, CODE_INDEX[h.code], h.wavelength_m
        side.e[i] = (0.6 * h.sin_el, 0.8 * h.sin_el, h.sin_el)
        for name in ("code_m", "phase_m", "sin_el", "cn0_dbhz", "lock_s", "half_cycle", "share"):
            getattr(side, name)[i] = getattr(h, name)
    return len(heard)


@dataclass
class Paired:
    """Two receivers' signals, paired."""

    rover: list[Heard]
    base: list[Heard]
    settings: RtkSettings = PLAIN
    iono_m2: float = 0.0
    clock_m2: float = 0.0
    code_variance: float = 1.0
    w: Work = field(default_factory=new_work)

    def __post_init__(self) -> None:
        n = fill(self.w.base, self.base)
        index_base(self.w.base, n, CARRIERS, self.w.lookup)
        m = fill(self.w.rover, self.rover)
        rules = rules_of(self.settings)
        pair_up(self.w, m, CARRIERS, rules, self.iono_m2, self.clock_m2, self.code_variance)
        forget_base(self.w.base, n, CARRIERS, self.w.lookup)

    def __len__(self) -> int:
        return int(self.w.pairs.count[0])

    def rows(self) -> list[int]:
        """Of the rover, that have a pair."""
        return [int(row) for row in self.w.pairs.row[: len(self)]]

    def column(self, name: str) -> Floats:
        column: Floats = np.array(getattr(self.w.pairs, name)[: len(self)])
        return column


def many(system: int, code: str, n: int, first: int = 1) -> list[Heard]:
    return [Heard(system, first + k, code) for k in range(n)]


def test_differences_are_rover_less_base_and_less_a_clock() -> None:
    rover = [Heard(GPS, 5, "1C", code_m=7.0, phase_m=3.0, lock_s=8.0), Heard(GPS, 9, "1C", code_m=2.0)]
    base = [Heard(GPS, 9, "1C", code_m=5.5, phase_m=1.5), Heard(GPS, 5, "1C", code_m=1.0, phase_m=2.5, lock_s=90.0)]
    paired = Paired(rover, base)
    assert np.stack([paired.column("code_m"), paired.column("phase_m")]).tolist() == [[0.0, -9.5], [-5.5, -7.5]]
    assert paired.column("lock_s").tolist() == [8.0, 99.0]
    assert paired.column("a").tolist() == [[-0.6, -0.8, -1.0]] * 2
    assert paired.column("place").tolist() == [-1, -1]


def test_signals_that_only_one_side_has_are_left_out() -> None:
    rover = [*many(GPS, "1C", 3), Heard(GALILEO, 1, "5Q"), Heard(GPS, 9, "5Q")]
    assert Paired(rover, [Heard(GPS, 2, "1C"), Heard(GPS, 9, "1C"), Heard(GALILEO, 2, "5Q")]).rows() == [1]
    assert len(Paired(rover, [])) == 0
    assert len(Paired([], rover)) == 0


def test_other_signals_of_the_same_carrier_are_paired_in_a_group_of_their_own() -> None:
    rover = [Heard(GPS, 1, "1C"), Heard(GPS, 2, "1C"), Heard(GPS, 3, "2L")]
    base = [Heard(GPS, 1, "1C"), Heard(GPS, 2, "1L"), Heard(GPS, 3, "2W")]
    paired = Paired(rover, base)
    assert paired.rows() == [0, 1, 2]
    assert len(np.unique(paired.column("key"))) == 3
    assert len(np.unique(paired.column("code_group"))) == 3


def test_the_same_signal_is_preferred_to_another_of_its_carrier() -> None:
    base = [Heard(GPS, 1, "2W", phase_m=1.0), Heard(GPS, 1, "2L", phase_m=2.0)]
    assert Paired([Heard(GPS, 1, "2L", phase_m=5.0)], base).column("phase_m").tolist() == [3.0]
    assert Paired([Heard(GPS, 1, "2X", phase_m=5.0)], base).column("phase_m").tolist() == [4.0]


def test_signals_of_different_carriers_are_never_differenced() -> None:
    # B1I and B1C have one band digit each of their own; GLONASS satellites one channel each of their own
    assert len(Paired([Heard(BEIDOU, 30, "1P")], [Heard(BEIDOU, 30, "2I")])) == 0
    assert len(Paired([Heard(GLONASS, 3, "1C", channel=5)], [Heard(GLONASS, 3, "1C", channel=-2)])) == 0
    assert len(Paired([Heard(GLONASS, 3, "1C", channel=5)], [Heard(GLONASS, 3, "1C", channel=5)])) == 1


def test_the_base_is_forgotten_when_the_next_one_comes() -> None:
    paired = Paired(many(GPS, "1C", 4), many(GPS, "1C", 4))
    assert (paired.w.lookup.by_code == -1).all()
    assert (paired.w.lookup.by_band == -1).all()


def test_a_half_cycle_that_is_open_on_one_side_is_open_in_the_difference() -> None:
    whole, half = Heard(GPS, 1, "1C"), Heard(GPS, 1, "1C", half_cycle=1)
    for rover, base, is_open in ((half, whole, 1), (whole, half, 1), (half, half, 1), (whole, whole, 0)):
        paired = Paired([rover], [base])
        assert paired.column("half_cycle").tolist() == [is_open]
        assert paired.column("wavelength_m").tolist() == [pytest.approx(whole.wavelength_m)]


def test_beidou_satellites_are_compared_within_their_generation_and_orbits() -> None:
    prns = {3: "GEO", 11: "second", 14: "second", 27: "third", 35: "third", 59: "GEO"}
    heard = [Heard(BEIDOU, prn, "2I") for prn in prns]
    key = Paired(heard, heard).column("key")
    for i, one in enumerate(prns.values()):
        for j, other in enumerate(prns.values()):
            assert (key[i] == key[j]) == (one == other)


def test_keys_of_systems_and_signals_are_all_different() -> None:
    satellites = [Heard(system, 20, "1C").satellite for system in (0, 2, 3, 4)]
    codes = range(20)
    keys = {group_key(s, rover, base) for s in satellites for rover in codes for base in codes}
    assert len(keys) == len(satellites) * len(codes) ** 2


def test_a_phase_that_is_missing_has_no_weight_and_its_code_has() -> None:
    paired = Paired([Heard(GPS, 1, "1C", phase_m=np.nan), Heard(GPS, 2, "1C")], many(GPS, "1C", 2))
    assert paired.column("w_phase")[0] == 0.0 < paired.column("w_phase")[1]
    assert (paired.column("w_code") > 0.0).all()


@pytest.mark.parametrize(
    ("change", "ratio"),
    [
        ({"phase_m": np.nan}, CODE_UNLOCKED), ({"half_cycle": 1}, CODE_UNSETTLED),
        ({"lock_s": SETTLED_S - 1.0}, CODE_UNSETTLED), ({"lock_s": SETTLED_S}, 1.0), ({"lock_s": np.nan}, 1.0),
    ],
)  # fmt: skip
def test_a_code_is_as_good_as_the_lock_on_its_phase(change: dict[str, Any], ratio: float) -> None:
    odd, well = replace(Heard(GPS, 1, "1C"), **change), Heard(GPS, 2, "1C")
    weights = Paired([odd, well], many(GPS, "1C", 2)).column("w_code")
    assert weights[1] / weights[0] == pytest.approx(ratio)


@pytest.mark.parametrize("disturbed", [0, 1, 3])
def test_where_many_phases_are_disturbed_all_codes_are_noisier(disturbed: int) -> None:
    heard = [Heard(GPS, 1 + k, "1C", phase_m=np.nan if k < disturbed else 0.0) for k in range(4)]
    among, alone = (Paired(rover, many(GPS, "1C", 4)).column("w_code")[3] for rover in (heard, many(GPS, "1C", 4)))
    assert alone / among == pytest.approx(1.0 + SURROUNDED * disturbed / 4.0)


def variance_m2(rover: Heard, base: Heard, settings: RtkSettings = PLAIN) -> float:
    return 1.0 / float(Paired([rover], [base], settings).column("w_phase")[0])


@pytest.mark.parametrize("sin_el", [1.0, 0.5, 0.26])
def test_noise_grows_towards_the_horizon(sin_el: float) -> None:
    heard = Heard(GPS, 1, "1C", sin_el=sin_el)
    # both receivers, and half of it everywhere, half by elevation
    assert variance_m2(heard, heard) == pytest.approx(2 * 0.003**2 * (0.5 + 0.5 / sin_el**2))


def test_weak_signals_are_noisier_and_strong_ones_no_better() -> None:
    normal, weak, strong = (Heard(GPS, 1, "1C", cn0_dbhz=level) for level in (40.0, 30.0, 55.0))
    unknown = replace(normal, cn0_dbhz=0.0)
    one = variance_m2(normal, normal)
    assert variance_m2(weak, weak) == pytest.approx(10.0 * one)
    assert variance_m2(weak, normal) == pytest.approx(5.5 * one)
    assert variance_m2(strong, unknown) == pytest.approx(one)


def test_slow_geos_are_noisier() -> None:
    geo, other = Heard(BEIDOU, 3, "2I"), Heard(BEIDOU, 27, "2I")
    assert variance_m2(geo, geo) == pytest.approx(GEO_NOISE * variance_m2(other, other))


def test_codes_are_noisier_by_the_ratio_and_by_what_was_learnt() -> None:
    heard = [Heard(GPS, 1, "1C")]
    told = replace(PLAIN, sigma_code_ratio=150.0)
    paired = Paired(heard, heard, told, code_variance=4.0)
    assert paired.column("w_phase")[0] / paired.column("w_code")[0] == pytest.approx(4.0 * 150.0**2)


def test_a_steady_code_of_the_base_leaves_the_noise_of_the_rover() -> None:
    rover = [Heard(GPS, 1, "1C", sin_el=0.5, cn0_dbhz=34.0)]
    raw, steady = (Paired(rover, [Heard(GPS, 1, "1C", sin_el=0.5, share=share)]) for share in (1.0, 0.25))
    of_rover, of_both = variance_m2(rover[0], rover[0]) / 2.0, variance_m2(rover[0], Heard(GPS, 1, "1C", sin_el=0.5))
    left = (of_rover + 0.25 * (of_both - of_rover)) / of_both
    assert raw.column("w_code") / steady.column("w_code") == pytest.approx(left)
    assert raw.column("w_phase") == pytest.approx(steady.column("w_phase"))


def test_what_signals_of_a_satellite_share_is_taken_from_their_own() -> None:
    heard = Heard(GPS, 1, "1C")
    paired = Paired([heard], [heard], RtkSettings(common_ratio=0.4))
    whole = variance_m2(heard, heard)
    assert 1.0 / paired.column("w_phase")[0] == pytest.approx(0.6 * whole)
    assert paired.column("shared_m")[0] ** 2 == pytest.approx(0.4 * whole)


def test_the_ionosphere_is_longer_near_the_horizon_and_on_long_waves() -> None:
    heard = [Heard(GPS, 1, "1C"), Heard(GPS, 1, "5Q"), Heard(GPS, 2, "1C", sin_el=0.3)]
    high, long, low = Paired(heard, heard, iono_m2=0.01).column("shared_m") ** 2
    assert 0.008 < high < 0.01 < low < 0.01 / 0.3**2
    assert long / high == pytest.approx((1575.42 / 1176.45) ** 4)


def test_what_satellite_clocks_did_meanwhile_is_shared_and_the_same_for_all() -> None:
    high, low = Heard(GPS, 1, "1C"), Heard(GPS, 2, "1C", sin_el=0.3)
    assert Paired([high, low], [high, low], clock_m2=0.01).column("shared_m") == pytest.approx([0.1, 0.1], rel=1e-3)


@pytest.mark.parametrize("ratio", [0.0, 0.5, 0.9])
def test_codes_of_a_satellite_weigh_less_than_so_many_would(ratio: float) -> None:
    codes = ["1C", "2L", "5Q"]
    heard = [Heard(GPS, 1, code) for code in codes] + [Heard(GPS, 2, "1C")]
    w_code = Paired(heard, heard, RtkSettings(common_ratio=ratio)).column("w_code")
    assert w_code[:3].sum() == pytest.approx(w_code[3] * 3.0 / (1.0 + 2.0 * ratio))


def glonass_and(n: int, base_n: int | None = None) -> int:
    """How many GLONASS pairs there are beside so many GPS satellites."""
    glonass = [Heard(GLONASS, k, "1C", channel=k - 4) for k in range(1, 6)]
    base = many(GPS, "1C", n if base_n is None else base_n)
    return len(Paired(many(GPS, "1C", n) + glonass, base + glonass)) - min(n, len(base))


def test_glonass_serves_where_others_are_few() -> None:
    assert glonass_and(INTEGERS_ENOUGH - 1) == 5
    assert glonass_and(INTEGERS_ENOUGH) == 0
    # what the base does not hear does not count
    assert glonass_and(INTEGERS_ENOUGH + 4, base_n=INTEGERS_ENOUGH - 1) == 5


def test_satellites_and_not_signals_make_glonass_needless() -> None:
    glonass = [Heard(GLONASS, 1, "1C", channel=3)]
    two = [Heard(GPS, prn, code) for prn in range(1, INTEGERS_ENOUGH) for code in ("1C", "5Q")]
    assert len(Paired(two + glonass, two + glonass)) == len(two) + 1


def test_groups_without_room_are_left_out() -> None:
    groups = new_work().code_groups
    assert [find_group(groups, 7 * k) for k in range(GROUPS_MAX)] == list(range(GROUPS_MAX))
    assert find_group(groups, 7 * 3) == 3
    assert find_group(groups, -5) == -1


def test_more_signals_than_there_is_room_for_are_left_out() -> None:
    codes = ("1C", "2L", "2W", "5Q", "1L", "1W", "1X")
    heard = [Heard(GPS, prn, code) for prn in range(1, 33) for code in codes][:PAIRS_MAX]
    assert len(Paired(heard, heard)) == PAIRS_MAX

"""Which satellites and signals there are to observe, and what each make does with them, as arrays for kernels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.constants import L1_HZ
from gnss.orbits.satellites import BEIDOU, GLONASS, PER_SYSTEM, is_beidou_geo
from gnss.orbits.table import OrbitTable
from gnss.position.signals import UNUSED, SignalChoice, compile_choices
from gnss.rtcm.signals import CARRIER_HZ, CARRIER_STEP_HZ, CODE_INDEX, SIGNALS
from simulators.signals.kit import MakePlan, Plan
from simulators.signals.makes import TRAITS, Make

Floats = NDArray[np.float64]

BDS2_PRN_MAX = 18
NOT_OF_BDS2 = frozenset({"1P", "5P", "7D"})
NOT_OF_BDS3 = frozenset({"7I"})
"""Which generation of BeiDou has which signals (docs/sources.md, gnss_facts §1 and §2)."""

HALF_CYCLE = 0.5


def satellites_of(table: OrbitTable, systems: str) -> NDArray[np.int64]:
    """Dense indices of the satellites of some systems (RINEX letters) that have a state, ascending."""
    wanted = [SYSTEMS.index(letter) for letter in systems]
    known = np.flatnonzero(np.isfinite(table.r_ecef_m[:, 0]))
    return known[np.isin(known // PER_SYSTEM, wanted)]


def codes_of(make: Make, system: int, prn: int, signals_max: int) -> tuple[str, ...]:
    """The signals that a make tracks of a satellite, best first."""
    absent: frozenset[str] = frozenset()
    if system == BEIDOU:
        absent = NOT_OF_BDS2 if prn <= BDS2_PRN_MAX else NOT_OF_BDS3
    return tuple(code for code in make.signals.get(SYSTEMS[system], ()) if code not in absent)[:signals_max]


def build_plan(satellites: NDArray[np.int64], makes: Sequence[Make], signals_max: int = 8) -> tuple[Plan, MakePlan]:
    """The plan of some satellites, with up to `signals_max` signals a satellite and make."""
    system, prn = satellites // PER_SYSTEM, satellites % PER_SYSTEM
    chosen = [_union(makes, int(s), int(p), signals_max) for s, p in zip(system, prn, strict=True)]
    width = max((len(codes) for codes in chosen), default=1)
    code = np.zeros((len(satellites), max(width, 1)), np.uint8)
    for k, codes in enumerate(chosen):
        code[k, : len(codes)] = [CODE_INDEX[name] for name in codes]
    plan = _plan(satellites, system.astype(np.uint8), prn.astype(np.uint8), code, chosen)
    return plan, _make_plan(plan, makes, chosen, signals_max)


def _union(makes: Sequence[Make], system: int, prn: int, signals_max: int) -> list[str]:
    """The signals that any make tracks of a satellite, in the order of their MSM numbers."""
    codes = {code for make in makes for code in codes_of(make, system, prn, signals_max)}
    return sorted(codes, key=lambda code: int(SIGNALS.signal_id[system, CODE_INDEX[code]]))


def _plan(
    satellites: NDArray[np.int64], system: NDArray[np.uint8], prn: NDArray[np.uint8], code: NDArray[np.uint8],
    chosen: Sequence[Sequence[str]],
) -> Plan:  # fmt: skip
    letters = [SYSTEMS[k] for k in system]
    traits = [[TRAITS[letter][name] for name in names] for letter, names in zip(letters, chosen, strict=True)]
    shape = code.shape
    noise, ratio, cn0, data = np.ones(shape), np.ones(shape), np.zeros(shape), np.zeros(shape, np.uint8)
    for k, row in enumerate(traits):
        for j, trait in enumerate(row):
            noise[k, j], ratio[k, j] = trait.code_noise_m, trait.multipath_ratio
            cn0[k, j], data[k, j] = trait.cn0_dbhz, trait.has_data
    hz = CARRIER_HZ[system[:, None], code]
    delays = [_delay_factors(system, code, hz, compile_choices(SYSTEMS), f_nav) for f_nav in (False, True)]
    return Plan(
        satellites, system, prn, code, hz, CARRIER_STEP_HZ[system[:, None], code],
        np.stack([of_tgd for of_tgd, _ in delays]), np.stack([of_tgd2 for _, of_tgd2 in delays]),
        noise, ratio, cn0, data,
    )  # fmt: skip


def _delay_factors(
    system: NDArray[np.uint8], code: NDArray[np.uint8], hz: Floats, choice: SignalChoice, f_nav: bool
) -> tuple[Floats, Floats]:
    """Group delay over TGD and TGD2; of signals whose delay nobody states, as if TGD were that of an ionosphere."""
    group = system.astype(np.int64)
    if f_nav:
        group = np.where(group == SYSTEMS.index("E"), len(choice.rank) - 1, group)
    of_tgd, of_tgd2 = choice.of_tgd[group[:, None], code], choice.of_tgd2[group[:, None], code]
    unstated = (choice.rank[group[:, None], code] == UNUSED) & (system != GLONASS)[:, None]
    like_ionosphere = np.nan_to_num((L1_HZ / hz) ** 2)
    return np.where(unstated, like_ionosphere, of_tgd), np.where(unstated, 0.0, of_tgd2)


def _make_plan(plan: Plan, makes: Sequence[Make], chosen: Sequence[Sequence[str]], signals_max: int) -> MakePlan:
    shape = (len(makes), *plan.code.shape)
    tracks, code_bias, phase_bias = np.zeros(shape, np.uint8), np.zeros(shape), np.zeros(shape)
    for m, make in enumerate(makes):
        for k, names in enumerate(chosen):
            system, letter = int(plan.system[k]), SYSTEMS[plan.system[k]]
            half = HALF_CYCLE if make.geo_half_cycle and is_beidou_geo(int(plan.satellite[k])) else 0.0
            own = codes_of(make, system, int(plan.prn[k]), signals_max)
            for j, name in enumerate(names):
                tracks[m, k, j] = name in own
                code_bias[m, k, j] = make.code_bias_m.get(letter, 0.0) + make.code_bias_m.get(letter + name, 0.0)
                of_signal = make.phase_bias_cyc.get(letter + name, 0.0)
                phase_bias[m, k, j] = make.phase_bias_cyc.get(letter, 0.0) + of_signal + half
    return MakePlan(
        tracks, code_bias, phase_bias,
        np.array([make.glonass_code_m for make in makes]), np.array([make.glonass_phase_m for make in makes]),
        np.array([make.clock_steer_s for make in makes]), np.array([make.multipath_ratio for make in makes]),
        np.array([make.noise_ratio for make in makes]), np.array([make.cn0_dbhz for make in makes]),
    )  # fmt: skip

"""Orbits of a simulated sky from hour to hour: the truth, and what the satellites say of it on air."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.orbits.book import OrbitBook
from gnss.orbits.table import OrbitTable
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from simulators.signals.elements import build_elements, ephemerides
from simulators.signals.glonass import first_states, next_states, tb_of

TOE_STEP_S = {"G": 7_200, "E": 600, "C": 3_600, "J": 3_600}
BDT_BEHIND_NS = 14 * NS_PER_S
CHANCE_STAGE = 73


class Orbits(Protocol):
    """Anything that knows where the satellites are: a simulated sky, or a book of recorded ephemerides."""

    def table(self, t_gpst_ns: int) -> OrbitTable:
        """Every satellite at an instant."""


class OrbitErrors(NamedTuple):
    """Standard deviations of what broadcast ephemerides get wrong, metres; drawn anew for each issue."""

    clock_m: float = 0.3
    radial_m: float = 0.15
    along_m: float = 0.5
    cross_m: float = 0.4


EXACT = OrbitErrors(0.0, 0.0, 0.0, 0.0)


class SimulatedOrbits:
    """The simulated constellations of a seed; ask in order of time, within a few days of the start."""

    def __init__(self, seed: int, t_gpst_ns: int, systems: str = "GREC" + "J", errors: OrbitErrors = EXACT) -> None:
        """The satellites of some systems (RINEX letters) from a time on."""
        self._seed, self._errors = seed, errors
        kepler = "".join(set(systems) - {"R"})
        self._elements = build_elements(seed, kepler, t_gpst_ns) if kepler else None
        self._glonass = build_elements(seed, "R", t_gpst_ns) if "R" in systems else None
        self._truth = OrbitBook.empty()
        self._toe = np.empty(0, np.int64)
        self._step_ns = np.empty(0, np.int64)
        if self._elements is not None:
            letters = [SYSTEMS[k] for k in self._elements.system]
            self._step_ns = np.array([TOE_STEP_S[letter] * NS_PER_S for letter in letters])
            self._late_ns = np.where(np.array(letters) == "C", BDT_BEHIND_NS, 0)
        self._states: list[GlonassEphemerisBatch] = []
        self._table: OrbitTable | None = None

    def table(self, t_gpst_ns: int) -> OrbitTable:
        """The truth at an instant."""
        if self._table is None or self._table.t_gpst_ns != t_gpst_ns:
            self._advance(t_gpst_ns)
            self._table = self._truth.table(t_gpst_ns)
        return self._table

    def on_air(self, t_gpst_ns: int) -> tuple[EphemerisBatch, GlonassEphemerisBatch]:
        """The ephemerides that the satellites send at a time, with their errors; messages round them further."""
        self._advance(t_gpst_ns)
        kepler, glonass = EphemerisBatch.empty(), GlonassEphemerisBatch.empty()
        if self._elements is not None:
            kepler = _worse(ephemerides(self._elements, self._toe), self._errors, self._seed, self._step_ns)
        if self._states:
            now = tb_of(t_gpst_ns)
            glonass = next(batch for batch in self._states if batch.tb_gpst_ns[0] == now)
        return kepler, glonass

    def _advance(self, t_gpst_ns: int) -> None:
        """Enter the ephemerides of a time into the truth."""
        if self._elements is not None:
            toe = (t_gpst_ns - self._late_ns + self._step_ns // 2) // self._step_ns * self._step_ns + self._late_ns
            if not np.array_equal(toe, self._toe):
                self._toe = toe
                self._truth.add(ephemerides(self._elements, toe))
        if self._glonass is not None:
            self._advance_glonass(tb_of(t_gpst_ns))

    def _advance_glonass(self, tb_gpst_ns: int) -> None:
        """Integrate the state vectors up to a tb."""
        if self._glonass is None:
            return
        while not self._states or self._states[-1].tb_gpst_ns[0] < tb_gpst_ns:
            if not self._states:
                new = first_states(self._glonass, tb_gpst_ns)
            else:
                new = next_states(self._truth, self._glonass, int(self._states[-1].tb_gpst_ns[0]))
            self._states = [*self._states[-2:], new]
            self._truth.add_glonass(new)


def _worse(exact: EphemerisBatch, errors: OrbitErrors, seed: int, step_ns: NDArray[np.int64]) -> EphemerisBatch:
    """Ephemerides with errors that follow from the seed, the satellite and the time of ephemeris alone."""
    if errors == EXACT:
        return exact
    numbers = zip((exact.toe_gpst_ns // step_ns).tolist(), exact.system.tolist(), exact.prn.tolist(), strict=True)
    drawn = np.array([np.random.default_rng([seed, CHANCE_STAGE, *key]).standard_normal(4) for key in numbers])
    clock, radial, along, cross = drawn.T * np.array(errors)[:, None]
    a_m = exact.sqrt_a**2
    return exact.replace(
        af0_s=exact.af0_s + clock / SPEED_OF_LIGHT_MPS,
        sqrt_a=exact.sqrt_a + radial / (2.0 * exact.sqrt_a),
        m0_rad=exact.m0_rad + along / a_m,
        i0_rad=exact.i0_rad + cross / a_m,
    )

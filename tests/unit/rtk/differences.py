"""Single differences made up for the kernels: satellites, signals, a rover, its clock and its ambiguities."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnss.orbits.satellites import satellite_index
from gnss.rtcm.signals import CODE_INDEX
from gnss.rtk._pair_kernel import group_key
from gnss.rtk._work import Work

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WAVES_M = {"1C": 0.190293672798, "5Q": 0.254828048791, "2I": 0.192039486310, "6I": 0.236332464604}
FIRST_PRN = {0: 1, 1: 1, 2: 1, 3: 19}
"""By system; of BeiDou the third generation."""
SYSTEM_SIGNALS = ((0, ("1C", "5Q")), (3, ("2I", "6I")))


@dataclass(frozen=True)
class Differences:
    """Single differences of an epoch, a row a signal: the columns of `Pairs` that observations fill."""

    satellite: Ints
    key: Ints
    code_group: Ints
    wavelength_m: Floats
    a: Floats
    code_m: Floats
    phase_m: Floats
    w_code: Floats
    w_phase: Floats
    shared_m: Floats
    half_cycle: Ints
    lock_s: Floats

    def __len__(self) -> int:
        return len(self.satellite)

    def take(self, rows: NDArray[Any]) -> Self:
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    def changed(self, **columns: Any) -> Self:
        return replace(self, **columns)

    def satellite_of(self, number: int) -> Bools:
        """Rows of the so manyth different satellite."""
        rows: Bools = self.satellite == np.unique(self.satellite)[number]
        return rows


def write(w: Work, e: Differences) -> None:
    """Make an epoch the pairs of the working memory."""
    pairs, n = w.pairs, len(e)
    pairs.count[0] = n
    for name in e.__dataclass_fields__:
        getattr(pairs, name)[:n] = getattr(e, name)
    pairs.place[:n] = -1
    pairs.row[:n] = np.arange(n)
    w.rover.sin_el[:n] = -e.a[:, 2]
    w.code_groups.count[0] = n and int(e.code_group.max()) + 1


def phase_covariance(e: Differences, own: Floats, scale: float = 1.0) -> Floats:
    """Noise of its own of each phase (weights `own`), and what all phases of a satellite share, as one matrix."""
    same = e.satellite[:, None] == e.satellite[None, :]
    matrix: Floats = np.diag(1.0 / own) + same * np.outer(e.shared_m, e.shared_m) / scale
    return matrix


@dataclass
class World:
    """Satellites with signals, seen by a rover whose position, clock and ambiguities are known."""

    satellites: int = 6
    seed: int = 1
    systems: tuple[tuple[int, tuple[str, ...]], ...] = SYSTEM_SIGNALS
    rng: np.random.Generator = field(init=False)
    last: Differences = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        rows = [
            (
                int(satellite_index(np.array([system]), np.array([FIRST_PRN[system] + k]))[0]),
                CODE_INDEX[code],
                group,
                WAVES_M[code],
            )
            for system, codes in self.systems
            for k in range(self.satellites)
            for group, code in enumerate(codes)
        ]
        satellite, code, _, wave_m = (np.array(column) for column in zip(*rows, strict=True))
        self.satellite, self.wave_m = satellite, wave_m
        self.key = np.array([group_key(int(s), int(c), int(c)) for s, c in zip(satellite, code, strict=True)])
        _, self.code_group = np.unique(self.key, return_inverse=True)
        m = len(satellite)
        self.cycles = self.rng.integers(-1000, 1000, m)
        self.code_clock_m = 3.0 * self.rng.standard_normal(len(np.unique(self.key)))
        which = np.unique(satellite, return_inverse=True)[1]
        self.az_rad = self.rng.uniform(0.0, 2 * np.pi, which.max() + 1)[which]
        self.el_rad = self.rng.uniform(0.3, 1.4, which.max() + 1)[which]

    def epoch(self, t_s: float = 0.0, x_m: Any = (0.0, 0.0, 0.0), noise: float = 1.0) -> Differences:
        """What is differenced at a time, with the noise that is stated, times a factor."""
        m, rng = len(self.satellite), self.rng
        az, el = self.az_rad + 1e-3 * t_s, self.el_rad + 2e-4 * t_s
        a = -np.stack([np.cos(el) * np.sin(az), np.cos(el) * np.cos(az), np.sin(el)], axis=1)
        phase_m2 = 9e-6 * (0.5 + 0.5 / np.sin(el) ** 2)
        shared_m = np.sqrt(0.5 * phase_m2 + 4e-6 * (self.wave_m / WAVES_M["1C"]) ** 4)
        e = Differences(
            satellite=self.satellite, key=self.key, code_group=self.code_group, wavelength_m=self.wave_m, a=a,
            code_m=np.zeros(m), phase_m=np.zeros(m), w_code=1.0 / (phase_m2 * 1e4), w_phase=1.0 / (0.5 * phase_m2),
            shared_m=shared_m, half_cycle=np.zeros(m, np.int64), lock_s=np.full(m, np.nan),
        )  # fmt: skip
        range_m, clock_m = a @ np.asarray(x_m), 10.0 * rng.standard_normal()
        code_noise = noise * rng.standard_normal(m) / np.sqrt(e.w_code)
        phase_noise = noise * np.linalg.cholesky(phase_covariance(e, e.w_phase)) @ rng.standard_normal(m)
        self.last = e.changed(
            code_m=range_m + clock_m + self.code_clock_m[self.code_group] + code_noise,
            phase_m=range_m + clock_m + self.wave_m * self.cycles + phase_noise,
        )
        return self.last

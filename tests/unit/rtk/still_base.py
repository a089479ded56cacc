"""A base that stands still, as its observations: codes and phases made up, with or without an ionosphere that grows."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_S, SPEED_OF_LIGHT_MPS
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX, carrier_hz
from tests.unit.rtk.differences import Floats

T0 = 1_400_000_000 * NS_PER_S
ONE, TWO = ("1C",), ("1C", "5Q")
BIAS_M = 7.0
"""Code less phase, a constant that means nothing."""


SERIES = ("t_s", "code_m", "phase_m", "lock_s", "half_cycle", "range_m", "iono_m")
"""What a base heard, by epoch."""


@dataclass(frozen=True)
class Heard:
    """Epochs of one base, by epoch, satellite and signal; `range_m` is what codes should be."""

    t_s: Floats
    names: tuple[str, ...]
    code_m: Floats
    phase_m: Floats
    lock_s: Floats
    half_cycle: Floats
    range_m: Floats
    iono_m: Floats
    system: str = "G"
    channel: int = 0

    @property
    def wave_m(self) -> Floats:
        codes = np.array([CODE_INDEX[name] for name in self.names], np.uint8)
        systems = np.full(len(codes), SYSTEMS.index(self.system), np.uint8)
        waves: Floats = SPEED_OF_LIGHT_MPS / carrier_hz(
            systems, codes, np.full(len(codes), max(self.channel, -7), np.int8)
        )
        return waves

    def take(self, rows: Any) -> "Heard":
        """Some of the epochs."""
        return replace(self, **{name: getattr(self, name)[rows] for name in SERIES})

    def batches(self) -> tuple[EpochBatch, ObservationBatch]:
        shape = self.code_m.shape
        rows = shape[1] * shape[2]
        epochs = EpochBatch.missing(
            shape[0], t_gpst_ns=T0 + np.round(self.t_s * NS_PER_S).astype(np.int64),
            first=np.arange(shape[0]) * rows, rows=np.full(shape[0], rows),
        )  # fmt: skip

        def spread(values: Any) -> Floats:
            return np.array(np.broadcast_to(values, shape)).ravel()

        observations = ObservationBatch.missing(
            self.code_m.size, t_gpst_ns=spread(epochs.t_gpst_ns[:, None, None]), system=SYSTEMS.index(self.system),
            prn=spread(np.arange(1, shape[1] + 1)[:, None]), signal=spread([CODE_INDEX[name] for name in self.names]),
            channel=self.channel, pr_m=self.code_m.ravel(), cp_cyc=(self.phase_m / self.wave_m).ravel(),
            lock_s=self.lock_s.ravel(), half_cycle=self.half_cycle.ravel(),
        )  # fmt: skip
        return epochs, observations


def heard(
    t_s: Any, satellites: int = 1, names: tuple[str, ...] = ONE, noise_m: Any = 0.0, iono_mps: float = 0.0, **more: Any
) -> Heard:
    """Satellites that come nearer, tracked for long, with an ionosphere that grows on their first carrier."""
    t = np.asarray(t_s, np.float64)
    shape = (len(t), satellites, len(names))
    zero = np.zeros(shape)
    blank = Heard(t, names, zero, zero, zero, zero.copy(), zero, zero, **more)
    range_m = 2.2e7 - 300.0 * t[:, None, None] + 1e4 * np.arange(satellites)[:, None]
    waves = blank.wave_m
    iono_m = iono_mps * t[:, None, None] * (waves / waves[0]) ** 2
    code_m, phase_m = range_m + iono_m + noise_m, range_m - iono_m - BIAS_M
    return replace(
        blank, code_m=code_m + zero, phase_m=phase_m + zero, lock_s=np.full(shape, 9999.0),
        range_m=range_m + zero, iono_m=iono_m + zero,
    )  # fmt: skip

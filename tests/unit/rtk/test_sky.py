"""Satellites in view and their strength, against counting them one by one."""

import numpy as np
import pytest

from gnss.batches import SYSTEM_COUNT
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.sky import sky_of


def observed(seed: int, n: int = 200) -> tuple[EpochBatch, ObservationBatch]:
    """Epochs with gaps between their rows, some of them empty; satellites with several signals, some of no system."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 30, 8).astype(np.int32)
    rows[[2, 5]] = 0
    first = np.cumsum(rows + rng.integers(0, 4, 8)) - rows
    o = ObservationBatch.missing(
        n, slot=0, t_gpst_ns=0, t_stated=0, station=0, system=rng.integers(0, SYSTEM_COUNT, n),
        prn=rng.integers(0, 12, n), signal=1, lock_s=0.0, half_cycle=0,
        cn0_dbhz=np.where(rng.random(n) < 0.3, rng.choice((0.0, np.nan, -1.0), n), rng.uniform(20.0, 55.0, n)),
    )  # fmt: skip
    return EpochBatch.missing(8, slot=0, station=0, t_gpst_ns=0, first=first, rows=rows), o


@pytest.mark.parametrize("seed", range(5))
def test_satellites_are_counted_once_and_strengths_averaged(seed: int) -> None:
    epochs, o = observed(seed)
    sky = sky_of(epochs, o)
    for e in range(len(epochs)):
        rows = range(int(epochs.first[e]), int(epochs.first[e] + epochs.rows[e]))
        for system in range(SYSTEM_COUNT):
            # number 0 is no satellite; SBAS's begin at 120
            mine = [row for row in rows if o.system[row] == system and o.prn[row] > 0 and system != SYSTEM_COUNT - 1]
            strengths = [float(o.cn0_dbhz[row]) for row in mine if o.cn0_dbhz[row] > 0]
            assert sky["sats_view"][e, system] == len({int(o.prn[row]) for row in mine})
            if strengths:
                assert sky["cn0_dbhz"][e, system] == pytest.approx(np.mean(strengths), rel=1e-6)
            else:
                assert np.isnan(sky["cn0_dbhz"][e, system])


def test_of_no_epochs_there_is_no_sky() -> None:
    epochs, o = observed(1)
    sky = sky_of(epochs.take(np.arange(0)), o)
    assert sky["sats_view"].shape == sky["cn0_dbhz"].shape == (0, SYSTEM_COUNT)
    assert (sky_of(epochs.take(np.array([2])), ObservationBatch.empty())["sats_view"] == 0).all()

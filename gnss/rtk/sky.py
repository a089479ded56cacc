"""What a receiver has in view, by constellation, counted over the observations of its epochs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEM_COUNT
from gnss.orbits.satellites import NO_SATELLITE, SATELLITE_COUNT, satellite_index
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch


def sky_of(epochs: EpochBatch, observations: ObservationBatch) -> dict[str, NDArray[Any]]:
    """Columns `sats_view` (n, 7) and `cn0_dbhz` (n, 7) of `FixBatch`: satellites in view, and mean C/N0 in dB-Hz.

    Shape: a row an epoch. Unit: dB-Hz. Error: exact counts; NaN where no signal strength is stated. Source: none.
    """
    n = len(epochs)
    epoch = np.repeat(np.arange(n), epochs.rows)
    start = np.repeat(epochs.first - np.concatenate([[0], np.cumsum(epochs.rows)[:-1]]), epochs.rows) if n else epoch
    rows = np.arange(len(epoch)) + start
    satellite = satellite_index(observations.system[rows], observations.prn[rows])
    seen = satellite != NO_SATELLITE
    different = np.unique(epoch[seen] * SATELLITE_COUNT + satellite[seen])
    system = different % SATELLITE_COUNT // (SATELLITE_COUNT // SYSTEM_COUNT)
    view = np.bincount(different // SATELLITE_COUNT * SYSTEM_COUNT + system, minlength=n * SYSTEM_COUNT)
    strength = observations.cn0_dbhz[rows].astype(np.float64)
    heard = seen & (strength > 0)
    cell = epoch[heard] * SYSTEM_COUNT + observations.system[rows][heard]
    count = np.bincount(cell, minlength=n * SYSTEM_COUNT)
    total = np.bincount(cell, weights=strength[heard], minlength=n * SYSTEM_COUNT)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return {
        "sats_view": view[: n * SYSTEM_COUNT].reshape(n, SYSTEM_COUNT).astype(np.uint8),
        "cn0_dbhz": mean[: n * SYSTEM_COUNT].reshape(n, SYSTEM_COUNT).astype(np.float32),
    }

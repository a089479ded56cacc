"""What a receiver has in view, by constellation, counted over the observations of its epochs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gnss._jit import leaf_kernel
from gnss.batches import SYSTEM_COUNT
from gnss.columns import frozen_column
from gnss.orbits.satellites import NO_SATELLITE, SATELLITE_COUNT, satellite_row
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch


@leaf_kernel
def _count(
    first: NDArray[np.int64],
    rows: NDArray[np.int32],
    system: NDArray[np.uint8],
    prn: NDArray[np.uint8],
    cn0_dbhz: NDArray[np.float32],
    seen_in: NDArray[np.int64],
    view: NDArray[np.uint8],
    total_dbhz: NDArray[np.float64],
    heard: NDArray[np.int64],
) -> None:
    """`seen_in` (448,): the epoch that last had each satellite, -1 = none."""
    for e in range(len(first)):
        for row in range(first[e], first[e] + rows[e]):
            satellite = satellite_row(int(system[row]), int(prn[row]))
            if satellite == NO_SATELLITE:
                continue
            if seen_in[satellite] != e:
                seen_in[satellite] = e
                view[e, system[row]] += np.uint8(1)
            if cn0_dbhz[row] > 0:
                total_dbhz[e, system[row]] += cn0_dbhz[row]
                heard[e, system[row]] += 1


def sky_of(epochs: EpochBatch, observations: ObservationBatch) -> dict[str, NDArray[Any]]:
    """Columns `sats_view` (n, 7) and `cn0_dbhz` (n, 7) of `FixBatch`: satellites in view, and mean C/N0 in dB-Hz.

    Shape: a row an epoch. Unit: dB-Hz. Error: exact counts; NaN where no signal strength is stated. Source: none.
    """
    shape, o = (len(epochs), SYSTEM_COUNT), observations
    view, total_dbhz, heard = np.zeros(shape, np.uint8), np.zeros(shape), np.zeros(shape, np.int64)
    seen_in = np.full(SATELLITE_COUNT, -1, np.int64)
    first, rows = frozen_column(epochs.first), frozen_column(epochs.rows)
    _count(
        first,
        rows,
        frozen_column(o.system),
        frozen_column(o.prn),
        frozen_column(o.cn0_dbhz),
        seen_in,
        view,
        total_dbhz,
        heard,
    )
    mean_dbhz = np.where(heard > 0, total_dbhz / np.maximum(heard, 1), np.nan)
    return {"sats_view": view, "cn0_dbhz": mean_dbhz.astype(np.float32)}

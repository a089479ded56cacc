"""Base stations as rows of the fleet: where they are said to stand, at each of their epochs."""

import numpy as np

from beidou_svc.fleet.quality import STATED
from beidou_svc.positioning.bases import BaseTable
from gnss.batches import FixBatch, Source
from gnss.frames.geodetic import ecef_to_geodetic
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtk.sky import sky_of

_THREE_D = 3


def rows_of_bases(epochs: EpochBatch, observations: ObservationBatch, bases: BaseTable) -> FixBatch:
    """A row for each epoch of a base whose place is known."""
    if not len(epochs):
        return FixBatch.empty()
    lat_rad, lon_rad, h_ell_m = ecef_to_geodetic(bases.columns.ecef_m[bases.row[epochs.slot]])
    return FixBatch.missing(
        len(epochs),
        slot=epochs.slot,
        t_gpst_ns=epochs.t_gpst_ns,
        t_rx_ns=epochs.t_rx_ns,
        clock_era=epochs.clock_era,
        lat_rad=lat_rad,
        lon_rad=lon_rad,
        h_ell_m=h_ell_m,
        fix_quality=STATED,
        fix_dim=_THREE_D,
        base_id=epochs.station.astype(np.int32),
        source=Source.ENGINE,
        **sky_of(epochs, observations),
    )

"""Compile, or load, every kernel of `beidou match`: a short drive along two streets."""

import numpy as np

from beidou_svc.small_city import small_city
from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.placed import Placed
from mapping.matching.tables import build_tables
from mapping.matching.trace import match_trace

_T_NS = 1_400_000_000_000_000_000


def warm() -> None:
    """Match four positions."""
    network = small_city()
    along = np.arange(4)
    drive = FixBatch.missing(
        4,
        t_gpst_ns=_T_NS + along * NS_PER_S,
        lat_rad=np.radians(25.80),
        lon_rad=np.radians(114.902 + 0.0002 * along),
        fix_quality=1,
    )
    match_trace(build_tables(network), Placed(CGCS2000_2000, drive.take(along)))

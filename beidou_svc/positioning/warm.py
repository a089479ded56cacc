"""Run every kernel of positioning once, on observations made up, so that the first rover does not wait for them."""

import numpy as np

from beidou_svc.positioning.arrived import Arrived, Notes
from beidou_svc.positioning.settings import PositioningSettings
from beidou_svc.positioning.stage import Positioning
from beidou_svc.positioning.view import PositioningView
from gnss.rtcm.ephemerides import EphemerisBatch
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.glonass_ephemerides import GlonassEphemerisBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_INDEX
from gnss.rtcm.stations import StationBatch

_T_GPST_NS = 1_400_000_000_000_000_000
_T_RX_NS = 1_716_051_182_000_000_000
_PLACES_M = (4_000_000.0, 4_000_100.0)


def warm() -> None:
    """A rover and two bases, which compiles the kernels or loads them from the cache."""
    positioning, view = Positioning(PositioningSettings(), 3), PositioningView(3)
    for second in range(2):
        arrived = _arrived(second)
        view.note_sky(arrived)
        view.take(positioning.step([arrived], _T_RX_NS + second * 10**9))
    view.sky.of(0)


def _arrived(second: int) -> Arrived:
    t_ns, t_rx_ns = _T_GPST_NS + second * 10**9, _T_RX_NS + second * 10**9
    epochs = EpochBatch.missing(3, slot=[0, 1, 2], station=0, t_gpst_ns=t_ns, first=[0, 1, 2], rows=1, t_rx_ns=t_rx_ns)
    observations = ObservationBatch.missing(
        3, slot=[0, 1, 2], t_gpst_ns=t_ns, prn=1, signal=CODE_INDEX["1C"], pr_m=2.2e7, cp_cyc=1.1e8, cn0_dbhz=45.0
    )
    return Arrived(epochs.take(np.arange(3)), observations.take(np.arange(3)), [_notes(t_rx_ns, t_ns)])


def _notes(t_rx_ns: int, t_gpst_ns: int) -> Notes:
    known = {name: 0.0 for name, spec in EphemerisBatch.specs().items() if spec.dtype == "f8"}
    known.update(number=1019, prn=1, sqrt_a=5153.7, toe_gpst_ns=t_gpst_ns, toc_gpst_ns=t_gpst_ns)
    glonass = {name: 0.0 for name, spec in GlonassEphemerisBatch.specs().items() if spec.dtype == "f8"}
    glonass.update(prn=1, x_m=25.5e6, channel=1, tb_gpst_ns=t_gpst_ns)
    stations = StationBatch.missing(2, slot=[1, 2], number=1005, ecef_m=[[x_m, 0.0, 4.9e6] for x_m in _PLACES_M])
    return Notes(t_rx_ns, EphemerisBatch.missing(1, **known), GlonassEphemerisBatch.missing(1, **glonass), stations)

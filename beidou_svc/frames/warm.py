"""Run every kernel of the frames once, so that the first row does not wait for them."""

import numpy as np

from beidou_svc.frames.settings import FramesSettings
from beidou_svc.frames.stage import DatumStage
from gnss.batches import FixBatch
from mapping.datums.distances import line_between
from mapping.datums.frame import CGCS2000_2000
from mapping.datums.gauss_kruger import ZONES, geodetic_to_grid, grid_to_geodetic
from mapping.datums.gcj02 import gcj02_to_geodetic
from mapping.datums.gcj02_detector import DetectorState, RoadOffsetBatch, step
from mapping.datums.plane import Plane, geodetic_to_plane, plane_to_geodetic
from mapping.datums.velocity import velocity_at

_T_GPST_NS = 1_400_000_000_000_000_000
_LAT_RAD, _LON_RAD = 0.45, 2.0


def warm() -> None:
    """A row through the stage, and points through grid, plane, lines and detector."""
    settings = FramesSettings.model_validate(
        {"single": "WGS84@observation", "velocity": {"east_mmpa": 35.1, "north_mmpa": -11.0}, "place": (25.8, 114.6)}
    )
    stage = DatumStage(settings)
    place = {"lat_rad": _LAT_RAD, "lon_rad": _LON_RAD, "h_ell_m": 0.0}
    rows = FixBatch.missing(2, slot=[0, 1], t_gpst_ns=_T_GPST_NS, fix_quality=1, **place)
    placed = stage.place(rows.take(np.arange(2)))
    plane = Plane(CGCS2000_2000, _LAT_RAD, _LON_RAD)
    points = geodetic_to_plane(placed.rows.lat_rad, placed.rows.lon_rad, plane, frame=placed.frame)
    plane_to_geodetic(*points, plane)
    grid_to_geodetic(*geodetic_to_grid(rows.lat_rad, rows.lon_rad, ZONES[4547], frame=CGCS2000_2000), ZONES[4547])
    gcj02_to_geodetic(rows.lat_rad, rows.lon_rad)
    line_between(_LAT_RAD, _LON_RAD, _LAT_RAD, _LON_RAD)
    if stage.velocity is not None:
        velocity_at(_LAT_RAD, _LON_RAD, stage.velocity)
    step(DetectorState.new(1), RoadOffsetBatch.missing(1, slot=0, t_gpst_ns=_T_GPST_NS, lat_rad=0.45, lon_rad=2.0))

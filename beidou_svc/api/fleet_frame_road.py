"""The columns of a live frame that say where terminals are on the road, for clients that ask for them."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beidou_svc.api.fleet_frame_field import Field
from beidou_svc.fleet import fixed_point as fp
from beidou_svc.fleet.road import RoadColumns, RoadState
from gnss._jit import kernel
from gnss.batches import NO_TIME

FLAG_KNOWN: Final = 1
FLAG_OFF_ROAD: Final = 2

U4_MISSING: Final = int(np.iinfo(np.uint32).max)
I2_MISSING: Final = int(np.iinfo(np.int16).min)
LENGTH: Final = 1e-2  # m
SHARE: Final = 1e-2

ROAD_COLUMNS: Final = (
    Field("edge", "u4", 1, U4_MISSING),
    Field("offset_m", "u4", LENGTH, U4_MISSING),
    Field("matched_lat_deg", "i4", fp.DEGREE, fp.I4_MISSING),
    Field("matched_lon_deg", "i4", fp.DEGREE, fp.I4_MISSING),
    Field("lane", "u4", 1, U4_MISSING),
    Field("lateral_m", "i2", LENGTH, I2_MISSING),
    Field("lane_p", "u1", SHARE, fp.U1_MISSING),
    Field("road_p", "u1", SHARE, fp.U1_MISSING),
    Field("road_flags", "u1", 1, None),
)

_I2_MAX: Final = 32_767.0
_U4_TOP: Final = float(U4_MISSING - 1)


class RoadOut(NamedTuple):
    """Views of a message, in the order of `ROAD_COLUMNS`."""

    edge: NDArray[np.uint32]
    offset: NDArray[np.uint32]
    lat: NDArray[np.int32]
    lon: NDArray[np.int32]
    lane: NDArray[np.uint32]
    lateral: NDArray[np.int16]
    lane_p: NDArray[np.uint8]
    road_p: NDArray[np.uint8]
    flags: NDArray[np.uint8]


@kernel
def _share_u1(p: float) -> int:
    return int(np.rint(p / SHARE)) if 0.0 <= p <= 1.0 else fp.U1_MISSING


@kernel
def _blank_row(k: int, out: RoadOut) -> None:
    out.edge[k], out.offset[k], out.lane[k] = U4_MISSING, U4_MISSING, U4_MISSING
    out.lat[k], out.lon[k], out.lateral[k] = fp.I4_MISSING, fp.I4_MISSING, I2_MISSING
    out.lane_p[k], out.road_p[k], out.flags[k] = fp.U1_MISSING, fp.U1_MISSING, 0


@kernel
def _fill(road: RoadColumns, slots: NDArray[np.int32], out: RoadOut) -> None:
    for k in range(slots.size):
        s = slots[k]
        _blank_row(k, out)
        if s >= road.t_gpst_ns.size or road.t_gpst_ns[s] == NO_TIME:
            continue
        off_road = road.edge[s] < 0
        out.flags[k] = FLAG_KNOWN + FLAG_OFF_ROAD * off_road
        out.lat[k], out.lon[k] = fp.degrees_i4(road.lat_rad[s]), fp.degrees_i4(road.lon_rad[s])
        out.road_p[k] = _share_u1(road.confidence[s])
        if off_road:
            continue
        out.edge[k] = road.edge[s]
        offset = np.rint(max(road.offset_m[s], 0.0) / LENGTH)
        out.offset[k] = np.uint32(min(offset, _U4_TOP))
        lateral = np.rint(road.lateral_m[s] / LENGTH)
        out.lateral[k] = np.int16(lateral if abs(lateral) <= _I2_MAX else I2_MISSING)
        if road.lane[s] >= 0:
            out.lane[k], out.lane_p[k] = road.lane[s], _share_u1(road.lane_p[s])


def fill_road(state: RoadState, slots: NDArray[np.int32], views: Sequence[NDArray[Any]]) -> None:
    """Write the columns of some slots; what is not known is marked missing."""
    _fill(state.columns, slots, RoadOut(*views))

"""Signals and crosswalks of OpenDRIVE, by the lanes that they concern. Source: ASAM OpenDRIVE 1.8, signals."""

from collections.abc import Iterator
from typing import Final

from mapping.network.lane_features import Feature, FeatureKind, LaneFeatures, feature_table, offset_of
from mapping.network.lanelet2_osm import number_of
from mapping.network.model import RoadNetwork
from mapping.network.opendrive_lanes import point_at
from mapping.network.opendrive_links import LaneKey
from mapping.network.opendrive_model import OdrMap, OdrRoad, Signal
from mapping.network.opendrive_place import Grid

STOP_LINE_TYPE: Final = "294"  # a stop line in the German list of signs
ALONG: Final = {"+": 1, "-": -1}


def features_of(source: OdrMap, grid: Grid, network: RoadNetwork, rows_of: dict[LaneKey, int]) -> LaneFeatures:
    """All signals and crosswalks: a row for each lane that they hold for, one without a lane for those of none.

    `rows_of`: the row of `Lanes` of each lane of the source, -1 = left out.
    """
    lanes_of: dict[tuple[str, int], list[LaneKey]] = {}
    for key in rows_of:
        lanes_of.setdefault((key.road, key.section), []).append(key)
    rows: list[Feature] = []
    for road in source.roads.values():
        for signal in road.signals:
            rows += _rows(road, signal, grid, network, lanes_of, rows_of)
    return feature_table(rows)


def _rows(
    road: OdrRoad,
    signal: Signal,
    grid: Grid,
    network: RoadNetwork,
    lanes_of: dict[tuple[str, int], list[LaneKey]],
    rows_of: dict[LaneKey, int],
) -> Iterator[Feature]:
    point_m = point_at(road, signal.s_m, signal.t_m)[:, None]
    x_m, y_m = (float(value) for value in grid.points_m(point_m[0], point_m[1], point_m[2])[0, :2])
    kind, number = _kind(signal), number_of(signal.ref)
    ref = -1 if number is None else number
    section = max((i for i, s in enumerate(road.sections) if s.s_m <= signal.s_m), default=0)
    found = False
    for key in lanes_of.get((road.ref, section), ()) if kind is not FeatureKind.CROSSWALK else ():
        lane = rows_of[key]
        if lane >= 0 and _holds(signal, key):
            found = True
            yield Feature(kind, ref, lane, offset_of(network.lane_shape.line(lane), x_m, y_m), x_m, y_m)
    if not found:
        yield Feature(kind, ref, -1, float("nan"), x_m, y_m)


def _kind(signal: Signal) -> FeatureKind:
    if signal.kind == "crosswalk":
        return FeatureKind.CROSSWALK
    if signal.is_dynamic:
        return FeatureKind.TRAFFIC_LIGHT
    return FeatureKind.STOP_LINE if signal.kind == STOP_LINE_TYPE else FeatureKind.TRAFFIC_SIGN


def _holds(signal: Signal, key: LaneKey) -> bool:
    if signal.validity:
        return any(low <= key.lane <= high for low, high in signal.validity)
    return ALONG.get(signal.orientation, key.along) == key.along

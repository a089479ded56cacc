"""Stop lines, traffic lights, signs and crosswalks of a Lanelet2 map, by the lanes that they concern."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from mapping.network.lane_features import Feature, FeatureKind, LaneFeatures, feature_table, offset_of
from mapping.network.lanelet2_lanelets import Bound, Lanelet, Ways
from mapping.network.lanelet2_osm import OsmFile, Relation
from mapping.network.report import NetworkReport
from mapping.network.tables import Points

KINDS: Final = {
    "traffic_light": FeatureKind.TRAFFIC_LIGHT,
    "traffic_sign": FeatureKind.TRAFFIC_SIGN,
    "speed_limit": FeatureKind.TRAFFIC_SIGN,
    "right_of_way": FeatureKind.YIELD,
}
"""By the subtype of a regulatory element; the others (Autoware's detection areas and so on) are `OTHER`."""


class LaneLine(NamedTuple):
    """A lane of the network: its row, the lanelet it is, and its centre line in driving order."""

    row: int
    ref: int
    points: Points


def features_of(
    file: OsmFile, lanelets: Mapping[int, Lanelet], ways: Ways, lines: list[LaneLine], report: NetworkReport
) -> LaneFeatures:
    """All features of a map: those of regulatory elements at the lanes that have them, crosswalks at none."""
    rows = list(_crosswalks(lanelets, ways))
    for line in lines:
        for rule in _rules(lanelets[line.ref], file, report):
            rows += _of_rule(rule, lanelets[line.ref], ways, line)
    return feature_table(rows)


def _rules(lanelet: Lanelet, file: OsmFile, report: NetworkReport) -> Iterator[Relation]:
    for ref in lanelet.rules:
        rule = file.relations.get(ref)
        if rule is None or rule.tags.get("type") != "regulatory_element":
            report.fault("lanelet", lanelet.ref, "refers to a regulatory element that is missing", "ignored")
        else:
            yield rule


def _of_rule(rule: Relation, lanelet: Lanelet, ways: Ways, line: LaneLine) -> Iterator[Feature]:
    """The rule itself, where its first sign or light stands, and its stop lines."""
    kind = KINDS.get(rule.tags.get("subtype", ""), FeatureKind.OTHER)
    if kind is FeatureKind.YIELD and lanelet.ref not in rule.refs("yield", "relation"):
        return
    stops = [way for way in rule.refs("ref_line", "way") if ways.has(way)]
    offsets_m = [offset_of(line.points, *_middle(ways, way)) for way in stops]
    # a light without a stop line is obeyed at the end of the lanelet, says Lanelet2
    offset_m = offsets_m[0] if offsets_m else float(line.points.run_m[-1])
    shown = next((way for way in rule.refs("refers", "way") if ways.has(way)), None)
    x_m, y_m = (line.points.x_m[-1], line.points.y_m[-1]) if shown is None else _middle(ways, shown)
    yield Feature(kind, rule.ref, line.row, offset_m, float(x_m), float(y_m))
    for way, at_m in zip(stops, offsets_m, strict=True):
        yield Feature(FeatureKind.STOP_LINE, way, line.row, at_m, *_middle(ways, way))


def _crosswalks(lanelets: Mapping[int, Lanelet], ways: Ways) -> Iterator[Feature]:
    for ref, lanelet in lanelets.items():
        if lanelet.tags.get("subtype") == "crosswalk":
            middles = [_middle(ways, bound.way) for bound in (lanelet.left, lanelet.right)]
            x_m, y_m = (0.5 * (a + b) for a, b in zip(*middles, strict=True))
            yield Feature(FeatureKind.CROSSWALK, ref, -1, float("nan"), x_m, y_m)


def _middle(ways: Ways, way: int) -> tuple[float, float]:
    points_m = ways.points_m(Bound(way, False))
    x_m, y_m = points_m[:, :2].mean(axis=0)
    return float(x_m), float(y_m)

"""Fences from GeoJSON and back, and the sentences that say what is wrong with one."""

from typing import Any

import pytest

from mapping.datums.frame import Frame
from mapping.fences.fence_set import FenceSet
from mapping.fences.geojson import draft_of, read_features
from mapping.fences.geojson_write import feature_of
from mapping.fences.kinds import EventKind
from mapping.fences.model import Area, Circle, Corridor
from tests.unit.fences.maps import PLANE

RING = [[114.93, 25.83], [114.94, 25.83], [114.94, 25.84], [114.93, 25.84], [114.93, 25.83]]
HOLE = [[114.933, 25.833], [114.936, 25.833], [114.936, 25.836], [114.933, 25.833]]
WINDOW = {
    "zone": "Asia/Shanghai",
    "weekly": [
        {"days": ["sun"], "from": "00:00", "to": "24:00"},
        {"days": ["mon", "fri"], "from": "07:00", "to": "09:30"},
    ],
    "exceptions": [
        {"date": "2026-10-01", "open": []},
        {"date": "2026-10-02", "open": [{"from": "10:00", "to": "12:00"}]},
    ],
}


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "id": "f1", "geometry": geometry, "properties": properties}


FEATURES = [
    feature("Polygon", [RING, HOLE], name="school", kinds=["enter", "exit", "speeding"], speed_limit_kmh=30.0),
    feature("MultiPolygon", [[RING], [[[115.0, 25.0], [115.1, 25.0], [115.1, 25.1], [115.0, 25.0]]]], window=WINDOW),
    feature("Point", [114.93, 25.83], radius_m=50.0, groups=["bus", "taxi"], kinds=["dwell"], dwell_s=90.0),
    feature("LineString", [[114.93, 25.83], [114.95, 25.83]], half_width_m=7.5, confirm_rows=3, confirm_s=1.5),
    feature("MultiLineString", [RING[:3], RING[2:]], half_width_m=5.0, edges=[3, 7], frame="ITRF2020@2026.5"),
]


@pytest.mark.parametrize("one", FEATURES, ids=[one["geometry"]["type"] for one in FEATURES])
def test_what_is_read_is_written(one: dict[str, Any]) -> None:
    assert feature_of(draft_of(one)) == one


def test_what_is_read() -> None:
    polygon, multi, circle, corridor, bound = (draft_of(one) for one in FEATURES)
    assert isinstance(polygon.shape, Area) and polygon.shape.polygons[0][0][0] == (25.83, 114.93)
    assert polygon.kinds == {EventKind.ENTER, EventKind.EXIT, EventKind.SPEEDING}
    assert polygon.speed_limit_mps == pytest.approx(30 / 3.6)
    assert multi.window is not None and multi.window.weekly[0] == ((420, 570),) and multi.window.weekly[1] == ()
    assert circle.shape == Circle((25.83, 114.93), 50.0) and circle.groups == {"bus", "taxi"}
    assert isinstance(corridor.shape, Corridor) and (corridor.confirm_rows, corridor.confirm_s) == (3, 1.5)
    assert bound.edges == {3, 7} and bound.frame == Frame.parse("ITRF2020@2026.5")


BAD = [
    ([1, 2], "no GeoJSON Feature"),
    (feature("Polygon", [RING], colour="red"), "mean nothing here: colour"),
    (feature("Polygon", [RING], kinds=["enter", "arrive"]), "no kind of event is called arrive"),
    (feature("Polygon", [RING], kinds=[]), "no list of kinds"),
    (feature("Polygon", [RING], dwell_s="long"), '"dwell_s" is no number'),
    (feature("Polygon", [RING], groups="bus"), '"groups" is no list'),
    (feature("Polygon", [RING], edges=[-1]), '"edges" is no list'),
    (feature("Point", [114.9, 25.8]), 'needs the property "radius_m"'),
    (feature("LineString", RING), 'needs the property "half_width_m"'),
    (feature("Polygon", [[["a", "b"]] * 4]), "coordinates are not those"),
    (feature("Polygon", None), "coordinates are not those"),
    (feature("GeometryCollection", []), "a GeometryCollection is no fence"),
    ({"type": "Feature", "id": "f1"}, "no geometry"),
    (feature("Polygon", [RING], frame="Mars"), "not a frame"),
    (feature("Polygon", [RING], window={"zone": "Asia/Nowhere"}), 'no time zone is called "Asia/Nowhere"'),
    (feature("Polygon", [RING], window={}), 'states no "zone"'),
    (feature("Polygon", [RING], window={"zone": "+08:00", "weekly": [{"days": ["monday"]}]}), "called monday"),
    (feature("Polygon", [RING], window={"zone": "+08:00", "weekly": [{"from": "7"}]}), "no time of day"),
    (feature("Polygon", [RING], window={"zone": "+08:00", "weekly": [{"from": "22:00", "to": "06:00"}]}), "is two"),
]


@pytest.mark.parametrize(("one", "sentence"), BAD)
def test_what_is_wrong_is_said(one: Any, sentence: str) -> None:
    drafts, problems = read_features([one])
    assert drafts == []
    assert sentence in str(problems[0])


def test_the_good_ones_are_kept() -> None:
    nameless = {**FEATURES[2], "id": None}
    drafts, problems = read_features([FEATURES[0], nameless, {**FEATURES[2], "id": 7}, FEATURES[1]])
    assert [draft.ref for draft in drafts] == ["f1", "", "7"]
    assert [(problem.index, problem.ref) for problem in problems] == [(3, "f1")]
    _, missing = FenceSet.build(PLANE, drafts[1:2])
    assert str(missing[0]) == "fence number 1: it has no id"


BOW_TIE = [[114.93, 25.83], [114.94, 25.84], [114.94, 25.83], [114.93, 25.84], [114.93, 25.83]]
SHAPES = [
    (feature("Polygon", [BOW_TIE]), "self-intersection at latitude, longitude 25.8350"),
    (feature("Polygon", [RING[:-1]]), "not closed"),
    (feature("Polygon", [RING[:2]]), "four positions"),
    (feature("Polygon", [[[200.0, 0.0], *RING[1:-1], [200.0, 0.0]]]), "no latitude and longitude"),
    (feature("Polygon", [[[90.0, 0.0], *RING[1:-1], [90.0, 0.0]]]), "km from the middle of the map"),
    (feature("LineString", RING[:1], half_width_m=3.0), "two points"),
    (feature("Polygon", []), "no coordinates"),
    (feature("Polygon", [RING], kinds=["dwell"]), "dwell_s"),
    (feature("Polygon", [RING], kinds=["wrong_way"]), "only a corridor has a direction"),
    (feature("Polygon", [RING], confirm_rows=1000), "0 to 100"),
    (feature("Polygon", [RING], confirm_s=-1.0), "confirmation time"),
    (feature("Polygon", [RING], name="x" * 300), "300 characters"),
]


@pytest.mark.parametrize(("one", "sentence"), SHAPES)
def test_what_is_wrong_with_a_shape_is_said(one: Any, sentence: str) -> None:
    fences, problems = FenceSet.build(PLANE, [draft_of(one)])
    assert len(fences) == 0
    assert sentence in str(problems[0]) and problems[0].ref == "f1"

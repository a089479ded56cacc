"""What the tags of a way say: who may drive, which way, how fast, on how many lanes, above or below."""

from math import inf, isnan

import pytest

from mapping.network.codes import Direction, EdgeFlag, RoadClass, Structure
from mapping.network.osm_tags import WayRoad, drivable, read_restriction, read_way
from mapping.network.speeds import parse_limit, parse_zone

KMH = 1.0 / 3.6


def said(tags: dict[str, str]) -> tuple[WayRoad | None, list[str]]:
    faults: list[str] = []
    return read_way(tags, lambda what, done: faults.append(what)), faults


def read(**tags: str) -> WayRoad:
    road, faults = said({"highway": "primary", **{key.replace("__", ":"): value for key, value in tags.items()}})
    assert road is not None
    assert faults == []
    return road


@pytest.mark.parametrize(
    ("tags", "road_class", "flags"),
    [
        ({"highway": "motorway"}, RoadClass.MOTORWAY, 0),
        ({"highway": "primary_link"}, RoadClass.PRIMARY, EdgeFlag.LINK),
        ({"highway": "service", "access": "private"}, RoadClass.SERVICE, EdgeFlag.PRIVATE),
        ({"highway": "service", "access": "no", "motor_vehicle": "yes"}, RoadClass.SERVICE, 0),
        ({"highway": "residential", "motor_vehicle": "no", "bus": "yes"}, RoadClass.RESIDENTIAL, EdgeFlag.BUS),
        ({"highway": "busway"}, RoadClass.BUSWAY, EdgeFlag.BUS),
        ({"highway": "track", "motor_vehicle": "yes"}, RoadClass.TRACK, 0),
        ({"highway": "pedestrian", "psv": "designated"}, RoadClass.SERVICE, EdgeFlag.BUS),
        ({"highway": "road"}, RoadClass.UNKNOWN, 0),
        ({"highway": "service", "access": "destination"}, RoadClass.SERVICE, 0),
    ],
)
def test_who_may_drive(tags: dict[str, str], road_class: RoadClass, flags: int) -> None:
    assert drivable(tags) == (road_class, flags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"highway": "footway"},
        {"highway": "track"},
        {"highway": "pedestrian", "access": "yes"},
        {"highway": "proposed"},
        {"highway": "construction"},
        {"highway": "footway_link"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "primary", "access": "no"},
        {"highway": "service", "motorcar": "no", "motor_vehicle": "yes"},
        {"highway": "service", "area": "yes"},
    ],
)
def test_where_nobody_may_drive(tags: dict[str, str]) -> None:
    assert drivable(tags) is None


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, Direction.BOTH),
        ({"oneway": "yes"}, Direction.FORWARD),
        ({"oneway": "1"}, Direction.FORWARD),
        ({"oneway": "-1"}, Direction.BACKWARD),
        ({"oneway": "no"}, Direction.BOTH),
        ({"oneway": "reversible"}, Direction.BOTH),
        ({"junction": "roundabout"}, Direction.FORWARD),
        ({"junction": "circular"}, Direction.FORWARD),
        ({"junction": "roundabout", "oneway": "-1"}, Direction.BACKWARD),
        ({"highway": "motorway"}, Direction.FORWARD),
        ({"highway": "motorway", "oneway": "no"}, Direction.BOTH),
        ({"highway": "motorway_link"}, Direction.BOTH),
        ({"oneway": "yes", "oneway__motor_vehicle": "no"}, Direction.BOTH),
    ],
)
def test_directions(tags: dict[str, str], direction: Direction) -> None:
    assert read(**tags).direction is direction


def test_buses_may_drive_against_a_one_way_road() -> None:
    assert read(oneway="yes", oneway__bus="no").is_bus_return
    assert not read(oneway="yes").is_bus_return


@pytest.mark.parametrize(
    ("text", "mps", "is_assumed"),
    [
        ("50", 50 * KMH, False),
        ("50 km/h", 50 * KMH, False),
        ("30 mph", 30 * 1609.344 / 3600, False),
        ("20mph", 20 * 1609.344 / 3600, False),
        ("10 knots", 10 * 1852 / 3600, False),
        ("none", inf, False),
        ("walk", 7 * KMH, True),
        ("CN:urban", 50 * KMH, True),
        ("CN:motorway", 120 * KMH, True),
        ("DE:zone30", 30 * KMH, True),
        ("DE:zone:30", 30 * KMH, True),
        ("CH:rural", 80 * KMH, True),
        ("DE:motorway", inf, True),
        ("80;60", 60 * KMH, False),
        ("12.5", 12.5 * KMH, False),
    ],
)
def test_limits(text: str, mps: float, is_assumed: bool) -> None:
    limit = parse_limit(text)
    assert limit is not None
    assert limit.mps == pytest.approx(mps)
    assert limit.is_assumed == is_assumed


@pytest.mark.parametrize(
    "text", ["", "signals", "variable", "fast", "-5", "0", "1000", "50 furlongs", "XX:urban", "50;x"]
)
def test_what_is_no_limit(text: str) -> None:
    assert parse_limit(text) is None


def test_zones_stand_in_for_limits_and_are_marked() -> None:
    road = read(zone__maxspeed="DE:30")
    assert road.limit_mps == pytest.approx(30 * KMH)
    assert road.flags & EdgeFlag.ASSUMED_LIMIT
    assert read(maxspeed="60", maxspeed__type="CN:urban").limit_mps == pytest.approx(60 * KMH)
    assert parse_zone("CN:urban") == parse_limit("CN:urban")


def test_limits_by_direction() -> None:
    road = read(maxspeed="50", maxspeed__backward="30")
    assert [road.limit_mps, road.limit_back_mps] == pytest.approx([50 * KMH, 30 * KMH])
    assert isnan(read().limit_mps)


@pytest.mark.parametrize(
    ("tags", "lanes"),
    [
        ({}, (0, 0)),
        ({"lanes": "4"}, (2, 2)),
        ({"lanes": "1"}, (1, 1)),
        ({"lanes": "3", "lanes__forward": "2"}, (2, 1)),
        ({"lanes": "3", "lanes__forward": "2", "lanes__backward": "1"}, (2, 1)),
        ({"lanes": "3", "oneway": "yes"}, (3, 3)),
        ({"oneway": "yes", "turn__lanes": "left|through|right"}, (3, 3)),
        ({"turn__lanes__forward": "left|through", "lanes": "3"}, (2, 1)),
        ({"lanes": "2;3"}, (1, 1)),
    ],
)
def test_lanes(tags: dict[str, str], lanes: tuple[int, int]) -> None:
    road = read(**tags)
    assert (road.lane_count, road.lane_count_back) == lanes


@pytest.mark.parametrize(
    ("tags", "structure", "layer"),
    [
        ({}, Structure.GROUND, 0),
        ({"bridge": "yes"}, Structure.BRIDGE, 1),
        ({"bridge": "viaduct", "layer": "2"}, Structure.BRIDGE, 2),
        ({"tunnel": "yes"}, Structure.TUNNEL, -1),
        ({"tunnel": "no", "bridge": "no"}, Structure.GROUND, 0),
        ({"tunnel": "yes", "layer": "-2"}, Structure.TUNNEL, -2),
    ],
)
def test_bridges_and_tunnels(tags: dict[str, str], structure: Structure, layer: int) -> None:
    road = read(**tags)
    assert (road.structure, road.layer) == (structure, layer)


@pytest.mark.parametrize(
    "tags",
    [
        {"maxspeed": "fast"},
        {"maxspeed:forward": "?"},
        {"lanes": "many"},
        {"lanes": "-1"},
        {"lanes": "400"},
        {"layer": "upper"},
        {"layer": "inf"},
        {"oneway": "maybe"},
    ],
)
def test_values_that_say_nothing_are_reported_and_the_road_is_kept(tags: dict[str, str]) -> None:
    road, faults = said({"highway": "primary", **tags})
    assert road is not None
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("tags", "value"),
    [
        ({"restriction": "no_left_turn"}, "no_left_turn"),
        ({"restriction:motorcar": "only_straight_on"}, "only_straight_on"),
        ({"restriction": "no_left_turn", "except": "bicycle;psv"}, "no_left_turn"),
        ({"restriction": "no_left_turn", "except": "psv;motorcar"}, None),
        ({"restriction:hgv": "no_left_turn"}, None),
        ({"restriction:conditional": "no_left_turn @ (07:00-09:00)"}, None),
        ({"restriction": "no_thinking"}, None),
        ({}, None),
    ],
)
def test_restrictions(tags: dict[str, str], value: str | None) -> None:
    faults: list[str] = []
    assert read_restriction(tags, lambda what, done: faults.append(what)) == value
    assert bool(faults) == (value is None)

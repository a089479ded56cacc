"""Fences out of a network: corridors along edges, areas of stops."""

import numpy as np
import orjson
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.datums.plane import geodetic_to_plane
from mapping.fences.check import FenceError, plane_shape
from mapping.fences.kinds import EventKind
from mapping.fences.model import Circle, FenceDraft
from mapping.fences.routes import Call, corridor_along, stop_areas
from mapping.network.codes import Direction
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from mapping.network.model import RoadNetwork
from mapping.network.routes import route_index
from tests.helpers.roads import TOWN
from tests.unit.network.drawn import CROSS, PLANE, build, edge


def ends_m(network: RoadNetwork, *names: str, both_ways: bool = True) -> list[list[tuple[float, float]]]:
    """First and last points of the lines of a corridor, m."""
    corridor = corridor_along(network, [edge(network, name) for name in names], 5.0, both_ways=both_ways)
    found = []
    for line in corridor.lines:
        at = np.radians(np.array([line[0], line[-1]]))
        x_m, y_m = geodetic_to_plane(at[:, 0], at[:, 1], PLANE, frame=PLANE.frame)
        found.append(list(zip(x_m.round(2).tolist(), y_m.round(2).tolist(), strict=True)))
    return found


def test_a_two_way_road_has_a_line_each_way() -> None:
    network = build(CROSS, {"BCD": {}, "AC": {"direction": Direction.FORWARD}})
    (bx, by), (cx, cy) = ends_m(network, "BC", both_ways=False)[0]
    assert (cx - bx, cy) == (40.0, by)
    assert ends_m(network, "BC") == [[(bx, by), (cx, cy)], [(cx, cy), (bx, by)]]
    assert ends_m(network, "BC", "CB") == ends_m(network, "BC")
    assert len(ends_m(network, "AC")) == 1


def test_a_corridor_is_a_fence() -> None:
    network = build(CROSS, {"BCD": {}, "AC": {}})
    shape = corridor_along(network, range(network.edge_count), 5.0)
    assert plane_shape(FenceDraft("line", shape), PLANE).radius_m == 5.0


@pytest.mark.parametrize("unknown", [99, -1])
def test_an_edge_that_does_not_exist_is_named(unknown: int) -> None:
    network = build(CROSS, {"BCD": {}, "AC": {}})
    with pytest.raises(FenceError, match=f"no edge {unknown}: it has 0 to 5"):
        corridor_along(network, [0, unknown], 5.0)


def test_the_area_of_a_stop_is_for_the_edges_that_serve_it() -> None:
    network = geojson_network(parse_geojson(orjson.dumps(TOWN)), CGCS2000_2000)[0]
    index = route_index(network)
    edges = network.route_edges.of(0).tolist()
    calls = [Call(0, stop, run_m) for stop, run_m in enumerate(network.route_stops.run_m.tolist())]
    west, east = stop_areas(network, index, calls, 25.0)
    assert (west.ref, west.name, west.kinds) == ("stop:91", "West", frozenset({EventKind.ARRIVED}))
    assert west.shape == Circle((25.79995, 114.902), 25.0)
    assert [sorted(each.edges) for each in (west, east)] == [edges[:1], edges[1:]]
    (between,) = stop_areas(network, index, [Call(0, 0, float(network.edges.length_m[edges[0]]))], 25.0)
    assert sorted(between.edges) == sorted(edges)
    assert stop_areas(network, index, calls, 0.0) == []

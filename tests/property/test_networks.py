"""Networks of whatever roads: what always holds, and that no file stops an import."""

from math import inf, nan
from typing import Any

import numpy as np
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.datums.frame import CGCS2000_2000
from mapping.errors import MapFormatError
from mapping.matching.bans import split_edges
from mapping.network.build import NetworkBuilder
from mapping.network.check import check_network
from mapping.network.codes import Direction, RestrictionKind
from mapping.network.drafts import RestrictionDraft, RoadDraft, RouteDraft, StopDraft
from mapping.network.geojson import geojson_network
from mapping.network.geojson_io import parse_geojson
from mapping.network.lrs import Places, places_to_plane, plane_to_places_on
from mapping.network.model import RoadNetwork
from mapping.network.osm_tags import read_restriction, read_way
from tests.unit.network.drawn import PLANE

ROOM = range(6)
"""Nodes lie on a small lattice, so that roads meet often, at the same places too."""


@st.composite
def roads(draw: st.DrawFn) -> RoadDraft:
    refs = draw(st.lists(st.integers(0, 35), min_size=0, max_size=7))
    x_m = np.array([10.0 * (ref % len(ROOM)) for ref in refs])
    y_m = np.array([10.0 * (ref // len(ROOM)) for ref in refs])
    lost = draw(st.lists(st.integers(0, 6), max_size=2))
    for at in lost:
        if at < len(refs):
            x_m[at] = draw(st.sampled_from([nan, inf]))
    return RoadDraft(
        ref=draw(st.integers(1, 9)),
        x_m=x_m,
        y_m=y_m,
        node_refs=np.array(refs, dtype=np.int64) if draw(st.booleans()) else None,
        direction=draw(st.sampled_from(Direction)),
        is_whole=draw(st.booleans()),
        layer=draw(st.integers(-2, 2)),
    )


@st.composite
def networks(draw: st.DrawFn) -> RoadNetwork:
    builder = NetworkBuilder("any", PLANE, join_m=draw(st.sampled_from([0.0, 0.5, 11.0])))
    for road in draw(st.lists(roads(), max_size=8)):
        builder.add_road(road)
    for number in range(draw(st.integers(0, 3))):
        over = draw(st.lists(st.integers(1, 9), max_size=2))
        builder.restrict(
            RestrictionDraft(
                number,
                draw(st.sampled_from(RestrictionKind)),
                draw(st.integers(1, 9)),
                draw(st.integers(1, 9)),
                None if over else draw(st.integers(0, 35)),
                tuple(over),
            )
        )
    builder.add_stop(StopDraft(1, "stop", draw(st.floats(-100.0, 100.0)), 3.0))
    builder.add_route(RouteDraft(1, "route", tuple(draw(st.lists(st.integers(1, 9), max_size=5))), (1, 2)))
    return builder.build()[0]


@given(networks())
def test_what_holds_for_every_network(network: RoadNetwork) -> None:
    edges, shape, turns = network.edges, network.shape, network.turns
    n = len(edges)
    assert (edges.length_m > 0.0).all()
    assert np.isfinite(shape.points.x_m).all()
    assert (np.diff(shape.first_point) >= 2).all()
    assert len(network.first_next) == len(network.first_lane) == n + 1
    twins = np.flatnonzero(edges.twin >= 0)
    assert (edges.twin[edges.twin[twins]] == twins).all()
    assert (edges.node_from[edges.twin[twins]] == edges.node_to[twins]).all()
    before = np.repeat(np.arange(n), np.diff(network.first_next))
    assert (edges.node_to[before] == edges.node_from[turns.next_edge]).all()
    assert (edges.length_m == shape.points.run_m[shape.first_point[1:] - 1]).all()
    used = np.unique(np.concatenate([edges.node_from, edges.node_to]))
    assert used.tolist() == list(range(len(network.nodes)))
    for i in range(len(network.banned)):
        sequence = network.banned.of(i)
        assert sequence.size > 2
        assert (edges.node_to[sequence[:-1]] == edges.node_from[sequence[1:]]).all()
    check_network(network)


@given(networks(), st.floats(0.0, 1.0), st.floats(-3.0, 3.0))
def test_places_come_back(network: RoadNetwork, along: float, lateral_m: float) -> None:
    """On an edge that is straight: at corners another point of it can be nearer."""
    straight = np.flatnonzero(np.diff(network.shape.first_point) == 2).astype(np.int32)
    given_m = along * network.edges.length_m[straight]
    spots = places_to_plane(network, Places(straight, given_m, np.full(straight.size, lateral_m)))
    back = plane_to_places_on(network, straight, spots.x_m, spots.y_m)
    assert np.allclose(back.offset_m, given_m, atol=1e-9)
    assert np.allclose(back.lateral_m, lateral_m, atol=1e-9)


@given(networks())
def test_what_is_banned_cannot_be_driven(network: RoadNetwork) -> None:
    """In the states of edges that matching works on; every turn of the network is still there."""
    states = split_edges(network)
    assert np.array_equal(np.unique(states.next_turn), np.arange(len(network.turns)))
    for i in range(len(network.banned)):
        state, *rest = network.banned.of(i).tolist()
        for edge in rest:
            after = states.next_state[int(states.first_next[state]) : int(states.first_next[state + 1])]
            state = next((int(s) for s in after if states.edge[s] == edge), -1)
            if state < 0:
                break
        assert state < 0


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-200, 200)
    | st.sampled_from([2**62, -(2**63)])
    | st.floats(allow_nan=False)
    | st.sampled_from(["yes", "-1", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "id", "layer"]), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["class", "highway", "oneway", "lanes", "maxspeed", "layer", "level", "bridge", "name", "junction"]
)
POSITION = st.tuples(st.floats(114.8, 115.0), st.floats(25.7, 25.9)).map(list)
GEOMETRY = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["LineString", "MultiLineString", "Point", "Polygon", "Nothing"]),
        "coordinates": JSON | st.lists(POSITION, max_size=4) | st.lists(st.lists(POSITION, max_size=3), max_size=3),
    }
)
FEATURE = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "geometry": GEOMETRY | JSON,
        "properties": st.dictionaries(KEYS, JSON, max_size=5) | JSON,
    },
    optional={"id": JSON},
)


@given(st.lists(FEATURE | JSON, max_size=6), JSON, JSON)
@settings(max_examples=100)
def test_no_geojson_stops_an_import(features: list[Any], routes: Any, lanes: Any) -> None:
    collection = {"type": "FeatureCollection", "features": features, "routes": routes, "lanes": lanes}
    text = orjson.dumps(collection)
    try:
        network, report = geojson_network(parse_geojson(text), CGCS2000_2000)
    except MapFormatError as error:
        assert "no road" in str(error)
        return
    assert np.isfinite(network.edges.length_m).all()
    assert all(fault.what for fault in report.faults)


TAG_KEYS = st.sampled_from(
    [
        *(
            "highway",
            "oneway",
            "lanes",
            "lanes:forward",
            "maxspeed",
            "maxspeed:backward",
            "zone:maxspeed",
            "layer",
            "bridge",
        ),
        *(
            "tunnel",
            "access",
            "bus",
            "junction",
            "area",
            "turn:lanes",
            "restriction",
            "restriction:hgv",
            "except",
            "motorcar",
        ),
    ]
)
VALUES = st.sampled_from(
    ["yes", "no", "-1", "primary", "service", "track", "50", "1e30", "inf", "nan", "1e400", "CN:urban", "|"]
)


@given(st.dictionaries(TAG_KEYS, VALUES | st.text(max_size=8), max_size=8))
@settings(max_examples=150)
def test_no_tags_stop_an_import(tags: dict[str, str]) -> None:
    said: list[str] = []
    road = read_way({"highway": "primary", **tags}, lambda what, done: said.append(what))
    read_restriction(tags, lambda what, done: said.append(what))
    assert road is None or (0 <= road.lane_count < 256 and -128 <= road.layer < 128)

"""OSM files that are drawn: ways to edges, relations to restrictions and routes, stops, mistakes to reports."""

from pathlib import Path

import numpy as np
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.errors import MapFormatError
from mapping.network.codes import EdgeFlag, RoadClass
from mapping.network.model import RoadNetwork
from mapping.network.read_io import MapFormat, ReadNetwork, ReadOptions, format_of, read_network
from tests.unit.network.drawn import CROSS, after, edge, label, labels, osm_xml, relation

PRIMARY = {"highway": "primary"}
STREETS = {"BC": PRIMARY, "CD": PRIMARY, "AC": PRIMARY, "CE": PRIMARY}  # ways 1 to 4
ROW = """
    A---B---C---D
      S       T
"""


def read(tmp_path: Path, text: bytes) -> ReadNetwork:
    path = tmp_path / "drawn.osm"
    path.write_bytes(text)
    return read_network(path, ReadOptions(CGCS2000_2000))


def route_labels(network: RoadNetwork, row: int) -> list[str]:
    return [label(network, int(number)) for number in network.route_edges.of(row)]


def test_ways_become_edges(tmp_path: Path) -> None:
    found = read(tmp_path, osm_xml(CROSS, {**STREETS, "AE": {"highway": "footway"}}))
    assert (found.format, found.network.name) == (MapFormat.OSM, "drawn")
    assert found.report.read == {"ways": 5, "drivable ways": 4, "routes": 0, "restrictions": 0, "stops": 0}
    assert found.network.edge_count == 8
    assert set(found.network.edges.road_class.tolist()) == {RoadClass.PRIMARY}
    assert found.network.edges.length_m[edge(found.network, "BC")] == pytest.approx(40.0, abs=2e-2)


@pytest.mark.parametrize(("value", "gone"), [("no_left_turn", {"CA"}), ("only_left_turn", {"CD", "CE"})])
def test_restrictions_over_a_node(tmp_path: Path, value: str, gone: set[str]) -> None:
    members = (("way", 1, "from"), ("node", "C", "via"), ("way", 3, "to"))
    text = osm_xml(CROSS, STREETS, relation(9, {"type": "restriction", "restriction": value}, *members))
    assert after(read(tmp_path, text).network, "BC") == {"CA", "CD", "CE"} - gone


def test_no_entry_names_several_roads(tmp_path: Path) -> None:
    members = (("way", 1, "from"), ("way", 2, "from"), ("node", "C", "via"), ("way", 3, "to"))
    text = osm_xml(CROSS, STREETS, relation(9, {"type": "restriction", "restriction": "no_entry"}, *members))
    network = read(tmp_path, text).network
    assert "CA" not in after(network, "BC") | after(network, "DC")
    assert "CA" in after(network, "EC")


@pytest.mark.parametrize(
    "members",
    [
        (),
        (("way", 1, "from"), ("way", 3, "to")),
        (("way", 1, "from"), ("node", "C", "via")),
        (("way", 1, "from"), ("node", "C", "via"), ("node", "B", "via"), ("way", 3, "to")),
        (("node", "B", "from"), ("node", "C", "via"), ("way", 3, "to")),
        (("way", 1, "from"), ("node", "C", "via"), ("way", 99, "to")),
    ],
)
def test_broken_restrictions_are_reported(tmp_path: Path, members: tuple[tuple[str, int | str, str], ...]) -> None:
    tags = {"type": "restriction", "restriction": "no_left_turn"}
    found = read(tmp_path, osm_xml(CROSS, STREETS, relation(9, tags, *members)))
    assert after(found.network, "BC") == {"CA", "CD", "CE"}
    assert [(fault.object_kind, fault.ref) for fault in found.report.faults] == [("restriction", 9)]


def test_nodes_that_are_missing_are_reported(tmp_path: Path) -> None:
    found = read(tmp_path, osm_xml(CROSS, {"BxCD": PRIMARY, "yz": PRIMARY, "A": PRIMARY}))
    assert labels(found.network, range(found.network.edge_count)) == {"CD", "DC"}
    assert {(fault.ref, fault.done) for fault in found.report.faults} == {
        (1, "cut there"),
        (2, "left out"),
        (3, "left out"),
    }


def test_values_that_say_nothing_are_reported_by_way(tmp_path: Path) -> None:
    found = read(tmp_path, osm_xml(CROSS, {"BCD": {**PRIMARY, "maxspeed": "fast", "lanes": "x"}}))
    assert [(fault.object_kind, fault.ref, fault.done) for fault in found.report.faults] == [
        ("way", 1, "kept, without"),
        ("way", 1, "kept, without"),
    ]


def test_buses_drive_against_a_one_way_road(tmp_path: Path) -> None:
    found = read(tmp_path, osm_xml(CROSS, {"BCD": {**PRIMARY, "oneway": "yes", "oneway:bus": "no"}}))
    network = found.network
    assert network.edges.flags[edge(network, "DB")] & EdgeFlag.BUS
    assert not network.edges.flags[edge(network, "BD")] & EdgeFlag.BUS


STOPS = {
    "S": {"highway": "bus_stop", "name": "South"},
    "T": {"public_transport": "platform", "bus": "yes", "name": "T"},
}
BUS = {"type": "route", "route": "bus", "ref": "5", "interval": "00:10"}


def test_routes_and_their_stops(tmp_path: Path) -> None:
    members = (("way", 1, ""), ("way", 2, ""), ("way", 3, ""), ("node", "S", "platform"), ("node", "T", "platform"))
    ways = {"AB": PRIMARY, "CB": PRIMARY, "CD": PRIMARY}
    network = read(tmp_path, osm_xml(ROW, ways, relation(9, BUS, *members), STOPS)).network
    assert route_labels(network, 0) == ["AB", "BC", "CD"]
    assert (network.routes.ref[0], network.names[network.routes.name[0]]) == (9, "5")
    assert network.routes.headway_s[0] == 600.0
    assert network.routes.length_m[0] == pytest.approx(120.0, abs=1e-2)
    assert [network.names[name] for name in network.stops.name] == ["South", "T"]
    assert [label(network, int(number)) for number in network.stops.edge] == ["AB", "CD"]
    assert network.stops.offset_m.tolist() == pytest.approx([20.0, 20.0], abs=1e-2)
    assert network.route_stops.run_m.tolist() == pytest.approx([20.0, 100.0], abs=1e-2)


def test_a_route_that_returns_calls_at_the_kerb_of_its_way_back(tmp_path: Path) -> None:
    above = """
      T
    A---B
    """
    members = (("way", 1, ""), ("way", 1, ""), ("node", "T", "platform"))
    network = read(tmp_path, osm_xml(above, {"AB": PRIMARY}, relation(9, BUS, *members), STOPS)).network
    assert route_labels(network, 0) == ["AB", "BA"]
    assert network.routes.is_loop[0]
    assert network.route_stops.run_m.tolist() == pytest.approx([60.0], abs=1e-2)
    assert label(network, int(network.stops.edge[0])) == "BA"


def test_a_route_takes_the_short_way_through_a_ring(tmp_path: Path) -> None:
    ring = """
           B
    A---D     C---E
           F
    """
    ways = {"AD": PRIMARY, "DFCBD": {**PRIMARY, "junction": "roundabout"}, "CE": PRIMARY}
    members = (("way", 1, ""), ("way", 2, ""), ("way", 3, ""))
    network = read(tmp_path, osm_xml(ring, ways, relation(9, BUS, *members))).network
    assert route_labels(network, 0) == ["AD", "DC", "CE"]


def test_the_far_side_of_a_ring_is_named_and_not_driven(tmp_path: Path) -> None:
    ring = """
           B
    A---D     C---E
           F
    """
    arc = {**PRIMARY, "junction": "roundabout"}
    ways = {"AD": PRIMARY, "CBD": arc, "DFC": arc, "CE": PRIMARY}
    members = (("way", 1, ""), ("way", 2, ""), ("way", 3, ""), ("way", 4, ""))
    found = read(tmp_path, osm_xml(ring, ways, relation(9, BUS, *members)))
    assert route_labels(found.network, 0) == ["AD", "DC", "CE"]
    assert found.report.fault_count == 0


def test_a_route_that_lists_its_roads_from_the_last_to_the_first(tmp_path: Path) -> None:
    oneway = {**PRIMARY, "oneway": "yes"}
    members = (("way", 3, ""), ("way", 2, ""), ("way", 1, ""))
    found = read(tmp_path, osm_xml(ROW, {"AB": oneway, "BC": oneway, "CD": oneway}, relation(9, BUS, *members)))
    assert route_labels(found.network, 0) == ["AB", "BC", "CD"]
    assert found.report.fault_count == 0


def test_stops_that_are_listed_out_of_order_are_sorted(tmp_path: Path) -> None:
    members = (("way", 1, ""), ("node", "T", "platform"), ("node", "S", "platform"))
    found = read(tmp_path, osm_xml(ROW, {"ABCD": PRIMARY}, relation(9, BUS, *members), STOPS))
    assert found.network.route_stops.run_m.tolist() == pytest.approx([20.0, 100.0], abs=1e-2)
    assert found.network.stops.ref[found.network.route_stops.stop].tolist() == [ord("S"), ord("T")]
    assert [(fault.object_kind, fault.done) for fault in found.report.faults] == [("route", "kept, sorted")]


def test_routes_with_gaps_are_kept_and_reported(tmp_path: Path) -> None:
    members = (("way", 1, ""), ("way", 99, ""), ("way", 2, ""), ("node", "Q", "platform"))
    found = read(tmp_path, osm_xml(ROW, {"AB": PRIMARY, "CD": PRIMARY}, relation(9, BUS, *members)))
    assert route_labels(found.network, 0) == ["AB", "CD"]
    assert [(fault.object_kind, fault.ref) for fault in found.report.faults] == [("route", 9), ("route", 9)]


def test_a_route_without_any_road_is_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, osm_xml(ROW, {"AB": PRIMARY}, relation(9, BUS, ("way", 7, ""))))
    assert len(found.network.routes) == 0
    assert "none of its roads" in found.report.faults[-1].what


def test_stops_far_from_every_road_are_on_none(tmp_path: Path) -> None:
    far = "A---B" + " " * 20 + "S"
    found = read(tmp_path, osm_xml(far, {"AB": PRIMARY}, nodes=STOPS))
    assert found.network.stops.edge.tolist() == [-1]
    assert np.isnan(found.network.stops.offset_m).all()
    assert [(fault.object_kind, fault.ref) for fault in found.report.faults] == [("stop", ord("S"))]


@pytest.mark.parametrize(
    "text", [b"", b"<osm", b"<osm version='0.6'><way id='1'><nd ref='x'/></way></osm>", b"\x00\x01"]
)
def test_files_that_are_none(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(MapFormatError, match=r"drawn\.osm"):
        read(tmp_path, text)


def test_a_file_without_roads(tmp_path: Path) -> None:
    with pytest.raises(MapFormatError, match="no road"):
        read(tmp_path, osm_xml(CROSS, {}))


def test_ids_that_an_editor_gave(tmp_path: Path) -> None:
    text = osm_xml(CROSS, {"BCD": PRIMARY}).replace(b'id="', b'id="-').replace(b'ref="', b'ref="-')
    network = read(tmp_path, text).network
    assert network.edges.ref.tolist() == [-1, -1]
    assert sorted(network.nodes.ref.tolist()) == [-ord("D"), -ord("B")]


def test_ways_before_their_nodes(tmp_path: Path) -> None:
    lines = osm_xml(CROSS, {"BCD": PRIMARY}).decode().split("\n")
    nodes = [line for line in lines if line.startswith("<node")]
    text = "\n".join([lines[0], *(line for line in lines[1:-1] if line not in nodes), *nodes, lines[-1]])
    network = read(tmp_path, text.encode()).network
    assert network.edges.length_m.tolist() == pytest.approx([80.0, 80.0], abs=0.03)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.osm.pbf", b"", MapFormat.OSM),
        ("a.osm", b"<osm/>", MapFormat.OSM),
        ("a.osm", b"<osm><tag k='type' v='lanelet'/></osm>", MapFormat.LANELET2),
        ("a.xodr", b"", MapFormat.OPENDRIVE),
        ("A.GEOJSON", b"", MapFormat.GEOJSON),
        ("a.geojson.gz", b"", MapFormat.GEOJSON),
        ("a.graphml", b"", MapFormat.GRAPHML),
        ("a.npz", b"", MapFormat.NETWORK),
    ],
)
def test_formats(tmp_path: Path, name: str, text: bytes, expected: MapFormat) -> None:
    (tmp_path / name).write_bytes(text)
    assert format_of(tmp_path / name) is expected


def test_a_name_that_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(MapFormatError, match="state one of"):
        format_of(tmp_path / "a.txt")
    with pytest.raises(MapFormatError, match="no such file"):
        read_network(tmp_path / "a.osm", ReadOptions(CGCS2000_2000))

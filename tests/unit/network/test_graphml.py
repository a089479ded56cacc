"""GraphML as osmnx writes it: directed edges, twins, lists in attributes, mistakes by edge."""

from pathlib import Path

import numpy as np
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.errors import MapFormatError
from mapping.network.codes import EdgeFlag, RoadClass
from mapping.network.read_io import ReadNetwork, ReadOptions, read_network

HEAD = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="x" attr.type="string"/><key id="d1" for="node" attr.name="y" attr.type="string"/>
<key id="d2" for="edge" attr.name="osmid"/><key id="d3" for="edge" attr.name="highway"/>
<key id="d4" for="edge" attr.name="geometry"/><key id="d5" for="edge" attr.name="maxspeed"/>
<key id="d6" for="edge" attr.name="lanes"/><key id="d7" for="edge" attr.name="oneway"/>
<key id="d8" for="edge" attr.name="reversed"/>
<graph edgedefault="{directed}">
<node id="1"><data key="d0">114.00</data><data key="d1">22.50</data></node>
<node id="2"><data key="d0">114.01</data><data key="d1">22.50</data></node>
<node id="3"><data key="d0">x</data><data key="d1">22.51</data></node>
"""
TAIL = "</graph></graphml>"
BENT = "LINESTRING (114.00 22.50, 114.005 22.501, 114.01 22.50)"


def graph_edge(source: int, target: int, **data: str) -> str:
    rows = "".join(f'<data key="{key}">{value}</data>' for key, value in data.items())
    return f'<edge source="{source}" target="{target}">{rows}</edge>'


def read(tmp_path: Path, *edges: str, directed: str = "directed") -> ReadNetwork:
    path = tmp_path / "town.graphml"
    path.write_text(HEAD.format(directed=directed) + "".join(edges) + TAIL)
    return read_network(path, ReadOptions(CGCS2000_2000))


def test_two_edges_of_one_way_are_twins(tmp_path: Path) -> None:
    there = graph_edge(1, 2, d2="7", d3="primary", d4=BENT, d5="40", d6="4", d7="False", d8="False")
    back = graph_edge(2, 1, d2="7", d3="primary", d4=BENT.replace("LINESTRING", "LINESTRING"), d7="False", d8="True")
    network = read(tmp_path, there, back).network
    assert network.edges.twin.tolist() == [1, 0]
    assert network.edges.ref.tolist() == [7, 7]
    assert network.edges.flags.tolist() == [0, EdgeFlag.REVERSED]
    assert network.edges.lane_count.tolist() == [2, 0]
    assert network.edges.limit_mps[0] == pytest.approx(40 / 3.6)
    assert network.nodes.ref.tolist() == [1, 2]
    assert network.shape.line(0).x_m.size == 3


def test_one_way_edges_have_no_twin(tmp_path: Path) -> None:
    network = read(tmp_path, graph_edge(1, 2, d2="7", d3="secondary_link", d6="3", d7="True")).network
    assert network.edges.twin.tolist() == [-1]
    assert network.edges.flags.tolist() == [EdgeFlag.ONEWAY | EdgeFlag.LINK]
    assert network.edges.lane_count.tolist() == [3]
    assert network.edges.length_m[0] == pytest.approx(1029.0, abs=2.0)


def test_edges_of_an_undirected_graph_are_driven_both_ways(tmp_path: Path) -> None:
    network = read(tmp_path, graph_edge(1, 2, d3="residential"), directed="undirected").network
    assert network.edges.twin.tolist() == [1, 0]
    assert (network.edges.ref < 0).all()


def test_lists_in_attributes_give_their_first_value(tmp_path: Path) -> None:
    network = read(
        tmp_path, graph_edge(1, 2, d2="[8, 9]", d3="['trunk', 'primary']", d5="['60', '40']", d7="True")
    ).network
    assert network.edges.ref.tolist() == [8]
    assert network.edges.road_class.tolist() == [RoadClass.TRUNK]
    assert network.edges.limit_mps[0] == pytest.approx(60 / 3.6)


@pytest.mark.parametrize(
    ("edge", "ref"),
    [
        (graph_edge(1, 9), "1 to 9"),
        (graph_edge(1, 2, d4="LINESTRING (oops"), "1 to 2"),
        (graph_edge(1, 2, d4="POINT (1 2)"), "1 to 2"),
        (graph_edge(1, 2, d4="LINESTRING (999 0, 1 1)"), "1 to 2"),
        (graph_edge(1, 3), -2),
        (graph_edge(1, 2, d5="fast", d7="True"), "1 to 2"),
    ],
)
def test_broken_edges_are_reported(tmp_path: Path, edge: str, ref: str | int) -> None:
    found = read(tmp_path, graph_edge(2, 1, d7="True"), edge)
    assert [(fault.object_kind, fault.ref) for fault in found.report.faults] == [("edge", ref)]
    assert found.network.edge_count >= 1
    assert np.isfinite(found.network.edges.length_m).all()


@pytest.mark.parametrize("text", ["", "<graphml/>", "<a>", HEAD.format(directed="directed") + TAIL])
def test_files_that_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "none.graphml"
    path.write_text(text)
    with pytest.raises(MapFormatError, match=r"none\.graphml"):
        read_network(path, ReadOptions(CGCS2000_2000))

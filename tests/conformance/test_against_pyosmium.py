"""Networks of OSM files against what pyosmium counts and measures in them."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest

from mapping.datums.frame import CGCS2000_2000
from mapping.network.check import is_first_of_pair
from mapping.network.codes import EdgeFlag
from mapping.network.osm_tags import drivable
from mapping.network.read_io import ReadNetwork, ReadOptions, read_network

FILES = ("osm/liechtenstein-latest.osm.pbf", "osm/monaco.osm.pbf", "hof_fcd/fcd_net.osm")


class Counted(osmium.SimpleHandler):
    """Ways on which one may drive: the nodes that they name and where these are, and their lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.ways: dict[int, list[int]] = {}
        self.tags: dict[int, dict[str, str]] = {}
        self.length_m: dict[int, float] = {}
        self.doubled: set[int] = set()
        """Nodes that lie where the one before lies: they are one node here, and two for pyosmium."""
        self.relations: Counter[str] = Counter()

    def way(self, way: Any) -> None:
        tags = dict(way.tags)
        if drivable(tags) is None or len(way.nodes) < 2 or not all(node.location.valid() for node in way.nodes):
            return
        self.ways[way.id] = [node.ref for node in way.nodes]
        self.tags[way.id] = tags
        for before, node in pairwise(way.nodes):
            if before.location == node.location:
                self.doubled |= {before.ref, node.ref}
        self.length_m[way.id] = osmium.geom.haversine_distance(way.nodes)

    def relation(self, relation: Any) -> None:
        self.relations[relation.tags.get("type", "")] += 1


@pytest.fixture(scope="module", params=FILES)
def both(data_dir: Path, request: pytest.FixtureRequest) -> tuple[Counted, ReadNetwork]:
    path = data_dir / "map" / request.param
    counted = Counted()
    counted.apply_file(path, locations=True)
    return counted, read_network(path, ReadOptions(CGCS2000_2000))


def pieces(counted: Counted) -> Counter[int]:
    """How many pieces each way has when it is cut at every node that is named more than once."""
    uses = Counter(ref for refs in counted.ways.values() for ref in refs)
    return Counter({way: 1 + sum(uses[ref] > 1 for ref in refs[1:-1]) for way, refs in counted.ways.items()})


def roads(found: ReadNetwork, counted: Counted) -> Any:
    """Edges that stand for their road, of ways that are whole in the file."""
    edges = found.network.edges
    return np.flatnonzero(is_first_of_pair(found.network) & np.isin(edges.ref, list(counted.ways)))


def test_every_way_has_as_many_pieces(both: tuple[Counted, ReadNetwork]) -> None:
    counted, found = both
    edges = found.network.edges
    ours, theirs = Counter(edges.ref[roads(found, counted)].tolist()), pieces(counted)
    plain = {way for way, refs in counted.ways.items() if counted.doubled.isdisjoint(refs)}
    assert len(plain) > 0.99 * len(counted.ways)
    assert {way: ours[way] for way in plain} == {way: theirs[way] for way in plain}


def test_nodes_are_those_at_which_ways_end_or_meet(both: tuple[Counted, ReadNetwork]) -> None:
    counted, found = both
    uses = Counter(ref for refs in counted.ways.values() for ref in refs)
    ends = {ref for refs in counted.ways.values() for ref in (refs[0], refs[-1])}
    expected = ends | {ref for ref, n in uses.items() if n > 1}
    edges, refs = found.network.edges, found.network.nodes.ref
    rows = roads(found, counted)
    ours = set(refs[edges.node_from[rows]].tolist()) | set(refs[edges.node_to[rows]].tolist())
    assert ours - counted.doubled == expected - counted.doubled


def test_lengths(both: tuple[Counted, ReadNetwork]) -> None:
    """pyosmium measures on a sphere, which is 0.3 % off at most."""
    counted, found = both
    edges = found.network.edges
    ours: Counter[int] = Counter()
    for row in roads(found, counted):
        ours[int(edges.ref[row])] += edges.length_m[row]
    for way, length_m in counted.length_m.items():
        assert ours[way] == pytest.approx(length_m, rel=4e-3, abs=0.01), way


def test_directions(both: tuple[Counted, ReadNetwork]) -> None:
    counted, found = both
    edges = found.network.edges
    stated = {way for way, tags in counted.tags.items() if tags.get("oneway") in ("yes", "-1", "1", "true")}
    both_ways = {way for way, tags in counted.tags.items() if tags.get("oneway") == "no"}
    oneway = (edges.flags & EdgeFlag.ONEWAY) > 0
    refs = set(edges.ref[~oneway].tolist())
    special = {way for way, tags in counted.tags.items() if any(key.startswith("oneway:") for key in tags)}
    assert not (stated - special) & refs
    assert both_ways <= refs


def test_objects_that_were_read(both: tuple[Counted, ReadNetwork]) -> None:
    counted, found = both
    assert found.report.read["restrictions"] == counted.relations["restriction"]
    assert found.report.read["drivable ways"] >= len(counted.ways)
    assert set(counted.ways) == set(found.network.edges.ref.tolist()) & set(counted.ways)

"""The check of a network: every kind of mistake is found where it is, and not where it is not."""

import numpy as np
import pytest

from mapping.network.check import Finding, NetworkCheck, check_network
from mapping.network.codes import Direction, RoadClass
from mapping.network.drafts import RouteDraft
from mapping.network.model import RoadNetwork, empty_network
from tests.unit.network.drawn import CROSS, PLANE, Ways, build, builder_of, labels

LOOP = """
    A---B---C
    |   |   |
    F---E---D
"""
SOUND: Ways = {"ABC": {}, "CD": {}, "DEF": {}, "FA": {}, "BE": {}}


def finding(check: NetworkCheck, name: str) -> Finding:
    (found,) = [f for f in check.findings if f.name == name]
    return found


def found(network: RoadNetwork, name: str) -> set[str]:
    """Edges that have a mistake; of a road that has it both ways, each."""
    return labels(network, finding(check_network(network), name).edges)


def test_a_sound_network_has_nothing_wrong() -> None:
    network = build(LOOP, {name: {"limit_mps": 10.0, "lane_count": 1} for name in SOUND})
    check = check_network(network)
    assert {f.name for f in check.findings if f.edges.size} == set()
    assert (check.errors, check.components, check.main_share) == (0, 1, 1.0)
    assert check.road_km == pytest.approx(0.08 + 0.08 + 3 * 0.02)
    assert check.hull_km2 == pytest.approx(80.0 * 20.0 / 1e6)
    assert check.box_km == (0.08, 0.02)


def test_lengths_by_class_count_both_directions_once() -> None:
    ways: Ways = {
        "BCD": {"road_class": RoadClass.PRIMARY, "limit_mps": 10.0},
        "AC": {"road_class": RoadClass.SERVICE, "direction": Direction.FORWARD},
        "CE": {"road_class": RoadClass.SERVICE, "lane_count": 1},
    }
    rows = {row.road_class: row for row in check_network(build(CROSS, ways)).classes}
    assert list(rows) == ["primary", "service"]
    assert (rows["primary"].road_km, rows["primary"].edges, rows["primary"].no_limit_km) == (0.08, 4, 0.0)
    assert rows["service"].road_km == rows["service"].no_limit_km == pytest.approx(0.04)
    assert rows["service"].no_lanes_km == pytest.approx(0.02)


def test_gaps() -> None:
    drawing = """
        A
        |
    B---C---D
    """
    builder = builder_of(drawing, {"BD": {}})
    network = build(drawing, {"BD": {}, "AC": {}})
    assert found(network, "gap") == {"AC"}
    assert found(build(drawing, {"BCD": {}, "AC": {}}), "gap") == set()
    assert found(build(drawing, {"BD": {}, "AC": {"layer": 1}}), "gap") == set()
    assert check_network(builder.build()[0]).errors == 0


def test_overlaps_are_not_twins_nor_levels() -> None:
    long = "A-----------B\nC-----------D"
    at = {"x_m": np.array([0.0, 120.0]), "y_m": np.array([10.2, 10.2]), "node_refs": np.array([1, 2])}
    assert found(build(long, {"AB": {}, "CD": at}), "overlap") != set()
    assert found(build(long, {"AB": {}, "CD": {**at, "layer": 1}}), "overlap") == set()
    assert found(build(long, {"AB": {}, "CD": {}}), "overlap") == set()


def test_crossings_without_a_node() -> None:
    assert found(build(CROSS, {"BD": {}, "AE": {}}), "crossing") == {"AE"}
    assert found(build(CROSS, {"BCD": {}, "ACE": {}}), "crossing") == set()
    assert found(build(CROSS, {"BD": {}, "AE": {"layer": -1}}), "crossing") == set()


def test_duplicates() -> None:
    network = build(LOOP, {**SOUND, "CBA": {}})
    assert found(network, "duplicate") == {"AB", "BA", "BC", "CB"}
    assert found(build(LOOP, SOUND), "duplicate") == set()


def test_roads_without_a_way_on_or_onto_them() -> None:
    network = build(CROSS, {"BC": {"direction": Direction.FORWARD}, "CD": {"direction": Direction.FORWARD}})
    assert found(network, "stuck") == {"CD"}
    assert found(network, "not entered") == {"BC"}


@pytest.mark.parametrize(("kmh", "is_odd"), [(3.0, True), (5.0, False), (120.0, False), (150.0, True), (np.inf, False)])
def test_impossible_limits(kmh: float, is_odd: bool) -> None:
    network = build(LOOP, {**SOUND, "BE": {"limit_mps": kmh / 3.6}})
    assert found(network, "odd limit") == ({"BE", "EB"} if is_odd else set())


def test_spikes() -> None:
    drawing = "A---BC-D"
    assert found(build(drawing, {"ACBD": {}}), "spike") == {"AD"}
    assert found(build(drawing, {"ABCD": {}}), "spike") == set()


def test_dead_ends_and_what_cannot_be_reached() -> None:
    apart = """
    A---B   E---F
    |   |
    D---C---G
    """
    network = build(apart, {"ABCD": {}, "DA": {}, "CG": {}, "EF": {}})
    assert found(network, "dead end") == {"CG", "EF", "FE"}
    assert found(network, "not reachable") == {"EF"}
    assert check_network(network).components == 2


def test_missing_limits() -> None:
    assert found(build(CROSS, {"BCD": {"limit_mps": 10.0}, "AE": {}}), "no limit") == {"AE"}


def test_routes_with_gaps() -> None:
    builder = builder_of(LOOP, SOUND)
    builder.add_route(RouteDraft(1, "whole", (1, 2)))
    builder.add_route(RouteDraft(2, "torn", (1, 3)))
    network, _ = builder.build()
    torn = finding(check_network(network), "route gap")
    assert torn.edges.size == 1
    assert torn.refs.tolist() == [3]


def test_an_empty_network() -> None:
    check = check_network(empty_network("", PLANE))
    assert (check.edges, check.errors, check.road_km, check.hull_km2) == (0, 0, 0.0, 0.0)

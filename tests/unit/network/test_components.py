"""Strong components: what can be driven to from where."""

import numpy as np

from mapping.network.codes import Direction
from mapping.network.components import strong_components
from mapping.network.model import empty_network
from tests.unit.network.drawn import PLANE, build, edge, labels

ONE, BACK = {"direction": Direction.FORWARD}, {"direction": Direction.BACKWARD}
TWO_TOWNS = """
    A---B       E---F
    |   |       |  /
    D---C       G--
"""


def test_a_town_that_can_be_left_but_not_reached() -> None:
    ways = {"AB": {}, "BC": {}, "CD": {}, "DA": {}, "BE": ONE, "EF": {}, "EG": {}}
    network = build(TWO_TOWNS, ways)
    component = strong_components(network)
    main = labels(network, np.flatnonzero(component == 0))
    assert main == {"AB", "BA", "BC", "CB", "CD", "DC", "DA", "AD"}
    assert component[edge(network, "BE")] not in (0, component[edge(network, "EF")])
    assert component[edge(network, "EF")] == component[edge(network, "FE")] == component[edge(network, "GE")]


def test_a_ring_of_one_way_roads_is_one_component() -> None:
    network = build(TWO_TOWNS, {"AB": ONE, "BC": ONE, "CD": ONE, "DA": ONE})
    assert strong_components(network).tolist() == [0, 0, 0, 0]


def test_a_chain_of_one_way_roads_is_none() -> None:
    network = build(TWO_TOWNS, {"AB": ONE, "BC": ONE, "DC": BACK})
    assert sorted(strong_components(network).tolist()) == [0, 1, 2]


def test_nothing_has_no_components() -> None:
    assert strong_components(empty_network("", PLANE)).size == 0

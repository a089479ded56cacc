"""Every part of the service is warmed, and none twice."""

import numpy as np

from beidou_svc.small_city import small_city
from beidou_svc.warm import ALL, CHAINS, SERVICE
from mapping.matching.lanes import assign_lanes


def test_chains_are_all_parts() -> None:
    named = [name for chain in CHAINS for name in chain]
    assert sorted(named) == sorted(ALL)
    assert set(SERVICE) <= set(ALL)


def test_the_small_city_has_a_lane_to_be_in() -> None:
    network, at = small_city(), small_city().edges.node_from[[0]]
    lane, _ = assign_lanes(network, np.zeros(1, np.int32), network.nodes.x_m[at], network.nodes.y_m[at], np.ones(1))
    assert lane.tolist() == [0]

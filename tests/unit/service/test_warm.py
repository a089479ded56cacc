"""Every part of the service is warmed, and none twice."""

from threading import Event

import numpy as np
import pytest

from beidou_svc.small_city import small_city
from beidou_svc.warm import ALL, CHAINS, SERVICE, load_kernels
from mapping.matching.lanes import assign_lanes

LIMIT_S = 30.0


def test_chains_are_all_parts() -> None:
    named = [name for chain in CHAINS for name in chain]
    assert sorted(named) == sorted(ALL)
    assert set(SERVICE) <= set(ALL)


def test_the_small_city_has_a_lane_to_be_in() -> None:
    network, at = small_city(), small_city().edges.node_from[[0]]
    lane, _ = assign_lanes(network, np.zeros(1, np.int32), network.nodes.x_m[at], network.nodes.y_m[at], np.ones(1))
    assert lane.tolist() == [0]


def test_a_start_that_waits_for_the_compiler_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = Event()
    monkeypatch.setattr("beidou_svc.warm.COMPILING_TOLD_S", 0.0)
    monkeypatch.setattr("beidou_svc.warm._tell_of_compiling", told.set)
    monkeypatch.setattr("beidou_svc.warm.SERVICE", {"slow": lambda: told.wait(LIMIT_S)})
    load_kernels(roads=False)
    assert told.is_set()
    told.clear()
    monkeypatch.setattr("beidou_svc.warm.COMPILING_TOLD_S", LIMIT_S)
    monkeypatch.setattr("beidou_svc.warm.SERVICE", {"quick": lambda: None})
    load_kernels(roads=False)
    assert not told.is_set()

"""Features to columns: directions, successors, signals, speeds, stops, and files that are no city."""

from pathlib import Path

import numpy as np
import pytest

from simulators.chart import Chart
from simulators.errors import WorldError
from simulators.network import BUILT, CANYON, OPEN, TUNNEL, Network, build_network, read_network
from tests.unit.simulators.town import grid_town, network_of, road, stop


def following(network: Network, edge: int) -> set[int]:
    return set(network.next_edge[network.first_next[edge] : network.first_next[edge + 1]].tolist())


def test_a_two_way_road_is_two_edges_and_a_one_way_road_is_one() -> None:
    network = network_of(road([(0, 0), (100, 0)]), road([(100, 0), (100, 100)], oneway=True))
    assert network.twin.tolist() == [1, 0, -1]
    np.testing.assert_allclose(network.length_m, [100, 100, 100], atol=0.01)
    np.testing.assert_allclose(network.vertex_dir_deg[[0, 2, 4]], [90, 270, 0], atol=0.5)


def test_nobody_turns_back_where_there_is_another_way() -> None:
    network = network_of(road([(0, 0), (100, 0)]), road([(100, 0), (200, 0)]), road([(100, 0), (100, 100)]))
    assert following(network, 0) == {2, 4}
    assert following(network, 2) == {3}  # a blind end: only back


def test_oneway_roads_are_not_entered_from_their_end() -> None:
    network = network_of(road([(0, 0), (100, 0)]), road([(200, 0), (100, 0)], oneway=True), road([(100, 0), (100, 90)]))
    assert following(network, 0) == {3}


def test_four_through_arms_have_signals_with_crossing_phases() -> None:
    network = grid_town(3)
    inner = np.flatnonzero(network.signal_phase >= 0)
    assert len(set(network.node_to[inner])) == 1
    along = np.abs(np.sin(np.radians(network.vertex_dir_deg[network.first_vertex[inner]]))) > 0.5
    phases = network.signal_phase[inner]
    assert set(phases[along]) | set(phases[~along]) == {0, 1}
    assert len(set(phases[along])) == len(set(phases[~along])) == 1


def test_bends_and_turns_limit_the_speed() -> None:
    straight = network_of(road([(0, 0), (100, 0), (200, 0)], maxspeed_kmh=80))
    bent = network_of(road([(0, 0), (20, 0), (20, 20)], maxspeed_kmh=80))
    assert straight.limit_mps[0] == pytest.approx(80 / 3.6)
    assert 4.0 <= bent.limit_mps[0] < 8.0
    corner = network_of(road([(0, 0), (100, 0)]), road([(100, 0), (100, 100)]), road([(100, 0), (200, 0)]))
    turns = {
        int(corner.next_edge[k]): corner.next_turn_mps[k] for k in range(corner.first_next[0], corner.first_next[1])
    }
    assert turns[2] < 7.0
    assert turns[4] > 50.0


@pytest.mark.parametrize(
    ("road_class", "properties", "around"),
    [
        ("primary", {"tunnel": True}, TUNNEL),
        ("primary", {"canyon": True}, CANYON),
        ("primary", {"bridge": True}, OPEN),
        ("scenic", {}, OPEN),
        ("residential", {}, BUILT),
    ],
)
def test_surroundings_follow_from_the_road(road_class: str, properties: dict[str, bool], around: int) -> None:
    network = network_of(road([(0, 0), (100, 0)], road_class, **properties))
    assert network.around.tolist() == [around, around]


def test_stops_are_put_on_both_directions_of_the_scenic_edge() -> None:
    network = network_of(
        road([(0, 0), (100, 0)], "scenic"),
        road([(100, 0), (300, 0)], "scenic"),
        stop(140, 6),
        stop(250, -6),
        stop(9000, 0),
    )
    assert np.diff(network.first_stop).tolist() == [0, 0, 2, 2]
    np.testing.assert_allclose(network.stop_m, [40, 150, 50, 160], atol=0.1)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"features": 3}'])
def test_what_is_no_city_is_refused_with_advice(tmp_path: Path, text: str) -> None:
    path = tmp_path / "city.geojson"
    path.write_text(text)
    with pytest.raises(WorldError, match="beidou-sim world"):
        read_network(path)
    with pytest.raises(WorldError, match="beidou-sim world"):
        read_network(tmp_path / "absent.geojson")


def test_a_city_without_roads_is_refused() -> None:
    with pytest.raises(WorldError, match="no roads"):
        build_network([], Chart())

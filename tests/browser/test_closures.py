"""Closed roads on the page: drawn as soon as they are closed, told by the legend, gone when they are open again."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

MIDDLE = (114.93, 25.83)
NEAR_DEG = 0.008


class Network:
    """The demo's network, by the page's own address."""

    def __init__(self, page: Page) -> None:
        self.page = page
        networks = self.ask("GET", "/v1/networks")["networks"]
        self.path = f"/v1/networks/{next(each['id'] for each in networks if each['active'])}"

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        answer = self.page.request.fetch(urljoin(self.page.url, path), method=method, headers=headers, data=data)
        assert answer.ok, answer.text()
        return answer.json()

    def two_way_roads(self) -> list[dict[str, Any]]:
        """Roads near the middle of the map that can be driven both ways, the longest first."""
        features = self.ask("GET", f"{self.path}.geojson")["features"]
        lines = [(each["geometry"]["coordinates"], each["properties"]) for each in features]
        near = [(reach(line), road) for line, road in lines if "edge_back" in road and is_near(line)]
        return [road for _, road in sorted(near, key=lambda each: -each[0])]

    def close(self, edges: list[int]) -> None:
        self.ask("PUT", f"{self.path}/closures", {"edges": edges})


def reach(line: list[list[float]]) -> float:
    """How far a line goes, degrees."""
    return abs(line[0][0] - line[-1][0]) + abs(line[0][1] - line[-1][1])


def is_near(line: list[list[float]]) -> bool:
    """Whether all of a line is near the middle."""
    return all(abs(p[0] - MIDDLE[0]) + abs(p[1] - MIDDLE[1]) < NEAR_DEG for p in line)


@pytest.fixture
def network(page: Page) -> Iterator[Network]:
    found = Network(page)
    yield found
    found.close([])


DRAWN = "ids => JSON.stringify(__beidou.closed_roads.dashes) === JSON.stringify(ids)"


def test_roads_are_drawn_while_they_are_closed(page: Page, network: Network) -> None:
    both, one_way, *_ = network.two_way_roads()
    note = page.locator("[data-closed-roads]")
    expect(note).to_have_count(0)
    network.close([both["edge"], both["edge_back"], one_way["edge_back"]])
    expect(note).to_have_text("Closed roads2")
    page.wait_for_function(DRAWN, arg=sorted([both["edge"], one_way["edge_back"]]))
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function("() => __beidou.closed_roads.signs.length > 0")
    network.close([])
    expect(note).to_have_count(0)
    page.wait_for_function(DRAWN, arg=[])


def test_closed_roads_stay_drawn_in_another_look_and_language(page: Page, network: Network) -> None:
    road = network.two_way_roads()[0]
    network.close([road["edge"], road["edge_back"]])
    page.wait_for_function(DRAWN, arg=[road["edge"]])
    page.emulate_media(color_scheme="dark")
    expect(page.locator(":root")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="切换到中文").click()
    expect(page.locator("[data-closed-roads]")).to_have_text("封闭道路1")
    page.wait_for_function(DRAWN, arg=[road["edge"]])

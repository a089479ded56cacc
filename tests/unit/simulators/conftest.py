"""One city for all tests of this folder: it takes a second to build."""

from typing import Any

import orjson
import pytest

from simulators.chart import Chart
from simulators.network import Network, build_network
from simulators.world import build_world
from simulators.world.geojson_io import encode_world
from simulators.world.model import World

SEED = 7


@pytest.fixture(scope="session")
def city() -> World:
    return build_world(SEED)


@pytest.fixture(scope="session")
def city_text(city: World) -> bytes:
    return encode_world(city, Chart())


@pytest.fixture(scope="session")
def features(city_text: bytes) -> list[dict[str, Any]]:
    collection: dict[str, list[dict[str, Any]]] = orjson.loads(city_text)
    return collection["features"]


@pytest.fixture(scope="session")
def network(features: list[dict[str, Any]]) -> Network:
    return build_network(features, Chart())

"""Small towns for tests: roads given in metres around the centre, as the GeoJSON features of a city file."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulators.chart import Chart
from simulators.network import Network, build_network

Line = Sequence[tuple[float, float]]


def road(line: Line, road_class: str = "residential", **properties: Any) -> dict[str, Any]:
    """One road; its ends meet other roads where they have the same coordinates."""
    lonlat = np.round(Chart().to_lonlat(np.asarray(line, dtype=np.float64)), 8).tolist()
    said = {"layer": "road", "class": road_class, "maxspeed_kmh": 50, "lanes": 2, **properties}
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": lonlat}, "properties": said}


def stop(x_m: float, y_m: float) -> dict[str, Any]:
    """A stop of the shuttles."""
    lonlat = Chart().to_lonlat(np.array([[x_m, y_m]]))[0].tolist()
    properties = {"layer": "place", "kind": "stop", "name": "站", "name_en": "Stop"}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": lonlat}, "properties": properties}


def grid_town(size: int = 4, block_m: float = 180.0, road_class: str = "secondary", lanes: int = 4) -> Network:
    """A square grid of `size` x `size` junctions."""
    features = []
    for i in range(size):
        for j in range(size):
            x, y = i * block_m, j * block_m
            if i + 1 < size:
                features.append(road([(x, y), (x + block_m, y)], road_class, lanes=lanes))
            if j + 1 < size:
                features.append(road([(x, y), (x, y + block_m)], road_class, lanes=lanes))
    return build_network(features, Chart())


def network_of(*features: dict[str, Any]) -> Network:
    """The network of some features."""
    return build_network(features, Chart())

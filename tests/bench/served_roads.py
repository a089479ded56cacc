"""The served service with roads beside the same without: what ten thousand terminals of the simulated city cost more.

Both are processes of their own, with the same fleet over sockets and a client of the live stream; they take turns, so
that a machine that slows down slows both.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import orjson

from tests.bench.bench_end_to_end import TERMINALS, Run, measure
from tests.bench.result import Result
from tests.bench.served import beidou

TURNS: Final = 3
FENCES: Final = 1_000
CIRCLE_M: Final = 150.0
SIDE_DEG: Final = 0.003
SEED: Final = 5


def make_world(folder: Path) -> Path:
    """The simulated city as a file."""
    path = folder / "world.geojson"
    subprocess.run([beidou("beidou-sim"), "world", "--out", path], check=True, stdout=subprocess.DEVNULL)
    return path


def city_fences(world: Path) -> dict[str, Any]:
    """Circles and octagons in turn, all over the city."""
    west, south, east, north = orjson.loads(world.read_bytes())["bbox"]
    at = np.random.default_rng(SEED).uniform((west, south), (east, north), (FENCES, 2)).tolist()
    return {"type": "FeatureCollection", "features": [_fence(k, *place) for k, place in enumerate(at)]}


def _fence(k: int, lon_deg: float, lat_deg: float) -> dict[str, Any]:
    if k % 2:
        geometry: dict[str, Any] = {"type": "Point", "coordinates": [lon_deg, lat_deg]}
    else:
        angle = np.arange(9) % 8 * (np.pi / 4)
        ring = np.column_stack([lon_deg + SIDE_DEG / 2 * np.cos(angle), lat_deg + SIDE_DEG / 2 * np.sin(angle)])
        geometry = {"type": "Polygon", "coordinates": [ring.tolist()]}
    properties = {"radius_m": CIRCLE_M} if k % 2 else {}
    return {"type": "Feature", "id": f"f{k}", "geometry": geometry, "properties": properties}


def roads_toml(folder: Path, world: Path, *, with_network: bool = True) -> str:
    """Settings with the city's roads and the fences."""
    fences = folder / "fences.geojson"
    fences.write_bytes(orjson.dumps(city_fences(world)))
    network = f'network = "{world}"\n' if with_network else ""
    return f'[roads]\n{network}fences = "{fences}"\n'


def runs(folder: Path) -> tuple[list[Run], list[Run]]:
    """Without roads and with them, in turn."""
    world = make_world(folder)
    toml = roads_toml(folder, world)
    plain, roads = [], []
    for _ in range(TURNS):
        plain.append(measure("[roads]\nenabled = false\n", world=world))
        roads.append(measure(toml, world=world, columns=["road"]))
    return plain, roads


def served_results(bench: str) -> Iterator[Result]:
    """Processor time that roads add to the process, and the latency with them."""
    with TemporaryDirectory() as folder:
        plain, roads = runs(Path(folder))
    added = [with_roads.core_percent - without.core_percent for without, with_roads in zip(plain, roads, strict=True)]
    each = ", ".join(f"{a.core_percent:.1f} + {b:.1f}" for a, b in zip(plain, added, strict=True))
    yield Result(
        bench, "served, 10,000 x 1 Hz: matching and 1,000 fences", median(added), "%", "lower", must=15, reach=6,
        n=TERMINALS, note=f"of a core, user and system, added to the process; {TURNS} turns: {each}",
    )  # fmt: skip
    latencies = [run.latency_ms(99) for run in roads]
    without = median(run.latency_ms(99) for run in plain)
    matched = roads[-1].status["roads"]["rows"]
    yield Result(
        bench, "served, 10,000 x 1 Hz: socket to WebSocket client with roads, p99", median(latencies), "ms", "lower",
        must=150, reach=60, n=sum(len(run.latency_s) for run in roads),
        note=f"without {without:.0f} ms; {matched['matched']:,} matched, {matched['off_road']:,} off the road",
    )  # fmt: skip

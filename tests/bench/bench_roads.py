"""What roads add to the service: 10,000 terminals at 1 Hz matched and watched, as part of a core.

In process: the town is a grid of streets on which vehicles drive straight on; the fences are circles all over it. Every
tick brings what the pipeline brings live: the epoch that closed, unchanged, and the one that is open. Served: the
simulated city and fleet over sockets, with and without roads in turn (`served_roads`).
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import orjson

from beidou_svc.config import Settings
from beidou_svc.fleet.registry import Registry
from beidou_svc.roads.build import build_roads
from beidou_svc.roads.fence_desk import FenceChange
from beidou_svc.roads.network_fences import DrawnFence
from beidou_svc.roads.roads import Roads
from gnss.batches import FixBatch
from gnss.constants import NS_PER_S
from mapping.fences.model import Circle, FenceDraft
from tests.bench.measure import cpu_s_of
from tests.bench.result import Result
from tests.bench.served_roads import served_results
from tests.helpers.service import T_GPST_NS, fixes

NAME = "roads"

TERMINALS = 10_000
TICKS_A_SECOND = 50
FENCES = 1_000
STREETS = 40
SPACING_DEG = 0.0025
LAT0_DEG, LON0_DEG = 25.80, 114.90
RADIUS_M = 150.0
SPEED_DEG = 1e-4
"""A vehicle's way in a second, about 10 m."""

SECONDS_WARM = 10
SECONDS = 5


def town() -> dict[str, Any]:
    """Streets from west to east and from south to north."""
    at = np.arange(STREETS) * SPACING_DEG
    lines = [[[LON0_DEG + x, LAT0_DEG + y] for x in at] for y in at]
    lines += [[[LON0_DEG + x, LAT0_DEG + y] for y in at] for x in at]
    features = [
        {"type": "Feature", "id": k, "properties": {"highway": "primary"},
         "geometry": {"type": "LineString", "coordinates": np.round(line, 9).tolist()}}
        for k, line in enumerate(lines)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "name": "grid", "features": features}


def roads_of(folder: Path, *, with_network: bool, fences: int) -> Roads:
    """Roads over the town."""
    path = folder / "town.geojson"
    path.write_bytes(orjson.dumps(town()))
    settings = Settings.model_validate({"roads": {"network": str(path) if with_network else ""}})
    roads = build_roads(settings, Registry(), 0)
    assert roads is not None
    rng = np.random.default_rng(2)
    places = rng.random((fences, 2)) * STREETS * SPACING_DEG
    changes = [
        FenceChange(f"f{k}", DrawnFence(FenceDraft(f"f{k}", Circle((LAT0_DEG + y, LON0_DEG + x), RADIUS_M))), 0)
        for k, (x, y) in enumerate(places.tolist())
    ]
    roads.desk.change(changes, by="bench", t_utc_ns=0)
    return roads


def epoch(second: int) -> FixBatch:
    """One position of every vehicle, on its street, within half a metre."""
    rng = np.random.default_rng(3)
    street, begin = rng.integers(0, STREETS, TERMINALS), rng.random(TERMINALS) * STREETS * SPACING_DEG * 0.8
    along = (begin + second * SPEED_DEG) % (STREETS * SPACING_DEG)
    noise = np.random.default_rng(second).normal(0.0, 5e-6, (2, TERMINALS))
    eastward = np.arange(TERMINALS) % 2 == 0
    lat_deg = LAT0_DEG + np.where(eastward, street * SPACING_DEG, along) + noise[0]
    lon_deg = LON0_DEG + np.where(eastward, along, street * SPACING_DEG) + noise[1]
    return fixes(
        TERMINALS,
        t_gpst_ns=T_GPST_NS + second * NS_PER_S,
        lat_rad=np.radians(lat_deg),
        lon_rad=np.radians(lon_deg),
        sigma_n_m=0.5,
        sigma_e_m=0.5,
        speed_mps=10.0,
        course_rad=np.where(eastward, math.pi / 2, 0.0),
    )


def driven(roads: Roads) -> Callable[[], None]:
    """A call drives everybody for `SECONDS` seconds, tick by tick."""
    now, clock_ns = [0], [NS_PER_S]
    parts = np.array_split(np.arange(TERMINALS), TICKS_A_SECOND)

    def second() -> None:
        before, after = epoch(max(now[0] - 1, 0)), epoch(now[0])
        for part in parts:
            clock_ns[0] += NS_PER_S // TICKS_A_SECOND
            roads.take(FixBatch.concat([before.take(part), after.take(part)]), clock_ns[0])
        now[0] += 1

    def run() -> None:
        for _ in range(SECONDS):
            second()

    for _ in range(SECONDS_WARM):
        second()
    return run


def making() -> None:
    """What a call of `driven` costs beside the roads: making the rows."""
    parts = np.array_split(np.arange(TERMINALS), TICKS_A_SECOND)
    for second in range(SECONDS):
        before, after = epoch(second), epoch(second + 1)
        for part in parts:
            FixBatch.concat([before.take(part), after.take(part)])


def run() -> Iterator[Result]:
    """Matching and fences, fences alone, and nothing to do."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        both = roads_of(place, with_network=True, fences=FENCES)
        only_fences = roads_of(place, with_network=False, fences=FENCES)
        neither = roads_of(place, with_network=False, fences=0)
        cases = [driven(roads) for roads in (both, only_fences, neither)]
        both_s, fences_s, neither_s, rows_s = cpu_s_of(*cases, making, repeats=3)
        for roads in (both, only_fences, neither):
            roads.close()
    yield _share("matching and 1,000 fences", both_s - rows_s)
    yield _share("1,000 fences alone", fences_s - rows_s)
    yield _share("roads on, nothing to do", neither_s - rows_s)
    yield from served_results(NAME)


def _share(metric: str, seconds: float) -> Result:
    value = 100.0 * max(seconds, 0.0) / SECONDS
    return Result(
        NAME,
        f"10,000 x 1 Hz: {metric}",
        value,
        "%",
        "lower",
        n=TERMINALS * SECONDS,
        note="of a core, in process; in ticks of 20 ms",
    )

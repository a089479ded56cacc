"""The ground before anybody built: the district's outline, two rivers and their island, the hill, the centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point, Polygon

from simulators.world.model import Name, stage_rng
from simulators.world.shapes import as_polygon, blob, resample, ribbon, smooth_closed, smooth_open, superellipse

Floats = NDArray[np.float64]

DISTRICT_AREA_M2 = 70e6
BANK_M = 85.0  # from the water to the riverside drive
MAIN_RIVER_M = ((-8400, -1700), (-6000, -3300), (-3700, -2300), (-1900, 200), (300, -300), (1700, -1700),
                (3300, -1500), (4100, 400), (4000, 2300), (5400, 4300), (7600, 6200))  # fmt: skip
TRIBUTARY_M = ((-1700, -8000), (-1300, -5700), (-150, -4300), (-350, -2900), (650, -2000), (850, -900))
MAIN_NAME = Name("赣江", "Gan River")
TRIBUTARY_NAME = Name("章水", "Zhang Water")


@dataclass(frozen=True)
class Site:
    """The lie of the land that streets and buildings have to respect."""

    outline: Polygon
    main_river: Polygon
    tributary: Polygon
    island: Polygon
    water: MultiPolygon | Polygon
    bank: MultiPolygon | Polygon
    hill: Polygon
    ring: Floats
    ring_polygon: Polygon
    center: Point


def build_site(seed: int) -> Site:
    """Draw the land for a seed: the same plan each time, moved about by some hundred metres."""
    rng = stage_rng(seed, "site")
    outline = _outline(rng)
    main, island, tributary = _rivers(rng)
    water = shapely.union(main, tributary)
    ring = _ring(rng)
    hill_at = ring[int(len(ring) * rng.uniform(0.315, 0.335))]
    return Site(
        outline=outline,
        main_river=main,
        tributary=as_polygon(tributary.difference(main)),
        island=island,
        water=water.difference(island),
        bank=water.buffer(260.0, quad_segs=12).buffer(BANK_M - 260.0, quad_segs=12).simplify(0.5),
        hill=blob(rng, hill_at + np.array([60.0, -40.0]), 720.0, stretch=1.7),
        ring=ring,
        ring_polygon=Polygon(ring),
        center=Point(*(np.array([450.0, 750.0]) + rng.uniform(-120, 120, 2))),
    )


def _outline(rng: np.random.Generator) -> Polygon:
    """A soft outline of exactly the area that the district has."""
    ring = superellipse(5300.0, 4300.0, 2.7, np.radians(9.0))
    angle = np.arctan2(ring[:, 1], ring[:, 0])
    outline = Polygon(ring * _swell(rng, angle, (2, 3, 5), (0.008, 0.022))[:, None])
    scale = np.sqrt(DISTRICT_AREA_M2 / outline.area)
    return Polygon(np.asarray(outline.exterior.coords) * scale)


def _rivers(rng: np.random.Generator) -> tuple[Polygon, Polygon, Polygon]:
    """The main river with an island in its middle reach, and the tributary that joins it."""
    wiggle = np.array(MAIN_RIVER_M, dtype=float)
    wiggle[1:-1] += rng.normal(0.0, 110.0, (len(wiggle) - 2, 2))
    centre = resample(smooth_open(wiggle), 50.0)
    along = np.linspace(0.0, 1.0, len(centre))
    island_at = rng.uniform(0.60, 0.66)
    swell = np.exp(-(((along - island_at) / 0.05) ** 2))
    half = 165.0 + 45.0 * along + 20.0 * np.sin(along * 17.0 + rng.uniform(0, 6)) + 95.0 * swell
    inner = np.flatnonzero(np.abs(along - island_at) < 0.045)
    lens = 88.0 * np.sqrt(np.maximum(0.0, 1 - ((along[inner] - island_at) / 0.045) ** 2)) + 1.0
    bends = np.array(TRIBUTARY_M, dtype=float)
    bends[1:-1] += rng.normal(0.0, 90.0, (len(bends) - 2, 2))
    branch = resample(smooth_open(bends), 40.0)
    branch_half = 52.0 + 14.0 * np.linspace(0, 1, len(branch)) + 6.0 * np.sin(np.linspace(0, 21, len(branch)))
    return ribbon(centre, half), ribbon(centre[inner], lens), ribbon(branch, branch_half)


def _ring(rng: np.random.Generator) -> Floats:
    """The line of the ring expressway, counter-clockwise, about every 60 m."""
    ring = superellipse(3750.0, 3200.0, 2.5, np.radians(9.0), points=48) + np.array([-330.0, 0.0])
    angle = np.arctan2(ring[:, 1], ring[:, 0])
    smooth = smooth_closed(ring * _swell(rng, angle, (2, 3, 4), (0.012, 0.03))[:, None], rounds=3)
    return resample(np.vstack((smooth, smooth[:1])), 60.0)[:-1]


def _swell(rng: np.random.Generator, angle: Floats, waves: tuple[int, ...], size: tuple[float, float]) -> Floats:
    """Factors around 1 that make a round outline uneven."""
    swell = np.ones_like(angle)
    for wave in waves:
        swell += rng.uniform(*size) * np.sin(wave * angle + rng.uniform(0.0, 2 * np.pi))
    return swell


def ring_line(site: Site) -> LineString:
    """The ring as a closed line."""
    return LineString(np.vstack((site.ring, site.ring[:1])))

"""Build a whole city from a seed."""

from __future__ import annotations

from dataclasses import replace

import shapely
from shapely import Point, Polygon

from simulators.world.blocks import Block, Use, build_blocks
from simulators.world.buildings import build_buildings, is_canyon
from simulators.world.expressway import build_expressway
from simulators.world.labels import build_places
from simulators.world.lanes import build_lanes, scenic_chain
from simulators.world.model import Area, Name, Street, World, stage_rng
from simulators.world.names import Namer
from simulators.world.noding import Node, merge_short, node_streets, prune, strongly_connected
from simulators.world.scenic import build_scenic
from simulators.world.shapes import as_polygon, blob, polygons_of
from simulators.world.site import MAIN_NAME, TRIBUTARY_NAME, Site, build_site, ring_line
from simulators.world.streets import build_arterials
from simulators.world.zones import build_zones, scenic_routes

VERGE_M = 42.0
EDGE_M = 60.0  # streets may end blind this close to the outline


def build_world(seed: int) -> World:
    """A district of 70 km2 with its rivers, streets, blocks and labels; the same seed gives the same city."""
    namer = Namer(stage_rng(seed, "names"))
    site = build_site(seed)
    arterials = build_arterials(seed, site, namer)
    blocks, lesser = build_blocks(seed, site, arterials, namer)
    surface = _network([*arterials, *lesser], site)
    ring = build_expressway(site, surface)
    scenic, stops = build_scenic(site, surface, namer)
    streets = strongly_connected([*ring, *surface, *scenic])
    lakes, green = _areas(seed, site, blocks, namer)
    keep_clear = shapely.union_all([site.bank, ring_line(site).buffer(VERGE_M), *(lake.polygon for lake in lakes)])
    buildings = build_buildings(seed, blocks, streets, keep_clear)
    canyon = is_canyon(streets, buildings)
    chain = scenic_chain(streets)
    places = build_places(seed, site, streets, blocks, [*lakes, *green], namer) + stops
    return World(
        seed=seed,
        outline=site.outline,
        streets=tuple(replace(s, canyon=bool(c)) for s, c in zip(streets, canyon, strict=True)),
        water=(Area(site_water(site), "river", MAIN_NAME), Area(site.tributary, "river", TRIBUTARY_NAME), *lakes),
        green=tuple(green),
        buildings=tuple(buildings),
        places=tuple(places),
        lanes=tuple(build_lanes(streets, chain)),
        routes=tuple(scenic_routes(chain, places)),
        zones=tuple(build_zones(site, streets, chain, blocks)),
    )


def site_water(site: Site) -> Polygon:
    """The main river around its island."""
    return as_polygon(site.main_river.difference(site.island))


def _network(streets: list[Street], site: Site) -> list[Street]:
    """The surface streets, noded, tidied, and without blind ends inside the district."""
    shapely.prepare(site.outline)
    core = site.outline.buffer(-EDGE_M)
    shapely.prepare(core)

    def at_the_edge(node: Node) -> bool:
        return not core.contains(Point(node))

    # junctions that were moved together may have pulled a street across another: look once more
    return prune(merge_short(node_streets(merge_short(node_streets(streets)))), at_the_edge)


def _areas(seed: int, site: Site, blocks: list[Block], namer: Namer) -> tuple[list[Area], list[Area]]:
    """Lakes and green: banks, hill, island, the verge of the ring, parks with a lake each, fields."""
    rng = stage_rng(seed, "areas")
    land = site.outline.difference(site.water)
    green = [Area(part, "riverside") for part in polygons_of(site.bank.difference(site.water))]
    green += [
        Area(site.hill, "hill", namer.ending("山", "Hill")),
        Area(site.island, "island", namer.ending("洲", "Islet")),
    ]
    verge = ring_line(site).buffer(VERGE_M).intersection(land).difference(site.bank).difference(site.hill)
    green += [Area(part, "verge") for part in polygons_of(verge)]
    lakes: list[Area] = []
    for block in blocks:
        if block.use is Use.FIELDS:
            green += [Area(part, "fields") for part in polygons_of(block.polygon.difference(site.bank).buffer(-14))]
        if block.use is Use.PARK:
            park = as_polygon(block.polygon.difference(site.bank).buffer(-15))
            name = namer.stem()
            green.append(Area(park, "park", Name(name.zh + "公园", f"{name.en} Park")))
            inner = as_polygon(park.buffer(-35))
            radius = 0.33 * float(inner.area) ** 0.5
            lake = (
                as_polygon(blob(rng, inner.centroid.coords[0], radius).intersection(inner))
                if inner.area > 2e4
                else inner
            )
            if lake.area > 4e3:
                lakes.append(Area(lake.simplify(0.5), "lake", Name(name.zh + "湖", f"{name.en} Lake")))
    return lakes, green

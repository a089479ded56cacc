"""A small town for the tile tests, drawn in characters of 100 m at the middle of Ganzhou's new district."""

from typing import Any

import numpy as np

LON0_DEG, LAT0_DEG = 114.92, 25.833
CELL_LON_DEG, CELL_LAT_DEG = 0.001, 0.0009

# P primary, R residential, S service road (rows and columns of the same letter are one road); B building of one cell,
# ~ water, G green, * place
MAP = """
G G . . P . . . . . ~ ~
G G . B P . B . * . ~ ~
P P P P P P P P P P ~ ~
. . . B P . R . . . ~ ~
. S S S P . R . B B ~ ~
. . . . P . R . B B ~ ~
"""

Feature = dict[str, Any]


def feature(layer: str, kind: str, coordinates: object, /, **properties: object) -> Feature:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": {"layer": layer, **properties},
    }


def cell(column: float, row: float) -> tuple[float, float]:
    """Longitude and latitude of a place on the map, rows counted from the top."""
    return LON0_DEG + column * CELL_LON_DEG, LAT0_DEG - row * CELL_LAT_DEG


def square(column: int, row: int, columns: int = 1, rows: int = 1) -> list[list[tuple[float, float]]]:
    corners = [(0, 0), (0, rows), (columns, rows), (columns, 0), (0, 0)]
    return [[cell(column + right, row + down) for right, down in corners]]


def town() -> list[Feature]:
    grid = np.array([line.split() for line in MAP.strip().splitlines()])
    roads = [
        feature("road", "LineString", [cell(0, 2.5), cell(10, 2.5)], **{"class": "primary", "name": "赣江大道"}),
        feature("road", "LineString", [cell(4.5, 0), cell(4.5, 6)], **{"class": "primary", "name": "阳明路"}),
        feature("road", "LineString", [cell(6.5, 3), cell(6.5, 6)], **{"class": "residential", "oneway": True}),
        feature("road", "LineString", [cell(1, 4.5), cell(4.5, 4.5)], **{"class": "service", "tunnel": True}),
    ]
    buildings = [
        feature("building", "Polygon", square(column, row), height_m=12 + row * 0.5)
        for row, column in np.argwhere(grid == "B").tolist()
    ]
    areas = [
        feature("green", "Polygon", square(0, 0, 2, 2), kind="park", name="公园", name_en="Park"),
        feature("water", "Polygon", square(10, 0, 2, 6), kind="river", name="赣江", name_en="Gan River"),
    ]
    places = [feature("place", "Point", cell(8.5, 1.5), kind="district", name="新区", name_en="New District")]
    features = [*areas, *buildings, *roads, *places]
    return [{**one, "id": number} for number, one in enumerate(features)]

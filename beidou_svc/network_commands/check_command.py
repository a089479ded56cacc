"""`beidou network check` as it runs."""

from collections.abc import Sequence
from math import degrees
from typing import Any

import orjson
import typer
from rich.console import Group

from beidou_svc.network_commands.opening import open_map
from beidou_svc.network_commands.options import CheckOptions
from beidou_svc.network_commands.tables import (
    classes_table,
    extent_table,
    faults_table,
    findings_table,
    summary_table,
)
from beidou_svc.replay.command import error_console, guarded, out_console
from mapping.datums.plane import plane_to_geodetic
from mapping.network.check import ClassRow, Finding, NetworkCheck, check_network
from mapping.network.model import RoadNetwork

EXAMPLES_IN_JSON_MAX = 1_000


def run_check(options: CheckOptions) -> None:
    """Read, check, tell; the exit code says whether what is asked for is there."""
    guarded(lambda: _check(options))


def _check(options: CheckOptions) -> Sequence[str]:
    console = error_console()
    found = open_map(console, options.file, (options.format, options.frame, options.origin_deg))
    with console.status("checking"):
        check = check_network(found.network)
    if options.as_json:
        typer.echo(orjson.dumps(check_json(found.network, check), option=orjson.OPT_INDENT_2))
    else:
        tables = [
            summary_table(found),
            extent_table(check, options.length_km_min, options.area_km2_min),
            classes_table(check),
            findings_table(found.network, check),
            faults_table(found.report),
        ]
        out_console().print(Group(*[part for table in tables if table.row_count for part in (table, "")]))
    return _missing(options, check)


def _missing(options: CheckOptions, check: NetworkCheck) -> list[str]:
    """What is asked for and not there."""
    said = []
    if check.road_km < options.length_km_min:
        said.append(f"{check.road_km:.1f} km of road, {options.length_km_min:g} are asked for")
    if check.hull_km2 < options.area_km2_min:
        said.append(f"{check.hull_km2:.1f} km² of area, {options.area_km2_min:g} are asked for")
    return said


def check_json(network: RoadNetwork, check: NetworkCheck) -> dict[str, Any]:
    """A check for programs."""
    numbers = (
        "nodes",
        "edges",
        "lanes",
        "stops",
        "routes",
        "road_km",
        "lane_km",
        "hull_km2",
        "components",
        "main_share",
    )
    return {
        "name": check.name,
        "frame": check.frame,
        "digest": network.content_digest,
        **{name: getattr(check, name) for name in numbers},
        "errors": check.errors,
        "classes": [_class_json(row) for row in check.classes],
        "findings": [_finding_json(network, finding) for finding in check.findings],
    }


def _class_json(row: ClassRow) -> dict[str, Any]:
    return {
        "class": row.road_class,
        "road_km": row.road_km,
        "edges": row.edges,
        "no_limit_km": row.no_limit_km,
        "no_lanes_km": row.no_lanes_km,
    }


def _finding_json(network: RoadNetwork, finding: Finding) -> dict[str, Any]:
    lat_rad, lon_rad = plane_to_geodetic(finding.x_m, finding.y_m, network.plane)
    rows = range(min(finding.edges.size, EXAMPLES_IN_JSON_MAX))
    return {
        "name": finding.name,
        "meaning": finding.meaning,
        "is_error": finding.is_error,
        "count": int(finding.edges.size),
        "edges": [
            {
                "edge": int(finding.edges[row]),
                "ref": int(finding.refs[row]),
                "lat_deg": round(degrees(lat_rad[row]), 8),
                "lon_deg": round(degrees(lon_rad[row]), 8),
            }
            for row in rows
        ],
    }

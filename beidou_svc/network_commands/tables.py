"""Networks, reports and checks as tables for a terminal."""

from math import degrees

import numpy as np
from rich.table import Table

from beidou_svc.replay.report import new_table
from mapping.datums.plane import plane_to_geodetic
from mapping.network.check import Finding, NetworkCheck
from mapping.network.model import RoadNetwork
from mapping.network.read_io import ReadNetwork
from mapping.network.report import NetworkReport

FAULTS_SHOWN_MAX = 30
NAMED_MAX = 4


def summary_table(found: ReadNetwork) -> Table:
    """What was read."""
    table = new_table("Network", "", "")
    table.show_header = False
    network = found.network
    table.add_row("name", network.name or "–")
    table.add_row("format", str(found.format))
    table.add_row("frame", str(network.frame))
    table.add_row("origin", position_text(network, 0.0, 0.0))
    table.add_row("digest", network.content_digest[:16])
    return table


def kept_table(report: NetworkReport) -> Table:
    """What the file had, and what the network has."""
    table = new_table("Objects", "in the file", ">", "in the network", ">")
    read, kept = list(report.read.items()), [(name, n) for name, n in report.kept.items() if n]
    for row in range(max(len(read), len(kept))):
        left = (read[row][0], f"{read[row][1]:,}") if row < len(read) else ("", "")
        right = (kept[row][0], f"{kept[row][1]:,}") if row < len(kept) else ("", "")
        table.add_row(*left, *right)
    return table


def faults_table(report: NetworkReport) -> Table:
    """What was wrong, the commonest first."""
    title = f"Objects with something wrong ({report.fault_count:,})"
    table = new_table(title, "", ">count", "what", "done with it", "ids")
    named: dict[tuple[str, str, str], list[str]] = {}
    for fault in report.faults:
        named.setdefault((fault.object_kind, fault.what, fault.done), []).append(str(fault.ref))
    ordered = sorted(report.counts.items(), key=lambda item: (-item[1], item[0]))
    for key, count in ordered[:FAULTS_SHOWN_MAX]:
        ids = named.get(key, [])
        more = " ..." if count > NAMED_MAX else ""
        table.add_row(key[0], f"{count:,}", key[1], key[2], " ".join(ids[:NAMED_MAX]) + more)
    if len(ordered) > FAULTS_SHOWN_MAX:
        table.add_row("", f"{len(ordered) - FAULTS_SHOWN_MAX}", "more kinds", "", "--json lists them")
    return table


def extent_table(check: NetworkCheck, length_km_min: float, area_km2_min: float) -> Table:
    """How large it is, and whether that is enough."""
    table = new_table("Extent", "", ">", "")
    table.show_header = False
    table.add_row("roads", f"{check.road_km:,.1f} km", _enough(check.road_km, length_km_min, "km"))
    if check.lane_km:
        table.add_row("lanes", f"{check.lane_km:,.1f} km", f"{check.lanes:,} of them")
    table.add_row("area, convex hull", f"{check.hull_km2:,.1f} km²", _enough(check.hull_km2, area_km2_min, "km²"))
    table.add_row("width x height", f"{check.box_km[0]:,.1f} x {check.box_km[1]:,.1f} km", "")
    table.add_row("edges, nodes", f"{check.edges:,}, {check.nodes:,}", "")
    table.add_row("stops, routes", f"{check.stops:,}, {check.routes:,}", "")
    parts = f"in {check.components:,} part{'s' if check.components != 1 else ''}"
    table.add_row("connected", f"{check.main_share:.1%}", f"of the length can be driven to from everywhere, {parts}")
    return table


def _enough(have: float, needed: float, unit: str) -> str:
    if not needed:
        return ""
    return (
        f"enough: {needed:g} {unit} are asked for" if have >= needed else f"NOT enough: {needed:g} {unit} are asked for"
    )


def classes_table(check: NetworkCheck) -> Table:
    """Lengths by class, and what is not stated."""
    table = new_table("Roads by class", "class", ">km", ">share", ">edges", ">no limit", ">no lanes")
    for row in check.classes:
        shares = [_share(part, row.road_km) for part in (row.no_limit_km, row.no_lanes_km)]
        table.add_row(
            row.road_class, f"{row.road_km:,.1f}", _share(row.road_km, check.road_km), f"{row.edges:,}", *shares
        )
    return table


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def findings_table(network: RoadNetwork, check: NetworkCheck) -> Table:
    """What the check found: errors first."""
    table = new_table("Findings", "", ">count", "", "the road ...", "for example (id, where it ends)")
    for finding in check.findings:
        if finding.edges.size:
            kind = "[red]error[/]" if finding.is_error else "look"
            table.add_row(finding.name, f"{finding.edges.size:,}", kind, finding.meaning, _examples(network, finding))
    return table


def _examples(network: RoadNetwork, finding: Finding) -> str:
    _, first = np.unique(finding.refs, return_index=True)
    rows = np.sort(first)[:2]
    return "; ".join(
        f"{finding.refs[row]} {position_text(network, float(finding.x_m[row]), float(finding.y_m[row]))}"
        for row in rows
    )


def position_text(network: RoadNetwork, x_m: float, y_m: float) -> str:
    """Latitude and longitude of a point of the plane."""
    lat_rad, lon_rad = plane_to_geodetic(x_m, y_m, network.plane)
    return f"{degrees(float(lat_rad)):.6f}, {degrees(float(lon_rad)):.6f}"

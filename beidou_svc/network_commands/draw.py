"""A picture of a network in its plane: roads by class, lanes, stops, routes, and where the check found mistakes."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from beidou_svc.network_commands.opening import NetworkError
from mapping.network.check import NetworkCheck, is_first_of_pair
from mapping.network.codes import RoadClass, Structure
from mapping.network.model import RoadNetwork
from mapping.network.tables import Lines

# Colour and width (points) by class, in drawing order from the least to the greatest.
STYLES = {
    RoadClass.TRACK: ("#b9a88a", 0.4),
    RoadClass.UNKNOWN: ("#9aa5b1", 0.5),
    RoadClass.SERVICE: ("#c3cad2", 0.4),
    RoadClass.BUSWAY: ("#7a7f2a", 0.8),
    RoadClass.LIVING_STREET: ("#9fb3a5", 0.6),
    RoadClass.RESIDENTIAL: ("#8a96a3", 0.6),
    RoadClass.UNCLASSIFIED: ("#6f7c8a", 0.7),
    RoadClass.SCENIC: ("#00805c", 1.4),
    RoadClass.TERTIARY: ("#c98a00", 0.9),
    RoadClass.SECONDARY: ("#cf7a1a", 1.2),
    RoadClass.PRIMARY: ("#cf4d00", 1.6),
    RoadClass.TRUNK: ("#b02a4a", 1.8),
    RoadClass.MOTORWAY: ("#3b4fc4", 2.2),
}
INK, FAINT, PAPER, ERROR = "#1f2933", "#d5dbe1", "#ffffff", "#d4002a"
DPI = 150
SIDE_INCH = 11.0


def draw_network(network: RoadNetwork, check: NetworkCheck, path: Path) -> None:
    """Draw into a PNG. Raises NetworkError where the file cannot be written."""
    figure = Figure(figsize=_size(check), dpi=DPI, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _roads(axes, network)
    if len(network.lanes):
        axes.add_collection(LineCollection(_segments(network.lane_shape), colors="#1b83c4", linewidths=0.3, zorder=30))
    _routes(axes, network)
    axes.scatter(network.stops.x_m, network.stops.y_m, s=9.0, c="#b04a86", zorder=40, label="stop")
    _errors(axes, check)
    axes.set_aspect("equal")
    axes.autoscale()
    axes.grid(color=FAINT, linewidth=0.4)
    axes.tick_params(labelsize=7)
    axes.set_xlabel("m east", fontsize=8)
    axes.set_ylabel("m north", fontsize=8)
    title = f"{network.name}  ·  {network.frame}  ·  {check.road_km:,.1f} km of road, {check.hull_km2:,.1f} km²"
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=7, frameon=False)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise NetworkError(f"{path}: cannot be written ({error})") from error


def _size(check: NetworkCheck) -> tuple[float, float]:
    """Of the figure: the shape of the network, within reason."""
    width, height = (max(side, 0.05) for side in check.box_km)
    ratio = min(max(height / width, 0.4), 1.6)
    return (SIDE_INCH + 1.5, SIDE_INCH * ratio) if ratio <= 1.0 else (SIDE_INCH / ratio + 1.5, SIDE_INCH)


def _segments(lines: Lines) -> list[NDArray[np.float64]]:
    points = np.column_stack((lines.points.x_m, lines.points.y_m))
    return np.split(points, lines.first_point[1:-1]) if len(lines) else []


def _roads(axes: Axes, network: RoadNetwork) -> None:
    """Roads by class; tunnels are dashed."""
    lines = _segments(network.shape)
    once, edges = is_first_of_pair(network), network.edges
    for order, (road_class, (color, width)) in enumerate(STYLES.items()):
        mine = once & (edges.road_class == road_class)
        for is_tunnel, style in ((False, "solid"), (True, "dashed")):
            rows = np.flatnonzero(mine & ((edges.structure == Structure.TUNNEL) == is_tunnel))
            if rows.size:
                shown = [lines[row] for row in rows]
                label = road_class.label if not is_tunnel else None
                collection = LineCollection(shown, colors=color, linewidths=width, linestyles=style, zorder=order)
                collection.set_label(label or "_tunnel")
                axes.add_collection(collection)


def _routes(axes: Axes, network: RoadNetwork) -> None:
    lines = _segments(network.shape)
    for row in range(len(network.routes)):
        shown = [lines[edge] for edge in network.route_edges.of(row)]
        axes.add_collection(LineCollection(shown, colors="#b04a86", linewidths=2.4, alpha=0.25, zorder=20))


def _errors(axes: Axes, check: NetworkCheck) -> None:
    found = [finding for finding in check.findings if finding.is_error and finding.edges.size]
    for marker, finding in zip("xs^Dv*P<>", found, strict=False):
        label = f"{finding.name} ({finding.edges.size})"
        axes.plot(
            finding.x_m, finding.y_m, marker, ms=5.0, mfc="none", mec=ERROR, mew=0.8, ls="none", zorder=50, label=label
        )

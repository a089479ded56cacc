"""Maps of the worst errors: the true way, the matched one, and the positions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from mapping.matching.tables import MatchTables
from mapping.network.model import RoadNetwork
from tests.bench.map_runs import Matched, positions_of, stretches
from tests.bench.map_scores import Driven

_INK, _FAINT, _TRUE, _MATCHED, _WRONG = "#1f2933", "#d5dbe1", "#00805c", "#3b4fc4", "#cf4d00"
_DPI = 90
_MARGIN_M = 80.0
_COLUMNS = 3


def draw_worst(drives: Sequence[Matched], tables: MatchTables, title: str, path: Path) -> None:
    """The drives with most metres wrong, each around what is wrong."""
    rows = -(-len(drives) // _COLUMNS)
    figure = Figure(figsize=(4.4 * _COLUMNS, 4.2 * rows + 0.5), dpi=_DPI, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = np.atleast_1d(figure.subplots(rows, _COLUMNS)).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, drive in zip(axes, drives, strict=False):
        _draw(ax, drive, tables)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold", color=_INK)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, format="png", metadata={"Software": None})


def _draw(ax: Axes, drive: Matched, tables: MatchTables) -> None:
    network, matched = tables.network, stretches(drive.trace)
    x, y = positions_of(drive.placed, tables)
    wrong = _lines(network, _only(matched, drive.true) + _only(drive.true, matched))
    bad = np.concatenate([*wrong, np.column_stack([x, y])[~drive.good]]) if wrong or (~drive.good).any() else None
    around = np.column_stack([x, y]) if bad is None else bad
    low, high = around.min(axis=0) - _MARGIN_M, around.max(axis=0) + _MARGIN_M
    everything = [np.column_stack([p.x_m, p.y_m]) for p in map(network.shape.line, range(network.edge_count))]
    ax.add_collection(LineCollection(everything, colors=_FAINT, linewidths=1.0))
    ax.add_collection(LineCollection(_lines(network, drive.true), colors=_TRUE, linewidths=5.0, alpha=0.45))
    ax.add_collection(LineCollection(_lines(network, matched), colors=_MATCHED, linewidths=1.6))
    ax.scatter(x, y, s=9, c=np.where(drive.good, _INK, _WRONG), zorder=3)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.set_aspect("equal", adjustable="box")
    ax.set_title(
        f"drive {drive.name}: {drive.score.missing_m:.0f} m missing, {drive.score.added_m:.0f} m added of "
        f"{drive.score.true_m / 1e3:.1f} km", fontsize=8, color=_INK,
    )  # fmt: skip


def _only(route: Sequence[Driven], other: Sequence[Driven]) -> list[Driven]:
    """Stretches of edges that the other route does not drive."""
    edges = {edge for edge, _, _ in other}
    return [stretch for stretch in route if stretch[0] not in edges]


def _lines(network: RoadNetwork, route: Sequence[Driven]) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    found = []
    for edge, start_m, end_m in route:
        line = network.shape.line(edge)
        run = np.unique(np.concatenate([[start_m], line.run_m[(line.run_m > start_m) & (line.run_m < end_m)], [end_m]]))
        found.append(np.column_stack([np.interp(run, line.run_m, line.x_m), np.interp(run, line.run_m, line.y_m)]))
    return found

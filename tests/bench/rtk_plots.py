"""Pictures of errors: how large they are, and whether protection levels hold them."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tests.bench.rtk_errors import Errors
from tests.bench.rtk_scores import ALERT_H_M, ALERT_V_M

Floats = NDArray[np.float64]

_COLORS = ("#00805c", "#3b4fc4", "#cf4d00", "#b04a86", "#1b83c4", "#c98a00", "#4b5563", "#8a6a3b")
_INK, _FAINT, _BAD = "#1f2933", "#d5dbe1", "#cf4d00"
_DPI = 100
_SIZE_INCH = (11.0, 4.8)
_ERROR_M = (1e-3, 1e2)
_LEVEL_M = (1e-2, 1e3)
_BINS = 70


def draw_cdf(lines: dict[str, Errors], path: Path) -> None:
    """Share of all epochs whose error is smaller, horizontal and vertical. Epochs without a position are missing."""
    figure, axes = _figure()
    for ax, kind in zip(axes, ("horizontal", "vertical"), strict=True):
        for (label, e), color in zip(lines.items(), _COLORS, strict=False):
            errors_m = np.sort((e.h_m if kind == "horizontal" else e.v_m)[e.quality > 0])
            share = 100.0 * np.arange(1, len(errors_m) + 1) / max(len(e), 1)
            ax.plot(np.maximum(errors_m, _ERROR_M[0]), share, color=color, linewidth=1.6, label=label)
        ax.set(xscale="log", xlim=_ERROR_M, ylim=(0, 101), xlabel=f"{kind} error, m", ylabel="% of epochs")
    axes[1].legend(fontsize=8, frameon=False, loc="lower right", labelcolor=_INK)
    _save(figure, "Errors of the recordings as they are", path)


def draw_stanford(e: Errors, title: str, path: Path) -> None:
    """Error against protection level, epochs counted by colour: below the diagonal the level did not hold."""
    figure, axes = _figure()
    solved = e.take(e.quality > 0)
    _draw_levels(figure, axes[0], solved.h_m, solved.pl_h_m, ALERT_H_M, "horizontal")
    _draw_levels(figure, axes[1], solved.v_m, solved.pl_v_m, ALERT_V_M, "vertical")
    _save(figure, title, path)


def _draw_levels(figure: Figure, ax: Axes, error_m: Floats, level_m: Floats, alert_m: float, kind: str) -> None:
    x, y = np.clip(error_m, *_ERROR_M), np.clip(level_m, *_LEVEL_M)
    bins = [np.geomspace(*_ERROR_M, _BINS), np.geomspace(*_LEVEL_M, _BINS)]
    image = ax.hist2d(x, y, bins=bins, norm=LogNorm(vmin=1), cmap="viridis", cmin=1, rasterized=True)[3]
    figure.colorbar(image, ax=ax, label="epochs", pad=0.02)
    diagonal = (_LEVEL_M[0], _ERROR_M[1])
    ax.fill_between(diagonal, _LEVEL_M[0], diagonal, color=_BAD, alpha=0.08, linewidth=0)
    ax.plot(diagonal, diagonal, color=_BAD, linewidth=1)
    ax.axhline(alert_m, color=_INK, linewidth=0.8, linestyle="--")
    ax.set(xscale="log", yscale="log", xlim=_ERROR_M, ylim=_LEVEL_M)
    ax.set(xlabel=f"{kind} error, m", ylabel=f"{kind} protection level, m")
    beyond = int(np.count_nonzero(error_m > level_m))
    text = f"beyond its level: {beyond:,} of {len(error_m):,}"
    ax.text(0.98, 0.03, text, transform=ax.transAxes, ha="right", fontsize=9, color=_BAD)


def _figure() -> tuple[Figure, NDArray[np.object_]]:
    figure = Figure(figsize=_SIZE_INCH, dpi=_DPI, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 2)
    for ax in axes:
        ax.grid(color=_FAINT, linewidth=0.6)
        ax.set_axisbelow(True)
        ax.tick_params(colors=_INK, labelsize=8, length=0)
        for spine in ax.spines.values():
            spine.set_color(_FAINT)
    return figure, axes


def _save(figure: Figure, title: str, path: Path) -> None:
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold", color=_INK)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, format="png", metadata={"Software": None})

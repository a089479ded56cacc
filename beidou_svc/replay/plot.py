"""A picture of a log: the track in local metres, coloured by fix quality, and what made that quality, over time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from numpy.typing import NDArray

from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.report import QUALITY_NAMES
from gnss.batches import NO_TIME, FixBatch
from gnss.constants import NS_PER_S
from gnss.frames.enu import ecef_to_enu
from gnss.frames.geodetic import geodetic_to_ecef
from gnss.time.scales import gpst_ns_to_unix_ns

QUALITY_COLORS = (
    "#4b5563",
    "#cf4d00",
    "#c98a00",
    "#3b4fc4",
    "#00805c",
    "#1b83c4",
    "#b04a86",
    "#8a6a3b",
    "#7a7f2a",
)
"""The colours of the page."""

_INK, _FAINT, _PAPER = "#1f2933", "#d5dbe1", "#ffffff"
_DPI = 150
_SIZE_INCH = (14.0, 8.0)
_SATS_NOT_STATED = 255
_POINT_AREA_MIN, _POINT_AREA_MAX = 4.0, 26.0
_POINTS_DENSE = 3_000
_KM_FROM_M = 5_000.0
_COLOR_OF = np.array(QUALITY_COLORS)

Floats = NDArray[np.float64]


def plot_fixes(fixes: FixBatch, title: str, path: Path) -> None:
    """Draw the rows with a position into a PNG. Raises LogError where there is none, or the file cannot be written."""
    fixes = fixes.take(np.isfinite(fixes.lat_rad) & np.isfinite(fixes.lon_rad))
    if not len(fixes):
        raise LogError(f"nothing to plot into {path}: no epoch has a position")
    figure = Figure(figsize=_SIZE_INCH, dpi=_DPI, facecolor=_PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(1, 2, width_ratios=(1.15, 1.0), wspace=0.06)
    _draw_track(figure.add_subplot(grid[0]), fixes)
    _draw_times(figure, grid[1], fixes)
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", color=_INK)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise LogError(f"{path} cannot be written: {error.strerror or error}") from error


def _style(axes: Axes) -> None:
    axes.set_facecolor(_PAPER)
    axes.grid(color=_FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_INK, labelsize=8, length=0)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(_FAINT)


def _point_area(n: int) -> float:
    return float(np.clip(_POINT_AREA_MAX * _POINTS_DENSE / max(n, 1), _POINT_AREA_MIN, _POINT_AREA_MAX))


def _local_m(fixes: FixBatch) -> tuple[Floats, Floats, float, float]:
    """East and north of the median position, and that position in degrees (latitude, longitude)."""
    lat_rad, lon_rad = float(np.median(fixes.lat_rad)), _median_lon_rad(fixes.lon_rad)
    r_ecef_m = geodetic_to_ecef(fixes.lat_rad, fixes.lon_rad, np.zeros(len(fixes)))
    enu_m = ecef_to_enu(r_ecef_m, lat_rad, lon_rad, 0.0)
    return enu_m[:, 0], enu_m[:, 1], float(np.degrees(lat_rad)), float(np.degrees(lon_rad))


def _median_lon_rad(lon_rad: Floats) -> float:
    """Median around the first longitude, so that a track over the antimeridian stays in one piece."""
    turn = 2 * np.pi
    middle = lon_rad[0] + np.median((lon_rad - lon_rad[0] + np.pi) % turn - np.pi)
    return float((middle + np.pi) % turn - np.pi)


def _draw_track(axes: Axes, fixes: FixBatch) -> None:
    _style(axes)
    east_m, north_m, lat_deg, lon_deg = _local_m(fixes)
    in_km = max(np.ptp(east_m), np.ptp(north_m)) > _KM_FROM_M
    unit, scale = ("km", 1e-3) if in_km else ("m", 1.0)
    _draw_lines(axes, fixes.slot, east_m * scale, north_m * scale)
    counts = np.bincount(fixes.fix_quality, minlength=len(QUALITY_NAMES))
    # the frequent ones first, so that the rare ones lie on top
    for quality in np.argsort(-counts)[: np.count_nonzero(counts)].tolist():
        rows = fixes.fix_quality == quality
        label = f"{QUALITY_NAMES[quality]}  {counts[quality] / len(fixes):.1%}"
        area = _point_area(len(fixes))
        axes.scatter(
            east_m[rows] * scale, north_m[rows] * scale, area, QUALITY_COLORS[quality], linewidths=0, label=label
        )
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel(f"east of {lon_deg:.7f}°, {unit}", color=_INK)
    axes.set_ylabel(f"north of {lat_deg:.7f}°, {unit}", color=_INK)
    legend = axes.legend(loc="best", fontsize=9, frameon=True, markerscale=2.0, labelcolor=_INK)
    legend.get_frame().set(edgecolor=_FAINT, alpha=0.9)


def _draw_lines(axes: Axes, slot: NDArray[np.int32], x: Floats, y: Floats) -> None:
    """A thin line along each terminal's way, beneath the points."""
    order = np.argsort(slot, kind="stable")
    breaks = np.flatnonzero(np.diff(slot[order])) + 1
    axes.plot(
        np.insert(x[order], breaks, np.nan), np.insert(y[order], breaks, np.nan), color=_FAINT, linewidth=0.8, zorder=1
    )


def _draw_times(figure: Figure, place: SubplotSpec, fixes: FixBatch) -> None:
    """Four strips over time; the last one carries the time axis."""
    fixes = fixes.take(fixes.t_gpst_ns != NO_TIME)
    strips = place.subgridspec(4, 1, hspace=0.08, height_ratios=(1.0, 1.0, 1.2, 1.2))
    axes = [figure.add_subplot(strips[i]) for i in range(4)]
    t = (gpst_ns_to_unix_ns(fixes.t_gpst_ns)).astype("datetime64[ns]")
    color = _COLOR_OF[np.minimum(fixes.fix_quality, len(QUALITY_COLORS) - 1)]
    _draw_quality(axes[0], t, fixes, color)
    used = np.where(fixes.sats_used == _SATS_NOT_STATED, np.nan, fixes.sats_used)
    _draw_strip(axes[1], t, used, color, "satellites used")
    axes[1].set_ylim(0, 1.15 * float(np.nanmax(used, initial=1.0)))
    sigma_h_m = np.hypot(fixes.sigma_n_m, fixes.sigma_e_m)
    if np.isfinite(sigma_h_m).any():
        _draw_strip(axes[2], t, np.where(sigma_h_m > 0, sigma_h_m, np.nan), color, "horizontal sigma, m")
        axes[2].set_yscale("log")
    else:
        _draw_strip(axes[2], t, fixes.hdop, color, "HDOP")
    has_ell = np.isfinite(fixes.h_ell_m).any()
    h_m, label = (fixes.h_ell_m, "ellipsoidal height, m") if has_ell else (fixes.h_msl_m, "height above sea level, m")
    _draw_strip(axes[3], t, h_m, color, label)
    axes[3].ticklabel_format(axis="y", useOffset=False)
    _share_time_axis(axes, t)


def _draw_strip(axes: Axes, t: Any, values: Floats, color: NDArray[np.str_], label: str) -> None:
    _style(axes)
    axes.scatter(t, values, 3, color, linewidths=0)
    axes.set_title(label, loc="left", fontsize=9, color=_INK, pad=3)


def _draw_quality(axes: Axes, t: Any, fixes: FixBatch, color: NDArray[np.str_]) -> None:
    """Quality as a rug: one row for each that occurs."""
    kinds = np.unique(fixes.fix_quality)
    _draw_strip(axes, t, np.searchsorted(kinds, fixes.fix_quality).astype(np.float64), color, "fix quality")
    axes.set_yticks(range(len(kinds)), [QUALITY_NAMES[kind] for kind in kinds.tolist()])
    axes.set_ylim(-0.6, max(len(kinds), 1) - 0.4)


def _share_time_axis(axes: list[Axes], t: Any) -> None:
    for strip in axes:
        strip.sharex(axes[-1])
        strip.tick_params(labelbottom=strip is axes[-1])
    locator = AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]
    axes[-1].xaxis.set_major_locator(locator)
    axes[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC, show_offset=False))  # type: ignore[no-untyped-call]
    if len(t):
        day = datetime.fromtimestamp(int(t.min().astype(np.int64)) // NS_PER_S, UTC).date()
        axes[-1].set_xlabel(f"UTC, from {day.isoformat()}", color=_INK)

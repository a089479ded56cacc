"""The part of `docs/accuracy.md` on map matching: it stands behind that on RTK, and each is written by itself."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from tests.bench.map_plots import draw_worst
from tests.bench.map_recordings import has_maps
from tests.bench.map_runs import (
    STEPS_S,
    Matched,
    hof_matched,
    hof_tables,
    liechtenstein_tables,
    online_in_sequence,
    simulated_matched,
)
from tests.bench.map_scores import totals
from tests.bench.markdown import head, line
from tests.bench.publish import DOCS

PAGE = DOCS / "accuracy.md"
IMAGES = DOCS / "img"
REAL_PNG, SIMULATED_PNG = "match-hof.png", "match-simulated.png"
WORST = 6
LAGS_S = (0.0, 1.0, 5.0, 30.0)
BINS = (0.0, 0.5, 0.8, 0.95, 0.99, 1.0)

MARK = "# Accuracy of map matching"
HEAD = f"""\
{MARK}

Made by `make bench ARGS=map_match`, last on {{date}}; what each column means is said in [matching](matching.md). `Hof`:
real drives of cars whose routes were corrected by hand, about 5 s apart, without sigma, course or speed. `simulated`:
drives on the roads of Liechtenstein whose truth is exact, off by 4 m correlated and 1.5 m white on each axis. All with
the defaults of [`beidou match`](matching.md); the halves are those of even and odd numbers.

"""
COLUMNS = ("drives", "used", "positions", "mismatch", "missing", "added", "< 20 m wrong", "position accuracy")


def write_map_accuracy(date: str) -> None:
    """Write the part anew, whatever the other part of the page is, and its pictures."""
    if not has_maps():
        return
    worst = sorted(hof_matched(), key=lambda drive: -drive.score.wrong_m)[:WORST]
    legend = "true way broad green, matched way blue, positions off the true way red"
    draw_worst(worst, hof_tables(), f"Hof, the {WORST} worst drives: {legend}", IMAGES / REAL_PNG)
    far = sorted(simulated_matched(STEPS_S[-1], False), key=lambda drive: -drive.score.wrong_m)[:WORST]
    title = f"Simulated, {STEPS_S[-1]} s apart, the {WORST} worst drives: {legend}"
    draw_worst(far, liechtenstein_tables(), title, IMAGES / SIMULATED_PNG)
    before = PAGE.read_text("utf-8").partition(MARK)[0].rstrip("\n") if PAGE.is_file() else ""
    PAGE.write_text(f"{before}\n\n{''.join(_parts(date))}".lstrip("\n"), "utf-8")


def _parts(date: str) -> Iterator[str]:
    yield HEAD.format(date=date) + head(COLUMNS)
    yield from _rows("Hof", "positions", hof_matched())
    for step_s in STEPS_S:
        for used, with_course in (("positions", False), ("course and speed too", True)):
            yield _row(f"simulated, {step_s} s", used, simulated_matched(step_s, with_course))
    yield f"\n![The worst real drives](img/{REAL_PNG})\n\n![The worst simulated drives](img/{SIMULATED_PNG})\n\n"
    yield "## Online\n\nSimulated drives with course: positions whose edge is in the true sequence, by delay.\n\n"
    yield head(["delay s", *(f"{lag:.0f}" for lag in LAGS_S)])
    yield line(["in the true sequence", *(f"{online_in_sequence(lag)[0]:.4f}" for lag in LAGS_S)])
    yield "\n## Does confidence hold?\n\nPositions by what was said of their edge, and how many of them are right.\n\n"
    yield head(["drives", *(f"{a:g} to {b:g}" for a, b in itertools.pairwise(BINS))])
    yield _calibration("Hof", hof_matched())
    yield _calibration("simulated, 10 s", simulated_matched(10, False))


def _rows(label: str, used: str, drives: Sequence[Matched]) -> Iterator[str]:
    yield _row(label, used, drives)
    yield _row(f"{label}, even half", used, drives[::2])
    yield _row(f"{label}, odd half", used, drives[1::2])


def _row(label: str, used: str, drives: Sequence[Matched]) -> str:
    t = totals([drive.score for drive in drives])
    good = np.concatenate([drive.good for drive in drives])
    cells = [f"{label} ({len(drives)})", used, f"{len(good):,}"]
    cells += [f"{value:.4f}" for value in (t.mismatch, t.missing, t.added)]
    return line([*cells, f"{t.nearly_right:.3f}", f"{good.mean():.4f}"])


def _calibration(label: str, drives: Sequence[Matched]) -> str:
    said = np.concatenate([drive.trace.rows.confidence for drive in drives])
    good = np.concatenate([drive.good for drive in drives])
    on_road = np.concatenate([drive.trace.rows.edge >= 0 for drive in drives])
    cells = []
    for low, high in itertools.pairwise(BINS):
        inside = on_road & (said >= low) & ((said < high) | (high == BINS[-1]))
        cells.append(f"{good[inside].mean():.3f} of {int(inside.sum()):,}" if inside.any() else "-")
    return line([label, *cells])

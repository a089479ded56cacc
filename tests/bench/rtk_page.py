"""`docs/accuracy.md`: how good positions by RTK are, and what they say of themselves."""

from collections.abc import Iterator
from math import isnan
from pathlib import Path

from tests.bench.markdown import head, line
from tests.bench.publish import DOCS
from tests.bench.rtk_cases import (
    BASE_SILENT,
    BASE_SILENT_TEXT,
    BDS,
    SEEDS,
    SETTINGS,
    UNUSABLE,
    Case,
    degraded,
    plain,
    pooled,
)  # fmt: skip
from tests.bench.rtk_errors import DGNSS, FIXED, FLOAT, WRONG_H_M, WRONG_V_M, Errors, joined
from tests.bench.rtk_plots import draw_cdf, draw_stanford
from tests.bench.rtk_recordings import SOURCES
from tests.bench.rtk_scores import ALERT_H_M, ALERT_V_M, NORMAL_PCT, Score, calibration, score
from tests.bench.rtk_truth import RECORDING, moved
from tests.bench.rtk_worse import VARIANTS

PAGE = DOCS / "accuracy.md"
IMAGES = DOCS / "img"
CDF, STANFORD = "rtk-cdf.png", "rtk-stanford.png"

CLASSES = {FIXED: "fixed", FLOAT: "float", DGNSS: "DGNSS"}

HEAD = f"""\
# Accuracy of RTK

Made by `make bench ARGS=rtk_accuracy`, last on {{date}}. The recordings are not part of the repository (see
[CONTRIBUTING](../CONTRIBUTING.md)), and nothing in the engine is tuned to them. Settings are the defaults of
[`beidou rtk`](solve.md) but for what the column *used* says; all runs go forwards only.

* Counted are the rover's epochs that have a base epoch of at most 30 s and a known truth. Errors are those of
  every epoch with a position, fixed or not.
* An epoch is **wrong** where it is called fixed and is off by more than {WRONG_H_M} m horizontally or
  {WRONG_V_M} m vertically.
* **Available** are epochs whose protection levels are below {ALERT_H_M} m horizontally and {ALERT_V_M} m vertically.
* `azure_car`: a car, one frequency: GPS, Galileo and B1I, 0.7 km to 4.7 km. `str_static`: two receivers 70 m
  apart, L1 and L2, across a roll-over of the GPS week. `whu_static`: 1.7 km, B1I B1C B2a B2b B3I and Galileo (its
  files have no ephemerides of GPS and GLONASS). `csm1_static`: 5.3 km, GPS, Galileo and QZSS.
* The antennas of `str_static` are of different types: right positions are known to lie 2 mm west of the reference
  point, 3 mm north of it and 44 mm above it; that is taken off here. The places of `whu_static` are known to a
  centimetre.
"""

PLAIN_COLUMNS = (
    "recording", "used", "epochs", "fixed %", "float %", "wrong", "first fix s", "H50 mm", "H95 mm", "V50 mm", "V95 mm",
    "available %", "best of RTKLIB",
)  # fmt: skip
PLAIN_NOTE = """\

*Best of RTKLIB*: what the best settings of 2.4.3 and demo5 once reached on the same files; not measured in this run.

"""
WORSE_HEAD = f"""\
## Made worse on purpose

Every recording {SEEDS} times in each of these ways (`tests/bench/rtk_worse.py`), epoch by epoch as a rover would
send it. A cell says how many epochs are fixed, and how many of those are wrong. *In a row*: the longest that a
wrong fix was held, in epochs, with all systems. The rate of wrong fixes must be 0.001 at most.
"""
SIGMA_HEAD = f"""\
## Does sigma hold, does the protection level?

Share of the errors within 1, 2 and 3 sigma: horizontally of each axis, and vertically; of normal errors whose
sigma is right {NORMAL_PCT[0]} %, {NORMAL_PCT[1]} % and {NORMAL_PCT[2]} % are. *Beyond PL*: epochs whose error exceeds
its horizontal or vertical protection level; one in 10,000 may.
"""
SIGMA_COLUMNS = (
    "", "used", "class", "epochs", "H 1 σ", "2 σ", "3 σ", "V 1 σ", "2 σ", "3 σ", "beyond PL",
)  # fmt: skip


def write_accuracy(date: str) -> None:
    """Write the page and its pictures."""
    draw_cdf(
        {f"{case.recording}, {case.setting}": e for case, e in plain().items() if case.setting != BDS}, _image(CDF)
    )
    everything = joined([*plain().values(), *(one.errors for one in degraded())])
    draw_stanford(everything, "All epochs, as recorded and made worse: errors and what was promised", _image(STANFORD))
    PAGE.write_text("".join(_parts(date)) + _behind(), "utf-8")


def _behind() -> str:
    """What follows under another title: other benchmarks write it."""
    text = PAGE.read_text("utf-8") if PAGE.is_file() else ""
    return "".join(text.partition("\n# ")[1:])


def _image(name: str) -> Path:
    return IMAGES / name


def _parts(date: str) -> Iterator[str]:
    yield HEAD.format(date=date)
    yield "\n## Recordings as they are\n\n" + head(PLAIN_COLUMNS)
    for case, e in plain().items():
        yield plain_row(case, score(e))
    yield PLAIN_NOTE
    yield _moved_truth()
    yield f"![Share of epochs by error](img/{CDF})\n\n"
    yield WORSE_HEAD + "\n" + _worse_columns("variant")
    for variant, (what, _) in VARIANTS.items():
        yield _worse_row(f"{variant}: {what}", variant, None)
    yield _worse_row(f"{BASE_SILENT}: {BASE_SILENT_TEXT}", BASE_SILENT, None)
    yield _worse_row("**all together**", None, None)
    yield "\nAll variants by recording:\n\n" + _worse_columns("recording")
    for recording in SOURCES:
        yield _worse_row(recording, None, recording)
    yield "\n" + SIGMA_HEAD + "\n" + head(SIGMA_COLUMNS)
    yield from _sigma_rows()
    yield f"\n![Errors against protection levels](img/{STANFORD})\n"


def _moved_truth() -> str:
    """What is wrong with the truth itself."""
    found = moved()
    if found is None or not len(found.errors):
        return ""
    apart, h, v = (f"{1e3 * value:.0f} mm" for value in (found.apart_m, found.errors.h_m.max(), found.errors.v_m.max()))
    return f"""\
The truth of `{RECORDING}` is another program's solution, and moves away now and then: in {len(found.errors)} epochs
RTKLIB, run beside, is within {apart} of this engine, and both are up to {h} off horizontally, {v} vertically. They
count in the table; without them H95 of all systems is {1e3 * score(found.others).h95_m:.1f} mm.

"""


def number(value: float, digits: int) -> str:
    """A dash where there is none."""
    return "-" if isnan(value) else f"{value:,.{digits}f}"


def rate(part: int, whole: int) -> str:
    """So many of so many, and their ratio with two digits."""
    return f"{part:,} of {whole:,}" + (f" ({part / whole:.1e})" if part else "")


def plain_row(case: Case, s: Score) -> str:
    """A line of the first table."""
    mm = [number(1e3 * value, 0 if value > 0.1 else 1) for value in (s.h50_m, s.h95_m, s.v50_m, s.v95_m)]
    cells = [case.recording, case.setting, f"{s.epochs:,}", number(s.fixed_pct, 2), number(s.float_pct, 2)]
    cells += [rate(s.wrong, s.fixed), number(s.first_fix_s, 0), *mm, number(s.available_pct, 2), case.best_today]
    return line(cells)


def _worse_columns(what: str) -> str:
    return head([what, *SETTINGS, "in a row"])


def _worse_row(label: str, variant: str | None, recording: str | None) -> str:
    cells, longest = [label], 0
    for number_, setting in enumerate(SETTINGS):
        if (recording, setting) in UNUSABLE:
            cells.append("-")
            continue
        s = score(pooled(setting, variant, recording))
        cells.append(f"{s.fixed_pct:.1f} %, {rate(s.wrong, s.fixed)}")
        longest = s.longest if number_ == 0 else longest
    return line([*cells, str(longest)])


def _sigma_rows() -> Iterator[str]:
    for setting in SETTINGS:
        as_recorded = [e for case, e in plain().items() if case.setting == setting]
        if as_recorded:
            yield from _sigma_of("as recorded", setting, joined(as_recorded))
    for setting in SETTINGS:
        yield from _sigma_of("made worse", setting, pooled(setting))


def _sigma_of(which: str, setting: str, e: Errors) -> Iterator[str]:
    for quality, name in CLASSES.items():
        c = calibration(e, quality)
        if c.epochs:
            cells = [which, setting, name, f"{c.epochs:,}", *(f"{value:.1f}" for value in (*c.h_pct, *c.v_pct))]
            yield line([*cells, rate(c.exceeded, c.epochs)])

"""How good positions by RTK are on recordings with a truth, as they are and made worse: fixed, wrong, errors, dates."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gnss.batches import SYSTEMS
from gnss.constants import NS_PER_MS, NS_PER_WEEK
from tests.bench.result import Result
from tests.bench.rtk_cases import ALL, BASE_SILENT, BDS, GPS_BDS, PLAIN, SINGLE, Case, plain, pooled
from tests.bench.rtk_page import rate, write_accuracy
from tests.bench.rtk_recordings import DATA_DIR, has_data, recorded
from tests.bench.rtk_scores import Score, quantile, score
from tests.bench.rtk_truth import RECORDING, moved
from tests.bench.rtk_worse import VARIANTS

NAME = "rtk_accuracy"

WRONG_RATE_MUST = 1e-3
FIXED_MUST = {
    ("azure_car", ALL): 99.8, ("azure_car", SINGLE): 96.0, ("azure_car", GPS_BDS): 97.0,
    ("str_static", ALL): 100.0, ("str_static", BDS): 100.0, ("str_static", SINGLE): 100.0, ("whu_static", ALL): 95.0,
}  # fmt: skip
WRONG_MUST = {("azure_car", ALL): 0.0, ("azure_car", GPS_BDS): 0.1, ("azure_car", BDS): 0.1}
"""% of the fixed epochs; of BDS only, of all epochs."""
H95_MM_MUST = {("azure_car", ALL): 7.0}
ARP_MM_MUST = 6.0
FIRST_FIX_S_MUST = {("azure_car", ALL): 5.0, ("whu_static", ALL): 0.0}

ROLL_OVER_WEEK = 2010
"""The week that begins within `str_static`: its BeiDou and Galileo ephemerides name their weeks in full."""
DATED_MUST = 1126


def run() -> Iterator[Result]:
    """The table of quality, target by target."""
    if not has_data():
        sys.stderr.write(f"{NAME}: there are no recordings here\n")
        return
    for case in PLAIN:
        yield from _of_case(case, score(plain()[case]))
    yield from _where_the_truth_holds()
    yield _dated()
    for variant in (*VARIANTS, BASE_SILENT):
        yield _of_variant(variant)
    yield _of_variant(None)


write_pages = write_accuracy
"""What `--write` does after that."""


def _of_case(case: Case, s: Score) -> Iterator[Result]:
    key, label = (case.recording, case.setting), f"{case.recording}, {case.setting}"
    today = f"best of RTKLIB: {case.best_today}" if case.best_today else ""
    yield Result(NAME, f"{label}: fixed", s.fixed_pct, "%", "higher", must=FIXED_MUST.get(key), n=s.epochs, note=today)
    whole = s.epochs if case.setting == BDS else s.fixed
    wrong = 100.0 * s.wrong / whole if whole else 0.0
    what = "wrong of all" if case.setting == BDS else "wrong of fixed"
    yield Result(NAME, f"{label}: {what}", wrong, "%", "lower", must=WRONG_MUST.get(key), n=whole)
    yield Result(NAME, f"{label}: H95", 1e3 * s.h95_m, "mm", "lower", must=H95_MM_MUST.get(key), n=s.epochs)
    if s.fixed:
        yield Result(NAME, f"{label}: first fix", s.first_fix_s, "s", "lower", must=FIRST_FIX_S_MUST.get(key), n=1)
    if case.recording == "str_static":
        yield _from_arp(case, label)


def _where_the_truth_holds() -> Iterator[Result]:
    """H95 without the epochs in which RTKLIB and the engine agree against the truth."""
    found = moved()
    if found is not None:
        note = (
            f"without {len(found.errors)} epochs in which RTKLIB is within {1e3 * found.apart_m:.0f} mm of the engine"
        )
        h95_mm = 1e3 * quantile(found.others.h_m, 0.95)
        label = f"{RECORDING}, {ALL}: H95 where the truth holds"
        yield Result(NAME, label, h95_mm, "mm", "lower", n=len(found.others), note=note)


def _from_arp(case: Case, label: str) -> Result:
    """Without taking off what the antennas differ by."""
    enu_m = plain()[case].enu_m + recorded(case.recording).offset_enu_m
    h_mm = 1e3 * np.hypot(enu_m[:, 0], enu_m[:, 1])
    note = f"median; 95 % below {quantile(h_mm, 0.95):.1f} mm; 3.6 mm of it are the antennas'"
    return Result(
        NAME,
        f"{label}: from the ARP, H50",
        quantile(h_mm, 0.5),
        "mm",
        "lower",
        must=ARP_MM_MUST,
        n=len(h_mm),
        note=note,
    )


def dated_right(data_dir: Path = DATA_DIR) -> tuple[int, int]:
    """Epochs of the base of `str_static` that are dated right, by the times of week of its GPS messages; and all."""
    base = recorded("str_static", data_dir).base
    o, right = base.observations, 0
    is_gps = o.system == SYSTEMS.index("G")
    for first, rows, t_ns in zip(base.epochs.first, base.epochs.rows, base.epochs.t_gpst_ns, strict=True):
        own = slice(int(first), int(first + rows))
        tow_ns = np.unique(o.t_stated[own][is_gps[own]].astype(np.int64) * NS_PER_MS)
        before = tow_ns > NS_PER_WEEK // 2
        wanted_ns = (ROLL_OVER_WEEK - before.astype(np.int64)) * NS_PER_WEEK + tow_ns
        right += int(len(wanted_ns) == 1 and bool((o.t_gpst_ns[own] == wanted_ns).all()) and t_ns == wanted_ns[0])
    return right, len(base.epochs)


def _dated() -> Result:
    right, n = dated_right()
    note = "RTKLIB 2.4.3 and demo5: 582"
    return Result(
        NAME, "str_static: epochs dated right across the week", right, "", "higher", must=DATED_MUST, n=n, note=note
    )


def _of_variant(variant: str | None) -> Result:
    e = pooled(ALL, variant)
    s, others = score(e), [f"{setting} {_rate(score(pooled(setting, variant)))}" for setting in (SINGLE, GPS_BDS, BDS)]
    note = f"{rate(s.wrong, s.fixed)}, {s.fixed_pct:.1f} % fixed; {', '.join(others)}"
    label = f"made worse, {variant or 'all variants'}: wrong of fixed"
    return Result(NAME, label, _share(s), "", "lower", must=WRONG_RATE_MUST, n=s.fixed, note=note)


def _share(s: Score) -> float:
    return s.wrong / s.fixed if s.fixed else 0.0


def _rate(s: Score) -> str:
    return f"{_share(s):.1e}" if s.wrong else "0"

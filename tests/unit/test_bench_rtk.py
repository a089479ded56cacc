"""What accuracy is summed up by: a wrong share or a missed wrong fix would be a wrong claim."""

import numpy as np
import pytest

from tests.bench.rtk_errors import DGNSS, FIXED, FLOAT, Errors, joined
from tests.bench.rtk_page import number, rate
from tests.bench.rtk_scores import calibration, first_fix_s, longest_wrong, score
from tests.bench.rtk_truth import EPOCHS_MIN, long_runs


def errors(
    quality: list[int], east_m: list[float], up_m: float = 0.0, sigma_m: float = 0.1, pl_m: float = 0.3
) -> Errors:
    n = len(quality)
    enu_m = np.column_stack([east_m, np.zeros(n), np.full(n, up_m)])
    enu_m[np.array(quality) == 0] = np.nan
    return Errors(
        np.zeros(n, np.int32), np.arange(n, dtype=float), np.array(quality, np.uint8), enu_m, np.full((n, 3), sigma_m),
        np.full(n, pl_m), np.full(n, pl_m),
    )  # fmt: skip


def test_wrong_is_fixed_and_off_in_either_direction() -> None:
    assert errors([FIXED, FIXED, FLOAT, 0], [0.19, 0.21, 5.0, 0.0]).wrong.tolist() == [False, True, False, False]
    assert errors([FIXED, FIXED], [0.0, 0.0], up_m=-0.41).wrong.all()


def test_shares_are_of_all_epochs_and_wrong_of_the_fixed_ones() -> None:
    s = score(errors([FIXED, FIXED, FLOAT, 0], [0.0, 1.0, 0.1, 0.0]))
    assert (s.epochs, s.solved_pct, s.fixed_pct, s.float_pct) == (4, 75.0, 50.0, 25.0)
    assert (s.wrong, s.wrong_pct, s.available_pct) == (1, 50.0, 75.0)
    assert s.h50_m == pytest.approx(0.1)


def test_the_first_right_fix_counts_and_runs_are_apart() -> None:
    late, early = errors([FLOAT, FIXED, FIXED], [1.0, 1.0, 0.0]), errors([FIXED], [0.0])
    assert first_fix_s(late) == 2.0
    assert first_fix_s(joined([late, early, early])) == 0.0
    assert np.isnan(first_fix_s(errors([FLOAT], [0.0])))


def test_the_longest_hold_ends_with_its_run() -> None:
    wrong = errors([FIXED] * 4, [0.0, 1.0, 1.0, 1.0])
    assert longest_wrong(wrong) == 3
    assert longest_wrong(joined([wrong, errors([FIXED] * 2, [1.0, 0.0])])) == 3
    assert longest_wrong(errors([FIXED, FLOAT, FIXED], [1.0, 1.0, 1.0])) == 1


def test_sigma_and_protection_levels_are_those_of_a_class() -> None:
    e = errors([FIXED, FIXED, FLOAT, DGNSS], [0.05, 0.15, 0.5, 0.25])
    c = calibration(e, FIXED)
    assert (c.epochs, c.h_pct, c.exceeded, c.risk) == (2, (75.0, 100.0, 100.0), 0, 0.0)
    assert (calibration(e, FLOAT).h_pct, calibration(e, FLOAT).risk) == ((50.0, 50.0, 50.0), 1.0)
    assert calibration(e, DGNSS).h_pct == (50.0, 50.0, 100.0)


def test_the_page_writes_a_dash_for_nothing() -> None:
    assert (number(float("nan"), 1), number(12.345, 1), rate(0, 0), rate(2, 4_000)) == (
        "-", "12.3", "0 of 0", "2 of 4,000 (5.0e-04)",
    )  # fmt: skip


def test_a_truth_has_moved_only_where_it_is_contradicted_for_long() -> None:
    few, enough = [True] * (EPOCHS_MIN - 1), [True] * EPOCHS_MIN
    marked = np.array([*few, False, *enough, False, True])
    assert np.flatnonzero(long_runs(marked)).tolist() == list(range(EPOCHS_MIN, 2 * EPOCHS_MIN))
    assert long_runs(np.array(enough)).all()
    assert not long_runs(np.zeros(0, bool)).any()

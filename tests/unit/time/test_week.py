"""Weeks of the three continuous scales, their epochs, and what their short counters mean years later."""

import numpy as np
import pytest

from gnss.batches import NO_TIME
from gnss.constants import NS_PER_MS, NS_PER_S, NS_PER_WEEK
from gnss.time import scales, week
from gnss.time.civil import days_from_civil
from gnss.time.leap import gpst_to_utc, utc_to_gpst

HOUR_NS = 3_600 * NS_PER_S


def utc(year: int, month: int, day: int, ns_of_day: int = 0) -> int:
    return utc_to_gpst(days_from_civil(year, month, day), ns_of_day)


def test_bdt_begins_at_utc_midnight_of_2006_14_s_behind_gpst() -> None:
    assert utc(2006, 1, 1) == week.BDT_EPOCH_GPST_NS
    assert week.gpst_to_bdt_week(utc(2006, 1, 1)) == (0, 0)
    assert week.gpst_to_gps_week(utc(2006, 1, 1)) == (1_356, 14 * NS_PER_S)


def test_gst_begins_13_s_before_utc_midnight() -> None:
    assert week.gpst_to_gst_week(utc(1999, 8, 22)) == (0, 13 * NS_PER_S)


def test_a_recorded_msm_epoch() -> None:
    """BDS 1127 and GPS 1077 of one receiver and instant: BDT 318 931 s, GPST 318 945 s, BDT week 949."""
    t_gpst_ns = week.bdt_week_to_gpst(949, 318_931 * NS_PER_S)
    assert week.gpst_to_gps_week(t_gpst_ns) == (949 + 1_356, 318_945 * NS_PER_S)
    assert week.resolve_bdt_sow(318_931_000 * NS_PER_MS, t_gpst_ns - 80 * HOUR_NS) == t_gpst_ns
    assert week.resolve_gps_tow(318_945_000 * NS_PER_MS, t_gpst_ns + 80 * HOUR_NS) == t_gpst_ns


@pytest.mark.parametrize("to_week", [week.gpst_to_gps_week, week.gpst_to_bdt_week, week.gpst_to_gst_week])
def test_the_last_nanosecond_of_a_week(to_week: object) -> None:
    assert callable(to_week)
    start = {week.gpst_to_bdt_week: week.BDT_EPOCH_GPST_NS}.get(to_week, 0) + 2_000 * NS_PER_WEEK
    number, of_week_ns = to_week(start)
    assert of_week_ns == 0
    assert to_week(start - 1) == (number - 1, NS_PER_WEEK - 1)


def test_the_14_s_in_which_the_gps_week_is_new_and_the_bdt_week_is_old() -> None:
    """RTCM of a week roll-over: BDT 604 790 s belongs to the week before the reference's GPS week."""
    start = 2_300 * NS_PER_WEEK
    assert week.resolve_bdt_sow(604_790 * NS_PER_S, start) == start + 4 * NS_PER_S
    assert week.gpst_to_bdt_week(start + 4 * NS_PER_S) == (2_300 - 1_356 - 1, 604_790 * NS_PER_S)


@pytest.mark.parametrize(
    ("date", "full_week"), [((1999, 8, 22), 1_024), ((2019, 4, 7), 2_048), ((2038, 11, 21), 3_072)]
)
def test_gps_week_roll_overs(date: tuple[int, int, int], full_week: int) -> None:
    """The first week after each 10-bit roll-over is week 0 on the air; the week before is 1023."""
    t_ns = utc(*date, 12 * HOUR_NS)
    assert week.gpst_to_gps_week(t_ns)[0] == full_week
    for reference in (t_ns, t_ns - 3 * NS_PER_WEEK, t_ns + 400 * NS_PER_WEEK):
        assert week.resolve_gps_week(0, reference) == full_week
        assert week.resolve_gps_week(1_023, reference) == full_week - 1


def test_a_log_is_dated_by_its_own_time_not_by_the_clock_of_the_replay() -> None:
    recorded, replayed = utc(2018, 6, 1), utc(2026, 11, 22)
    assert week.resolve_gps_week(2_003 % 1_024, recorded) == 2_003
    assert week.resolve_gps_week(2_003 % 1_024, replayed) == 2_003
    assert week.resolve_gps_week(2_003 % 1_024, utc(2036, 1, 1)) == 2_003 + 1_024


def test_thirteen_and_twelve_bit_weeks() -> None:
    t_ns = utc(2026, 11, 22)
    bdt_week, gst_week = week.gpst_to_bdt_week(t_ns)[0], week.gpst_to_gst_week(t_ns)[0]
    assert week.resolve_bdt_week(bdt_week % 8_192, t_ns) == bdt_week
    assert week.resolve_bdt_week(0, week.bdt_week_to_gpst(8_191, 0)) == 8_192
    assert week.resolve_gst_week(gst_week % 4_096, t_ns) == gst_week
    assert week.resolve_gst_week(5, week.gst_week_to_gpst(4_095, 0)) == 4_101


def test_columns_split_and_join_and_keep_missing_times() -> None:
    times = np.array([0, utc(2026, 11, 22, 123), NO_TIME])
    pairs = (
        (scales.gpst_ns_to_gps_week, scales.gps_week_to_gpst_ns, week.gpst_to_gps_week),
        (scales.gpst_ns_to_bdt_week, scales.bdt_week_to_gpst_ns, week.gpst_to_bdt_week),
        (scales.gpst_ns_to_gst_week, scales.gst_week_to_gpst_ns, week.gpst_to_gst_week),
    )
    for split, join, scalar in pairs:
        weeks, of_week_ns = split(times)
        assert (weeks[1], of_week_ns[1]) == scalar(int(times[1]))
        assert weeks[2] == of_week_ns[2] == NO_TIME
        np.testing.assert_array_equal(join(weeks, of_week_ns), times)


def test_bdt_as_one_count() -> None:
    times = np.array([week.BDT_EPOCH_GPST_NS, NO_TIME])
    np.testing.assert_array_equal(scales.gpst_ns_to_bdt_ns(times), [0, NO_TIME])
    np.testing.assert_array_equal(scales.bdt_ns_to_gpst_ns([0, NO_TIME]), times)


def test_posix_time_folds_the_leap_second_onto_the_second_after_it() -> None:
    leap_day = days_from_civil(2016, 12, 31)
    inside, after = utc_to_gpst(leap_day, 86_400 * NS_PER_S + 5), utc_to_gpst(leap_day + 1, 5)
    unix = scales.gpst_ns_to_unix_ns([inside, after, NO_TIME])
    assert unix.tolist() == [1_483_228_800_000_000_005, 1_483_228_800_000_000_005, NO_TIME]
    assert scales.unix_ns_to_gpst_ns(unix).tolist() == [after, after, NO_TIME]
    assert gpst_to_utc(int(scales.unix_ns_to_gpst_ns(0))) == (0, 0)

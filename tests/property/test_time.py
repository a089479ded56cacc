"""What holds for every instant: scales are inverses of each other and keep the order of time."""

from hypothesis import given
from hypothesis import strategies as st

from gnss.constants import NS_PER_DAY, NS_PER_WEEK
from gnss.time.glonass import glonasst_to_gpst, gpst_to_glonasst
from gnss.time.leap import LEAP_SECONDS, gpst_to_utc, utc_day_length_ns, utc_to_gpst
from gnss.time.resolve import resolve_utc_day
from gnss.time.rfc3339 import format_rfc3339, parse_rfc3339
from gnss.time.week import (
    bdt_week_to_gpst,
    gpst_to_bdt_week,
    gpst_to_gps_week,
    nearest_congruent,
    resolve_bdt_sow,
    resolve_gps_week,
)

YEAR_NS = 365 * NS_PER_DAY
anytime = st.integers(-250 * YEAR_NS, 270 * YEAR_NS)
era = st.integers(0, 60 * YEAR_NS)


@st.composite
def near_leap_seconds(draw: st.DrawFn) -> int:
    """Instants within 3 s of a leap second, where every mistake lives."""
    _, offset_s = draw(st.sampled_from(LEAP_SECONDS[1:]))
    first_day = next(date for date, offset in LEAP_SECONDS if offset == offset_s)
    parsed = parse_rfc3339(f"{first_day}T00:00:00Z")
    return int(parsed.t_gpst_ns) + draw(st.integers(-3_000_000_000, 3_000_000_000))


instants = anytime | near_leap_seconds()


@given(instants)
def test_utc_is_another_name_of_the_same_instant(t_gpst_ns: int) -> None:
    day, ns_of_day = gpst_to_utc(t_gpst_ns)
    assert 0 <= ns_of_day < utc_day_length_ns(day)
    assert utc_to_gpst(day, ns_of_day) == t_gpst_ns


@given(instants, instants)
def test_utc_keeps_the_order_of_time(a_ns: int, b_ns: int) -> None:
    assert (a_ns < b_ns) == (gpst_to_utc(a_ns) < gpst_to_utc(b_ns))


@given(instants)
def test_glonass_time_is_another_name_of_the_same_instant(t_gpst_ns: int) -> None:
    day, ns_of_day = gpst_to_glonasst(t_gpst_ns)
    assert 0 <= ns_of_day <= NS_PER_DAY + 999_999_999
    assert glonasst_to_gpst(day, ns_of_day) == t_gpst_ns


@given(instants)
def test_bdt_weeks_are_another_name_of_the_same_instant(t_gpst_ns: int) -> None:
    week, sow_ns = gpst_to_bdt_week(t_gpst_ns)
    assert 0 <= sow_ns < NS_PER_WEEK
    assert bdt_week_to_gpst(week, sow_ns) == t_gpst_ns


@given(instants, st.integers(0, 9))
def test_text_is_another_name_of_the_same_instant(t_gpst_ns: int, digits: int) -> None:
    unit_ns = 10 ** (9 - digits)
    kept_ns = t_gpst_ns // unit_ns * unit_ns
    parsed = parse_rfc3339(format_rfc3339(t_gpst_ns, digits))
    assert (int(parsed.t_gpst_ns), int(parsed.digits), bool(parsed.ok)) == (kept_ns, digits, True)


@given(st.text() | st.binary())
def test_no_text_breaks_the_parser(text: str | bytes) -> None:
    parsed = parse_rfc3339([text])
    assert parsed.ok.shape == (1,)


@given(
    st.from_regex(
        r"(19|20)\d\d-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,9})?(Z|[+-][01]\d:[0-5]\d)", fullmatch=True
    )
)
def test_what_parses_formats_and_parses_to_the_same(text: str) -> None:
    parsed = parse_rfc3339(text)
    if parsed.ok:
        again = parse_rfc3339(format_rfc3339(parsed.t_gpst_ns, parsed.digits))
        assert again == parsed


@given(instants, st.integers(-NS_PER_DAY // 2 + 2 * 10**9, NS_PER_DAY // 2 - 2 * 10**9))
def test_a_bare_time_of_day_finds_its_day_within_half_a_day(t_gpst_ns: int, off_ns: int) -> None:
    day, ns_of_day = gpst_to_utc(t_gpst_ns)
    assert resolve_utc_day(ns_of_day, t_gpst_ns + off_ns) == day


@given(era, st.integers(-511, 511))
def test_a_short_week_finds_its_era(t_gpst_ns: int, weeks_off: int) -> None:
    week, _ = gpst_to_gps_week(t_gpst_ns)
    assert resolve_gps_week(week % 1024, t_gpst_ns + weeks_off * NS_PER_WEEK) == week


@given(era, st.integers(-NS_PER_WEEK // 2 + 1, NS_PER_WEEK // 2 - 1))
def test_a_bare_second_of_week_finds_its_week(t_gpst_ns: int, off_ns: int) -> None:
    assert resolve_bdt_sow(gpst_to_bdt_week(t_gpst_ns)[1], t_gpst_ns + off_ns) == t_gpst_ns


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6), st.integers(-(10**12), 10**12))
def test_no_other_congruent_number_is_nearer(phase: int, period: int, reference: int) -> None:
    found = nearest_congruent(phase, period, reference)
    assert (found - phase) % period == 0
    assert 2 * abs(found - reference) <= period

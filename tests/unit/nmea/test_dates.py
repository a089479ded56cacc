"""Which day is it? GGA never says. Midnights, leap seconds, roll-overs, logs of other years; who is believed."""

import numpy as np
import pytest

from gnss.batches import NO_TIME, FixBatch
from gnss.decoder import StreamDecoder
from gnss.status import Status
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import decode_whole, push_pieces
from tests.unit.nmea.dated import GGA, ZDA, gga, gpst_ns, lines, rmc, times_of, unix_ns


def test_a_stream_that_never_says_its_date_has_none() -> None:
    fixes = assert_any_chunking(gga("133901.50", "133902.50")).fixes
    assert fixes.status.tolist() == [Status.NO_DATE] * 2
    assert fixes.t_gpst_ns.tolist() == [NO_TIME] * 2
    assert np.isfinite(fixes.lat_rad).all()


def test_a_reference_time_dates_it() -> None:
    data = gga("235958.00", "235959.00", "000000.00", "000001.00")
    outcome = assert_any_chunking(data, reference_gpst_ns=gpst_ns("2020-03-19T01:00:00Z"))
    assert times_of(outcome.fixes) == [
        "2020-03-18T23:59:58.000Z", "2020-03-18T23:59:59.000Z", "2020-03-19T00:00:00.000Z", "2020-03-19T00:00:01.000Z"
    ]  # fmt: skip
    assert outcome.fixes.status.tolist() == [0] * 4


def test_midnight_with_gga_only_behind_one_rmc() -> None:
    """A log that names its date once and crosses midnight, twice."""
    hours = [f"{hour % 24:02}0000.00" for hour in range(21, 21 + 30, 3)]
    fixes = assert_any_chunking(rmc("200000.00", "311223") + gga(*hours)).fixes
    days = [time[:13] for time in times_of(fixes)]
    assert days[:5] == ["2023-12-31T20", "2023-12-31T21", "2024-01-01T00", "2024-01-01T03", "2024-01-01T06"]
    assert days[-1] == "2024-01-02T00"
    assert (np.diff(fixes.t_gpst_ns) > 0).all()


@pytest.mark.parametrize("order", ["GGA first", "RMC first"])
def test_midnight_where_rmc_comes_too(order: str) -> None:
    epochs = [("235959.90", "180320"), ("000000.00", "190320"), ("000000.10", "190320")]
    parts = [(gga(time), rmc(time, date)) for time, date in epochs]
    data = b"".join(a + b if order == "GGA first" else b + a for a, b in parts)
    fixes = assert_any_chunking(data, reference_gpst_ns=gpst_ns("2020-03-18T23:59:59Z")).fixes
    assert times_of(fixes) == ["2020-03-18T23:59:59.900Z", "2020-03-19T00:00:00.000Z", "2020-03-19T00:00:00.100Z"]
    assert fixes.status.tolist() == [0] * 3


def test_leap_second() -> None:
    """23:59:60 is an instant of its own, a second after :59 and a second before midnight."""
    data = rmc("235959.00", "311216") + gga("235959.50", "235960.00", "235960.50", "000000.00")
    fixes = assert_any_chunking(data).fixes
    assert times_of(fixes) == [
        "2016-12-31T23:59:59.000Z", "2016-12-31T23:59:59.500Z", "2016-12-31T23:59:60.000Z", "2016-12-31T23:59:60.500Z",
        "2017-01-01T00:00:00.000Z",
    ]  # fmt: skip
    assert np.diff(fixes.t_gpst_ns).tolist() == [500_000_000] * 4


@pytest.mark.parametrize("time", ["235860.00", "225960.00", "235961.00", "240000.00", "126000.00"])
def test_other_sixtieth_seconds_are_no_time(time: str) -> None:
    assert decode_whole(gga(time)).dropped() == {Status.FIELD_SYNTAX: 1}


def test_dates_1024_weeks_back_are_brought_to_the_receive_time() -> None:
    """A receiver older than its week counter says 1999 (sources, nmea §6)."""
    decoder = StreamDecoder(1)
    push = push_pieces(decoder, [rmc("133901.50", "070801")], t_rx_ns=unix_ns("2021-03-23T13:39:02"), final=True)
    assert times_of(push.fixes) == ["2021-03-23T13:39:01.500Z"]
    assert push.fixes.status.tolist() == [Status.OK]


def test_dates_1024_weeks_back_are_brought_to_a_reference_time() -> None:
    fixes = decode_whole(rmc("133901.50", "070801"), reference_gpst_ns=gpst_ns("2021-01-01T00:00:00Z")).fixes
    assert times_of(fixes) == ["2021-03-23T13:39:01.500Z"]


def test_a_date_that_no_roll_over_explains_is_suspect() -> None:
    decoder = StreamDecoder(1)
    push = push_pieces(decoder, [rmc("133901.50", "070802")], t_rx_ns=unix_ns("2021-03-23T13:39:02"), final=True)
    assert times_of(push.fixes) == ["2002-08-07T13:39:01.500Z"]
    assert push.fixes.status.tolist() == [Status.DATE_SUSPECT]


def test_one_wild_date_does_not_outdate_what_follows() -> None:
    """A date far ahead is suspect; the rows behind it are neither late nor do they inherit it."""
    decoder = StreamDecoder(1)
    now_ns = unix_ns("2021-03-23T13:39:02")
    data = rmc("133901.00", "230321") + rmc("133902.00", "230366") + rmc("133903.00", "230321") + gga("133904.00")
    fixes = push_pieces(decoder, [data], t_rx_ns=now_ns, final=True).fixes
    assert fixes.status.tolist() == [Status.OK, Status.DATE_SUSPECT, Status.OK, Status.OK]
    assert times_of(fixes)[-1] == "2021-03-23T13:39:04.000Z"


def test_gga_behind_a_wild_date_is_dated_by_its_reception() -> None:
    decoder = StreamDecoder(1)
    data = rmc("133902.00", "230366") + gga("133903.00")
    fixes = push_pieces(decoder, [data], t_rx_ns=unix_ns("2021-03-23T13:39:02"), final=True).fixes
    assert fixes.status.tolist() == [Status.DATE_SUSPECT, Status.OK]
    assert times_of(fixes)[-1] == "2021-03-23T13:39:03.000Z"


def test_gga_after_a_long_silence_is_dated_by_the_time_that_passed() -> None:
    """Thirteen hours off the air: the nearest day to the last fix would be wrong."""
    decoder = StreamDecoder(1)
    first = push_pieces(decoder, [gga("100000.00")], t_rx_ns=unix_ns("2021-03-23T10:00:00.3"))
    later = push_pieces(decoder, [gga("233000.00")], t_rx_ns=unix_ns("2021-03-23T23:30:00.2"), final=True)
    assert len(first.fixes) == 0
    assert times_of(later.fixes) == ["2021-03-23T10:00:00.000Z", "2021-03-23T23:30:00.000Z"]


def test_an_old_log_that_arrives_now_keeps_its_dates() -> None:
    """Stored rows of yesterday evening, received this morning: the last stated date counts, not the reception."""
    decoder = StreamDecoder(1)
    data = rmc("235958.00", "220321") + gga("235959.00", "000000.00")
    fixes = push_pieces(decoder, [data], t_rx_ns=unix_ns("2021-03-23T08:00:00"), final=True).fixes
    assert times_of(fixes) == ["2021-03-22T23:59:58.000Z", "2021-03-22T23:59:59.000Z", "2021-03-23T00:00:00.000Z"]


@pytest.mark.parametrize("t_rx", ["2021-03-24T00:00:01", "2021-03-23T23:59:58"])
def test_reception_on_the_other_side_of_midnight(t_rx: str) -> None:
    decoder = StreamDecoder(1)
    time, day = ("235959.00", "2021-03-23") if t_rx.endswith("01") else ("000000.00", "2021-03-24")
    fixes = push_pieces(decoder, [gga(time)], t_rx_ns=unix_ns(t_rx), final=True).fixes
    assert times_of(fixes)[0][:10] == day


def test_a_log_is_replayed_years_later() -> None:
    """Without receive times the reference only bridges the undated beginning; stated dates stay what they are."""
    data = rmc("235959.00", "180320") + gga("000000.00")
    fixes = assert_any_chunking(data, reference_gpst_ns=gpst_ns("2026-11-22T12:00:00Z")).fixes
    assert times_of(fixes) == ["2020-03-18T23:59:59.000Z", "2020-03-19T00:00:00.000Z"]
    assert fixes.status.tolist() == [0, 0]


def test_rmc_without_a_date() -> None:
    undated = "GNRMC,133901.50,A,4134.50180366,N,09345.03586734,W,0.018,273.328,,,,D"
    fixes = assert_any_chunking(lines(undated, GGA.format("133901.50"))).fixes
    assert fixes.status.tolist() == [Status.NO_DATE]
    dated = assert_any_chunking(lines(undated, GGA.format("133901.50"), ZDA.format("133901.50", "18,03,2020"))).fixes
    assert times_of(dated) == ["2020-03-18T13:39:01.500Z"]
    assert dated.status.tolist() == [Status.OK]


def test_the_same_time_of_another_day_is_another_epoch() -> None:
    fixes = assert_any_chunking(rmc("133901.50", "180320") + rmc("133901.50", "190320")).fixes
    assert times_of(fixes) == ["2020-03-18T13:39:01.500Z", "2020-03-19T13:39:01.500Z"]


def test_late_and_repeated_epochs_are_told() -> None:
    data = b"".join(rmc(time, "180320") for time in ("100000.00", "100002.00", "100001.00", "100002.00", "100003.00"))
    fixes = assert_any_chunking(data).fixes
    assert fixes.status.tolist() == [Status.OK, Status.OK, Status.STALE, Status.DUPLICATE, Status.OK]


@pytest.mark.parametrize("date", ["290223", "000124", "320124", "011324", "3101 4", "31012024"])
def test_days_that_do_not_exist(date: str) -> None:
    assert decode_whole(rmc("133901.50", date)).dropped() == {Status.FIELD_SYNTAX: 1}


@pytest.mark.parametrize(
    ("date", "year"),
    [("010169", "1969"), ("010170", "1970"), ("311299", "1999"), ("010100", "2000"), ("010168", "2068")],
)
def test_two_digits_of_a_year(date: str, year: str) -> None:
    """As gpsd wraps them: 1968 < year < 2069 (sources, nmea §2). GPST begins in 1980, so earlier dates are none."""
    fixes = decode_whole(rmc("133901.50", date)).fixes
    if int(year) < 1980:
        assert fixes.status.tolist() == [Status.NO_DATE]
    else:
        assert times_of(fixes)[0][:4] == year


def test_zda_without_a_whole_date_states_none() -> None:
    fixes = assert_any_chunking(lines(GGA.format("133901.50"), ZDA.format("133901.50", "31,02,2020"))).fixes
    assert fixes.status.tolist() == [Status.NO_DATE]


def test_logs_in_gps_time_keep_their_leap_second() -> None:
    """`#` logs count GPS weeks without leap seconds: week 2428, 116 060 s is 18 s ahead of UTC (sources, nmea §6)."""
    from tests.helpers.frames import unicore_line

    body = b"UNIHEADINGA,78,GPS,FINE,2428,116060000,0,0,18,11;SOL_COMPUTED,NARROW_INT,1.4773,179.0284,-2.4202,0.0"
    fixes = assert_any_chunking(unicore_line(body)).fixes
    assert fixes.t_gpst_ns.tolist() == [(2428 * 604_800 + 116_060) * 1_000_000_000]
    assert times_of(fixes) == ["2026-07-20T08:14:02.000Z"]


def test_one_fix_a_day_at_the_same_second() -> None:
    """A sleeping tracker: the same time of day again, and only the receive time says that a day went by."""
    decoder = StreamDecoder(1)
    rows = [
        push_pieces(decoder, [gga("120000.00")], t_rx_ns=unix_ns(f"2021-03-{day}T12:00:01"), final=day == 25).fixes
        for day in (23, 24, 25)
    ]
    assert times_of(FixBatch.concat(rows)) == [f"2021-03-{day}T12:00:00.000Z" for day in (23, 24, 25)]

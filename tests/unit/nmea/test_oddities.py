"""Oddities of real receivers, one test each: is it accepted or refused, and why."""

import numpy as np
import pytest

from gnss.decoder import StreamDecoder
from gnss.nmea.catalogue import KIND
from gnss.nmea.fields import TEXT_SPAN
from gnss.status import Status
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import Outcome, decode_whole, only_row, push_pieces
from tests.helpers.frames import sentence

GGA = "GNGGA,133901.50,4134.50180366,N,09345.03586734,W,4,19,0.7,280.829,M,-31.442,M,7.5,0002"
RMC = "GNRMC,133901.50,A,4134.50180366,N,09345.03586734,W,0.018,273.328,180320,11.5982,E,D"
LAT_DEG, LON_DEG = 41 + 34.50180366 / 60, -(93 + 45.03586734 / 60)


def cells(content: str, kind: str) -> dict[str, float]:
    """The fields of the one good sentence."""
    push = push_pieces(StreamDecoder(1), [sentence(content)])
    table = push.decoded.table(kind)
    assert len(table["row"]) == 1, f"{content}: {push.decoded.sentences.status}"
    return {name: float(column[0]) for name, column in table.items()}


def text_of(content: str, kind: str, cell: str) -> str:
    """A text field of the one good sentence."""
    push = push_pieces(StreamDecoder(1), [sentence(content)])
    start, length = divmod(int(push.decoded.table(kind)[cell][0]), TEXT_SPAN)
    return push.buffer[start : start + length].tobytes().decode("latin-1")


def refusal(content: str) -> Status:
    outcome = assert_any_chunking(sentence(content))
    (reason,) = outcome.dropped()
    assert len(outcome.fixes) == 0
    return reason


def decoded(*contents: str) -> Outcome:
    return assert_any_chunking(b"".join(sentence(content) for content in contents))


# --- accepted


def test_all_digits_are_kept() -> None:
    row = only_row(sentence(GGA))
    assert np.degrees(row.lat_rad[0]) == pytest.approx(LAT_DEG, abs=1e-13)
    assert np.degrees(row.lon_rad[0]) == pytest.approx(LON_DEG, abs=1e-13)
    assert row.h_msl_m[0] == 280.829
    assert row.h_ell_m[0] == 280.829 - 31.442
    assert (row.fix_quality[0], row.sats_used[0], row.hdop[0], row.age_corr_s[0], row.base_id[0]) == (
        4,
        19,
        0.7,
        7.5,
        2,
    )


@pytest.mark.parametrize(
    ("written", "read"), [("1", 1), (" 1", 1), ("1   ", 1), ("  1  ", 1), ("   ", np.nan), ("", np.nan)]
)
def test_blank_padded_numbers(written: str, read: float) -> None:
    """`,1,   ,2.40`: padding says nothing, and all blank is empty."""
    assert cells(GGA.replace(",0.7,", f",{written},"), "GGA")["hdop"] == pytest.approx(read, nan_ok=True)
    assert cells(GGA.replace(",19,", f",{written},"), "GGA")["sats_used"] == pytest.approx(read, nan_ok=True)


def test_blanks_inside_a_number_are_refused() -> None:
    assert refusal(GGA.replace("280.829", "28 .829")) == Status.FIELD_SYNTAX


@pytest.mark.parametrize("lead", [b"$", b"$$", b"\0$", b"\r\n$"])
def test_two_dollars(lead: bytes) -> None:
    """`$$` begins every line of some loggers: the first `$` is noise."""
    assert len(assert_any_chunking(lead + sentence(GGA) + lead + sentence(RMC)).fixes) == 1


def test_gga_with_13_fields_has_no_base_and_with_15_a_stranger() -> None:
    short = GGA.rpartition(",")[0]
    assert only_row(sentence(short)).base_id[0] == -1
    assert only_row(sentence(GGA + ",4.9")).base_id[0] == 2


def test_gga_that_ends_behind_the_height() -> None:
    row = only_row(sentence("GNGGA,133901.50,4134.50180366,N,09345.03586734,W,1,08,0.9,545.4,M"))
    assert row.h_msl_m[0] == 545.4
    assert np.isnan(row.h_ell_m[0])


def test_base_ids_of_rtcm_3() -> None:
    """NMEA says 0000 to 1023, RTCM 3 ids go to 4095 (sources, nmea §2)."""
    assert only_row(sentence(GGA.replace("0002", "4095"))).base_id[0] == 4095


@pytest.mark.parametrize("last", ["", ",", ",1.2", ",4", ",B", ",0"])
def test_field_18_of_gsa(last: str) -> None:
    """Absent, empty, a float, a system: the sentence counts; only letters are none of these."""
    outcome = decoded(GGA, f"GNGSA,A,3,21,05,,,,,,,,,,,1.2,0.7,1.0{last}")
    assert outcome.sentences[0, KIND["GSA"]] == (0 if last == ",B" else 1)
    assert outcome.fixes.pdop[0] == pytest.approx(np.nan if last == ",B" else 1.2, nan_ok=True)


@pytest.mark.parametrize("address", ["GNGGA", "GPGGA", "BDGGA", "GBGGA", "AIGGA"])
def test_any_talker(address: str) -> None:
    assert len(decoded(GGA.replace("GNGGA", address)).fixes) == 1


# --- accepted without its position


@pytest.mark.parametrize("quality", ["0", "1"])
def test_placeholder_positions(quality: str) -> None:
    """36000 minutes-and-degrees is 360 degrees: what some receivers send before they know any place."""
    outcome = decoded(f"GNGGA,133901.50,36000.0000,N,72000.0000,E,{quality},00,99.9,,M,,M,,")
    assert outcome.dropped()[Status.PLACEHOLDER] == 1
    assert np.isnan(outcome.fixes.lat_rad[0])
    v = decoded("GNRMC,133901.50,V,36000.0000,N,72000.0000,E,,,180320,,,N")
    assert v.dropped() == {Status.PLACEHOLDER: 1, Status.NO_POSITION: 1}


def test_a_fix_without_satellites_is_none() -> None:
    """Quality 1 with 0 satellites and HDOP 500, as one maker sends it."""
    row = only_row(sentence("GNGGA,133901.50,4134.50180366,N,09345.03586734,W,1,00,500.0,280.8,M,-31.4,M,,"))
    assert row.fix_quality[0] == 0
    assert np.isnan(row.lat_rad[0])


@pytest.mark.parametrize("content", [RMC.replace(",A,", ",V,"), GGA.replace(",4,19", ",0,19")])
def test_what_is_not_valid_gives_no_position(content: str) -> None:
    row = only_row(sentence(content))
    assert row.fix_quality[0] == 0
    assert np.isnan(row.lat_rad[0])


def test_gga_without_a_quality_gives_no_position() -> None:
    """Four of 39,721 sentences of the captures leave it empty; nothing then says that there is a fix."""
    row = only_row(sentence(GGA.replace(",4,19", ",,19")))
    assert row.fix_quality[0] == 0
    assert np.isnan(row.lat_rad[0])


@pytest.mark.parametrize("contents", [(GGA.replace(",4,19", ",0,19"), RMC), (RMC, GGA.replace(",4,19", ",0,19"))])
def test_where_gga_denies_a_fix_rmc_gives_none(contents: tuple[str, str]) -> None:
    """A row is never at a place with quality 0, whatever came first."""
    row = decoded(*contents).fixes
    assert (row.fix_quality[0], row.status[0]) == (0, Status.NO_POSITION)
    assert np.isnan(row.lat_rad[0])


def test_rmc_fills_in_where_gga_says_nothing() -> None:
    row = decoded(GGA.replace(",4,19", ",,19"), RMC).fixes
    assert (row.fix_quality[0], row.status[0]) == (2, Status.OK)


# --- refused


@pytest.mark.parametrize(
    "content",
    [
        "GPGGA,|19322|1.00,|2037.|72792,N,09345.0|35867|,W,1,08,1.0,30.0,M,0.0,M,,",
        GGA.replace("4134.5018", "41\x734.50\x71"),
        GGA.replace("280.829", "2x0.8x9"),
        RMC.replace("180320", "1~03~0"),
    ],
)
def test_two_equal_errors_cancel_in_the_checksum_but_not_in_the_fields(content: str) -> None:
    assert refusal(content) == Status.FIELD_SYNTAX


@pytest.mark.parametrize("lat", ["-0214.41", "+0214.41"])
def test_a_sign_and_a_hemisphere_contradict_each_other(lat: str) -> None:
    assert refusal(GGA.replace("4134.50180366", lat)) == Status.HEMISPHERE


@pytest.mark.parametrize("letters", ["n", "S,", "X", "NN", "E"])
def test_hemispheres_that_are_none(letters: str) -> None:
    assert refusal(GGA.replace(",N,", f",{letters},")) in (Status.HEMISPHERE, Status.FIELD_SYNTAX, Status.RANGE)


def test_an_angle_without_its_hemisphere_is_refused() -> None:
    assert refusal(GGA.replace(",N,", ",,")) == Status.HEMISPHERE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (GGA.replace("4134.5", "9134.5"), Status.RANGE),
        (GGA.replace("4134.5", "9000.6"), Status.RANGE),
        (GGA.replace("4134.5", "4160.0"), Status.FIELD_SYNTAX),
        (GGA.replace("09345", "18045"), Status.RANGE),
        # decimal degrees where degrees and minutes belong: taken for minutes they would be half a continent away
        (GGA.replace("4134.50180366", "41.575030").replace("09345.03586734", "93.750598"), Status.FIELD_SYNTAX),
        (GGA.replace(",4,19", ",9,19"), Status.RANGE),
        (GGA.replace(",4,19", ",4,251"), Status.RANGE),
        (GGA.replace("0.7", "-0.7"), Status.RANGE),
        (GGA.replace(",4,19", ",4.5,19"), Status.FIELD_SYNTAX),
        (GGA.replace("133901.50", "243901.50"), Status.FIELD_SYNTAX),
        (GGA.replace("133901.50", "133901,50"), Status.FIELD_SYNTAX),
        (GGA.replace("133901.50", "1339"), Status.FIELD_SYNTAX),
        (GGA.replace("280.829", "1e9"), Status.FIELD_SYNTAX),
        (GGA.replace("280.829", "nan"), Status.FIELD_SYNTAX),
        (GGA.replace("280.829", "280.8.29"), Status.FIELD_SYNTAX),
        (GGA.replace("280.829", "--280.829"), Status.FIELD_SYNTAX),
        (GGA.replace("280.829", "."), Status.FIELD_SYNTAX),
        (GGA.replace("280.829", "1" * 40), Status.FIELD_SYNTAX),
        (RMC.replace(",A,", ",?,"), Status.FIELD_SYNTAX),
        ("GNGGA,133901.50,4134.5,N,09345.0,W,4,19", Status.FIELD_COUNT),
        ("GNGGA", Status.FIELD_COUNT),
    ],
)  # fmt: skip
def test_fields_out_of_form_or_range(content: str, reason: Status) -> None:
    assert refusal(content) == reason


@pytest.mark.parametrize("address", ["GNXYZ", "PUBX", "PGRME", "GN", "", "GNGGAX", "gngga", "QQQQQQQQQQ"])
def test_unknown_sentences_are_counted_by_name(address: str) -> None:
    outcome = assert_any_chunking(sentence(f"{address},1,2") * 2)
    assert outcome.unknown == {address[:8]: 2}
    assert outcome.dropped() == {Status.UNKNOWN_SENTENCE: 2}


def test_a_no_check_line_is_refused() -> None:
    """257 of 39,721 sentences of the captures have none: what is not checked is not believed."""
    outcome = assert_any_chunking(sentence(GGA).rpartition(b"*")[0] + b"\r\n")
    assert outcome.dropped() == {Status.NO_CHECKSUM: 1}


# --- the second antenna


@pytest.mark.parametrize("content", [GGA.replace("GNGGA", "GNGGAH").replace("4134.5", "4234.5"), "GNTHS2,175.85,A"])
def test_the_second_antenna_never_moves_the_position(content: str) -> None:
    alone = decode_whole(sentence(GGA)).fixes
    both = decoded(GGA, content)
    assert both.fixes.equals(alone)
    assert sum(both.sentences[0]) == 2


def test_a_heading_that_is_not_valid_is_none() -> None:
    assert np.isnan(decoded(GGA, "GNTHS,175.85,V").fixes.heading_rad[0])
    assert np.degrees(decoded(GGA, "GNTHS,175.85,A").fixes.heading_rad[0]) == pytest.approx(175.85)


# --- texts that keep their commas


@pytest.mark.parametrize("text", ["u-blox AG - www.u-blox.com", "ANTSTATUS=OK,GAIN=27;HW,,1", ",", ";;"])
def test_free_text_keeps_its_commas(text: str) -> None:
    assert text_of(f"GNTXT,01,01,02,{text}", "TXT", "text") == text
    assert text_of(f"BDTXR,1,0179773,2,,{text}", "TXR", "content") == text
    assert text_of(f"CCTXA,0179773,1,2,{text}", "TXA", "content") == text
    assert text_of(f"BDTCI,4207733,0179773,1,133901,2,0,{text}", "TCI", "content") == text


def test_what_stands_behind_a_free_text_is_not_part_of_it() -> None:
    content = "CCTCQ,4207733,2,1,2,meet at 5, gate 3,60"
    assert text_of(content, "TCQ", "content") == "meet at 5, gate 3"
    assert cells(content, "TCQ")["period_s"] == 60

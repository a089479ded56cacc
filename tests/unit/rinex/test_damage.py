"""Events inside observation files, and files that are damaged or end early: counted, never a crash."""

import numpy as np
import pytest

from gnss.status import Status
from tests.unit.rinex.samples import C20, G08, HEADER, TYPES
from tests.unit.rinex.texts import codes, field, first_obs, head, header, line, read, seconds, types_3


def reasons(text: str) -> dict[str, int]:
    return read(text).report.by_reason()


def test_new_types_in_the_middle_of_a_file() -> None:
    event = head(1, 1, flag=4) + types_3("G C5Q L5Q")
    g = "G08" + field(2e7) + field(1e8) + "\n"
    found = read(HEADER + head(0, 1) + g + event + head(1, 1) + g)
    assert codes(found) == ["G08 1C", "G08 5Q"]
    assert [(epoch, h.types["G"]) for epoch, h in found.changes] == [(1, ["C5Q", "L5Q"])]
    assert found.header.types["G"] == ["C1C", "L1C", "D1C", "S1C"]
    assert found.report.is_clean


@pytest.mark.parametrize("flag", [2, 3, 4, 5])
def test_events_are_passed_and_counted(flag: int) -> None:
    event = head(1, 2, flag=flag) + line("moved", "COMMENT") + line("A2", "MARKER NAME")
    found = read(HEADER + head(0, 1) + G08 + event + head(2, 1) + G08)
    assert seconds(found) == [0.0, 2.0]
    assert found.report.events[flag] == 1
    assert found.changes[0][1].marker_name == "A2"


def test_an_event_needs_neither_date_nor_records() -> None:
    bare = f"> {'':27}  4  1\n" + line("x", "COMMENT") + f"> {'':27}  5  0\n"
    found = read(HEADER + head(0, 1) + G08 + bare + head(2, 1) + G08)
    assert seconds(found) == [0.0, 2.0]
    assert found.report.is_clean


def test_cycle_slip_records_are_no_observations() -> None:
    found = read(HEADER + head(0, 1) + G08 + head(0, 1, flag=6) + G08 + head(1, 1) + G08)
    assert (len(found.observations), found.report.events[6]) == (2, 1)
    assert found.observations.lock_s.tolist() == [0.0, 1.0]


def test_an_event_that_promises_too_much_takes_no_epoch() -> None:
    found = read(HEADER + head(0, 9, flag=4) + line("x", "COMMENT") + head(1, 1) + G08)
    assert seconds(found) == [1.0]
    assert found.report.by_reason() == {"TRUNCATED": 1}


def test_an_epoch_that_promises_too_much_takes_no_epoch() -> None:
    found = read(HEADER + head(0, 5) + G08 + C20 + head(1, 1) + G08)
    assert (found.epochs.rows.tolist(), seconds(found)) == ([2, 1], [0.0, 1.0])
    assert found.report.texts() == ["line 10: cut off: there are fewer lines than were announced"]


def test_an_epoch_that_promises_too_little_loses_the_rest() -> None:
    assert reasons(HEADER + head(0, 1) + G08 + C20 + C20 + head(1, 1) + G08) == {"GARBAGE": 1}


def test_a_file_may_end_anywhere() -> None:
    text = HEADER + head(0, 2) + G08 + C20
    whole = read(text).observations
    for cut in range(len(HEADER) - 40, len(text)):
        part = read(text[:cut]).observations
        assert len(part) <= 2
        if len(part) == 2 and cut == len(text) - 1:
            assert part.equals(whole)


@pytest.mark.parametrize(
    ("damaged", "reason", "left"),
    [
        (G08.replace("21444545.368", "2144x545.368"), "FIELD_SYNTAX", 2),
        (G08.replace("G 8", "Q 8"), "FIELD_SYNTAX", 1),
        (G08.replace("G 8", "G 0"), "FIELD_SYNTAX", 1),
        (G08.replace("G 8", "G--"), "FIELD_SYNTAX", 1),
        (G08.replace("112691853.523", "11269 853.523"), "FIELD_SYNTAX", 2),
        (C20, "DUPLICATE", 1),
        ("\n", "FIELD_SYNTAX", 1),
    ],
)
def test_a_damaged_line_costs_itself_alone(damaged: str, reason: str, left: int) -> None:
    found = read(HEADER + head(0, 2) + C20 + damaged + head(1, 1) + G08)
    assert found.report.by_reason() == {reason: 1}
    assert found.report.lines.tolist() == [9]
    assert found.epochs.rows.tolist() == [left, 1]


def test_a_field_that_is_no_number_is_missing() -> None:
    o = read(HEADER + head(0, 1) + G08.replace("21444545.368", "2144x545.368")).observations
    assert np.isnan(o.pr_m).tolist() == [True]
    assert o.cp_cyc.tolist() == [112691853.523]


@pytest.mark.parametrize(
    "damaged",
    [
        head(0, 1).replace("2020", "20x0"),
        head(0, 1).replace(" 07 12", " 13 12"),
        head(0, 1).replace("  0  1", "  x  1"),
        head(0, 1).replace("  0  1", "  9  1"),
        head(0, 1).replace("  0  1", "  0 -1"),
        head(0, 1)[:20] + "\n",
        ">\n",
        head(61, 1),
    ],
)
def test_a_damaged_head_costs_its_epoch_alone(damaged: str) -> None:
    found = read(HEADER + damaged + G08 + head(1, 1) + G08)
    assert seconds(found) == [1.0]
    assert found.report.lines.tolist()[0] == 7


def test_a_head_of_more_than_999_records() -> None:
    text = head(0, 1).replace("  0  1", "  01200")
    found = read(HEADER + text + "".join(G08 for _ in range(1200)) + head(1, 1) + G08)
    assert found.epochs.rows.tolist() == [1, 1]
    assert found.report.counts[Status.DUPLICATE] == 1199
    assert len(found.report.lines) == 1000


def test_a_header_without_an_end() -> None:
    text = HEADER.replace(line("", "END OF HEADER"), "")
    found = read(text)
    assert (len(found.epochs), found.report.by_reason()) == (0, {"TRUNCATED": 1})


def test_a_header_without_an_end_ends_at_the_first_epoch() -> None:
    found = read(HEADER.replace(line("", "END OF HEADER"), "") + head(0, 1) + G08)
    assert (len(found.observations), found.report.by_reason()) == (1, {"TRUNCATED": 1})


def test_a_clock_that_nobody_keeps_is_told() -> None:
    found = read(header(3.05, TYPES, first_obs("XYZ")) + head(0, 1) + G08)
    assert (seconds(found), found.report.by_reason()) == ([0.0], {"FIELD_SYNTAX": 1})


def test_lines_may_end_in_carriage_returns_alone() -> None:
    text = HEADER + head(0, 1) + G08
    assert read(text.replace("\n", "\r")).observations.equals(read(text).observations)


def test_header_lines_that_are_not_of_their_form() -> None:
    bad = line("    x    y", "APPROX POSITION XYZ") + line("abc", "INTERVAL") + line("", "NEVER HEARD OF")
    found = read(header(3.05, TYPES, bad) + head(0, 1) + G08)
    assert found.report.by_reason() == {"FIELD_SYNTAX": 2}
    assert found.header.approx_ecef_m is None
    assert len(found.header.others) == 1
    assert len(found.observations) == 1


def test_an_empty_body() -> None:
    found = read(HEADER)
    assert (len(found.epochs), len(found.observations)) == (0, 0)
    assert found.report.is_clean


@pytest.mark.parametrize("year", ["1979", "2200", "2920", "9999"])
def test_years_that_no_receiver_sees(year: str) -> None:
    found = read(HEADER + head(0, 1).replace("2020", year) + G08 + head(1, 1) + G08)
    assert (seconds(found), found.report.by_reason()) == ([1.0], {"FIELD_SYNTAX": 1})

"""Observation files that were put one behind the other, as `cat` does: each part is read by its own header."""

import pytest

from tests.unit.rinex.samples import G08, HEADER, HEADER_2, ROWS_2
from tests.unit.rinex.texts import codes, field, first_obs, head, head_2, header, line, read, seconds, types_3

OTHER = header(3.05, types_3("G L5Q C5Q"), first_obs("BDT"))
SCALED = header(3.05, types_3("G C1C L1C"), line("G  100", "SYS / SCALE FACTOR"), first_obs("GPS"))


def test_columns_and_clock_are_those_of_the_second_header() -> None:
    found = read(HEADER + head(0, 1) + G08 + OTHER + head(1, 1) + "G08" + field(9e7) + field(2e7) + "\n")
    assert found.report.is_clean
    assert codes(found) == ["G08 1C", "G08 5Q"]
    assert (found.observations.pr_m.tolist()[1], found.observations.cp_cyc.tolist()[1]) == (2e7, 9e7)
    assert seconds(found) == [0.0, 15.0]
    assert found.header.types["G"][0] == "C1C"


def test_nothing_of_the_first_header_holds_on() -> None:
    row = "G08" + field(2e9) + field(1e10) + "\n"
    found = read(SCALED + head(0, 1) + row + HEADER + head(1, 1) + G08)
    assert found.observations.pr_m.tolist() == [2e7, 21444545.368]


def test_a_part_that_was_cut_off_costs_itself_alone() -> None:
    found = read(HEADER + head(0, 2) + G08 + OTHER + head(1, 1) + "G08" + field(9e7) + field(2e7) + "\n")
    assert codes(found) == ["G08 1C", "G08 5Q"]
    assert found.report.by_reason() == {"TRUNCATED": 1}
    found = read(HEADER_2 + head_2(0.0, ["G08", "G09"]) + ROWS_2 + HEADER_2 + head_2(1.0, ["G08"]) + ROWS_2)
    assert codes(found) == ["G08 1C", "G08 2W"] * 2
    assert found.report.by_reason() == {"TRUNCATED": 1}


@pytest.mark.parametrize("first_is_old", [True, False])
def test_versions_may_differ(first_is_old: bool) -> None:
    parts = [HEADER_2 + head_2(0.0, ["G08"]) + ROWS_2, HEADER + head(0 if not first_is_old else 1, 1) + G08]
    found = read("".join(parts if first_is_old else reversed(parts)))
    assert found.report.is_clean
    assert sorted(codes(found)) == ["G08 1C", "G08 1C", "G08 2W"]


def test_a_line_of_no_epoch_before_a_header_is_counted() -> None:
    found = read(HEADER + head(0, 1) + G08 + "garbage\n" + OTHER + head(1, 1) + "G08" + field(9e7) + "\n")
    assert found.report.texts() == [f"line {HEADER.count(chr(10)) + 3}: a line that belongs to no epoch and no record"]
    assert codes(found)[-1] == "G08 5Q"

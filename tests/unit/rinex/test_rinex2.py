"""RINEX 2 observation files."""

import numpy as np
import pytest

from gnss.status import Status
from tests.unit.rinex.samples import HEADER_2, ROWS_2, TYPES_2
from tests.unit.rinex.texts import T_2020, codes, field, head_2, header, line, read, seconds, types_2


def test_an_epoch() -> None:
    found = read(HEADER_2 + head_2(30.0, ["G08", "  9", "R01"]) + ROWS_2 * 3)
    o = found.observations
    assert found.report.is_clean
    assert codes(found) == ["G08 1C", "G08 2W", "G09 1C", "G09 2W", "R01 1C", "R01 2P"]
    assert o.pr_m[:2].tolist() == [2e7, 2.1e7]
    assert o.cp_cyc[:2].tolist() == [1e8, 8e7]
    assert o.cn0_dbhz[:2].tolist() == [44.0, 38.0]
    assert o.doppler_hz[0] == -12.5
    assert np.isnan(o.doppler_hz[1])
    assert o.status[4:].tolist() == [Status.NO_CHANNEL] * 2
    assert seconds(found) == [30.0]


@pytest.mark.parametrize("count", [12, 13, 24, 25, 40])
def test_satellites_go_on_in_the_next_lines(count: int) -> None:
    names = [f"G{n:02d}" for n in range(1, count + 1)]
    found = read(HEADER_2 + head_2(0.0, names) + ROWS_2 * count + head_2(1.0, names[:2]) + ROWS_2 * 2)
    assert found.report.is_clean
    assert found.observations.prn[: 2 * count : 2].tolist() == list(range(1, count + 1))
    assert found.epochs.rows.tolist() == [2 * count, 4]


@pytest.mark.parametrize(("year", "expected"), [("99", 1999), ("00", 2000), (" 5", 2005), ("79", 2079), ("80", 1980)])
def test_years_have_two_digits(year: str, expected: int) -> None:
    found = read(HEADER_2 + head_2(0.0, ["G08"], year=year) + ROWS_2)
    day = np.datetime64(f"{expected}-07-12") - np.datetime64("1980-01-06")
    assert found.epochs.t_gpst_ns.tolist() == [day.astype(int) * 86_400 * 10**9]


def test_the_phase_goes_with_the_code_that_the_system_has() -> None:
    types = types_2("C1", "L1", "P1", "P2", "L2", "C2")
    gps = field(2e7) + field(1e8) + field(2e7 + 1) + field(2e7 + 2) + field(8e7) + "\n\n"
    glonass = field(2e7) + field(1e8) + field(None) + field(None) + field(8e7) + "\n" + field(2e7 + 3) + "\n"
    found = read(header(2.11, types) + head_2(0.0, ["G08", "R01"]) + gps + glonass)
    phases = {
        code: cp for code, cp in zip(codes(found), found.observations.cp_cyc.tolist(), strict=True) if not np.isnan(cp)
    }
    assert phases == {"G08 1C": 1e8, "G08 2W": 8e7, "R01 1C": 1e8, "R01 2C": 8e7}


def test_glonass_files_keep_utc() -> None:
    found = read(header(2.11, TYPES_2, system="R") + head_2(0.0, ["R01"]) + ROWS_2)
    assert found.epochs.t_gpst_ns.tolist() == [T_2020 + 18 * 10**9]


def test_types_of_more_than_nine() -> None:
    names = ["C1", "L1", "D1", "S1", "P2", "L2", "D2", "S2", "C5", "L5"]
    types = line(f"{10:6d}" + "".join(f"{n:>6}" for n in names[:9]), "# / TYPES OF OBSERV")
    types += line(f"{'':6}{names[9]:>6}", "# / TYPES OF OBSERV")
    text = "".join(field(1e7 + k) for k in range(5)) + "\n" + "".join(field(1e7 + k) for k in range(5, 10)) + "\n"
    found = read(header(2.11, types) + head_2(0.0, ["G08"]) + text)
    assert codes(found) == ["G08 1C", "G08 2W", "G08 5X"]
    assert found.observations.cp_cyc.tolist() == [1e7 + 1, 1e7 + 5, 1e7 + 9]


def test_events_and_new_types() -> None:
    event = f"{'':28}4  1\n" + types_2("C1")
    found = read(HEADER_2 + head_2(0.0, ["G08"]) + ROWS_2 + event + head_2(1.0, ["G08"]) + field(3e7) + "\n")
    assert found.observations.pr_m.tolist() == [2e7, 2.1e7, 3e7]
    assert found.report.is_clean


def test_cycle_slip_records_are_passed() -> None:
    names = [f"G{n:02d}" for n in range(1, 14)]
    found = read(HEADER_2 + head_2(0.0, names, flag=6) + ROWS_2 * 13 + head_2(1.0, ["G08"]) + ROWS_2)
    assert seconds(found) == [1.0]
    assert found.report.events[6] == 1


def test_an_epoch_that_ends_early_takes_no_other() -> None:
    found = read(HEADER_2 + head_2(0.0, ["G08", "G09", "G10"]) + ROWS_2 + head_2(1.0, ["G08"]) + ROWS_2)
    assert (seconds(found), found.epochs.rows.tolist()) == ([0.0, 1.0], [2, 2])
    assert found.report.by_reason() == {"TRUNCATED": 1}


def test_a_damaged_head_costs_its_epoch() -> None:
    damaged = head_2(0.0, ["G08"]).replace("  0  1", "  x  1")
    found = read(HEADER_2 + damaged + ROWS_2 + head_2(1.0, ["G08"]) + ROWS_2)
    assert seconds(found) == [1.0]
    assert found.report.by_reason() == {"GARBAGE": 1}


def test_a_file_may_end_anywhere() -> None:
    text = HEADER_2 + head_2(0.0, [f"G{n:02d}" for n in range(1, 15)]) + ROWS_2 * 14
    for cut in range(len(HEADER_2), len(text)):
        assert len(read(text[:cut]).observations) <= 28


def test_a_damaged_list_of_satellites() -> None:
    found = read(HEADER_2 + head_2(0.0, ["G08", "X11", "G08"]) + ROWS_2 * 3)
    assert codes(found) == ["G08 1C", "G08 2W"]
    assert found.report.by_reason() == {"FIELD_SYNTAX": 1, "DUPLICATE": 1}

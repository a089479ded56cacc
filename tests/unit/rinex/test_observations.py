"""RINEX 3 and 4 observation files: what the columns mean."""

import numpy as np
import pytest

from gnss.errors import FileFormatError
from gnss.status import Status
from tests.unit.rinex.samples import C20, G08, HEADER, TYPES
from tests.unit.rinex.texts import (
    codes,
    field,
    first_obs,
    head,
    header,
    line,
    read,
    seconds,
    signal,
    types_3,
)


def test_columns_of_an_epoch() -> None:
    found = read(HEADER + head(48.994, 2) + G08 + C20)
    o, e = found.observations, found.epochs
    assert found.report.is_clean
    assert codes(found) == ["G08 1C", "C20 2I"]
    assert o.pr_m.tolist() == [21444545.368, 21329834.478]
    assert o.cp_cyc.tolist() == [112691853.523, 111070048.556]
    assert o.doppler_hz.tolist() == [1021.149, 553.908]
    assert o.cn0_dbhz.tolist() == [44.0, 48.0]
    assert seconds(found) == [48.994]
    assert (e.first.tolist(), e.rows.tolist(), e.status.tolist()) == ([0], [2], [0])
    assert np.array_equal(o.t_gpst_ns, np.repeat(e.t_gpst_ns, 2))


def test_tags_keep_100_ns() -> None:
    found = read(HEADER + head(7.0000001, 1) + G08 + head(59.9999999, 1) + G08)
    assert (found.epochs.t_gpst_ns % 10**10).tolist() == [7_000_000_100, 9_999_999_900]


@pytest.mark.parametrize(
    ("system", "ahead_s"), [("GPS", 0), ("GAL", 0), ("QZS", 0), ("BDT", 14), ("GLO", 18), ("UTC", 18)]
)
def test_tags_are_of_the_clock_that_the_header_names(system: str, ahead_s: int) -> None:
    assert seconds(read(header(3.05, TYPES, first_obs(system)) + head(0.0, 1) + G08)) == [ahead_s]


@pytest.mark.parametrize(("system", "ahead_s"), [("G", 0), ("E", 0), ("C", 14), ("R", 18)])
def test_without_a_name_they_are_of_the_systems_clock(system: str, ahead_s: int) -> None:
    assert seconds(read(header(3.05, TYPES, system=system) + head(0.0, 1) + G08)) == [ahead_s]


def test_blank_and_zero_are_missing_and_an_empty_signal_is_no_row() -> None:
    text = head(0.0, 3) + "G08" + field(None) + field(1.5) + field(0.0) + "\n"
    text += "G09" + field(0.0) + field(0.0) + "\n" + "G10" + field(2e7) + "\n"
    found = read(HEADER + text)
    assert codes(found) == ["G08 1C", "G10 1C"]
    assert np.isnan(found.observations.pr_m).tolist() == [True, False]
    assert np.isnan(found.observations.cp_cyc).tolist() == [False, True]
    assert np.isnan(found.observations.doppler_hz).all()
    assert np.isnan(found.observations.cn0_dbhz).all()


def test_lock_counts_from_the_first_phase_and_from_a_slip() -> None:
    flags = ["", "", " 5", "1", "", ""]
    phases = [1.0, 2.0, 3.0, 4.0, None, 6.0]
    lines = [
        head(t, 1) + "G08" + field(2e7) + field(p, f) + "\n" for t, (p, f) in enumerate(zip(phases, flags, strict=True))
    ]
    lock_s = read(HEADER + "".join(lines)).observations.lock_s
    assert lock_s[:4].tolist() == [0.0, 1.0, 2.0, 0.0]
    assert np.isnan(lock_s[4])
    assert lock_s[5] == 2.0


def test_a_slip_told_without_a_phase_counts_for_the_next() -> None:
    lines = [
        head(t, 1) + "G08" + field(2e7) + field(p, f) + "\n" for t, p, f in ((0, 1.0, ""), (1, None, "1"), (2, 3.0, ""))
    ]
    assert read(HEADER + "".join(lines)).observations.lock_s[2] == 0.0


def test_half_cycles_and_a_power_failure() -> None:
    g08 = "G08" + field(2e7) + field(1.0, "2") + "\n"
    found = read(HEADER + head(0, 1) + g08 + head(1, 1) + g08 + head(2, 1, flag=1) + g08)
    assert found.observations.half_cycle.tolist() == [1, 1, 1]
    assert found.observations.lock_s.tolist() == [0.0, 1.0, 0.0]
    assert found.report.events[:2].tolist() == [2, 1]


def test_the_strength_digit_stands_in_where_there_is_no_strength() -> None:
    found = read(HEADER + head(0, 2) + "G08" + field(2e7, " 4") + field(1.0, " 7") + "\n" + G08)
    assert found.observations.cn0_dbhz.tolist() == [45.0]
    assert found.report.counts[Status.DUPLICATE] == 1
    found = read(HEADER + head(0, 1) + "G08" + field(2e7, " 4") + field(1.0, " 7") + field(None) + field(44.25) + "\n")
    assert found.observations.cn0_dbhz.tolist() == [44.25]


def test_glonass_channels_and_rows_without_one() -> None:
    channels = line("  2 R01  1 R02 -4", "GLONASS SLOT / FRQ #")
    text = head(0, 3) + "".join(f"R{n:02d}" + field(2e7) + field(1e8) + "\n" for n in (1, 2, 3))
    found = read(header(3.05, TYPES, channels) + text)
    assert found.observations.channel.tolist() == [1, -4, -128]
    assert found.observations.status.tolist() == [0, 0, Status.NO_CHANNEL]


@pytest.mark.parametrize(
    ("version", "types", "expected"),
    [
        (3.02, "C C1I L1I", ["2I"]), (3.02, "C C1X L1X", ["2X"]), (3.04, "C C1X L1X", ["1X"]),
        (3.04, "C C2I L2I", ["2I"]), (3.05, "C C1I L1I", ["2I"]), (4.0, "C C5P L5P", ["5P"]),
    ],
)  # fmt: skip
def test_the_names_of_beidou_signals_by_version(version: float, types: str, expected: list[str]) -> None:
    found = read(header(version, types_3(types)) + head(0, 1) + "C20" + field(2e7) + field(1e8) + "\n")
    assert found.observations.signal_names() == expected


def test_types_go_on_in_the_next_line_of_the_header() -> None:
    names = [f"{kind}{code}" for code in ("1C", "2W", "2L", "5Q") for kind in "CLDS"]
    types = line("G   16 " + " ".join(names[:13]), "SYS / # / OBS TYPES") + line(
        "       " + " ".join(names[13:]), "SYS / # / OBS TYPES"
    )
    found = read(header(3.05, types) + head(0, 1) + "G08" + "".join(field(1e7 + k) for k in range(16)) + "\n")
    assert codes(found) == ["G08 1C", "G08 2W", "G08 2L", "G08 5Q"]
    assert found.observations.cp_cyc.tolist() == [1e7 + k for k in (1, 5, 9, 13)]


def test_scale_factors_divide() -> None:
    scale = line("G  100   1 L1C", "SYS / SCALE FACTOR")
    found = read(header(3.05, TYPES, scale) + head(0, 1) + G08)
    assert found.observations.cp_cyc.tolist() == [112691853.523 / 100]
    assert found.observations.pr_m.tolist() == [21444545.368]


def test_signals_and_types_without_a_name_are_counted() -> None:
    types = types_3("G C1C C9Z L9Z X1 I1C", "E C1C")
    found = read(header(3.05, types) + head(0, 1) + "G08" + field(2e7) + field(3e7) + "\n")
    assert codes(found) == ["G08 1C"]
    assert found.report.unused == {"G C9Z": 1, "G L9Z": 1}
    assert found.report.is_clean


def test_receiver_clock_offsets_are_kept() -> None:
    with_clock = head(0, 1).rstrip("\n") + "      -0.123456789012\n"
    assert read(HEADER + with_clock + G08 + head(1, 1) + G08).clock_s.tolist()[0] == -0.123456789012
    assert np.isnan(read(HEADER + head(1, 1) + G08).clock_s).all()


def test_sbas_and_qzss_numbers() -> None:
    types = types_3("S C1C", "J C1C")
    found = read(header(3.05, types) + head(0, 2) + "S24" + field(3.7e7) + "\nJ01" + field(3.7e7) + "\n")
    assert found.observations.prn.tolist() == [124, 1]
    assert codes(found) == ["S24 1C", "J01 1C"]


def test_lines_may_end_in_carriage_returns() -> None:
    text = HEADER + head(0, 2) + G08 + C20
    assert read(text.replace("\n", "\r\n")).observations.equals(read(text).observations)


def test_times_that_do_not_grow_are_marked() -> None:
    found = read(HEADER + "".join(head(t, 1) + G08 for t in (5, 5, 4, 6)))
    assert found.epochs.status.tolist() == [0, Status.DUPLICATE, Status.STALE, 0]
    assert found.observations.lock_s.tolist() == [0.0, 0.0, 0.0, 2.0]


@pytest.mark.parametrize(
    "text", ["", "hello", "\x00" * 200, line("     3.05           NAVIGATION DATA     M", "RINEX VERSION / TYPE")]
)
def test_what_is_no_observation_file_is_refused(text: str) -> None:
    with pytest.raises(FileFormatError, match="line 1"):
        read(text)


def test_codes_that_are_only_in_rinex_have_a_carrier() -> None:
    found = read(header(4.0, types_3("C C8P L8P")) + head(0, 1) + "C20" + field(2e7) + field(1e8) + "\n")
    assert found.observations.signal.tolist() == [signal("8P")]

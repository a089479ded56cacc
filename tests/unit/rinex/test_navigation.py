"""Navigation files: units, signs and clocks of what comes out, and what damage costs."""

import numpy as np
import pytest

from gnss.errors import FileFormatError
from gnss.rinex.nav_kepler import accuracy_index, galileo_health, galileo_is_f_nav, rinex_galileo_health
from tests.unit.rinex.samples import GLONASS, GPS, NAV_HEADER, WEEK_2114_NS, kepler, nav_header, record
from tests.unit.rinex.texts import T_2020, header, line, read_nav


def test_a_gps_record() -> None:
    found = read_nav(NAV_HEADER + GPS)
    k = found.kepler
    assert found.reports[0].is_clean
    assert (k.number[0], k.system[0], k.prn[0], k.iode[0], k.iodc[0]) == (1019, 0, 21, 17, 17)
    assert (k.week[0], k.toe_s[0], k.toc_s[0]) == (2114 % 1024, 7200.0, 7200.0)
    assert k.toe_gpst_ns[0] == k.toc_gpst_ns[0] == T_2020 + 7200 * 10**9 == WEEK_2114_NS + 7200 * 10**9
    assert (k.af0_s[0], k.sqrt_a[0], k.e[0], k.tgd_s[0]) == (1e-4, 5155.1, 0.0238, -1e-8)
    assert np.isnan(k.tgd2_s[0])
    assert (k.ura_index[0], k.health[0], k.code_l2[0], k.l2p_flag[0], k.fit_flag[0]) == (0, 0, 1, 0, 0)


@pytest.mark.parametrize(
    ("letter", "hours", "flag"), [("G", 4.0, 0), ("G", 6.0, 1), ("J", 0.0, 0), ("J", 1.0, 1), ("J", 2.0, 0)]
)
def test_fit_intervals(letter: str, hours: float, flag: int) -> None:
    k = read_nav(NAV_HEADER + kepler(f"{letter}01 2020 07 12 02 00 00", 2114.0, line7=(0.0, hours))).kepler
    assert k.fit_flag.tolist() == [flag]


def test_beidou_times_are_bdt() -> None:
    text = kepler(
        "C30 2020 07 12 02 00 00", 758.0, line5=(None, None), line6=(2.0, 0.0, -9.6e-9, 4e-10), line7=(5790.0, 3.0)
    )
    k = read_nav(NAV_HEADER + text).kepler
    assert k.toe_gpst_ns[0] == k.toc_gpst_ns[0] == T_2020 + (7200 + 14) * 10**9
    assert (k.number[0], k.week[0], k.toe_s[0], k.toc_s[0]) == (1042, 758, 7200.0, 7200.0)
    assert (k.tgd_s[0], k.tgd2_s[0], k.iode[0], k.iodc[0], k.health[0]) == (-9.6e-9, 4e-10, 17, 3, 0)


@pytest.mark.parametrize(
    ("sources", "number"),
    [(513.0, 1046), (516.0, 1046), (517.0, 1046), (258.0, 1045), (2.0, 1045), (1.0, 1046), (0.0, 1046)],
)
def test_galileo_says_which_message_it_is(sources: float, number: int) -> None:
    text = kepler("E14 2020 07 12 02 00 00", 2114.0, line5=(sources, None), line6=(3.12, 0.0, 1e-9, 2e-9))
    k = read_nav(NAV_HEADER + text).kepler
    assert (k.number[0], k.week[0], k.ura_index[0]) == (number, 2114 - 1024, 107)
    assert (k.tgd_s[0], k.tgd2_s[0]) == (1e-9, 2e-9)
    assert k.toe_gpst_ns[0] == T_2020 + 7200 * 10**9


def test_galileo_health_by_signal() -> None:
    bits = np.array([0, 0b001, 0b110, 0b001_000, 0b010_000, 0b001_000_000, 0b100_000_000, 390])
    assert galileo_health(bits, np.zeros(8, bool)).tolist() == [
        0,
        0b000_001,
        0b000_110,
        0,
        0,
        0b001_000,
        0b100_000,
        0b110_110,
    ]
    assert galileo_health(bits, np.ones(8, bool)).tolist() == [0, 0, 0, 0b001, 0b010, 0, 0, 0]
    for f_nav in (np.zeros(64, bool), np.ones(64, bool)):
        health = np.arange(64) & (7 if f_nav[0] else 63)
        assert np.array_equal(galileo_health(rinex_galileo_health(health, f_nav), f_nav), health)


def test_data_sources_that_contradict_themselves_go_by_the_message() -> None:
    both = (1 << 8) | (1 << 9)
    assert galileo_is_f_nav(np.array([both + 2.0, both + 1.0, np.nan])).tolist() == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("letter", "metres", "index"),
    [
        *(("G", 2.0, 0), ("G", 2.4, 0), ("G", 2.8, 1), ("G", 4.0, 2), ("G", 5.7, 3), ("G", 32.0, 7)),
        *(("G", 8192.0, 15), ("G", -1.0, 15), ("G", np.nan, 15)),
        *(
            ("E", 3.12, 107),
            ("E", 3.119999885559, 107),
            ("E", 0.0, 0),
            ("E", 0.49, 49),
            ("E", -1.0, 255),
            ("E", 7.0, 255),
        ),
    ],
)
def test_accuracies(letter: str, metres: float, index: int) -> None:
    assert accuracy_index(letter, np.array([metres])).tolist() == [index]


@pytest.mark.parametrize(
    ("week", "toe", "day"), [(2114.0, 0.0, 12), (2113.0, 0.0, 12), (2115.0, 0.0, 12), (2113.0, 604784.0, 12)]
)
def test_the_week_of_sending_may_stand_for_that_of_toe(week: float, toe: float, day: int) -> None:
    k = read_nav(NAV_HEADER + kepler(f"G21 2020 07 {day} 00 00 00", week, toe=toe)).kepler
    assert abs(k.toe_gpst_ns[0] - k.toc_gpst_ns[0]) <= 16 * 10**9


def test_a_glonass_record() -> None:
    g = read_nav(NAV_HEADER + GLONASS).glonass
    assert (g.prn[0], g.channel[0], g.bn[0], g.en_day[0]) == (3, 5, 0, 2)
    assert (g.x_m[0], g.vx_mps[0]) == (-15395250.0, -1114.0)
    assert g.ax_mps2[0] == pytest.approx(-2.79e-6, rel=1e-12)
    assert (g.tau_n_s[0], g.gamma_n[0]) == (-1.377e-4, 9e-13)
    assert g.tb_gpst_ns[0] == T_2020 + (85_500 + 18) * 10**9
    assert g.tb_s[0] == (85_500 + 10_800) % 86_400
    assert g.tk[0] == (2 << 7) | (49 << 1) | 1
    assert np.isnan(g.delta_tau_n_s[0])


def test_glonass_of_rinex_305_has_a_fifth_line() -> None:
    fifth = f"    {0.0:19.12E}{2.8e-9:19.12E}{3.0:19.12E}\n"
    found = read_nav(NAV_HEADER + GLONASS + fifth + GPS)
    assert (found.glonass.delta_tau_n_s[0], found.glonass.ft[0], len(found.kepler)) == (2.8e-9, 3, 1)
    assert found.reports[0].is_clean
    unknown = f"    {'':19}{0.999999999999e9:19.12E}{15.0:19.12E}\n"
    assert np.isnan(read_nav(NAV_HEADER + GLONASS + unknown).glonass.delta_tau_n_s).all()


def test_a_channel_may_be_written_as_an_unsigned_byte() -> None:
    text = GLONASS.replace(" 5.000000000000E+00", " 2.520000000000E+02")
    assert read_nav(NAV_HEADER + text).glonass.channel.tolist() == [-4]


def test_rinex_2_of_gps_and_of_glonass() -> None:
    klobuchar = line("    1.1180D-08  7.4510D-09 -5.9600D-08 -5.9600D-08", "ION ALPHA")
    klobuchar += line("    9.0110D+04  0.0000D+00 -1.9660D+05 -6.5540D+04", "ION BETA")
    text = nav_header(2.11, klobuchar, kind="N: GPS NAV DATA", system="") + kepler(
        " 9 20  7 12  2  0  0.0", 2114.0, indent=3
    )
    found = read_nav(text.replace("E+", "D+").replace("E-", "D-"))
    assert (found.kepler.prn[0], found.kepler.toc_gpst_ns[0]) == (9, T_2020 + 7200 * 10**9)
    assert found.ionosphere.klobuchar["G"].tolist() == [
        1.118e-08,
        7.451e-09,
        -5.96e-08,
        -5.96e-08,
        9.011e04,
        0.0,
        -1.966e05,
        -6.554e04,
    ]
    glonass = GLONASS.replace("R03 2020 07 12 23 45 00", " 3 20  7 12 23 45  0.0").replace("\n    ", "\n   ")
    g = read_nav(nav_header(2.11, kind="GLONASS NAV DATA", system="") + glonass).glonass
    assert (g.prn[0], g.tb_gpst_ns[0]) == (3, T_2020 + 85_518 * 10**9)


def test_rinex_4_reads_what_it_knows_and_counts_the_rest() -> None:
    text = (
        "> EPH G21 LNAV\n"
        + GPS
        + "> EPH G21 CNAV\n"
        + GPS
        + "> EPH R03 FDMA\n"
        + GLONASS
        + "> STO G21 LNAV\n    2020 07 12 00 00 00 GPUT\n"
    )
    text += "> ION G   LNAV\n" + record("    2020 07 12 00 00 00", [1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 0.0])
    text += "> ION C30 CNVX\n" + record("    2020 07 12 00 00 00", [1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0], [8.0, 9.0])
    text += "> ION E01 IFNV\n" + record("    2020 07 12 00 00 00", [54.5, 0.35, 0.013], [0.0])
    text += "> ION I10 L1NV KLOB\n" + record("    2020 07 12 00 00 00", [1.0], [1.0] * 4, [2.0] * 4, [3.0] * 4)
    found = read_nav(nav_header(4.0) + text)
    assert (len(found.kepler), len(found.glonass)) == (1, 1)
    assert found.reports[0].unused == {"EPH CNAV": 1, "STO LNAV": 1, "ION L1NV": 1}
    assert found.ionosphere.klobuchar["G"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert found.ionosphere.bdgim is not None
    assert found.ionosphere.bdgim.tolist() == [float(k) for k in range(1, 10)]
    assert found.ionosphere.nequick is not None
    assert found.ionosphere.nequick.tolist() == [54.5, 0.35, 0.013]
    assert found.reports[0].is_clean


def test_numbers_beyond_all_integers_are_missing() -> None:
    text = GLONASS.replace(" 5.000000000000E+00", " 5.00000000000E+300").replace(
        " 8.577000000000E+04", " 8.57700000000E+300"
    )
    g = read_nav(NAV_HEADER + text).glonass
    assert (g.channel.tolist(), g.tk.tolist()) == ([-128], [3 << 7])


def test_sbas_is_counted() -> None:
    sbas = record("S24 2020 07 12 02 00 00", [0.0, 0.0, 0.0], [1.0] * 4, [1.0] * 4, [1.0] * 4)
    assert read_nav(NAV_HEADER + sbas + GPS).reports[0].unused == {"SBAS ephemeris": 1}


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (GPS.replace("2020 07 12", "2020 07 32"), "FIELD_SYNTAX"),
        (GPS.replace(" 2.380000000000E-02", " 2.38x000000000E-02"), "FIELD_SYNTAX"),
        (GPS.replace(" 2.380000000000E-02", " 2.380000000000E+02"), "RANGE"),
        (GPS.replace(" 2.380000000000E-02", " " * 19), "FIELD_COUNT"),
        (GPS.replace(" 5.155100000000E+03", " 5.155100000000E-03"), "RANGE"),
        (GPS.replace("G21", "G00"), "FIELD_SYNTAX"),
        ("".join(GPS.splitlines(keepends=True)[:5]), "TRUNCATED"),
        (GPS + "    1.0\n", "GARBAGE"),
        (GLONASS.replace("-1.539525000000E+04", "-1.539525000000E+08"), "RANGE"),
        (GLONASS.replace("-1.539525000000E+04", "-1.53952500000E+304"), "RANGE"),
    ],
)  # fmt: skip
def test_a_damaged_record_costs_itself_alone(damaged: str, reason: str) -> None:
    found = read_nav(NAV_HEADER + damaged + kepler("G22 2020 07 12 02 00 00", 2114.0))
    assert found.reports[0].by_reason() == {reason: 1}
    assert found.kepler.prn.tolist()[-1] == 22


def test_a_file_may_end_anywhere() -> None:
    text = NAV_HEADER + GPS + GLONASS
    for cut in range(len(NAV_HEADER), len(text)):
        found = read_nav(text[:cut])
        assert len(found.kepler) + len(found.glonass) <= 2


def test_an_observation_file_is_refused() -> None:
    with pytest.raises(FileFormatError, match="not one that is read here"):
        read_nav(header(3.05) + GPS)


def test_an_empty_file() -> None:
    found = read_nav(NAV_HEADER)
    assert (len(found.kepler), len(found.glonass), found.leap_seconds) == (0, 0, None)


def test_models_and_leap_seconds_of_the_header() -> None:
    lines = line("BDSA   1.1180e-08   .7451D-08  -.5960D-07  -.5960D-07 A 17", "IONOSPHERIC CORR")
    lines += line("BDSB   9.0110e+04   .0000D+00  -.1966D+06  -.6554D+05 A 17", "IONOSPHERIC CORR")
    lines += line("BDSA   9.9990e-08   .7451D-08  -.5960D-07  -.5960D-07 B 17", "IONOSPHERIC CORR")
    lines += line("    18    18  2185     7", "LEAP SECONDS") + line("     4     4  1000     7BDS", "LEAP SECONDS")
    found = read_nav(nav_header(3.05, lines))
    assert found.ionosphere.klobuchar["C"][:2].tolist() == [1.118e-08, 0.7451e-08]
    assert found.leap_seconds == 18

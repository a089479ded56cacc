"""The sentences in the tests of pynmea2 and minmea: each is decoded, counted by name, or refused for a reason."""

from pathlib import Path

import numpy as np
import pytest

from gnss.nmea.catalogue import KIND, KIND_NAMES
from gnss.status import Status
from tests.helpers.decoding import decode_whole
from tests.helpers.sentences import read_lines

VERDICTS: dict[str, dict[Status, int]] = {
    "pynmea2": {Status.NO_CHECKSUM: 10, Status.UNKNOWN_SENTENCE: 64, Status.FIELD_SYNTAX: 1, Status.FIELD_COUNT: 1},
    "minmea": {Status.NO_CHECKSUM: 22, Status.CHECKSUM: 3, Status.UNKNOWN_SENTENCE: 5},
}
"""Sentences that are not used, by reason. What makes epochs without a date or a position is counted elsewhere."""

DECODED = {
    "pynmea2": {"GGA": 6, "RMC": 44, "GSA": 1, "GSV": 3, "GST": 1, "GLL": 4, "VTG": 1, "THS": 1, "TXT": 1},
    "minmea": {"GGA": 3, "RMC": 3, "GSA": 3, "GSV": 8, "GST": 1, "GLL": 3, "VTG": 6, "ZDA": 1, "TXT": 1},
}

WHY: dict[bytes, tuple[Status, str]] = {
    b"$GPXTE,A,A,0.67,L,N*6g": (Status.CHECKSUM, "g is no hexadecimal digit"),
    b"$GPXTE,A,A,0.67,L,N*6f": (Status.UNKNOWN_SENTENCE, "lower-case hex is a check; the type is not decoded"),
    b"$GPRMC,,V,,,,,,,,,,N*532": (Status.NO_CHECKSUM, "three digits are no check"),
    b"$GPGLL,,,,,,V,N": (Status.NO_CHECKSUM, "none at all"),
    b"$GPRM,foo,bar,baz": (Status.NO_CHECKSUM, "none at all"),
    b"$GPGGA,161405.680,37.352387,N,121.953086,W,1,10,0.01,-110.342552,M,0.000000,M,,0000,*4E": (
        Status.FIELD_SYNTAX,
        "decimal degrees where degrees and minutes belong",
    ),
}

VALUES: dict[bytes, dict[str, float]] = {
    b"$GPGGA,184353.07,1929.045,S,02410.506,E,1,04,2.6,100.00,M,-33.9,M,,0000*6D": {
        "time_ns": (18 * 3600 + 43 * 60 + 53.07) * 1e9,
        "lat_deg": -(19 + 29.045 / 60),
        "lon_deg": 24 + 10.506 / 60,
        "fix_quality": 1,
        "sats_used": 4,
        "hdop": 2.6,
        "h_msl_m": 100.0,
        "geoid_sep_m": -33.9,
        "base_id": 0,
    },
    b"$GPGST,172814.0,0.006,0.023,0.020,273.6,0.023,0.020,0.031*6A": {
        "rms_m": 0.006,
        "sigma_major_m": 0.023,
        "orient_deg": 273.6,
        "sigma_u_m": 0.031,
    },
    b"$GPRMC,081836,A,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E*62": {
        "lat_deg": -(37 + 51.65 / 60),
        "lon_deg": 145 + 7.36 / 60,
        "course_deg": 360,
        "day": 10_482,
        "magvar_deg": 11.3,
    },
    b"$GPGSV,3,1,11,09,57,333,29.0,07,54,227,,04,49,043,24.5,03,43,129,,1*67": {
        "sat_1": 9,
        "cn0_dbhz_1": 29.0,
        "sat_2": 7,
        "cn0_dbhz_3": 24.5,
        "signal": 1,
    },
    b"$GPZDA,160012.71,11,03,2004,-1,00*7D": {
        "day_of_month": 11,
        "month": 3,
        "year": 2004,
        "zone_h": -1,
        "zone_min": 0,
    },
    b"$GPVTG,188.36,T,,M,0.820,N,1.519,K,A*3F": {"course_deg": 188.36, "speed_kn": 0.820, "speed_kmh": 1.519},
}


def literals(data_dir: Path, suite: str) -> bytes:
    return (data_dir / "nmea" / suite / "sentences_in_tests.txt").read_bytes()


@pytest.mark.parametrize("suite", VERDICTS)
def test_every_literal_has_its_verdict(data_dir: Path, suite: str) -> None:
    outcome = decode_whole(literals(data_dir, suite))
    dropped = {reason: n for reason, n in outcome.dropped().items() if reason < Status.NO_DATE}
    assert dropped == VERDICTS[suite]
    assert {KIND_NAMES[k]: int(n) for k, n in enumerate(outcome.sentences[0]) if n} == DECODED[suite]


@pytest.mark.parametrize("line", WHY, ids=lambda line: line.decode()[:20])
def test_refusals_worth_a_word(data_dir: Path, line: bytes) -> None:
    assert any(line + b"\n" in literals(data_dir, suite).replace(b"\r", b"") for suite in VERDICTS)
    assert decode_whole(line + b"\r\n").dropped() == {WHY[line][0]: 1}, WHY[line][1]


@pytest.mark.parametrize("line", VALUES, ids=lambda line: line.decode()[:20])
def test_values(data_dir: Path, line: bytes) -> None:
    assert any(line in literals(data_dir, suite) for suite in VERDICTS)
    (read,) = read_lines([line])
    assert read.kind in KIND
    for cell, value in VALUES[line].items():
        got = read.cells[cell]
        assert isinstance(got, float)
        np.testing.assert_allclose(got, value, rtol=1e-15, atol=1e-13, err_msg=cell)

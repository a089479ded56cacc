"""Every recorded sentence, field by field, against pynmeagps; and what we write, read by pynmeagps."""

import datetime as dt
from pathlib import Path
from typing import Any

import pynmeagps
import pytest

from tests.helpers.sentences import Read, read_lines, recorded_lines

FIELDS: dict[str, dict[str, str]] = {
    "GGA": {
        "time": "time_ns",
        "lat": "lat_deg",
        "lon": "lon_deg",
        "quality": "fix_quality",
        "numSV": "sats_used",
        "HDOP": "hdop",
        "alt": "h_msl_m",
        "sep": "geoid_sep_m",
        "diffAge": "age_corr_s",
        "diffStation": "base_id",
    },
    "RMC": {
        "time": "time_ns",
        "status": "rmc_status",
        "lat": "lat_deg",
        "lon": "lon_deg",
        "spd": "speed_kn",
        "cog": "course_deg",
        "date": "day",
        "mv": "magvar_deg",
        "posMode": "mode",
        "navStatus": "nav_status",
    },
    "GNS": {
        "time": "time_ns",
        "lat": "lat_deg",
        "lon": "lon_deg",
        "posMode": "modes",
        "numSV": "sats_used",
        "HDOP": "hdop",
        "alt": "h_msl_m",
        "sep": "geoid_sep_m",
        "diffAge": "age_corr_s",
        "diffStation": "base_id",
        "navStatus": "nav_status",
    },
    "GSA": {
        "opMode": "selection",
        "navMode": "fix_dim",
        "PDOP": "pdop",
        "HDOP": "hdop",
        "VDOP": "vdop",
        "systemId": "system_id",
        **{f"svid_{i:02}": f"sat_{i}" for i in range(1, 13)},
    },
    "GSV": {
        "numMsg": "total",
        "msgNum": "index",
        "numSV": "sats_view",
        "signalID": "signal",
        **{f"svid_{i:02}": f"sat_{i}" for i in range(1, 5)},
        **{f"elv_{i:02}": f"el_deg_{i}" for i in range(1, 5)},
        **{f"az_{i:02}": f"az_deg_{i}" for i in range(1, 5)},
        **{f"cno_{i:02}": f"cn0_dbhz_{i}" for i in range(1, 5)},
    },
    "GST": {
        "time": "time_ns",
        "rangeRms": "rms_m",
        "stdMajor": "sigma_major_m",
        "stdMinor": "sigma_minor_m",
        "orient": "orient_deg",
        "stdLat": "sigma_n_m",
        "stdLong": "sigma_e_m",
        "stdAlt": "sigma_u_m",
    },
    "GLL": {"lat": "lat_deg", "lon": "lon_deg", "time": "time_ns", "status": "gll_status", "posMode": "mode"},
    "VTG": {"cogt": "course_deg", "cogm": "course_mag_deg", "sogn": "speed_kn", "sogk": "speed_kmh", "posMode": "mode"},
    "ZDA": {
        "time": "time_ns",
        "day": "day_of_month",
        "month": "month",
        "year": "year",
        "ltzh": "zone_h",
        "ltzn": "zone_min",
    },
    "HDT": {"headingT": "heading_deg"},
    "THS": {"headt": "heading_deg", "mi": "heading_mode"},
    "TXT": {"numMsg": "total", "msgNum": "index", "msgType": "severity", "text": "text"},
}
"""Our cells by pynmeagps' attributes."""

HEXADECIMAL = {"signalID"}

UNREADABLE: dict[str, str] = {
    "GSV": "a sentence without any satellite, which pynmeagps takes for one with four",
}
"""What we decode and pynmeagps refuses, by type, and why."""


def as_theirs(attribute: str, value: Any) -> float | str | None:
    """A value of pynmeagps in the unit of our cells."""
    if value in ("", None):
        return None
    if isinstance(value, dt.time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return float(seconds * 1_000_000_000 + value.microsecond * 1000)
    if isinstance(value, dt.date):
        return float((value - dt.date(1970, 1, 1)).days)
    if attribute in HEXADECIMAL:
        return float(int(value, 16))
    return value if isinstance(value, str) else float(value)


def same(ours: float | str | None, theirs: float | str | None) -> bool:
    if isinstance(theirs, str) and isinstance(ours, float):
        try:
            return float(theirs) == ours
        except ValueError:
            return len(theirs) == 1 and ord(theirs) == ours
    if isinstance(theirs, float) and isinstance(ours, float):
        # pynmeagps rounds degrees to ten decimals
        return abs(theirs - ours) <= 6e-11 if abs(ours) <= 180 else theirs == ours
    return ours == theirs or (ours == "" and theirs is None)


def parse(line: bytes) -> Any:
    return pynmeagps.NMEAReader.parse(line + b"\r\n", validate=pynmeagps.VALCKSUM)


def signed(message: Any, attribute: str) -> Any:
    value = getattr(message, attribute, None)
    if attribute == "mv" and value not in ("", None) and message.mvEW == "W":
        return -value
    return value


@pytest.fixture(scope="module")
def reads(data_dir: Path) -> list[Read]:
    return list(read_lines(recorded_lines(data_dir)))


@pytest.mark.parametrize("kind", FIELDS)
def test_every_field_of_every_recorded_sentence(reads: list[Read], kind: str) -> None:
    mine = [read for read in reads if read.kind == kind and read.status == 0]
    differing, refused = [], 0
    for read in mine:
        try:
            message = parse(read.line)
        except (pynmeagps.NMEAParseError, pynmeagps.NMEAMessageError, pynmeagps.NMEATypeError):
            refused += 1
            assert kind in UNREADABLE, read.line
            continue
        for attribute, cell in FIELDS[kind].items():
            theirs = as_theirs(attribute, signed(message, attribute))
            if not same(read.cells[cell], theirs):
                differing.append((read.line, attribute, read.cells[cell], theirs))
    assert not differing, differing[:10]
    assert len(mine) > refused

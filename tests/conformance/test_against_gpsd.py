"""Six real receivers, sentence by sentence, against what gpsd reported at the same sentence.

gpsd reports after the sentence that it takes for the end of a cycle, ours keeps an open row that grows with every
sentence: after the sentence that made gpsd speak, the open row must say the same. Only position, time, status and
satellites are compared; the rest of a TPV is gpsd's own models.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnss.batches import SYSTEMS, FixBatch
from gnss.decoder import StreamDecoder
from gnss.nmea.satellites import SatelliteBatch
from gnss.time.rfc3339 import format_rfc3339
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import decode_whole, push_pieces

SYSTEM_OF_GNSSID = {0: "G", 1: "S", 2: "E", 3: "C", 5: "J", 6: "R", 7: "I"}
QUALITY_OF_STATUS = {None: 1, 2: 2, 3: 4, 4: 5}
"""gpsd leaves out the status of a plain fix."""

POSITIONS = {
    "beidou-bd.log": 15,
    "nmea-rtk.log": 123,
    "quectel-l76k-nmea.log": 150,
    "skytraq-fixB.log": 11,
    "ublox-neo-m9n-nmea.log": 67,
    "ublox-zed-f9p-nmea.log": 35,
}
"""TPV reports with latitude and longitude: every one is compared."""

TIMES = {**POSITIONS, "beidou-bd.log": 12, "nmea-rtk.log": 122, "skytraq-fixB.log": 7}
"""TPV reports with a time; gpsd gives none before it saw a date."""

SKIES = {
    "beidou-bd.log": (2, 0),
    "nmea-rtk.log": (0, 0),
    "quectel-l76k-nmea.log": (300, 0),
    "skytraq-fixB.log": (2, 0),
    "ublox-neo-m9n-nmea.log": (61, 0),
    "ublox-zed-f9p-nmea.log": (29, 29),
}
"""SKY reports with BeiDou satellites: compared, and left out because the receiver was still listing BeiDou signals."""


@dataclass(frozen=True)
class Step:
    """A sentence, what gpsd said to it, and what we knew after it."""

    sentence: str
    following: str
    reports: list[dict[str, Any]]
    row: FixBatch
    satellites: SatelliteBatch


@cache
def recorded(path: Path, name: str) -> list[dict[str, Any]]:
    with path.open() as lines:
        return [entry for entry in map(json.loads, lines) if entry["file"] == name]


@cache
def steps(data_dir: Path, name: str) -> tuple[Step, ...]:
    return tuple(_steps(data_dir, name))


def _steps(data_dir: Path, name: str) -> Iterator[Step]:
    decoder = StreamDecoder(1)
    entries = recorded(data_dir / "nmea/gpsd/sentence_to_report.jsonl", name)
    for entry, following in zip(entries, [*entries[1:], {"s": ""}], strict=True):
        push = push_pieces(decoder, [entry["s"].encode("latin-1") + b"\r\n"], show_open=True)
        still_open = push.fixes.take(slice(push.closed, None))
        yield Step(entry["s"], following["s"], entry["r"], still_open, decoder.epochs.satellites(0))


def text(fixes: FixBatch, digits: int) -> list[str]:
    return [time.decode() for time in format_rfc3339(fixes.t_gpst_ns, digits).tolist()]


def tpv_of(step: Step) -> list[dict[str, Any]]:
    return [report for report in step.reports if report["class"] == "TPV"]


@pytest.mark.parametrize("name", POSITIONS)
def test_every_position_to_a_billionth_of_a_degree(data_dir: Path, name: str) -> None:
    compared = 0
    for step in steps(data_dir, name):
        for tpv in tpv_of(step):
            if "lat" not in tpv:
                assert len(step.row) == 0 or np.isnan(step.row.lat_rad[0]), step.sentence
                continue
            assert abs(np.degrees(step.row.lat_rad[0]) - tpv["lat"]) <= 1e-9, step.sentence
            assert abs(np.degrees(step.row.lon_rad[0]) - tpv["lon"]) <= 1e-9, step.sentence
            compared += 1
    assert compared == POSITIONS[name]


@pytest.mark.parametrize("name", TIMES)
def test_every_time_to_the_nanosecond_of_its_digits(data_dir: Path, name: str) -> None:
    compared = 0
    for step in steps(data_dir, name):
        for tpv in tpv_of(step):
            if "time" in tpv:
                assert text(step.row, digits=9) == [tpv["time"][:-1] + "000000Z"], step.sentence
                compared += 1
    assert compared == TIMES[name]


@pytest.mark.parametrize("name", POSITIONS)
def test_every_status(data_dir: Path, name: str) -> None:
    """TPV mode 1 is no fix; a status counts from single over differential to RTK fixed and float."""
    for step in steps(data_dir, name):
        for tpv in tpv_of(step):
            wanted = 0 if tpv["mode"] == 1 else QUALITY_OF_STATUS[tpv.get("status")]
            assert (int(step.row.fix_quality[0]) if len(step.row) else 0) == wanted, step.sentence


@pytest.mark.parametrize("name", POSITIONS)
def test_closed_rows_hold_what_was_reported(data_dir: Path, name: str) -> None:
    """The final table has a row for every instant that gpsd reported, at the position that it reported."""
    fixes = decode_whole((data_dir / "nmea/gpsd" / name).read_bytes()).fixes
    row_of = {time: i for i, time in enumerate(text(fixes, digits=3))}
    for step in steps(data_dir, name):
        for tpv in tpv_of(step):
            if "time" in tpv and "lat" in tpv:
                i = row_of[tpv["time"]]
                assert abs(np.degrees(fixes.lat_rad[i]) - tpv["lat"]) <= 1e-9
                assert abs(np.degrees(fixes.lon_rad[i]) - tpv["lon"]) <= 1e-9


def sky_of(satellites: list[dict[str, Any]]) -> Counter[tuple[str, int, float | None]]:
    rows = [s for s in satellites if s.get("gnssid") in SYSTEM_OF_GNSSID]
    return Counter((SYSTEM_OF_GNSSID[s["gnssid"]], s["svid"], s.get("ss")) for s in rows)


def our_sky(satellites: SatelliteBatch) -> Counter[tuple[str, int, float | None]]:
    rows = zip(satellites.system.tolist(), satellites.prn.tolist(), satellites.cn0_dbhz.tolist(), strict=True)
    return Counter((SYSTEMS[system], prn, None if np.isnan(cn0) else cn0) for system, prn, cn0 in rows)


def only(sky: Counter[tuple[str, int, float | None]], system: str) -> Counter[tuple[str, int, float | None]]:
    return Counter({key: n for key, n in sky.items() if key[0] == system})


@pytest.mark.parametrize("name", SKIES)
def test_beidou_satellites_and_their_signal_strength(data_dir: Path, name: str) -> None:
    """Numbers under talkers BD and GB, C/N0 of every signal.

    A receiver lists its signals one after the other: ours replaces group by group, gpsd starts over, so both are
    compared when BeiDou is complete.
    """
    compared = left_out = 0
    for step in steps(data_dir, name):
        for report in step.reports:
            theirs = only(sky_of(report.get("satellites", [])), "C") if report["class"] == "SKY" else Counter()
            if not theirs:
                continue
            if step.following[1:6] in ("GBGSV", "BDGSV"):
                left_out += 1
                continue
            assert only(our_sky(step.satellites), "C") == theirs, step.sentence
            compared += 1
    assert (compared, left_out) == SKIES[name]


@pytest.mark.parametrize("name", [name for name in POSITIONS if name != "nmea-rtk.log"])
def test_all_satellites_when_the_list_is_complete(data_dir: Path, name: str) -> None:
    """At the last GSV of a cycle, all constellations."""
    compared = 0
    for step in steps(data_dir, name):
        skies = [report for report in step.reports if report["class"] == "SKY" and report.get("satellites")]
        if skies and step.sentence[3:6] == "GSV" and step.following[3:6] != "GSV":
            assert our_sky(step.satellites) == sky_of(skies[-1]["satellites"]), step.sentence
            compared += 1
    assert compared > 0


@pytest.mark.parametrize("name", POSITIONS)
def test_the_same_at_every_chunking(data_dir: Path, name: str) -> None:
    assert_any_chunking((data_dir / "nmea/gpsd" / name).read_bytes())

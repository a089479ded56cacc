"""Quoted sentences of short-message modules and RTK receivers: is the check right, and what do the fields say."""

import csv
from pathlib import Path

import numpy as np
import pytest

from gnss.status import Status
from tests.helpers.chunking import assert_any_chunking
from tests.helpers.decoding import decode_whole
from tests.helpers.sentences import read_lines

UNDECODED = {"CCBSS", "CCICR", "BDDEF", "AGRICA"}
"""Good sentences of types that are only counted."""

FIELDS: dict[str, dict[str, float | str | None]] = {
    "$BDICI,4207733,0,0,3,60,2,N,22*3A": {
        "card_id": "4207733",
        "user_class": 3,
        "interval_s": 60,
        "comm_level": 2,
        "encrypted": ord("N"),
        "subordinates": 22,
    },
    "$BDICI,0242286,00242286,0000011,6,60,3,N,0*38": {"card_id": "0242286", "broadcast_id": "0000011", "user_class": 6},
    "$CCRMO,BSI,2,0*26": {"command": "BSI", "mode": 2, "period_s": 0},
    "$BDFKI,TXA,N,Y,0,0000*04": {
        "command": "TXA",
        "executed": ord("N"),
        "frequency_set": ord("Y"),
        "inhibit_reason": 0,
        "wait_mmss": 0,
    },
    "$BDTXR,1,0166166,1,,3132333433333335*46": {
        "kind": 1,
        "from_id": "0166166",
        "coding": 1,
        "sent_hhmm": None,
        "content": "3132333433333335",
    },
    "$BDTXR,1,4207733,1,2337,90000000000065C1FAF4B2E2CAD4*3F": {"sent_hhmm": "2337", "from_id": "4207733"},
    "$CCTXA,0179773,1,2,A468656C6C6F*7A": {"to_id": "0179773", "urgency": 1, "coding": 2, "content": "A468656C6C6F"},
    "$BDBSI,02,08,0,3,0,0,0,0,0,3,0,0*54": {
        "answer_beam": 2,
        "difference_beam": 8,
        "beam_2": 3,
        "beam_8": 3,
        "beam_9": 0,
    },
    "$BDFKI,000000,TCQ,Y,5,0*74": {
        "time_ns": 0,
        "command": "TCQ",
        "executed": ord("Y"),
        "inhibit_reason": 5,
        "wait_s": 0,
    },
    "$BDICP,15240507,2032472,1,3,0,N,1,Y,1,0,0,3,1,1,5,1,1,2,2,500,100,10,10*65": {
        "card_id": "15240507",
        "broadcast_id": "2032472",
        "item_23": "10",
    },
    "$KSXT,20211016083433.00,116.31296102,39.95817066,49.4911,223.57,-11.32,330.19,0.024,,1,3,28,27,,,,"
    "-0.012,0.021,0.020,,*2D": {
        "day": (np.datetime64("2021-10-16") - np.datetime64("1970-01-01")).astype(float),
        "time_ns": (8 * 3600 + 34 * 60 + 33) * 1e9,
        "lon_deg": 116.31296102,
        "lat_deg": 39.95817066,
        "h_m": 49.4911,
        "heading_deg": 223.57,
        "pitch_deg": -11.32,
        "course_deg": 330.19,
        "speed_kmh": 0.024,
        "roll_deg": None,
        "position_status": 1,
        "heading_status": 3,
        "heading_sats": 28,
        "sats_used": 27,
        "vel_e_kmh": -0.012,
        "vel_n_kmh": 0.021,
        "vel_u_kmh": 0.020,
        "age_corr_s": None,
    },
    "#UNIHEADINGA,78,GPS,FINE,2428,116060000,0,0,18,11;SOL_COMPUTED,NARROW_INT,1.4773,179.0284,-2.4202,0.0000,"
    '0.8259,1.0921,"999",'
    "27,21,21,15,3,01,3,f3*5d424350": {
        "gps_week": 2428,
        "tow_ms": 116_060_000,
        "leap_s": 18,
        "baseline_m": 1.4773,
        "heading_deg": 179.0284,
        "pitch_deg": -2.4202,
        "sigma_heading_deg": 0.8259,
        "sigma_pitch_deg": 1.0921,
        "base": '"999"',
        "sats_tracked": 27,
        "sats_used": 21,
    },
    "$GNRMC,091510.00,A,5057.25505246,N,00653.73013267,E,0.004,47.0,090823,2.5,E,F,C*7A": {
        "speed_kn": 0.004,
        "course_deg": 47,
        "magvar_deg": 2.5,
        "mode": ord("F"),
        "nav_status": ord("C"),
    },
    "$GBGSV,6,1,21,10,80,005,27,34,76,067,33,38,75,161,28,21,57,046,29,1*71": {
        "total": 6,
        "sats_view": 21,
        "sat_1": 10,
        "cn0_dbhz_4": 29,
        "signal": 1,
        "system_id": None,
    },
}


@pytest.fixture(scope="module")
def vectors(data_dir: Path) -> list[dict[str, str]]:
    with (data_dir / "nmea/rdss_unicore/vectors_even.tsv").open(newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_verdict_on_every_check(vectors: list[dict[str, str]]) -> None:
    assert len(vectors) > 25
    for vector in vectors:
        outcome = decode_whole(vector["sentence"].encode() + b"\r\n")
        passed = len(outcome.texts[0]) == 1
        assert passed == (vector["check_ok"] == "True"), vector["sentence"]
        if not passed:
            wanted = Status.NO_CHECKSUM if vector["check_kind"] == "trunc" else Status.CHECKSUM
            assert outcome.dropped() == {wanted: 1}, vector["sentence"]


def test_every_good_sentence_is_decoded_or_counted_by_name(vectors: list[dict[str, str]]) -> None:
    good = [vector["sentence"].encode() for vector in vectors if vector["check_ok"] == "True"]
    reads = list(read_lines(good))
    assert [read.line for read in reads] == good
    unknown = {read.line[1:].split(b",")[0].decode() for read in reads if read.kind == ""}
    assert unknown == UNDECODED
    assert all(read.status == 0 for read in reads if read.kind)


@pytest.mark.parametrize("sentence", FIELDS)
def test_fields(vectors: list[dict[str, str]], sentence: str) -> None:
    assert sentence in {vector["sentence"] for vector in vectors}
    (read,) = read_lines([sentence.encode()])
    wanted = FIELDS[sentence]
    assert {cell: read.cells[cell] for cell in wanted} == wanted


def test_both_layouts_of_fki(vectors: list[dict[str, str]]) -> None:
    kinds = {read.kind for read in read_lines([v["sentence"].encode() for v in vectors]) if b"FKI" in read.line}
    assert kinds == {"FKI", "FKI3"}


def test_all_of_them_in_one_stream(vectors: list[dict[str, str]]) -> None:
    assert_any_chunking(b"".join(vector["sentence"].encode() + b"\r\n" for vector in vectors))

"""395 frames of a receiver, decoded cell by cell by go-ntrip, an independent MSM7 decoder in Go."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnss.batches import SYSTEMS
from gnss.constants import B2A_HZ
from gnss.rtcm.decode import RtcmDecoded
from gnss.rtcm.lock import LOCK_S, LockCode
from gnss.rtcm.msm_layout import M_PER_MS
from gnss.rtcm.signals import CODE_INDEX, SIGNALS, carrier_hz
from tests.helpers.rtcm import decode_stream

SATELLITE, SIGNAL, PR_M, CP_CYC, DOPPLER_HZ, LOCK, HALF_CYCLE, CN0 = 0, 1, 4, 6, 7, 11, 12, 13
"""Columns of a cell as recorded; metres, cycles and hertz are rounded to three digits."""

ROUNDED = 0.00051
FRAMES, CELLS = 227, 2840
MSM7 = {1077: "G", 1087: "R", 1097: "E", 1127: "C"}


@cache
def golden(path: Path) -> list[dict[str, Any]]:
    with path.open() as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def records(data_dir: Path) -> list[dict[str, Any]]:
    return golden(data_dir / "rtcm/go_ntrip/msm7_golden_first395.jsonl")


@pytest.fixture(scope="module")
def decoded(records: list[dict[str, Any]]) -> RtcmDecoded:
    return decode_stream(b"".join(bytes.fromhex(record["hex"]) for record in records))


@pytest.fixture(scope="module")
def cells(records: list[dict[str, Any]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([cell for record in records for cell in record.get("sig", [])], float)


def test_every_frame(records: list[dict[str, Any]], decoded: RtcmDecoded) -> None:
    m = decoded.messages
    assert m.number.tolist() == [record["type"] for record in records]
    for i, record in enumerate(records):
        assert m.rows[i] == len(record.get("sig", []))
        if record["type"] in MSM7:
            assert m.station[i] == record["station"]
            assert SYSTEMS[m.system[i]] == MSM7[record["type"]]
            rows = slice(m.first[i], m.first[i] + m.rows[i])
            assert set(decoded.observations.t_stated[rows].tolist()) <= {record["epoch_field"]}
    assert len(decoded.observations) == CELLS


def test_satellites_and_signals(cells: np.ndarray[Any, np.dtype[np.float64]], decoded: RtcmDecoded) -> None:
    o = decoded.observations
    assert o.prn.tolist() == cells[:, SATELLITE].tolist()
    assert SIGNALS.signal_id[o.system, o.signal].tolist() == cells[:, SIGNAL].tolist()


def test_pseudoranges(cells: np.ndarray[Any, np.dtype[np.float64]], decoded: RtcmDecoded) -> None:
    np.testing.assert_allclose(decoded.observations.pr_m, cells[:, PR_M], rtol=0, atol=ROUNDED)


def test_phases_and_dopplers(cells: np.ndarray[Any, np.dtype[np.float64]], decoded: RtcmDecoded) -> None:
    """Two wavelengths of go-ntrip's are not ours: it takes every GLONASS satellite for one of channel 0, and B2I for
    B2a (sources, gnss_facts §2: 1207.14 MHz). In metres, which need no wavelength, all agree.
    """
    o = decoded.observations
    hz = carrier_hz(o.system, o.signal, o.channel)
    theirs_hz = carrier_hz(o.system, o.signal, np.zeros_like(o.channel))
    theirs_hz[(o.system == SYSTEMS.index("C")) & (o.signal == CODE_INDEX["7I"])] = B2A_HZ
    np.testing.assert_allclose(o.cp_cyc / hz * theirs_hz, cells[:, CP_CYC], rtol=0, atol=ROUNDED)
    np.testing.assert_allclose(o.doppler_hz / hz * theirs_hz, cells[:, DOPPLER_HZ], rtol=0, atol=ROUNDED)


def test_lock_half_cycle_and_strength(cells: np.ndarray[Any, np.dtype[np.float64]], decoded: RtcmDecoded) -> None:
    """Recorded as the numbers in the bits."""
    o = decoded.observations
    np.testing.assert_array_equal(o.lock_s, LOCK_S[LockCode.DF407, cells[:, LOCK].astype(int)])
    np.testing.assert_array_equal(o.half_cycle, cells[:, HALF_CYCLE])
    np.testing.assert_array_equal(o.cn0_dbhz, np.where(cells[:, CN0] > 0, cells[:, CN0] / 16, np.nan))


def test_rough_ranges(records: list[dict[str, Any]]) -> None:
    """The recording's own arithmetic is the one of the tables: whole and 1024th milliseconds make its rough range."""
    for record in records:
        for _, whole, part, _, rough_m, *_ in record.get("sat", []):
            assert abs((whole + part / 1024) * M_PER_MS - rough_m) < ROUNDED

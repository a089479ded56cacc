"""A frame of the live stream, byte by byte as docs/stream.md says."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from beidou_svc.api.client import decode_frame
from beidou_svc.api.fleet_frame import FIELDS, encode_frame, wire_text
from beidou_svc.api.fleet_frame_road import ROAD_COLUMNS
from beidou_svc.fleet.state import FleetRules, FleetState, new_state, set_policy, step
from gnss.batches import NO_TIME
from gnss.status import Status
from tests.api.hub_stage import message_of
from tests.helpers.service import T_GPST_NS, fixes

ROOT = Path(__file__).resolve().parents[2]
T0_MS = 1_715_964_782_000
NOTHING = np.empty(0, np.int32)


def state_of(*batches: object) -> FleetState:
    state = new_state(FleetRules(terminals_max=20_000))
    for batch in batches:
        step(state, batch, 0)  # type: ignore[arg-type]
    return state


def encode(state: FleetState, slots: list[int], gone: list[int] | None = None) -> bytes:
    wire = encode_frame(
        state,
        np.array(slots, np.int32),
        np.array(gone or [], np.int32),
        full=False,
        resume="b:1:2",
        now_ns=5_000_000_000,
    )
    assert wire[0] == 0x82
    return message_of(wire)


def test_the_columns_are_those_of_the_documentation() -> None:
    text = (ROOT / "docs" / "stream.md").read_text(encoding="utf-8")
    table = text.partition("| column | dtype |")[2]
    documented = []
    for names, dtype, scale, missing in re.findall(r"^\| (`.+?`) \| (\w+) \| (\S+) \| (\S*) ?\|", table, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", names):
            documented.append((name, dtype, float(scale), int(missing.replace("−", "-")) if missing else None))
    assert documented == [
        (field.name, field.dtype, float(field.scale), field.missing) for field in (*FIELDS, *ROAD_COLUMNS)
    ]


def test_header_and_layout() -> None:
    state = state_of(fixes(3))
    message = encode(state, [0, 1, 2], gone=[17])
    assert message[:4] == b"BDF1"
    header_bytes = int.from_bytes(message[4:8], "little")
    assert (8 + header_bytes) % 8 == 0
    header = json.loads(message[8 : 8 + header_bytes])
    columns = header.pop("columns")
    assert header == {"kind": "delta", "seq": state.seq, "resume": "b:1:2", "t0_ms": T0_MS, "n": 3, "gone": [17]}
    assert columns[0] == {"name": "slot", "dtype": "u4", "offset": 8 + header_bytes, "scale": 1}
    assert all(column["offset"] % 8 == 0 for column in columns)
    assert columns[-1]["offset"] + 3 <= len(message)


def test_values_come_back_to_half_a_step() -> None:
    rng = np.random.default_rng(5)
    n = 500
    lat, lon = rng.uniform(-90, 90, n), rng.uniform(-180, 180, n)
    h, speed, course, age = (
        rng.uniform(-400, 9_000, n),
        rng.uniform(0, 60, n),
        rng.uniform(0, 360, n),
        rng.uniform(0, 60, n),
    )
    t_ns = T_GPST_NS + rng.integers(0, 10**9, n)
    angles: dict[str, Any] = {"lat_rad": np.radians(lat), "lon_rad": np.radians(lon), "course_rad": np.radians(course)}
    rest: dict[str, Any] = {"h_ell_m": h, "speed_mps": speed, "age_corr_s": age, "sigma_n_m": 0.3, "sigma_e_m": 0.4}
    state = state_of(fixes(n, t_gpst_ns=t_ns, **angles, **rest))
    frame = decode_frame(encode(state, list(range(n))), {})
    columns = frame.columns
    assert np.max(np.abs(columns["lat_deg"] - lat)) <= 0.5e-7 * 1.001
    assert np.max(np.abs(columns["lon_deg"] - lon)) <= 0.5e-7 * 1.001
    assert np.max(np.abs(columns["h_ell_m"] - h)) <= 0.5e-3 * 1.001
    assert np.max(np.abs(columns["speed_mps"] - speed)) <= 0.5e-2 * 1.001
    assert np.max(np.abs((columns["course_deg"] - course + 180) % 360 - 180)) <= 0.5e-2 * 1.001
    assert np.max(np.abs(columns["age_corr_s"] - age)) <= 0.5e-1 * 1.001
    assert np.allclose(columns["sigma_h_m"], 0.5, rtol=0, atol=1e-9)
    unix_ms = (t_ns // 1_000_000) + 315_964_800_000 - 18_000
    assert np.array_equal(frame.t0_ms + columns["t_ms"], unix_ms)
    assert frame.t0_ms == unix_ms.max()


@pytest.mark.parametrize("slots", [[0, 1, 2, 3, 4], [1, 2, 3], [0, 2, 4], [4]])
def test_a_run_and_a_choice_of_slots_give_the_same_rows(slots: list[int]) -> None:
    state = state_of(fixes(5, speed_mps=np.arange(5.0), sats_used=np.arange(5)))
    frame = decode_frame(encode(state, slots), {})
    assert frame.columns["slot"].tolist() == slots
    assert frame.columns["speed_mps"].tolist() == [float(slot) for slot in slots]
    assert frame.columns["sats_used"].tolist() == slots


def test_what_is_not_known_is_missing_and_never_zero() -> None:
    state = new_state(FleetRules())
    state.ensure_capacity(1)
    columns = decode_frame(encode(state, [0]), {}).columns
    for name in (
        "lat_deg",
        "lon_deg",
        "t_ms",
        "h_ell_m",
        "sigma_h_m",
        "speed_mps",
        "course_deg",
        "age_corr_s",
        "sats_used",
    ):
        assert np.isnan(columns[name][0]), name
    assert [int(columns[name][0]) for name in ("fix_quality", "liveness", "flags")] == [0, 0, 0]


def test_values_beyond_the_range_are_the_largest_that_fits() -> None:
    state = state_of(
        fixes(1, sigma_n_m=500.0, speed_mps=9_999.0, age_corr_s=1e6, course_rad=2 * np.pi - 1e-9, h_ell_m=1e9)
    )
    columns = decode_frame(encode(state, [0]), {}).columns
    assert columns["sigma_h_m"][0] == pytest.approx(65.534)
    assert columns["speed_mps"][0] == pytest.approx(655.34)
    assert columns["age_corr_s"][0] == pytest.approx(6_553.4)
    assert columns["course_deg"][0] == 0.0
    assert np.isnan(columns["h_ell_m"][0])


def test_negative_values_that_cannot_be_are_missing() -> None:
    columns = decode_frame(encode(state_of(fixes(1, speed_mps=-1.0)), [0]), {}).columns
    assert np.isnan(columns["speed_mps"][0])


def test_flags_tell_the_undated_and_the_quarantined() -> None:
    state = state_of(fixes(2), fixes(1, first_slot=2, t_gpst_ns=NO_TIME, t_rx_ns=10**18, status=Status.NO_DATE))
    set_policy(state, np.array([0, 1, 1], np.uint8))
    columns = decode_frame(encode(state, [0, 1, 2]), {}).columns
    assert columns["flags"].tolist() == [0, 2, 3]
    assert np.isnan(columns["t_ms"][2])


def test_a_row_25_days_behind_has_no_time() -> None:
    state = state_of(fixes(1, t_gpst_ns=T_GPST_NS - 25 * 86_400 * 10**9), fixes(1, first_slot=1))
    columns = decode_frame(encode(state, [0, 1]), {}).columns
    assert np.isnan(columns["t_ms"][0])
    assert columns["t_ms"][1] == 0


def test_an_empty_frame_has_the_time_of_the_service() -> None:
    frame = decode_frame(encode(state_of(fixes(1)), []), {})
    assert (frame.t0_ms, len(frame.columns["slot"])) == (5_000, 0)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_text_messages_of_every_length_class(size: int) -> None:
    wire = wire_text(b"x" * size)
    assert wire[0] == 0x81
    assert message_of(wire) == b"x" * size


def test_a_message_that_is_no_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="BDF1"):
        decode_frame(b"XXXX\0\0\0\0", {})

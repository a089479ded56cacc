"""Tables as files: every format says the same, in the units it names, with every digit."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from beidou_svc.replay.decode import Decoded, Wanted, decode_logs
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.table_io import TableFile, TableFormat
from gnss.batches import NO_TIME
from tests.helpers.frames import sentence
from tests.unit.replay.logs import epoch, opened, prefixed, stream

LOG = (
    stream(range(5))
    + sentence("GNGGA,063005.00,,,,,0,00,99.9,,M,,M,,")
    + sentence("GNRMC,063005.00,V,,,,,,,221126,,,N,V")
    + sentence('GNTXT,01,01,02,say "hi" or not')
    + sentence("GNZDA,063006.00,22,11,2026,00,00")
    + epoch(7)
)


def decoded(folder: Path, data: bytes = LOG, name: str = "gz-1.log", **wanted: Any) -> tuple[Path, Decoded]:
    log = folder / name
    log.write_bytes(data)
    sources, ids = opened(log)
    kind = TableFormat(wanted.pop("kind", "parquet"))
    out = folder / f"out.{kind}"
    return out, decode_logs(sources, ids, Wanted(kind=kind, out=out, overwrite=True, **wanted))


def parquet_rows(folder: Path, **wanted: Any) -> list[dict[str, Any]]:
    out, _ = decoded(folder, **wanted)
    rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    return rows


def test_degrees_utc_and_units(tmp_path: Path) -> None:
    out, done = decoded(tmp_path, prefixed(LOG, "{iso} "), frame="CGCS2000@2000.0")
    table = pq.read_table(out)
    row = table.slice(0, 1).to_pylist()[0]
    assert row["terminal"] == "gz-1"
    assert row["t"].isoformat() == "2026-11-22T06:30:00+00:00"
    assert row["t_rx"].isoformat() == "2026-11-22T06:30:00+00:00"
    assert abs(row["lat_deg"] - (25 + 49.7 / 60)) < 1e-12
    assert abs(row["lon_deg"] - (114 + 56.4 / 60)) < 1e-12
    assert (row["h_msl_m"], row["geoid_sep_m"], row["h_ell_m"]) == (118.042, -9.512, 108.53)
    assert (row["sigma_n_m"], row["course_deg"], row["fix_quality"], row["base_id"]) == (0.01, 84.4, 4, 123)
    assert abs(row["speed_mps"] - 11.5 * 1852 / 3600) < 1e-9
    assert row["sentences"] == "GGA RMC GST"
    assert (row["source"], row["status"]) == ("nmea", "OK")
    assert table.schema.metadata[b"frame"] == b"CGCS2000@2000.0"
    assert b"UTC" in table.schema.metadata[b"time_scale"]
    assert table.schema.field("lat_deg").metadata[b"unit"] == b"deg"
    assert table.schema.field("t_gpst_ns").metadata[b"unit"] == b"ns"
    assert done.rows_written == table.num_rows == 8


def test_every_column_says_what_it_means(tmp_path: Path) -> None:
    schema = pq.read_schema(decoded(tmp_path)[0])
    assert all(field.metadata and field.metadata[b"description"] for field in schema)


def test_what_is_not_known_is_null(tmp_path: Path) -> None:
    row = parquet_rows(tmp_path)[5]
    assert row["status"] == "NO_POSITION"
    unknown = ("t_rx", "lat_deg", "lon_deg", "h_ell_m", "sigma_n_m", "base_id", "age_corr_s", "speed_mps", "fix_dim")
    assert [row[name] for name in unknown] == [None] * len(unknown)
    assert row["sats_used"] == 0


def test_a_log_without_dates_has_none_until_it_is_told(tmp_path: Path) -> None:
    gga = sentence("GNGGA,063000.00,2549.7000000,N,11456.4000000,E,4,27,0.6,118.042,M,-9.512,M,1.0,0123")
    row = parquet_rows(tmp_path, data=gga)[0]
    assert (row["t"], row["t_gpst_ns"], row["status"]) == (None, None, "NO_DATE")
    told_ns = 1_479_000_000 * 10**9
    row = parquet_rows(tmp_path, data=gga, reference_gpst_ns=told_ns)[0]
    assert row["status"] == "OK"
    assert abs(row["t_gpst_ns"] - told_ns) < 43_200 * 10**9


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: None if value in ("", None) else str(value) for key, value in row.items()}


def test_all_formats_hold_the_same_rows(tmp_path: Path) -> None:
    data = prefixed(LOG, "{s} ")
    rows = parquet_rows(tmp_path, data=data)
    with decoded(tmp_path, data, kind="csv")[0].open(newline="") as file:
        from_csv = list(csv.DictReader(file))
    from_jsonl = [json.loads(line) for line in decoded(tmp_path, data, kind="jsonl")[0].read_text().splitlines()]
    features = json.loads(decoded(tmp_path, data, kind="geojson")[0].read_text())["features"]
    assert len(rows) == len(from_csv) == len(from_jsonl) == len(features)
    for row, c, j, f in zip(rows, from_csv, from_jsonl, features, strict=True):
        numbers = [name for name, value in row.items() if isinstance(value, float)]
        assert [float(c[name]) for name in numbers] == pytest.approx([row[name] for name in numbers], rel=1e-7)
        assert [j[name] for name in numbers] == pytest.approx([row[name] for name in numbers], rel=1e-7)
        for name in ("lat_deg", "lon_deg", "h_ell_m", "sigma_n_m"):
            assert j[name] == row[name] == (float(c[name]) if c[name] else None)
        assert c["t"] == j["t"] == row["t"].isoformat().replace("+00:00", ".000000000Z")
        assert plain({k: c[k] for k in ("status", "sentences", "terminal")}) == plain(
            {k: j[k] for k in ("status", "sentences", "terminal")}
        )
        if row["lat_deg"] is None:
            assert f["geometry"] is None
        else:
            assert f["geometry"] == {"type": "Point", "coordinates": [row["lon_deg"], row["lat_deg"], row["h_ell_m"]]}
        assert {name: value for name, value in j.items() if name not in ("lat_deg", "lon_deg")} == f["properties"]


def test_no_digit_is_lost_to_csv(tmp_path: Path) -> None:
    rows = parquet_rows(tmp_path)
    with decoded(tmp_path, kind="csv")[0].open(newline="") as file:
        for row, text in zip(rows, csv.DictReader(file), strict=True):
            assert (float(text["lat_deg"]) if text["lat_deg"] else None) == row["lat_deg"]
            assert int(text["t_gpst_ns"]) == row["t_gpst_ns"]


def test_raw_fields_of_a_sentence_type(tmp_path: Path) -> None:
    rows = parquet_rows(tmp_path, table="rmc")
    assert [row["talker"] for row in rows] == ["GN"] * 7
    assert rows[0]["time_ns"] == (6 * 3600 + 30 * 60) * 10**9
    assert rows[0]["day"].isoformat() == "2026-11-22"
    assert (rows[0]["rmc_status"], rows[5]["rmc_status"], rows[5]["lat_deg"]) == ("A", "V", None)
    assert (rows[0]["mode"], rows[0]["speed_kn"]) == ("R", 11.5)


def test_texts_come_as_text(tmp_path: Path) -> None:
    text = parquet_rows(tmp_path, table="TXT")[0]
    assert (text["severity"], text["text"]) == (2, 'say "hi" or not')
    out, _ = decoded(tmp_path, kind="jsonl", table="TXT")
    assert json.loads(out.read_text())["text"] == 'say "hi" or not'
    chinese = sentence("BDTXR,1,0242407,2,0630,你好", "gb18030")
    rows = parquet_rows(tmp_path, data=chinese + LOG, table="TXR")
    assert "你好" in str(rows[0].values())


def test_the_table_does_not_depend_on_the_page(tmp_path: Path) -> None:
    log = tmp_path / "gz-1.log"
    log.write_bytes(prefixed(stream(range(400)), "{s},"))
    tables = []
    for page_bytes in (4_096, 30_000, 1 << 20):
        sources, ids = opened(log)
        wanted = Wanted(kind=TableFormat.PARQUET, out=tmp_path / f"{page_bytes}.parquet")
        decode_logs(sources, ids, wanted, page_bytes=page_bytes)
        tables.append(pq.read_table(tmp_path / f"{page_bytes}.parquet"))
    assert tables[0].num_rows == 400
    assert tables[0].to_pylist() == tables[1].to_pylist() == tables[2].to_pylist()


def test_nothing_is_replaced_unasked_and_nothing_half_written(tmp_path: Path) -> None:
    out, _ = decoded(tmp_path)
    before = out.read_bytes()
    schema = pq.read_schema(out)
    with pytest.raises(LogError, match="--force"):
        TableFile(out, TableFormat.PARQUET, schema)
    with pytest.raises(RuntimeError), TableFile(out, TableFormat.CSV, schema, overwrite=True):
        raise RuntimeError("interrupted")
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []
    with pytest.raises(LogError, match="cannot be written"):
        TableFile(tmp_path / "missing" / "x.csv", TableFormat.CSV, schema)


def test_geojson_needs_positions(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="needs positions"):
        decoded(tmp_path, kind="geojson", table="TXT")
    with pytest.raises(LogError, match="choose fixes, or one of GGA"):
        decoded(tmp_path, table="GGG")


def test_summary_of_a_log(tmp_path: Path) -> None:
    _, done = decoded(tmp_path, stream(range(100)) + stream(range(160, 200)) + b"$GNXYZ,1*00\r\n")
    summary = done.summary
    assert (summary.rows, summary.undated, summary.terminals, summary.span_s) == (140, 0, 1, 199.0)
    assert summary.usual_intervals_ms(2) == [(1_000, 138 / 139), (61_000, 1 / 139)]
    assert summary.t_first_ns != NO_TIME
    assert np.all(summary.view_rows == 0)

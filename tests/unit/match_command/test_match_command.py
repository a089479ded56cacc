"""`beidou match` as people call it."""

import json
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from beidou_svc.cli import app
from mapping.network.network_io import save_network
from tests.unit.matching.ascii_roads import RoadMap, placed, road_map

TOWN = """
A-----B-----C
      |
      D
"""


@pytest.fixture(scope="module")
def town() -> RoadMap:
    return road_map(TOWN, step_m=20.0)


@pytest.fixture
def network(town: RoadMap, tmp_path: Path) -> Path:
    save_network(town.network, tmp_path / "town.npz")
    return tmp_path / "town.npz"


@pytest.fixture
def positions(town: RoadMap, tmp_path: Path) -> Path:
    rows = placed(town.path("ABD") + np.array([0.5, 1.0])).rows
    lines = ["terminal,t,lat_deg,lon_deg"]
    for k, (lat, lon) in enumerate(zip(np.degrees(rows.lat_rad), np.degrees(rows.lon_rad), strict=True)):
        lines.append(f"bus-7,2026-11-22T06:30:{k:02d}Z,{lat:.9f},{lon:.9f}")
    (tmp_path / "drive.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return tmp_path / "drive.csv"


def run(*words: object) -> tuple[int, str]:
    """Exit code and output."""
    result = CliRunner().invoke(app, ["match", *map(str, words)])
    return result.exit_code, result.output


def test_positions_of_a_table_are_matched(town: RoadMap, network: Path, positions: Path, tmp_path: Path) -> None:
    out = tmp_path / "matched.parquet"
    code, said = run(positions, "--network", network, "--out", out)
    assert code == 0, said
    assert "driven" in said
    table = pq.read_table(out)
    edges = [town.names[e] for e in table["edge"].to_pylist()]
    assert list(dict.fromkeys(edges)) == ["AB", "BD"]
    assert set(table["road"].to_pylist()) == {"AB", "BD"}
    assert set(table["terminal"].to_pylist()) == {"bus-7"}
    assert table.schema.metadata[b"network"].decode() == town.network.content_digest


def test_csv_and_geojson_come_out(network: Path, positions: Path, tmp_path: Path) -> None:
    for name in ("m.csv", "m.geojson"):
        assert run(positions, "-n", network, "-o", tmp_path / name)[0] == 0
    assert pyarrow.csv.read_csv(tmp_path / "m.csv").num_rows == 17
    features = json.loads((tmp_path / "m.geojson").read_text("utf-8"))["features"]
    assert features[0]["geometry"]["type"] == "Point"


def test_a_closed_edge_is_not_matched(town: RoadMap, network: Path, positions: Path, tmp_path: Path) -> None:
    closed = [word for name in ("BD", "DB") for word in ("--closed", town.edges[name])]
    assert run(positions, "-n", network, "-o", tmp_path / "m.parquet", *closed)[0] == 0
    edges = {town.names[e] for e in pq.read_table(tmp_path / "m.parquet")["edge"].to_pylist() if e is not None}
    assert not edges & {"BD", "DB"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "m.xyz"], "must end in"),
        (["--closed", "99"], "edges are"),
        (["--frame", "ITRF2020@2026.5"], "--frame says"),
        (["--frame", "nonsense"], "not a frame"),
    ],
)
def test_what_cannot_be_done_is_said(network: Path, positions: Path, words: list[str], said: str) -> None:
    code, output = run(positions, "-n", network, *words)
    assert code == 2
    assert said in output


def test_a_table_without_positions_is_refused(network: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", "utf-8")
    code, output = run(tmp_path / "x.csv", "-n", network)
    assert code == 2
    assert "lat_deg" in output


def test_latitude_and_longitude_the_wrong_way_round_are_told(network: Path, positions: Path, tmp_path: Path) -> None:
    head, *rows = positions.read_text("utf-8").splitlines()
    turned = [",".join([*row.split(",")[:2], *row.split(",")[:1:-1]]) for row in rows]
    (tmp_path / "turned.csv").write_text("\n".join([head, *turned]), "utf-8")
    code, said = run(tmp_path / "turned.csv", "-n", network, "-o", tmp_path / "m.csv")
    assert (code, "the wrong way round" in said) == (2, True)
    (tmp_path / "some.csv").write_text("\n".join([head, *turned[:1], *rows[1:]]), "utf-8")
    code, said = run(tmp_path / "some.csv", "-n", network, "-o", tmp_path / "m.csv")
    assert (code, "1 positions are not on the Earth" in said) == (1, True)

"""`beidou network`: what it prints, writes and refuses."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from beidou_svc.cli import app
from mapping.network.network_io import load_network
from tests.unit.network.drawn import CROSS, osm_xml

PRIMARY = {"highway": "primary", "maxspeed": "50"}
RUNNER = CliRunner()


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_bytes(osm_xml(CROSS, {"BCD": PRIMARY, "ACE": {"highway": "tertiary", "maxspeed": "fast"}}))
    return path


def run(*arguments: object, code: int = 0) -> str:
    result = RUNNER.invoke(app, ["network", *(str(argument) for argument in arguments)])
    assert result.exit_code == code, result.output
    return result.output


def test_import_writes_a_network_and_tells_what_was_wrong(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "town.npz"
    said = run("import", town, "--out", out)
    assert "maxspeed=fast" in said
    assert load_network(out).edge_count == 8
    assert "exists" in run("import", town, "--out", out, code=2)
    assert "osm" in run("import", town, "--out", out, "--force")


def test_import_as_json(town: Path, tmp_path: Path) -> None:
    said = orjson.loads(run("import", town, "--out", tmp_path / "town.npz", "--json", "--name", "Town"))
    assert (said["name"], said["format"], said["frame"]) == ("Town", "osm", "CGCS2000@2000.0")
    assert said["kept"]["edges"] == 8
    assert [(fault["kind"], fault["id"]) for fault in said["faults"]] == [("way", 2)]
    assert said["digest"] == load_network(tmp_path / "town.npz").content_digest


@pytest.mark.parametrize("name", ["town.geojson", "town.parquet"])
def test_import_exports(town: Path, tmp_path: Path, name: str) -> None:
    run("import", town, "--out", tmp_path / name)
    assert (tmp_path / name).stat().st_size > 0
    if name.endswith("geojson"):
        run("import", tmp_path / name, "--out", tmp_path / "again.npz")
        assert load_network(tmp_path / "again.npz").edge_count == 8


def test_check_says_whether_there_is_enough(town: Path) -> None:
    said = run("check", town)
    assert "primary" in said
    assert "0.1 km" in said
    assert "NOT enough" in run("check", town, "--length", "100", "--area", "70", code=1)


def test_check_as_json(town: Path) -> None:
    said = orjson.loads(run("check", town, "--json"))
    assert said["road_km"] == pytest.approx(0.12, abs=1e-3)
    assert {row["class"]: row["edges"] for row in said["classes"]} == {"primary": 4, "tertiary": 4}
    findings = {finding["name"]: finding["count"] for finding in said["findings"]}
    assert (findings["no limit"], findings["gap"]) == (2, 0)


def test_show_draws(town: Path, tmp_path: Path) -> None:
    assert "CGCS2000" in run("show", town, "--out", tmp_path / "town.png")
    assert (tmp_path / "town.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "missing.osm"], "no such file"),
        (["check", "."], "a folder, not a map"),
        (["check", "{town}", "--frame", "GCJ02"], "save its roads as GeoJSON"),
        (["check", "{town}", "--frame", "MARS"], "--frame"),
        (["check", "{town}", "--format", "map"], "--format"),
        (["check", "{town}", "--format", "geojson"], "not JSON"),
        (["import", "{town}", "--out", "town.txt"], ".npz"),
        (["import", "{town}", "--out", "nowhere/town.npz"], "no folder"),
    ],
)
def test_what_cannot_be_done_is_said(town: Path, arguments: list[str], said: str) -> None:
    assert said in run(*(argument.format(town=town) for argument in arguments), code=2)


def road(at: list[list[float]], **members: object) -> bytes:
    geometry = {"type": "LineString", "coordinates": at}
    feature = {"type": "Feature", "id": 1, "geometry": geometry, "properties": {"highway": "primary"}}
    return orjson.dumps({"type": "FeatureCollection", "features": [feature], **members})


def test_latitude_before_longitude_is_said_to_be_the_wrong_way_round(tmp_path: Path) -> None:
    (tmp_path / "turned.geojson").write_bytes(road([[25.83, 114.93], [25.84, 114.93]]))
    assert "longitude, then latitude" in run("check", tmp_path / "turned.geojson", code=2)


def test_a_shifted_frame_does_not_overrule_what_the_file_states(tmp_path: Path) -> None:
    at = [[114.93, 25.83], [114.93, 25.84]]
    (tmp_path / "true.geojson").write_bytes(road(at, frame="CGCS2000@2000.0"))
    (tmp_path / "silent.geojson").write_bytes(road(at))
    assert "CGCS2000@2000.0" in run("check", tmp_path / "true.geojson", "--frame", "GCJ02", code=2)
    run("check", tmp_path / "silent.geojson", "--frame", "GCJ02")

"""The page and its base map."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from beidou_svc.api import page
from beidou_svc.api.basemap import BaseMap
from beidou_svc.config import BasemapSettings, PageSettings, Settings
from mapping.datums.frame import CGCS2000_2000
from tests.helpers.service import client_of, new_context

ROAD = {
    "type": "Feature",
    "properties": {"layer": "road", "class": "primary", "name": "Test Road"},
    "geometry": {"type": "LineString", "coordinates": [[114.90, 25.80], [114.95, 25.85]]},
}


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A built page."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>t</title>")
    (tmp_path / "assets" / "index-abc.js").write_text("let a = 1;")
    (tmp_path / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(b"let a = 1;"))
    monkeypatch.setattr(page, "DIST", tmp_path)
    return tmp_path


@pytest.fixture
async def with_map(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A service with a base map of one road."""
    file = tmp_path / "map.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "name": "m", "features": [ROAD]}))
    context = new_context(1)
    context.basemap = BaseMap(file, CGCS2000_2000)
    async with client_of(context) as client:
        yield client
    context.basemap.close()


async def test_the_page_has_a_strict_policy_and_is_asked_for_each_time(client: httpx.AsyncClient, dist: Path) -> None:
    answer = await client.get("/")
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "worker-src 'self' blob:" in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = await client.get("/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_files_with_a_hash_in_their_name_are_kept_for_ever_and_come_compressed(
    client: httpx.AsyncClient, dist: Path
) -> None:
    answer = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text == "let a = 1;"
    plain = await client.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "path", ["/nothing.js", "/..%2f..%2fetc/passwd", "/assets/", "/%2e%2e/%2e%2e/etc/passwd", "/a%00b"]
)
async def test_nothing_outside_the_page_is_served(client: httpx.AsyncClient, dist: Path, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.json()["type"].endswith(":not-found")


async def test_a_page_that_was_not_built_says_how_to_build_it(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "DIST", tmp_path / "absent")
    answer = await client.get("/")
    assert answer.status_code == 503
    assert "make page" in answer.json()["hint"]


async def test_page_settings_are_told() -> None:
    settings = Settings(
        page=PageSettings(title="T", zoom=9, demo=True), basemap=BasemapSettings(style_url="https://x.example/s")
    )
    async with client_of(new_context(0, settings)) as client:
        assert (await client.get("/v1/page")).json() == {
            "title": "T",
            "center": [114.93, 25.83],
            "zoom": 9.0,
            "bounds": None,
            "basemap": "https://x.example/s",
            "auth": "none",
            "epsg": 4547,
            "demo": True,
        }


async def test_the_base_map_is_announced_and_served(with_map: httpx.AsyncClient) -> None:
    told = (await with_map.get("/v1/page")).json()
    assert told["basemap"] == "/v1/tiles.json"
    assert told["bounds"] == [114.90, 25.80, 114.95, 25.85]
    tilejson = (await with_map.get("/v1/tiles.json")).json()
    assert tilejson["tiles"] == ["http://127.0.0.1:8080/v1/tiles/{z}/{x}/{y}.mvt"]
    tile = await with_map.get("/v1/tiles/12/3355/1743.mvt")
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert b"Test Road" in tile.content
    assert (await with_map.get("/v1/tiles/12/0/0.mvt")).status_code == 204


@pytest.mark.parametrize("path", ["/v1/tiles/30/0/0.mvt", "/v1/tiles/2/9/0.mvt", "/v1/tiles/a/0/0.mvt"])
async def test_a_tile_that_cannot_be_is_a_wrong_parameter(with_map: httpx.AsyncClient, path: str) -> None:
    assert (await with_map.get(path)).json()["type"].endswith(":bad-parameter")


async def test_without_a_base_map_there_is_a_hint(client: httpx.AsyncClient) -> None:
    for path in ("/v1/tiles.json", "/v1/tiles/0/0/0.mvt"):
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "basemap.file" in answer.json()["hint"]


@pytest.mark.parametrize(
    "text",
    ["nonsense", '{"type": "FeatureCollection", "features": [], "frame": "GCJ02"}'],
)
async def test_a_base_map_that_cannot_be_used_leaves_the_page_alive(tmp_path: Path, text: str) -> None:
    file = tmp_path / "map.geojson"
    file.write_text(text)
    context = new_context(0)
    context.basemap = BaseMap(file, CGCS2000_2000)
    async with client_of(context) as client:
        assert (await client.get("/v1/page")).json()["bounds"] is None
        for _ in range(2):
            answer = await client.get("/v1/tiles.json")
            assert answer.json()["type"].endswith(":no-basemap")
            assert str(file) in answer.json()["detail"]
    context.basemap.close()


async def test_an_outside_style_may_be_asked_and_nobody_else(dist: Path) -> None:
    basemap = BasemapSettings(style_url="https://maps.example/style.json", style_origins=("https://tiles.example",))
    async with client_of(new_context(settings=Settings(basemap=basemap))) as client:
        policy = (await client.get("/")).headers["Content-Security-Policy"]
    assert "connect-src 'self' https://maps.example https://tiles.example;" in policy
    assert "script-src 'self';" in policy

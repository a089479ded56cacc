"""`/v1/status`, health, metrics, problems, the docs page, and what OpenAPI says."""

import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from beidou_svc.api.context import Context
from beidou_svc.api.problems import PROBLEMS
from tests.helpers.service import client_of

ROOT = Path(__file__).resolve().parents[2]


async def test_status_in_numbers(client: httpx.AsyncClient) -> None:
    found = (await client.get("/v1/status")).json()
    assert found["ready"] is True
    assert found["boot"] == "b007"
    assert found["terminals"] == {"total": 4, "online": 3, "stale": 0, "offline": 1, "quarantined": 0}
    assert found["quality"] == {"1": 1, "4": 1, "5": 1}
    assert found["ingest"]["sentences_total"] == 6
    assert found["ingest"]["epochs_total"] == 3
    assert found["ingest"]["drops"] == {"CHECKSUM": 1}
    assert found["stream"]["clients"] == 0


async def test_every_member_that_the_documentation_shows_is_there(client: httpx.AsyncClient) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    shown = text.partition("## `GET /v1/status`")[2].partition("```json")[2].partition("```")[0]
    names = set(re.findall(r'"(\w+)":', shown)) - {"0", "1", "4", "5", "CHECKSUM"}
    found = await client.get("/v1/status")
    assert names == {name for name in names if f'"{name}":' in found.text}


async def test_ready_only_when_ready(service: Context, client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).status_code == 200
    service.ready = False
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["type"].endswith(":not-ready")
    assert (await client.get("/healthz")).status_code == 200


async def test_metrics_are_prometheus_text_without_a_label_that_names_a_terminal(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    drops = {sample.labels["reason"]: sample.value for sample in families["beidou_drops"].samples}
    assert drops["CHECKSUM"] == 1
    assert drops["GARBAGE"] == 0
    alive = {sample.labels["liveness"]: sample.value for sample in families["beidou_terminals"].samples}
    assert alive == {"online": 3, "stale": 0, "offline": 1}
    labels = {label for family in families.values() for sample in family.samples for label in sample.labels}
    assert labels <= {"version", "liveness", "fix_quality", "reason", "kind", "name", "family", "health", "limit"}
    assert "gz-0000" not in answer.text


async def test_nonsense_cannot_make_metrics_grow_for_ever(service: Context, client: httpx.AsyncClient) -> None:
    service.pipeline.unknown.update({f"X{i:03d}": 1 + i for i in range(500)})  # type: ignore[attr-defined]
    families = text_string_to_metric_families((await client.get("/metrics")).text)
    found = next(family for family in families if family.name == "beidou_unknown_sentences")
    assert len(found.samples) == 51
    assert sum(sample.value for sample in found.samples) == sum(range(1, 501))


async def test_problems_are_documents_of_one_catalogue(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/status")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance", "hint"}


async def test_a_bug_is_a_problem_document_that_tells_nothing_of_the_inside(service: Context) -> None:
    service.state.columns.pop("lat_rad")
    async with client_of(service) as asking:
        answer = await asking.get("/v1/fleet")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "KeyError"
    assert "lat_rad" not in answer.text


def test_every_problem_says_what_to_do_next() -> None:
    for name, problem in PROBLEMS.items():
        assert problem.hint.endswith("."), name
        assert 400 <= problem.status < 600, name


async def test_openapi_has_examples_and_the_scheme(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    for path in ("/v1/fleet", "/v1/terminals", "/v1/terminals/{terminal_id}", "/v1/status", "/v1/page"):
        content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        assert content["example"], path
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert "/{path}" not in document["paths"]


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js"])
async def test_the_docs_page_asks_nobody_else(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert "//" not in answer.text.replace("<!doctype", "")


async def test_the_files_of_the_docs_page_are_served(client: httpx.AsyncClient) -> None:
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert len((await client.get(f"/docs/{name}")).content) > 100_000
    assert (await client.get("/docs/secret.txt")).status_code == 404

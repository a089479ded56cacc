"""Who may see what."""

import httpx
import pytest

from beidou_svc.api.auth import Gate
from beidou_svc.config import AuthSettings, HttpSettings, Scope, Settings, Token
from beidou_svc.fleet.registry import hash_token
from tests.helpers.service import client_of, new_context

TOKENS = tuple(Token(name=scope, scope=scope, hash=hash_token(f"secret-{scope}")) for scope in Scope)
CLOSED = [
    "/v1/fleet",
    "/v1/terminals",
    "/v1/terminals/gz-00000",
    "/v1/terminals/gz-00000/recent",
    "/v1/status",
    "/metrics",
]
OPEN = ["/healthz", "/readyz", "/v1/page", "/openapi.json", "/docs"]


def closed_client() -> httpx.AsyncClient:
    return client_of(new_context(1, Settings(auth=AuthSettings(tokens=TOKENS))))


@pytest.mark.parametrize("path", CLOSED)
async def test_data_need_a_token_where_tokens_are_configured(path: str) -> None:
    async with closed_client() as client:
        refused = await client.get(path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert refused.json()["type"].endswith(":token-missing")
        wrong = await client.get(path, headers={"Authorization": "Bearer nonsense"})
        assert wrong.json()["type"].endswith(":token-unknown")
        for scope in Scope:
            right = await client.get(path, headers={"Authorization": f"bearer secret-{scope}"})
            assert right.status_code == 200


@pytest.mark.parametrize("path", OPEN)
async def test_health_and_the_page_never_need_one(path: str) -> None:
    async with closed_client() as client:
        assert (await client.get(path)).status_code == 200


async def test_the_page_is_told_that_a_token_is_needed() -> None:
    async with closed_client() as client:
        assert (await client.get("/v1/page")).json()["auth"] == "token"


def test_scopes_include_the_ones_before_them() -> None:
    gate = Gate(TOKENS)
    assert [gate.allows("secret-operate", scope) for scope in Scope] == [True, True, False]
    assert gate.scope_of("secret-admin") is Scope.ADMIN
    assert gate.scope_of("") is None
    assert gate.scope_of(None) is None


def test_without_tokens_everything_is_allowed() -> None:
    assert Gate(()).allows(None, Scope.ADMIN)


async def test_other_web_origins_are_let_in_only_by_name() -> None:
    settings = Settings(http=HttpSettings(origins=("https://maps.example.org",)))
    async with client_of(new_context(1, settings)) as client:
        allowed = await client.get("/v1/status", headers={"Origin": "https://maps.example.org"})
        other = await client.get("/v1/status", headers={"Origin": "https://elsewhere.example.org"})
    assert allowed.headers["access-control-allow-origin"] == "https://maps.example.org"
    assert "access-control-allow-origin" not in other.headers

"""Set-up hands pip's configuration to uv, which does not read it."""

import importlib.util
from types import ModuleType

import pytest

from tests.conftest import ROOT


@pytest.fixture
def packages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("packages", ROOT / ".setup" / "packages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("line", "setting", "value"),
    [
        ("global.index-url='https://me:secret@mirror.example/x'", "UV_DEFAULT_INDEX", "https://me:secret@mirror.example/x"),
        (r"global.extra-index-url='\nhttps://a.example/x\nhttps://b.example/x'", "UV_INDEX", "https://a.example/x https://b.example/x"),
        (":env:.find-links='wheels more'", "UV_FIND_LINKS", "wheels,more"),
        ("install.trusted-host='a.example b.example'", "UV_INSECURE_HOST", "a.example b.example"),
        ("global.cert='/ca.pem'", "SSL_CERT_FILE", "/ca.pem"),
    ],
)  # fmt: skip
def test_what_pip_knows_uv_is_told(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch, line: str, setting: str, value: str
) -> None:
    monkeypatch.delenv(setting, raising=False)
    assert packages.uv_environment(f"global.no-input='true'\n{line}\n")[setting] == value


def test_what_the_user_tells_uv_wins(packages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/x")
    told = packages.uv_environment("global.index-url='https://theirs.example/x'\n")
    assert told["UV_DEFAULT_INDEX"] == "https://mine.example/x"

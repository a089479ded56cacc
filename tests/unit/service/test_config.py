"""Settings: what is read, from where, and what is refused."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from beidou_svc.config import Settings
from beidou_svc.config_io import is_loopback, load_settings, refuse_open_doors
from beidou_svc.config_text import MASK, settings_to_markdown, settings_to_toml
from beidou_svc.errors import ConfigError
from beidou_svc.fleet.registry import hash_token

ROOT = Path(__file__).resolve().parents[3]


def load(tmp_path: Path, text: str = "", **environ: str) -> Settings:
    file = tmp_path / "service.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environ)


def complaint(tmp_path: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **environ)
    return str(caught.value)


def test_defaults_need_no_file() -> None:
    settings = load_settings(None, {})
    assert settings == Settings()
    assert settings.http.host == "127.0.0.1"
    refuse_open_doors(settings)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    settings = load(
        tmp_path, "[http]\nport = 1111\nkeep_alive_s = 7", BEIDOU_HTTP__PORT="2222", BEIDOU_PAGE__TITLE="赣州 fleet"
    )
    assert (settings.http.port, settings.http.keep_alive_s, settings.page.title) == (2222, 7.0, "赣州 fleet")


def test_deeper_tables_and_lists_from_the_environment(tmp_path: Path) -> None:
    settings = load(tmp_path, BEIDOU_INGEST__LIMITS__IDLE_S_MAX="5", BEIDOU_INGEST__TCP="[{port = 9001}]")
    assert settings.ingest.limits.idle_s_max == 5
    assert [listener.port for listener in settings.ingest.tcp] == [9001]
    assert [listener.port for listener in settings.ingest.udp] == [9000]


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("[http]\nport = 3333")
    assert load_settings(None, {"BEIDOU_CONFIG": str(file)}).http.port == 3333


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, HOME="/", BEIDOU_TEST_DATA="/somewhere") == Settings()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[htpp]\nport = 1", "htpp: no such setting; did you mean http?"),
        ("[http]\nprot = 1", "http.prot: no such setting; did you mean http.port?"),
        ("[ingest.limits]\nidle_max = 1", "did you mean ingest.limits.idle_s_max?"),
        ("[[ingest.tcp]]\nprot = 1", "did you mean ingest.tcp.0.port?"),
        ("[http]\nxyzzy = 1", "http.xyzzy: no such setting"),
        ("[http]\nport = 'x'", "http.port: Input should be a valid integer"),
        ("[http]\nport = 70000", "http.port: Input should be less than or equal to 65535 (given: 70000)"),
        ("[fleet]\nstale_after_s = 90.0", "offline_after_s must be larger than stale_after_s"),
        ("[basemap]\nfile = 'a'\nstyle_url = 'b'", "file and style_url exclude each other"),
        ("[frame]\nepoch = 2020.0", "CGCS2000 is defined at epoch 2000.0"),
        ("[log]\nlevel = 'loud'", "log.level"),
        ("[http", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in complaint(tmp_path, text)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = complaint(tmp_path, "[http]\nprot = 1", BEIDOU_STREAM__INTERVAL_MS="5")
    assert "http.port" in text
    assert "stream.interval_ms" in text


def test_a_token_written_in_the_place_of_its_hash_is_not_repeated(tmp_path: Path) -> None:
    text = complaint(tmp_path, "[[auth.tokens]]\nname = 'x'\nhash = 'my-secret-token'")
    assert "auth.tokens.0.hash" in text
    assert "my-secret-token" not in text


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_settings(tmp_path / "absent.toml", {})


def test_a_variable_inside_another_is_refused(tmp_path: Path) -> None:
    assert "BEIDOU_HTTP__PORT" in complaint(tmp_path, BEIDOU_HTTP="5", BEIDOU_HTTP__PORT="5")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "fleet.example.org"])
def test_http_is_not_opened_to_the_network_without_tokens(host: str) -> None:
    settings = Settings.model_validate({"http": {"host": host}})
    with pytest.raises(ConfigError) as caught:
        refuse_open_doors(settings)
    assert "1. set http.host" in str(caught.value)
    assert "2. run `beidou token new" in str(caught.value)
    token = {"name": "x", "scope": "read", "hash": hash_token("secret")}
    refuse_open_doors(Settings.model_validate({"http": {"host": host}, "auth": {"tokens": [token]}}))


@pytest.mark.parametrize("kind", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("unknown", "has_file", "allowed"),
    [
        ("accept", False, False),
        ("accept", True, False),
        ("quarantine", False, False),
        ("quarantine", True, True),
        ("refuse", True, True),
    ],
)
def test_ingest_is_not_opened_to_the_network_for_strangers(
    kind: str, unknown: str, has_file: bool, allowed: bool
) -> None:
    values: dict[str, Any] = {"ingest": {kind: [{"host": "0.0.0.0", "port": 9000, "unknown": unknown}]}}
    if has_file:
        values["fleet"] = {"terminals_file": "terminals.csv"}
    settings = Settings.model_validate(values)
    if allowed:
        refuse_open_doors(settings)
        return
    with pytest.raises(ConfigError, match=f"ingest.{kind} on 0.0.0.0:9000 would believe whoever sends"):
        refuse_open_doors(settings)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("localhost.example.org", False),
    ],
)
def test_what_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_the_printed_settings_can_be_read_back(tmp_path: Path) -> None:
    settings = load(tmp_path, "[page]\ntitle = 'a \"b\" \\\\ c'\nbounds = [1, 2, 3, 4]\n[basemap]\nfile = 'x.geojson'")
    text = settings_to_toml(settings)
    assert load(tmp_path, text) == settings


def test_secrets_are_masked(tmp_path: Path) -> None:
    hashed = hash_token("secret")
    settings = load(tmp_path, f'[[auth.tokens]]\nname = "x"\nscope = "admin"\nhash = "{hashed}"')
    text = settings_to_toml(settings)
    assert hashed not in text
    assert tomllib.loads(text)["auth"]["tokens"] == [{"name": "x", "scope": "admin", "hash": MASK}]


def test_every_setting_says_what_it_is() -> None:
    text = settings_to_markdown()
    assert "| None |" not in text
    assert "| `interval_ms` |" in text


def test_the_documentation_is_up_to_date() -> None:
    """`beidou config --docs > docs/settings.md` brings it there."""
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_to_markdown()

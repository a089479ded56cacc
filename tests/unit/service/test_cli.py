"""The commands, as a shell sees them."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from beidou_svc.cli import app
from beidou_svc.config_io import load_settings
from beidou_svc.config_text import settings_to_markdown
from beidou_svc.fleet.registry import token_matches
from beidou_svc.fleet.registry_io import read_terminals

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEIDOU_CONFIG", raising=False)


def test_the_settings_are_printed() -> None:
    assert RUNNER.invoke(app, ["config", "--docs"]).output == settings_to_markdown()
    assert "[http]" in RUNNER.invoke(app, ["config"]).output


def test_a_wrong_setting_ends_with_2_and_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("[http]\nprot = 1")
    for command in ("serve", "config", "demo"):
        result = RUNNER.invoke(app, [command, "--config", str(file)])
        assert result.exit_code == 2
        assert "did you mean http.port?" in result.output
        assert "Traceback" not in result.output


def test_serving_the_network_without_tokens_is_refused_before_anything_is_bound(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("[http]\nhost = '0.0.0.0'")
    result = RUNNER.invoke(app, ["serve", "--config", str(file)])
    assert result.exit_code == 2
    assert "without credentials" in result.output


def test_the_lines_of_a_new_token_go_straight_into_the_configuration(tmp_path: Path) -> None:
    lines = RUNNER.invoke(app, ["token", "new", "--scope", "operate", "--name", "wall display"]).output.splitlines()
    token = lines[0].removeprefix("token: ")
    file = tmp_path / "x.toml"
    file.write_text("\n".join(lines[2:]))
    (found,) = load_settings(file, {}).auth.tokens
    assert (found.name, found.scope) == ("wall display", "operate")
    assert token_matches(token, found.hash)


def test_the_line_of_a_terminal_goes_straight_into_the_register(tmp_path: Path) -> None:
    lines = RUNNER.invoke(app, ["token", "new", "--terminal", "gz-00001"]).output.splitlines()
    file = tmp_path / "terminals.csv"
    file.write_text("\n".join(["id,name,token_hash,policy", lines[-1]]))
    (found,) = read_terminals(file)
    assert found.id == "gz-00001"
    assert found.token_hash is not None
    assert token_matches(lines[0].removeprefix("token: "), found.token_hash)


def test_a_scope_that_does_not_exist() -> None:
    result = RUNNER.invoke(app, ["token", "new", "--scope", "root"])
    assert result.exit_code == 2
    assert "choose read, operate, admin" in result.output

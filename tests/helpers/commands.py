"""`beidou` as a shell runs it."""

from typer.testing import CliRunner

from beidou_svc.cli import app


def call(*words: str, code: int = 0) -> tuple[str, str]:
    """Standard output and standard error of a command that ends with this code."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr

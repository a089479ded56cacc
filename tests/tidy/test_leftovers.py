"""Nothing half-done, nothing of one machine, nothing that says where packages come from."""

import json
import re

import pytest

from tests.tidy.source import TIDY, tracked_texts

LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|^(<<<<<<<|>>>>>>>) |\bbreakpoint\(\)|\bdebugger;", re.M)
MACHINE_PATHS = re.compile(r"(?<![\w.$}~-])/(work|opt|root|home|Users|mnt)/\w")
REGISTRIES = re.compile(
    r"pypi\.(org|python)|pythonhosted|registry\.(npmjs|yarnpkg)|npmmirror|deb\.debian\.org"
    r"|\bindex-url\b.{0,4}(https?|file):(?!\S*\.example/)|(https?|file)://[^\s\"'`)]*/simple\b"
)
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock", ".setup/setup.lock", ".setup/node.lock")


def lines_matching(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path, text in texts.items()
        for match in pattern.finditer(text)
    ]


def house_texts() -> dict[str, str]:
    """All of the repository but these rules, which must name what they forbid."""
    return {path: text for path, text in tracked_texts().items() if not path.startswith(TIDY)}


@pytest.mark.parametrize("pattern", [LEFTOVERS, MACHINE_PATHS, REGISTRIES], ids=["leftovers", "paths", "registries"])
def test_nothing_is_left_behind(pattern: re.Pattern[str]) -> None:
    found = lines_matching(pattern, house_texts())
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", PYTHON_LOCKS)
def test_lock_files_have_hashes_and_no_addresses(path: str) -> None:
    text = tracked_texts()[path]
    assert "://" not in text
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==", text, re.MULTILINE)
    with_hash = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==[^\n]*\\\n\s+--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert pinned
    assert len(pinned) == len(with_hash)


def test_npm_locks_have_integrity_and_no_addresses() -> None:
    locks = {path: text for path, text in tracked_texts().items() if path.endswith("package-lock.json")}
    assert locks
    for path, text in locks.items():
        packages = json.loads(text)["packages"]
        assert not [name for name, entry in packages.items() if "resolved" in entry], path
        assert not [name for name, entry in packages.items() if name and "integrity" not in entry], path


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (LEFTOVERS, "x = 1  # TODO: later"),
        (LEFTOVERS, "a\n<<<<<<< HEAD\n"),
        (MACHINE_PATHS, 'DATA = "/home/me/data"'),
        (REGISTRIES, "--index-url https://mirror.test/x"),
        (REGISTRIES, "extra-index-url = https://mirror.test/x"),
        (REGISTRIES, "see https://mirror.test/pypi/simple/numpy"),
    ],
)
def test_the_rule_bites(pattern: re.Pattern[str], line: str) -> None:
    assert lines_matching(pattern, {"x": line})


@pytest.mark.parametrize(
    "line",
    [
        "--no-emit-index-url",
        "index-url='https://a.example/x'",
        "GET /v1/work/orders",
        "a/root/b",
        "$HOME/opt/x",
        "~/work/x",
    ],
)
def test_the_rule_spares(line: str) -> None:
    assert not lines_matching(MACHINE_PATHS, {"x": line})
    assert not lines_matching(REGISTRIES, {"x": line})

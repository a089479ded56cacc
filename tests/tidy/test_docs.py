"""What the documents say of the repository is so: links lead somewhere, verbs exist, locks hold what is declared."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tidy.source import ROOT, modules, tracked_texts

LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
VERB = re.compile(r"\bmake ([a-z]+)\b(?=[`\s]*(?:$|[`#(]|ARGS=))", re.MULTILINE)
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", re.MULTILINE)


def documents() -> dict[str, str]:
    return {path: text for path, text in tracked_texts().items() if path.endswith(".md")}


def dead_links(path: str, text: str) -> list[str]:
    folder = (ROOT / path).parent
    return [f"{path}: {target}" for target in LINK.findall(text) if not (folder / target).exists()]


def unknown_verbs(text: str, makefile: str) -> set[str]:
    return set(VERB.findall(text)) - set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_links_lead_somewhere() -> None:
    assert [link for path, text in documents().items() for link in dead_links(path, text)] == []


def test_pictures_are_shown() -> None:
    shown = {Path(target).name for text in documents().values() for target in LINK.findall(text)}
    assert {path.name for path in (ROOT / "docs" / "img").iterdir()} <= shown


def test_every_room_is_on_the_map() -> None:
    texts = tracked_texts()
    folders = {path.rpartition("/")[0] for path in texts if path.endswith("/__init__.py")}
    rooms = {
        folder for folder in folders if folder.count("/") == 1 and not folder.startswith(("tests/", "simulators/"))
    }
    assert sorted(room for room in rooms if f"`{room}`" not in texts["ARCHITECTURE.md"]) == []


def test_verbs_exist() -> None:
    makefile = tracked_texts()["Makefile"]
    assert {path: unknown for path, text in documents().items() if (unknown := unknown_verbs(text, makefile))} == {}


def test_benchmarks_are_published() -> None:
    benches = [module.path for module in modules("tests/bench") if "/bench_" in module.path]
    published = tracked_texts().get("docs/benchmarks.md", "")
    for path in benches:
        name = re.search(r'^NAME = "(\w+)"', (ROOT / path).read_text("utf-8"), re.MULTILINE)
        assert name, f"{path} has no NAME"
        assert f"`{name[1]}`" in published, f"docs/benchmarks.md does not show {name[1]}: run `make bench`"


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", []),
        ("requirements-dev.lock", ["dev"]),
        (".setup/setup.lock", ["setup"]),
        (".setup/node.lock", ["node"]),
    ],
)
def test_locks_hold_what_is_declared(lock: str, groups: list[str]) -> None:
    project = tomllib.loads(tracked_texts()["pyproject.toml"])
    declared = [] if lock.startswith(".setup") else project["project"]["dependencies"]
    declared = declared + [line for group in groups for line in project["dependency-groups"][group]]
    pinned = {canonicalize_name(name): version for name, version in PIN.findall(tracked_texts()[lock])}
    for requirement in map(Requirement, declared):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version, f"{lock} lacks {requirement.name}: run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), f"{lock}: {requirement} is at {version}"


def test_the_rules_bite() -> None:
    assert dead_links("README.md", "see [this](docs/no-such-page.md)") == ["README.md: docs/no-such-page.md"]
    assert dead_links("README.md", "see [that](LICENSE#top) and [there](https://example.org/x)") == []
    assert unknown_verbs("run `make fly`, then\n\n    make demo   # live\n", "demo: x\n") == {"fly"}
    assert unknown_verbs("we make sure of it", "demo: x\n") == set()

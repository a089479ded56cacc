"""The files of this repository as the rules see them, and the ratchet that lets old sins only become fewer."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PURE = ("gnss", "mapping")
PRODUCT = (*PURE, "simulators", "beidou_svc")
TIDY = "tests/tidy/"
MADE = {"node_modules", "dist", "__pycache__"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root, its text, its syntax tree."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)

    @property
    def name(self) -> str:
        """The dotted name that imports it."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function and method, with its qualified name."""
        yield from _functions(self.tree, "")


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
            yield from _functions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """The Python files of these packages (or folders)."""
    found = (path for package in packages for path in sorted((ROOT / package).rglob("*.py")))
    return tuple(
        Module(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
        for path in found
        if not MADE & set(path.parts)
    )


@cache
def tracked_texts() -> dict[str, str]:
    """Every text file that git knows or would add, by its path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    texts = {}
    for name in listed:
        try:
            texts[name] = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    return texts


def ratchet(rule: str) -> dict[str, int]:
    """What is still allowed to break a rule: how many findings, by file or by package."""
    table: dict[str, dict[str, int]] = tomllib.loads((ROOT / TIDY / "ratchet.toml").read_text("utf-8"))
    return table.get(rule, {})


def assert_ratchet(rule: str, findings: dict[str, list[str]]) -> None:
    """Findings by file or package are at most as many as the ratchet allows; `python -m tests.tidy` tightens it."""
    allowed = ratchet(rule)
    worse = [line for key, found in findings.items() if len(found) > allowed.get(key, 0) for line in found]
    assert not worse, "\n".join([f"[{rule}] of {TIDY}ratchet.toml allows fewer than these:", *worse])


def by_file(findings: list[str]) -> dict[str, list[str]]:
    """Findings `path:line: what` by their path."""
    grouped: dict[str, list[str]] = {}
    for finding in findings:
        grouped.setdefault(finding.partition(":")[0], []).append(finding)
    return grouped

"""`gnss` and `mapping` compute: no sockets, no threads, no clock, no dice, and files only in modules named `*_io`."""

import ast
from collections.abc import Iterable, Iterator

import pytest

from tests.tidy.source import PURE, Module, modules

FORBIDDEN_IMPORTS = {
    *("asyncio", "socket", "selectors", "ssl", "threading", "multiprocessing", "concurrent", "subprocess"),
    *("sqlite3", "duckdb", "sqlalchemy", "random", "secrets", "http", "urllib", "requests", "httpx"),
}
CLOCKS = {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "sleep"}
NOW = {"now", "utcnow", "today"}
FILE_CALLS = {"open", "read_bytes", "read_text", "write_bytes", "write_text", "fromfile", "memmap", "read_table"}

FILES_ALLOWED = {
    "gnss/_jit.py": "the stamp of a compiled kernel is a digest of the sources that it inlines",
}


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def clock_imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return [alias.name for alias in node.names if alias.name in CLOCKS]
    return []


def impure_call(module: Module, node: ast.Call) -> bool:
    owner, _, name = ast.unparse(node.func).rpartition(".")
    reads_clock = (owner == "time" and name in CLOCKS) or (owner.endswith(("datetime", "date")) and name in NOW)
    rolls_dice = name == "default_rng" or (owner.endswith("random") and name != "Generator")
    opens_file = name in FILE_CALLS and not module.path.endswith("_io.py") and module.path not in FILES_ALLOWED
    return reads_clock or rolls_dice or opens_file


def impurities(sources: Iterable[Module]) -> list[str]:
    found = []
    for module in sources:
        for node in ast.walk(module.tree):
            where = f"{module.path}:{getattr(node, 'lineno', 0)}:"
            found += [f"{where} import {n}" for n in imported(node) if n.partition(".")[0] in FORBIDDEN_IMPORTS]
            found += [f"{where} from time import {n}" for n in clock_imports(node)]
            if isinstance(node, ast.Call) and impure_call(module, node):
                found.append(f"{where} {ast.unparse(node.func)}()")
    return found


def test_gnss_and_mapping_are_pure() -> None:
    assert impurities(modules(*PURE)) == []


def test_what_may_read_files_still_does() -> None:
    known = {module.path: module for module in modules(*PURE)}
    for path in FILES_ALLOWED:
        assert "read_" in known[path].text, f"{path} no longer reads files: take it off the list"


@pytest.mark.parametrize(
    "line",
    [
        "import socket",
        "from asyncio import Queue",
        "from time import monotonic",
        "t = time.time_ns()",
        "t = datetime.now()",
        "rng = np.random.default_rng(1)",
        "x = np.random.normal()",
        "f = open('x')",
        "s = Path('x').read_bytes()",
    ],
)
def test_the_rule_bites(line: str) -> None:
    assert impurities([Module("gnss/x.py", line)])


@pytest.mark.parametrize(
    "line", ["def step(rng: np.random.Generator): ...", "t = rng.normal()", "week = resolve.time(3)"]
)
def test_the_rule_spares_arguments(line: str) -> None:
    assert impurities([Module("gnss/x.py", line)]) == []


def test_readers_may_open_files() -> None:
    assert impurities([Module("mapping/network/osm_io.py", "f = open('x')")]) == []

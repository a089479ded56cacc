"""The benchmarks: every module `tests.bench.bench_*` that has a `NAME` and a `run()`."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType

import tests.bench
from tests.bench.result import Result

Bench = Callable[[], Iterator[Result]]
PageWriter = Callable[[str], None]


def modules() -> dict[str, ModuleType]:
    """By name, in order of their files."""
    found: dict[str, ModuleType] = {}
    for info in sorted(pkgutil.iter_modules(tests.bench.__path__), key=lambda info: info.name):
        if info.name.startswith("bench_"):
            module = importlib.import_module(f"tests.bench.{info.name}")
            if module.NAME in found:
                raise ValueError(f"two benchmarks are called {module.NAME}")
            found[module.NAME] = module
    return found


def benches() -> dict[str, Bench]:
    """What each benchmark runs."""
    return {name: module.run for name, module in modules().items()}


def page_writers() -> dict[str, PageWriter]:
    """What writes the pages, for a date, of the benchmarks that have some of their own beside docs/benchmarks.md."""
    return {name: module.write_pages for name, module in modules().items() if hasattr(module, "write_pages")}

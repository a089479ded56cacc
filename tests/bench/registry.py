"""The benchmarks: every module `tests.bench.bench_*` that has a `NAME` and a `run()`."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import tests.bench
from tests.bench.result import Result

Bench = Callable[[], Iterator[Result]]


def benches() -> dict[str, Bench]:
    """By name, in order of their modules."""
    found: dict[str, Bench] = {}
    for info in sorted(pkgutil.iter_modules(tests.bench.__path__), key=lambda info: info.name):
        if info.name.startswith("bench_"):
            module = importlib.import_module(f"tests.bench.{info.name}")
            if module.NAME in found:
                raise ValueError(f"two benchmarks are called {module.NAME}")
            found[module.NAME] = module.run
    return found

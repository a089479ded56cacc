"""The one way kernels are compiled here, and the rule by which a compiled kernel goes stale.

numba stamps a cached kernel with its own source file only. A kernel inlines the kernels it imports, so an edit
there would go unnoticed: the stamp used here covers the file and every file of ours that it imports, transitively.
"""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import config as _config
from numba.core import caching

from gnss._dispatch import KernelDispatcher

_F = TypeVar("_F", bound=Callable[..., Any])
_numba_config: Any = _config
_numba_config.SLP_VECTORIZE = 1
"""What a loop of eight steps does becomes a vector too: numba leaves that out, LLVM's own compilers do not."""

_PACKAGES = ("gnss", "mapping", "simulators", "beidou_svc")
_ROOT = Path(__file__).resolve().parent.parent
_IMPORT = re.compile(rb"^\s*(?:from|import)\s+((?:%s)[\w.]*)" % "|".join(_PACKAGES).encode(), re.MULTILINE)
_FROM = re.compile(rb"^\s*from\s+((?:%s)[\w.]*)\s+import\s+([\w, ()\n]+)" % "|".join(_PACKAGES).encode(), re.MULTILINE)


def _compile(function: _F, *, cache: bool = True, **options: Any) -> _F:
    if _numba_config.DISABLE_JIT:
        return function
    options |= {"nopython": True, "boundscheck": None, "nogil": True, "error_model": "numpy"}
    compiled: Any = KernelDispatcher(function, targetoptions=options)
    if cache:
        source_stamp(Path(function.__code__.co_filename).resolve())  # of the source that was imported: it may change
        compiled.enable_caching()
    return compiled


def kernel(function: _F) -> _F:
    """Compile `function` with numba: no GIL, cached on disk, IEEE arithmetic (fastmath would drop our NaN checks)."""
    return _compile(function)


def leaf_kernel(function: _F) -> _F:
    """Compile a kernel that allocates nothing: without numba's runtime, its array arguments cost no reference counting.

    That is worth 5 ns an array and call, which is more than a field of a sentence takes to parse.
    """
    return _compile(function, _nrt=False)


def inline_kernel(function: _F) -> _F:
    """Compile a leaf kernel that its callers inline at LLVM level: a helper of a few instructions."""
    return _compile(function, _nrt=False, forceinline=True)


def closure_kernel(function: _F) -> _F:
    """Compile an inline kernel that is made at run time, from constants: kept on disk as part of its callers only."""
    return _compile(function, cache=False, _nrt=False, forceinline=True)


@cache
def _module_files(dotted: str) -> list[Path]:
    base = _ROOT.joinpath(*dotted.split("."))
    return [path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()]


@cache
def _imported_files(path: Path) -> tuple[Path, ...]:
    source = path.read_bytes()
    names = [match.decode() for match in _IMPORT.findall(source)]
    for module, imported in _FROM.findall(source):
        names += [f"{module.decode()}.{name}" for name in re.findall(r"\w+", imported.decode())]
    return tuple(dict.fromkeys(file for name in names for file in _module_files(name)))


@cache
def source_stamp(path: Path) -> bytes:
    """Digest of a source file and of every file of these packages that it imports, transitively."""
    seen: dict[Path, None] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen[current] = None
            waiting.extend(_imported_files(current))
    digest = hashlib.sha256()
    for file in sorted(seen):
        digest.update(file.read_bytes())
    return digest.digest()


class InTreeLocator(caching.InTreeCacheLocator):
    """Compiled kernels live in `__pycache__` beside their source, stamped with its imports."""

    def get_source_stamp(self) -> bytes:
        return source_stamp(Path(self._py_file).resolve())


class UserLocator(caching.UserWideCacheLocator):
    """Where the package is installed read-only, compiled kernels live in the user's cache folder."""

    def get_source_stamp(self) -> bytes:
        return source_stamp(Path(self._py_file).resolve())


class IndexFile(caching.IndexDataCacheFile):
    """The list of what is compiled of a kernel. One that names a type which was moved or removed since is stale too.

    What is compiled lies in a file named after its types. numba counts: two processes that compile one kernel for
    other types at the same time would both take the next number, and one would later load the other's.
    """

    def save(self, key: Any, data: Any) -> None:
        own: Any = self
        name = own._data_name(int.from_bytes(hashlib.sha256(str(key).encode()).digest()[:6]))
        own._save_data(name, data)
        own._save_index(own._load_index() | {key: name})

    def _load_index(self) -> dict[Any, str]:
        try:
            found: dict[Any, str] = super()._load_index()  # type: ignore[no-untyped-call]
        except (ImportError, AttributeError):
            return {}
        return found


setattr(caching, "IndexDataCacheFile", IndexFile)  # noqa: B010 - a type, which may not be assigned to

if not _numba_config.CACHE_LOCATOR_CLASSES:
    _numba_config.CACHE_LOCATOR_CLASSES = "gnss._jit.InTreeLocator,gnss._jit.UserLocator"

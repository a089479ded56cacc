"""Imports each module named on standard input where nothing of ours is loaded but what it imports; prints failures.

A fresh interpreter per module would spend its time on numpy and numba. Here one interpreter loads what is not ours
and forks: a module is imported in a fork of the process of another, its base, which it imports anyway.
"""

import gc
import importlib
import os
import sys
import traceback
import warnings


def import_one(module: str) -> int:
    """1 if that failed, else 0."""
    try:
        importlib.import_module(module)
    except BaseException:
        sys.stdout.write(f"{module}: {traceback.format_exc(limit=-1)}\n")
        sys.stdout.flush()
        return 1
    return 0


def import_on(base: str, modules: dict[str, list[str]]) -> int:
    """Import the modules of this base, in a fork each but for one, and go on from there; 1 if any failed."""
    failed = 0
    while here := modules.get(base):
        base, *others = here
        for module in others:
            if (pid := os.fork()) == 0:
                os._exit(import_one(module) | import_on(module, modules))
            failed |= os.waitpid(pid, 0)[1] != 0
        failed |= import_one(base)
    return failed


def main() -> None:
    warnings.simplefilter("error")
    foreign, *ours = sys.stdin.read().split("\n")
    for name in foreign.split():
        importlib.import_module(name)
    modules: dict[str, list[str]] = {}
    for line in ours:
        module, _, base = line.partition(" ")
        modules.setdefault(base, []).append(module)
    gc.disable()  # a collection would touch, and so copy, all pages that the forks share
    sys.exit(import_on("", modules))


if __name__ == "__main__":
    main()

"""Imports each module named on standard input in a process of its own; prints those that fail, with the reason.

A fresh interpreter per module would spend its time on numpy and numba. Here one interpreter loads what is not ours
and forks for each module, so that every one of them is the first of ours to be imported.
"""

import importlib
import os
import sys
import traceback
import warnings

AT_ONCE = os.cpu_count() or 1


def start_import(module: str) -> None:
    """Fork a process that imports this module and nothing of ours before it."""
    if os.fork() != 0:
        return
    status = 0
    try:
        importlib.import_module(module)
    except BaseException:
        sys.stdout.write(f"{module}: {traceback.format_exc(limit=-1)}\n")
        sys.stdout.flush()
        status = 1
    os._exit(status)


def main() -> None:
    warnings.simplefilter("error")
    foreign, ours = (line.split() for line in sys.stdin.read().split("\n"))
    for name in foreign:
        importlib.import_module(name)
    failures = 0
    for started, module in enumerate(ours):
        if started >= AT_ONCE:
            failures += os.wait()[1] != 0
        start_import(module)
    for _ in range(min(AT_ONCE, len(ours))):
        failures += os.wait()[1] != 0
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

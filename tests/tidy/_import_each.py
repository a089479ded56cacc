"""Imports each module named on standard input in a process of its own; prints those that fail, with the reason.

A fresh interpreter per module would spend its time on numpy and numba. Here one interpreter loads what is not ours
and forks for each module, so that every one of them is the first of ours to be imported.
"""

import importlib
import os
import sys
import traceback
import warnings


def import_alone(module: str) -> bool:
    child = os.fork()
    if child == 0:
        status = 0
        try:
            importlib.import_module(module)
        except BaseException:
            sys.stdout.write(f"{module}: {traceback.format_exc(limit=-1)}\n")
            sys.stdout.flush()
            status = 1
        os._exit(status)
    return os.waitpid(child, 0)[1] == 0


def main() -> None:
    warnings.simplefilter("error")
    foreign, ours = (line.split() for line in sys.stdin.read().splitlines())
    for name in foreign:
        importlib.import_module(name)
    sys.exit(0 if all([import_alone(module) for module in ours]) else 1)


if __name__ == "__main__":
    main()

"""Runs benchmarks: one JSON object a line.

python -m tests.bench                 names them
python -m tests.bench NAME...         runs these, here
python -m tests.bench --write [NAME]  runs these (or all), each in a process of its own, into docs/benchmarks.md
"""

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime

from tests.bench.machine import description
from tests.bench.publish import publish
from tests.bench.registry import benches, page_writers
from tests.bench.result import Result


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def run_here(names: list[str], *, pages: bool = False) -> None:
    known, writers = benches(), page_writers() if pages else {}
    for name in names:
        found = False
        for result in known[name]():
            sys.stdout.write(json.dumps(result.to_record(), ensure_ascii=False) + "\n")
            sys.stdout.flush()
            found = True
        if found and name in writers:
            writers[name](today())


def run_apart(name: str) -> list[Result] | None:
    """Results of a benchmark that runs in a process of its own; nothing if it failed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench", "--pages", name], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        results = []
        for line in child.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            results.append(Result.from_record(json.loads(line)))
    return results if child.returncode == 0 and results else None


def write(names: list[str]) -> int:
    failed = []
    for name in names:
        results = run_apart(name)
        if results is None:
            failed.append(name)
        else:
            publish(results, description(), today())
    if failed:
        sys.stderr.write(f"failed, and left as they were in docs/benchmarks.md: {', '.join(failed)}\n")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Runs benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", action="store_true", help="publish in docs/benchmarks.md")
    parser.add_argument("--pages", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    known = list(benches())
    if unknown := set(wanted.names) - set(known):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if wanted.write:
        return write(wanted.names or known)
    if not wanted.names:
        sys.stdout.write("\n".join(known) + "\n")
    run_here(wanted.names, pages=wanted.pages)
    return 0


if __name__ == "__main__":
    sys.exit(main())

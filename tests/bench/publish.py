"""`docs/benchmarks.md`: the last results of every benchmark, with the machine and the day they are from.

The results themselves are kept beside it as JSON lines, so that one benchmark can be run again alone.
"""

import json
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.bench.result import Result, figure

DOCS = Path(__file__).resolve().parents[2] / "docs"
RECORDS = DOCS / "benchmarks.jsonl"
PAGE = DOCS / "benchmarks.md"

HEAD = """\
# Benchmarks

Made by `make bench`; one alone by `make bench ARGS=NAME`. Processor time of one core unless a line says otherwise, the
median of repeats; a peer runs in the same process, alternating with ours. The machine is shared: trust ratios more than
figures. *must* and *reach* are the targets; *missed* is said where one is missed.

"""
COLUMNS = """\
| metric | measured | must | reach | | peer | peer measured | times better | note |
|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Published:
    """A result with the machine and the day it is from."""

    result: Result
    machine: str
    date: str


def published() -> list[Published]:
    """What was published last, in order."""
    if not RECORDS.is_file():
        return []
    records = (json.loads(line) for line in RECORDS.read_text("utf-8").splitlines())
    return [Published(Result.from_record(r["result"]), r["machine"], r["date"]) for r in records]


def publish(results: list[Result], machine: str, date: str) -> None:
    """Put new results in the place of the old ones of the same benchmarks, and write the page anew."""
    done = {result.bench for result in results}
    everything = [line for line in published() if line.result.bench not in done]
    everything += [Published(result, machine, date) for result in results]
    everything.sort(key=lambda line: line.result.bench)
    records = ({"date": p.date, "machine": p.machine, "result": p.result.to_record()} for p in everything)
    RECORDS.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    PAGE.write_text(page(everything), "utf-8")


def page(lines: list[Published]) -> str:
    """The page that shows these results."""
    parts = [HEAD]
    for bench, group in groupby(lines, key=lambda line: line.result.bench):
        first, *others = group
        parts.append(f"## `{bench}`\n\n{first.date}; {first.machine}\n\n{COLUMNS}")
        parts += [row(line.result) for line in (first, *others)]
        parts.append("\n")
    return "".join(parts).rstrip("\n") + "\n"


def row(result: Result) -> str:
    """A line of the table."""
    ours, must, reach, peer = (
        figure(value, result.unit) for value in (result.value, result.must, result.reach, result.peer_value)
    )
    cells = [result.metric, f"**{ours}**", must, reach, result.verdict()]
    cells += [result.peer, peer, figure(result.ratio), result.note]
    return f"| {' | '.join(cells)} |\n"

"""What the commands on logs share: opening them, stating times, telling what went wrong."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from beidou_svc.errors import ServiceError
from beidou_svc.ingest.sockets import raise_file_limit
from beidou_svc.replay.ids import Ids, terminal_ids_of
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.source import LogSource, open_sources
from gnss.batches import NO_TIME
from gnss.time.rfc3339 import parse_rfc3339

EXIT_PROBLEMS = 1
"""Everything readable was used, but something was not readable."""

EXIT_USELESS = 2
"""Nothing could be done."""

PROBLEMS_SHOWN_MAX = 50

_FILES_BESIDE_LOGS_MAX = 64
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
_ZONE = re.compile(r"([Zz]|[+-]\d\d:\d\d)$")


WIDTH_UNKNOWN = 120
"""Columns of the output where it is no terminal."""


def out_console() -> Console:
    """For results."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_UNKNOWN)


def error_console() -> Console:
    """For everything that is not the result."""
    return Console(stderr=True, highlight=False)


def open_logs(paths: Sequence[Path]) -> tuple[list[LogSource], Ids, list[str]]:
    """The logs that can be read, their ids, and what is wrong with the others. Raises LogError if none is left."""
    raise_file_limit(len(paths) + _FILES_BESIDE_LOGS_MAX)
    ids = Ids()
    sources, problems = open_sources(list(paths), terminal_ids_of(paths), ids)
    if not sources:
        raise LogError("\n".join(problems))
    return sources, ids, problems


def time_option(text: str | None, option: str) -> int:
    """GPST ns of a time given on the command line: RFC 3339, without zone = UTC, or a day alone; `NO_TIME` for none."""
    if text is None:
        return NO_TIME
    whole = text.strip()
    if _DAY.fullmatch(whole):
        whole += "T00:00:00"
    if _MINUTE.fullmatch(_ZONE.sub("", whole)):
        whole = _ZONE.sub("", whole) + ":00" + (zone[0] if (zone := _ZONE.search(whole)) else "")
    if not _ZONE.search(whole):
        whole += "Z"
    parsed = parse_rfc3339(np_text(whole))
    if not parsed.ok.item():
        raise LogError(f"{option} {text}: not a time; write 2026-11-22T06:30:00Z, or 2026-11-22")
    return int(parsed.t_gpst_ns.item())


def np_text(text: str) -> bytes:
    """ASCII of a text; what is not ASCII becomes a `?`, which no time holds."""
    return text.encode("ascii", "replace")


def guarded(run: Callable[[], Sequence[str]]) -> None:
    """Run a command that returns what went wrong; says it and sets the exit code."""
    try:
        problems = run()
    except ServiceError as error:
        _give_up(error)
    if problems:
        _tell(problems)
        raise typer.Exit(EXIT_PROBLEMS)


def _tell(problems: Sequence[str]) -> None:
    for problem in problems[:PROBLEMS_SHOWN_MAX]:
        typer.echo(f"beidou: {problem}", err=True)
    if len(problems) > PROBLEMS_SHOWN_MAX:
        typer.echo(f"beidou: and {len(problems) - PROBLEMS_SHOWN_MAX} more problems", err=True)


def _give_up(error: ServiceError) -> NoReturn:
    _tell(str(error).splitlines())
    raise typer.Exit(EXIT_USELESS)

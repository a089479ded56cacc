"""`beidou match` as it runs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from beidou_svc.match_command.match_table import match_schema, matches_to_arrow
from beidou_svc.match_command.options import MatchOptions
from beidou_svc.match_command.positions import Positions, read_positions
from beidou_svc.match_command.report import Totals, summary_table
from beidou_svc.network_commands.opening import NetworkError, check_free, frame_option, open_map
from beidou_svc.replay.command import error_console, guarded, out_console, time_option
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.table_io import STDOUT, TableFile, TableFormat
from mapping.datums.frame import CGCS2000_2000, Frame
from mapping.datums.placed import Placed
from mapping.errors import MappingError
from mapping.matching.model import MatchModel
from mapping.matching.tables import MatchTables, build_tables
from mapping.matching.trace import Trace, match_trace


def run_match(options: MatchOptions) -> None:
    """Match, write, sum up; ends the process with a code that says whether everything could be used."""
    guarded(lambda: _match(options))


def _match(options: MatchOptions) -> Sequence[str]:
    kind, console = _format(options), error_console()
    tables = _tables(options, console)
    with console.status("reading positions"):
        positions = read_positions(options.logs, time_option(options.reference_time, "--reference-time"), lambda: None)
    frame = tables.network.frame if options.frame is None else frame_option(options.frame)
    totals = Totals()
    with ExitStack() as stack:
        file = None
        if kind is not None and options.out is not None:
            schema = match_schema(tables.network)
            file = stack.enter_context(TableFile(options.out, kind, schema, overwrite=options.force))
        for trace in _traces(tables, positions, frame, console):
            totals.add(trace)
            if file is not None:
                file.write(matches_to_arrow(trace.rows, tables.network, positions.names, schema))
    _tell(options, totals)
    return [*positions.problems, *([] if totals.rows else ["no position was found in these files"])]


def _format(options: MatchOptions) -> TableFormat | None:
    if options.out is None:
        return None
    word = options.out.suffix.removeprefix(".")
    if word not in list(TableFormat):
        raise LogError(f"--out {options.out}: its name must end in .{', .'.join(TableFormat)}")
    if options.out != STDOUT:
        check_free(options.out, options.force)
    return TableFormat(word)


def _tables(options: MatchOptions, console: Console) -> MatchTables:
    network = open_map(console, options.network, ("auto", str(CGCS2000_2000), None)).network
    model = MatchModel(sigma_default_m=options.sigma_m, keeps_right=not options.keeps_left)
    with console.status("measuring the ways of the network"):
        tables = build_tables(network, model=model)
    try:
        return tables.with_closed(options.closed)
    except ValueError as error:
        raise NetworkError(f"--closed: {error}") from error


def _traces(tables: MatchTables, positions: Positions, frame: Frame, console: Console) -> Iterator[Trace]:
    """Terminal after terminal."""
    order = np.argsort(positions.fixes.slot, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(positions.fixes.slot[order])) + 1) if len(order) else []
    steps = track(groups, "matching", console=console, transient=True, disable=not console.is_terminal)
    for rows in steps:
        try:
            yield match_trace(tables, Placed(frame, positions.fixes.take(rows)))
        except MappingError as error:
            raise NetworkError(f"{error} (--frame says what frame the positions are in)") from error


def _tell(options: MatchOptions, totals: Totals) -> None:
    console = out_console()
    console.print(summary_table(totals))
    if options.out is not None:
        console.print(f"{totals.rows:,} rows are in {Path(options.out)}", soft_wrap=True)

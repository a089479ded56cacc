"""`beidou decode` as it runs."""

from collections.abc import Sequence
from pathlib import Path

from beidou_svc.replay.command import error_console, guarded, open_logs, out_console, time_option
from beidou_svc.replay.decode import FIXES, Decoded, Wanted, decode_logs
from beidou_svc.replay.fix_table import FRAME_UNSTATED
from beidou_svc.replay.ids import terminal_id_of
from beidou_svc.replay.log_io import STDIN, LogError
from beidou_svc.replay.options import DecodeOptions
from beidou_svc.replay.progress import reading_progress
from beidou_svc.replay.report import report
from beidou_svc.replay.source import LogSource
from beidou_svc.replay.table_io import STDOUT, TableFormat


def run_decode(options: DecodeOptions) -> None:
    """Decode, write, sum up; ends the process with a code that says whether everything could be used."""
    guarded(lambda: _decode(options))


def _decode(options: DecodeOptions) -> Sequence[str]:
    wanted, plot = _wanted(options), options.plot
    if plot is not None and plot.exists() and not options.force:
        raise LogError(f"{plot} exists: add --force to replace it, or name another file with --plot")
    sources, ids, problems = open_logs(options.logs)
    with reading_progress(error_console(), sources, "decoding") as on_page:
        done = decode_logs(sources, ids, wanted, on_page=on_page)
    _tell(done, sources, wanted)
    if plot is not None and done.sample is not None:
        from beidou_svc.replay.plot import plot_fixes  # matplotlib takes a second to load

        plot_fixes(done.sample.rows(), _title(sources, done.sample.stride), plot)
    return [*problems, *done.problems, *_nothing_found(done)]


def _wanted(options: DecodeOptions) -> Wanted:
    kind = _format(options.to, options.out, options.table)
    return Wanted(
        table=options.table,
        kind=kind,
        out=_target(options.logs, kind, options.out, options.table),
        overwrite=options.force,
        sample=options.plot is not None,
        frame=options.frame or FRAME_UNSTATED,
        reference_gpst_ns=time_option(options.reference_time, "--reference-time"),
    )


def _format(to: str | None, out: Path | None, table: str) -> TableFormat | None:
    """What to write: as said, else as the name of the file says, else nothing."""
    word = to or (out.suffix.removeprefix(".") if out is not None else "")
    if not word and table.lower() == FIXES:
        return None
    if not word:
        raise LogError(f"--table {table} goes into a file: add --to {'|'.join(TableFormat)}, or --out FILE")
    if word not in list(TableFormat):
        raise LogError(f"--to {word}: choose {', '.join(TableFormat)}")
    return TableFormat(word)


def _target(logs: Sequence[Path], kind: TableFormat | None, out: Path | None, table: str) -> Path | None:
    if kind is None or out is not None:
        return out
    stem = "decoded" if len(logs) > 1 or logs[0] == STDIN else terminal_id_of(logs[0])
    return Path(f"{stem}{'' if table.lower() == FIXES else '.' + table.upper()}.{kind}")


def _tell(done: Decoded, sources: Sequence[LogSource], wanted: Wanted) -> None:
    console = error_console() if wanted.out == STDOUT else out_console()
    console.print(report(sources, done.summary, done.counters))
    for note in (note for source in sources for note in source.notes()):
        console.print(f"note: {note}", soft_wrap=True)
    if wanted.out is not None and wanted.out != STDOUT:
        console.print(f"{done.rows_written:,} rows are in {wanted.out}", soft_wrap=True)


def _nothing_found(done: Decoded) -> list[str]:
    if done.counters.sentences.any():
        return []
    return ["no sentence and no RTCM 3 frame was found: is this a log of a receiver, and is it unpacked?"]


def _title(sources: Sequence[LogSource], stride: int) -> str:
    more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
    return sources[0].path.name + more + (f" (1 of {stride} epochs)" if stride > 1 else "")

"""Where results go: the `.pos` file, the picture; never over a file that exists, unless told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from beidou_svc.replay.sample import Sample
from beidou_svc.solve.options import OutputOptions
from beidou_svc.solve.recording import SolveError
from gnss.batches import FixBatch
from gnss.pos_io import write_pos

FORMATS = ("llh", "ecef")


class Advance(Protocol):
    """Tells that so many epochs more are done."""

    def __call__(self, epochs: int) -> None: ...


def check_outputs(options: OutputOptions, inputs: Sequence[Path]) -> None:
    """Complain before any work is done. Raises SolveError."""
    if options.format not in FORMATS:
        raise SolveError(f"--format {options.format}: choose {' or '.join(FORMATS)}")
    if options.plot == options.out:
        raise SolveError(f"{options.out}: name another file with --plot")
    for path, option in ((options.out, "--out"), (options.plot, "--plot")):
        if path is None:
            continue
        if any(path.exists() and other.exists() and path.samefile(other) for other in inputs):
            raise SolveError(f"{path} is what is read: name another file with {option}")
        if path.exists() and not options.force:
            raise SolveError(f"{path} exists: add --force to replace it, or name another file with {option}")
        if not path.parent.is_dir():
            raise SolveError(f"{path.parent} is no folder: make it first, or name another file with {option}")


def write_outputs(options: OutputOptions, fixes: FixBatch, header: Sequence[str], title: str) -> None:
    """Write what was asked for. Raises SolveError where that fails."""
    try:
        write_pos(options.out, fixes, header, ecef=options.format == "ecef")
    except OSError as error:
        raise SolveError(f"{options.out} cannot be written: {error.strerror or error}") from error
    if options.plot is not None:
        from beidou_svc.replay.plot import plot_fixes  # matplotlib takes a second to load

        sample = Sample()
        sample.add(fixes)
        plot_fixes(
            sample.rows(), title + (f" (1 of {sample.stride} epochs)" if sample.stride > 1 else ""), options.plot
        )


def title_of(rover: Path, what: str) -> str:
    """What stands above the picture."""
    return f"{rover.name}: {what}"


@contextmanager
def solving_progress(console: Console, epochs: int) -> Iterator[Advance]:
    """A bar over the epochs, on a terminal only: a log file of progress bars helps nobody."""
    if not console.is_terminal:
        yield lambda epochs: None
        return
    columns = (TextColumn("solving"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("solving", total=epochs)
        yield lambda epochs: progress.advance(task, epochs)

"""Where results go: the `.pos` file, the picture; never over a file that exists, unless told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from beidou_svc.replay.sample import Sample
from beidou_svc.solve.options import OutputOptions
from beidou_svc.solve.recording import SolveError
from gnss.batches import FixBatch
from gnss.pos_io import write_pos
from gnss.pos_text import PosForm

SPP_FORMATS = (PosForm.LLH, PosForm.ECEF)
FORMATS = (*SPP_FORMATS, PosForm.ENU)


class Advance(Protocol):
    """Tells that so many epochs more are done."""

    def __call__(self, epochs: int) -> None: ...


def check_outputs(options: OutputOptions, inputs: Sequence[Path], formats: Sequence[PosForm]) -> None:
    """Complain before any work is done. Raises SolveError."""
    if options.format not in formats:
        raise SolveError(f"--format {options.format}: choose {' or '.join(formats)}")
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


def write_outputs(
    options: OutputOptions,
    fixes: FixBatch,
    header: Sequence[str],
    title: str,
    baseline_enu_m: NDArray[np.float64] | None = None,
) -> str:
    """Write what was asked for; returns what that is, in words. Raises SolveError where it fails."""
    try:
        write_pos(options.out, fixes, header, form=PosForm(options.format), baseline_enu_m=baseline_enu_m)
    except OSError as error:
        raise SolveError(f"{options.out} cannot be written: {error.strerror or error}") from error
    if options.plot is not None:
        from beidou_svc.replay.plot import plot_fixes  # matplotlib takes a second to load

        sample = Sample()
        sample.add(fixes)
        plot_fixes(
            sample.rows(), title + (f" (1 of {sample.stride} epochs)" if sample.stride > 1 else ""), options.plot
        )
    there = fixes.lat_rad if baseline_enu_m is None else baseline_enu_m[:, 0]
    what = "positions" if baseline_enu_m is None else "baselines"
    return f"{np.count_nonzero(np.isfinite(there)):,} {what} are in {options.out}"


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

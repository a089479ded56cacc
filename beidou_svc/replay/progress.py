"""How far reading has come, on a terminal only: a log file of progress bars helps nobody."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from beidou_svc.replay.source import LogSource


@contextmanager
def reading_progress(console: Console, sources: Sequence[LogSource], what: str) -> Iterator[Callable[[], None]]:
    """A bar over the bytes of all logs; the callable brings it up to date."""
    if not console.is_terminal:
        yield lambda: None
        return
    sizes = [source.reader.size_bytes for source in sources]
    total = None if None in sizes else sum(size for size in sizes if size)
    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.update(task, completed=sum(source.reader.position_bytes for source in sources))

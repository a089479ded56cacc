"""The summary of a decoded or replayed log, as tables for a terminal of any width."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from beidou_svc.replay.source import LogSource
from beidou_svc.replay.summary import Summary
from gnss.batches import NO_TIME, SYSTEM_COUNT
from gnss.decoder import RTCM3_KIND
from gnss.nmea.catalogue import KIND_NAMES
from gnss.status import STATUS_TEXT, Status
from gnss.time.rfc3339 import format_rfc3339

QUALITY_NAMES = (
    "no fix",
    "single",
    "differential",
    "PPS",
    "RTK fixed",
    "RTK float",
    "estimated",
    "manual",
    "simulator",
)
QUALITY_STYLES = ("bright_black", "yellow", "bright_yellow", "white", "green", "blue", "magenta", "white", "cyan")
SYSTEM_NAMES = ("GPS", "GLONASS", "Galileo", "BeiDou", "QZSS", "NavIC", "SBAS")

NAMES_SHOWN_MAX = 12
"""Names of unknown sentences, logs and terminals that are listed; the rest is counted."""

INTERVALS_SHOWN_MAX = 3

_BAR_CELLS = 24
_BYTES_NOT_RECORDS = {Status.GARBAGE}
_HINTS = {
    Status.NO_DATE: "state the day with --reference-time",
    Status.DATE_SUSPECT: "the receive times of the log and the receiver's clock disagree",
    Status.CLOCK_SET: "somebody set the receiver's clock, or it found out the time",
}


class Counts(Protocol):
    """What was counted, by terminal (rows) and kind, reason or quality (columns)."""

    @property
    def sentences(self) -> NDArray[np.uint64]: ...
    @property
    def drops(self) -> NDArray[np.uint64]: ...
    @property
    def epochs(self) -> NDArray[np.uint64]: ...
    @property
    def unknown(self) -> Mapping[str, int]: ...


def report(sources: Sequence[LogSource], summary: Summary, counters: Counts) -> RenderableType:
    """Everything, one table under the other."""
    parts = [
        _logs(sources),
        _times(summary),
        _sentences(summary, counters),
        _qualities(counters),
        _sky(summary),
        _drops(counters),
    ]
    shown = [part for part in parts if part.row_count]
    return Group(*[line for part in shown for line in (part, "")])


def new_table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        is_number = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if is_number else "left", header_style="dim")
    return table


def _logs(sources: Sequence[LogSource]) -> Table:
    table = new_table("Logs", "file", "form", ">bytes")
    for source in sources[:NAMES_SHOWN_MAX]:
        form = f"{source.form}{' (gzip)' if source.reader.is_gzip else ''}"
        table.add_row(source.path.name, form, f"{source.unpacked_bytes:,}")
    if len(sources) > NAMES_SHOWN_MAX:
        rest = sources[NAMES_SHOWN_MAX:]
        table.add_row(f"… and {len(rest):,} more", "", f"{sum(source.unpacked_bytes for source in rest):,}")
    return table


def utc_text(t_gpst_ns: int) -> str:
    """RFC 3339 with milliseconds; a dash for a missing time."""
    return "–" if t_gpst_ns == NO_TIME else str(format_rfc3339(t_gpst_ns, 3).item(), "ascii")


def duration_text(seconds: float) -> str:
    """`1 d 02:03:04`, or seconds where it is short."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, s = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return (f"{days} d " if days else "") + f"{hours:02d}:{minutes:02d}:{s:02d}"


def _times(summary: Summary) -> Table:
    table = new_table("Epochs", "", "")
    table.show_header = False
    table.add_row("epochs", f"{summary.rows:,} of {summary.terminals:,} terminal{'s' * (summary.terminals != 1)}")
    if summary.undated:
        table.add_row("without a date", f"{summary.undated:,}; {_HINTS[Status.NO_DATE]}")
    if summary.t_first_ns != NO_TIME:
        table.add_row("from", utc_text(summary.t_first_ns))
        table.add_row("to", f"{utc_text(summary.t_last_ns)}  ({duration_text(summary.span_s)})")
    usual = [f"{ms / 1_000:g} s {share:.1%}" for ms, share in summary.usual_intervals_ms(INTERVALS_SHOWN_MAX)]
    if usual:
        table.add_row("one every", ", ".join(usual))
        table.add_row("longest pause", duration_text(max(summary.intervals_ms) / 1_000))
    return table


def _sentences(summary: Summary, counters: Counts) -> Table:
    table = new_table("Sentences", "type", ">count", ">an epoch")
    totals = counters.sentences.sum(axis=0)
    named = {KIND_NAMES[kind]: int(totals[kind]) for kind in range(1, len(KIND_NAMES)) if totals[kind]}
    for name, n in sorted(named.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{n:,}", _per_epoch(n, summary))
    rtcm = int(totals[RTCM3_KIND])
    if rtcm:
        table.add_row("RTCM 3", f"{rtcm:,}", _per_epoch(rtcm, summary))
        for kind, n in sorted(summary.rtcm_types.items()):
            table.add_row(f"  {kind}", f"{n:,}", _per_epoch(n, summary), style="dim")
    return table


def _per_epoch(n: int, summary: Summary) -> str:
    return f"{n / summary.rows:,.2f}" if summary.rows else ""


def _qualities(counters: Counts) -> Table:
    table = new_table("Fix quality", "", "", ">epochs", ">share", "")
    totals = counters.epochs.sum(axis=0).astype(np.int64)
    for quality in np.flatnonzero(totals).tolist():
        share = totals[quality] / totals.sum()
        bar = Text("█" * max(1, round(share * _BAR_CELLS)), QUALITY_STYLES[quality])
        table.add_row(str(quality), QUALITY_NAMES[quality], f"{totals[quality]:,}", f"{share:.1%}", bar)
    return table


def _sky(summary: Summary) -> Table:
    table = new_table("Satellites in view", "", ">mean", ">most", ">mean C/N0")
    for i in range(SYSTEM_COUNT):
        if summary.view_rows[i]:
            mean = summary.view_sum[i] / summary.view_rows[i]
            cn0 = f"{summary.cn0_sum_dbhz[i] / summary.cn0_rows[i]:.1f} dB-Hz" if summary.cn0_rows[i] else ""
            table.add_row(SYSTEM_NAMES[i], f"{mean:.1f}", str(summary.view_most[i]), cn0)
    return table


def _drops(counters: Counts) -> Table:
    table = new_table("Not used", "reason", ">count", "")
    totals = counters.drops.sum(axis=0)
    for code in np.flatnonzero(totals).tolist():
        status = Status(code)
        unit = " B" if status in _BYTES_NOT_RECORDS else ""
        text = STATUS_TEXT[status] + (f"; {_HINTS[status]}" if status in _HINTS else "")
        if status is Status.UNKNOWN_SENTENCE:
            text += f": {names_text(counters.unknown)}"
        table.add_row(status.name, f"{int(totals[code]):,}{unit}", text)
    return table


def names_text(counts: Mapping[str, int]) -> str:
    """Names with their counts, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{name} {n:,}" for name, n in ordered[:NAMES_SHOWN_MAX])
    return shown + (f" and {len(ordered) - NAMES_SHOWN_MAX} more" if len(ordered) > NAMES_SHOWN_MAX else "")

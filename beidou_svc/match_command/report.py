"""What matching came to, in a few lines."""

from dataclasses import dataclass, field

import numpy as np
from rich.table import Table

from gnss.status import STATUS_TEXT, Status
from mapping.matching.trace import Trace

M_PER_KM = 1000.0


@dataclass(slots=True)
class Totals:
    """Counts over all terminals."""

    terminals: int = 0
    rows: int = 0
    on_road: int = 0
    off_road: int = 0
    sure: int = 0
    with_lane: int = 0
    parts: int = 0
    driven_m: float = 0.0
    by_status: dict[int, int] = field(default_factory=dict)

    def add(self, trace: Trace) -> None:
        """Count one terminal."""
        rows = trace.rows
        self.terminals += 1
        self.rows += len(rows)
        self.on_road += int((rows.edge >= 0).sum())
        self.off_road += int(rows.is_off_road.sum())
        self.sure += int(((rows.edge >= 0) & (rows.confidence >= 0.95)).sum())
        self.with_lane += int((rows.lane >= 0).sum())
        self.parts += int((~trace.is_joined).sum())
        self.driven_m += float(np.sum(np.maximum(trace.way_end_m - trace.way_start_m, 0.0)))
        for status, count in zip(*np.unique(rows.status[rows.status > 0], return_counts=True), strict=True):
            self.by_status[int(status)] = self.by_status.get(int(status), 0) + int(count)


def summary_table(totals: Totals) -> Table:
    """The counts as a table."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_row("terminals", f"{totals.terminals:,}")
    table.add_row("positions", f"{totals.rows:,}")
    table.add_row("on a road", _share(totals.on_road, totals.rows))
    table.add_row("  surely (0.95)", _share(totals.sure, totals.rows))
    table.add_row("  in a known lane", _share(totals.with_lane, totals.rows))
    table.add_row("off the road", _share(totals.off_road, totals.rows))
    table.add_row("driven", f"{totals.driven_m / M_PER_KM:,.1f} km in {totals.parts:,} unbroken parts")
    for status, count in sorted(totals.by_status.items()):
        table.add_row(f"not used: {Status(status).name}", f"{count:,}: {STATUS_TEXT[Status(status)]}")
    return table


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({100.0 * part / whole:.1f} %)" if whole else "0"

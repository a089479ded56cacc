"""What a replay ends with, for people: the state of each terminal, what happened, how fast it went, the digest."""

from collections.abc import Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table

from beidou_svc.fleet.merge import TRUST_DATED
from beidou_svc.replay.events import EventKind
from beidou_svc.replay.final import FinalTables
from beidou_svc.replay.report import (
    NAMES_SHOWN_MAX,
    QUALITY_NAMES,
    QUALITY_STYLES,
    duration_text,
    new_table,
    report,
    utc_text,
)
from beidou_svc.replay.source import LogSource
from beidou_svc.replay.summary import Summary
from beidou_svc.roads.recorded import RoadTables
from gnss.batches import NO_TIME
from mapping.fences.kinds import EventKind as EventOfFence

_EVENT_TEXTS = {
    EventKind.FIRST: "appeared",
    EventKind.GAP: "paused and came back",
    EventKind.QUALITY: "changed its fix quality",
    EventKind.LAST: "was heard last",
}


def replay_report(sources: Sequence[LogSource], tables: FinalTables, wall_s: float) -> RenderableType:
    """Everything, one table under the other, the digest last."""
    parts: list[RenderableType] = []
    if tables.counted is not None:
        summary = Summary()
        summary.add_fixes(tables.fixes)
        parts.append(report(sources, summary, tables.counted))
    parts += [_terminals(tables), "", _events(tables), ""]
    if tables.roads is not None:
        parts += [_roads(tables.roads), ""]
    parts.append(_pace(tables, wall_s))
    return Group(*parts, f"SHA-256 of the final tables: {tables.digest()}")


def _terminals(tables: FinalTables) -> Table:
    columns = tables.terminals
    table = new_table(
        "Terminals at the end",
        "id",
        "last epoch",
        "fix",
        ">latitude, °",
        ">longitude, °",
        ">h ell., m",
        ">epochs",
        ">late",
    )
    epochs = np.bincount(tables.fixes.slot, minlength=len(tables.ids))
    for i, name in enumerate(tables.ids[:NAMES_SHOWN_MAX]):
        dated = columns["epoch_trust"][i] == TRUST_DATED
        quality = int(columns["fix_quality"][i])
        table.add_row(
            name,
            utc_text(int(columns["t_epoch_ns"][i]) if dated else NO_TIME),
            f"[{QUALITY_STYLES[quality]}]{QUALITY_NAMES[quality]}[/]",
            _number(np.degrees(columns["lat_rad"][i]), 9),
            _number(np.degrees(columns["lon_rad"][i]), 9),
            _number(columns["h_ell_m"][i], 3),
            f"{epochs[i]:,}",
            f"{int(columns['stale_rows'][i]):,}",
        )
    if len(tables.ids) > NAMES_SHOWN_MAX:
        table.add_row(f"… and {len(tables.ids) - NAMES_SHOWN_MAX:,} more")
    return table


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if np.isfinite(value) else "–"


def _events(tables: FinalTables) -> Table:
    table = new_table("Events", "a terminal …", ">times", "")
    for kind, text in _EVENT_TEXTS.items():
        events = tables.events.take(tables.events.kind == kind)
        note = f"for {duration_text(events.gap_s.max())} at most" if kind is EventKind.GAP and len(events) else ""
        table.add_row(text, f"{len(events):,}", note)
    return table


def _roads(roads: RoadTables) -> Table:
    table = new_table("Roads", "", ">rows")
    on_road = int(np.count_nonzero(roads.matches.edge >= 0))
    table.add_row("positions on a road", f"{on_road:,}")
    table.add_row("positions off the roads", f"{len(roads.matches) - on_road:,}")
    for kind in EventOfFence:
        n = int(np.count_nonzero(roads.events.kind == kind))
        if n:
            table.add_row(f"events: {kind.name.lower()}", f"{n:,}")
    return table


def _pace(tables: FinalTables, wall_s: float) -> str:
    pace = f"{len(tables.fixes):,} epochs in {duration_text(wall_s)}"
    if tables.counted is not None:
        sentences = int(tables.counted.sentences.sum())
        pace += f", {sentences / max(wall_s, 1e-9) / 1e6:.2f} million sentences a second"
    return pace

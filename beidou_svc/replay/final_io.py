"""Final tables as Parquet files in a folder: `fixes`, `terminals`, `events`, `counters`, `matches`, `road_events`."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from beidou_svc.replay.events import NO_QUALITY, EventKind
from beidou_svc.replay.final import Counted, FinalTables
from beidou_svc.replay.fix_table import (
    FRAME_UNSTATED,
    TERMINAL,
    fix_schema,
    fixes_to_arrow,
    terminal_column,
    timestamps,
)
from beidou_svc.replay.fix_table import words as coded_words
from beidou_svc.replay.log_io import LogError
from beidou_svc.replay.road_tables import matches_to_arrow, road_events_to_arrow
from beidou_svc.replay.table_io import ROW_GROUP_ROWS, TableFile, TableFormat
from gnss.batches import FixBatch
from gnss.decoder import RTCM3_KIND
from gnss.nmea.catalogue import KIND_NAMES
from gnss.status import Status
from gnss.time.scales import gpst_ns_to_unix_ns

TABLES = ("fixes", "terminals", "events", "counters", "matches", "road_events")

_EVENTS = {int(kind): kind.name.lower() for kind in EventKind}


def write_tables(tables: FinalTables, folder: Path, *, overwrite: bool, frame: str = FRAME_UNSTATED) -> None:
    """Write all tables. Raises LogError where the folder cannot be made or files in it would be replaced unasked."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LogError(f"{folder} cannot be made: {error.strerror or error}") from error
    schema = fix_schema(frame)
    terminals = FixBatch.of(
        slot=np.arange(len(tables.ids), dtype=np.int32),
        **{name: tables.terminals[name] for name in FixBatch.specs() if name != "slot"},
    )
    _write(folder / "fixes.parquet", _in_groups(tables.fixes, tables, schema), schema, overwrite)
    _write(folder / "terminals.parquet", [fixes_to_arrow(terminals, tables.ids, schema)], schema, overwrite)
    events = _events(tables)
    _write(folder / "events.parquet", [events], events.schema, overwrite)
    if tables.counted is not None:
        counters = _counters(tables, tables.counted)
        _write(folder / "counters.parquet", [counters], counters.schema, overwrite)
    if tables.roads is not None:
        for name, batch in (("matches", matches_to_arrow(tables)), ("road_events", road_events_to_arrow(tables))):
            _write(folder / f"{name}.parquet", [batch], batch.schema, overwrite)


def refuse_existing(folder: Path, *, overwrite: bool) -> None:
    """Raise LogError where a table is already there: better before a long replay than after it."""
    there = [folder / f"{name}.parquet" for name in TABLES if (folder / f"{name}.parquet").exists()]
    if there and not overwrite:
        raise LogError(f"{there[0]} exists: add --force to replace it, or name another folder with --out")


def _in_groups(fixes: FixBatch, tables: FinalTables, schema: pa.Schema) -> list[pa.RecordBatch]:
    edges = range(0, len(fixes), ROW_GROUP_ROWS)
    return [fixes_to_arrow(fixes.take(slice(a, a + ROW_GROUP_ROWS)), tables.ids, schema) for a in edges]


def _write(path: Path, batches: list[pa.RecordBatch], schema: pa.Schema, overwrite: bool) -> None:
    with TableFile(path, TableFormat.PARQUET, schema, overwrite=overwrite) as file:
        for batch in batches:
            file.write(batch)


def _events(tables: FinalTables) -> pa.RecordBatch:
    events = tables.events
    columns = {
        "terminal": terminal_column(np.ascontiguousarray(events.slot), tables.ids),
        "t": timestamps(gpst_ns_to_unix_ns(events.t_gpst_ns)),
        "t_gpst_ns": pa.array(events.t_gpst_ns),
        "event": coded_words(events.kind, _EVENTS),
        "quality_before": pa.array(events.quality_before, mask=events.quality_before == NO_QUALITY),
        "fix_quality": pa.array(events.fix_quality),
        "gap_s": pa.array(events.gap_s, from_pandas=True),
    }
    return pa.RecordBatch.from_pydict(columns)


def _counters(tables: FinalTables, counted: Counted) -> pa.RecordBatch:
    """One row a counter that is not zero: terminal, what is counted (sentence, drop, quality), which, how many."""
    slots, words, whats, counts = [], [], [], []
    names = {kind: name for kind, name in enumerate(KIND_NAMES) if name} | {RTCM3_KIND: "RTCM3"}
    drops = {int(status): status.name for status in Status}
    qualities = {quality: str(quality) for quality in range(counted.epochs.shape[1])}
    for what, array, texts in (
        ("sentence", counted.sentences, names),
        ("drop", counted.drops, drops),
        ("quality", counted.epochs, qualities),
    ):
        rows, codes = np.nonzero(array)
        slots.append(rows.astype(np.int32))
        words.append(coded_words(codes, texts).dictionary_decode())
        whats.append(pa.repeat(what, len(rows)))
        counts.append(array[rows, codes])
    terminal = terminal_column(np.concatenate(slots), tables.ids)
    arrays = [terminal, pa.concat_arrays(whats), pa.concat_arrays(words), pa.array(np.concatenate(counts))]
    fields = [TERMINAL, pa.field("what", pa.string()), pa.field("name", pa.string()), pa.field("count", pa.uint64())]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))

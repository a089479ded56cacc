"""Logs to tables, in bounded memory: a page of bytes is decoded, written, summed up, and forgotten."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from beidou_svc.replay.feed import PAGE_BYTES, Fed, feed
from beidou_svc.replay.fix_table import FRAME_UNSTATED, fix_schema, fixes_to_arrow
from beidou_svc.replay.ids import Ids
from beidou_svc.replay.sample import Sample
from beidou_svc.replay.sentence_table import SentenceTable
from beidou_svc.replay.source import LogSource, close_all
from beidou_svc.replay.summary import Summary
from beidou_svc.replay.table_io import TableFile, TableFormat
from gnss.batches import NO_TIME
from gnss.decoder import Counters, Push, StreamDecoder

FIXES = "fixes"
"""Name of the table of positions; every other table is named after its sentence type."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make of the logs besides the summary."""

    table: str = FIXES
    kind: TableFormat | None = None
    out: Path | None = None
    overwrite: bool = False
    sample: bool = False
    frame: str = FRAME_UNSTATED
    reference_gpst_ns: int = NO_TIME


@dataclass(slots=True)
class Decoded:
    """What came of it."""

    summary: Summary
    counters: Counters
    sample: Sample | None = None
    rows_written: int = 0
    problems: list[str] = field(default_factory=list)


def pushes(
    sources: Sequence[LogSource], ids: Ids, decoder: StreamDecoder, page_bytes: int = PAGE_BYTES
) -> Iterator[Push]:
    """Decode everything in the logs, page by page; each push is valid until the next."""
    for fed in feed(sources, page_bytes):
        yield from _decode_page(fed, ids, decoder)
    yield decoder.end(np.arange(ids.count, dtype=np.int32))


def _decode_page(fed: Fed, ids: Ids, decoder: StreamDecoder) -> Iterator[Push]:
    decoder.grow(_room_for(ids.count))
    if len(fed.segments):
        yield decoder.push(fed.buffer, fed.segments)
    if len(fed.ended):
        yield decoder.end(fed.ended)


def _room_for(terminals: int) -> int:
    """Slots to reserve: grown by doubling, not one by one."""
    return 1 << max(4, (terminals - 1).bit_length())


def decode_logs(
    sources: Sequence[LogSource],
    ids: Ids,
    wanted: Wanted,
    *,
    page_bytes: int = PAGE_BYTES,
    on_page: Callable[[], None] | None = None,
) -> Decoded:
    """Decode logs, write the table that is wanted, and sum up. Raises LogError where the table cannot be written."""
    decoder = StreamDecoder(_room_for(ids.count), reference_gpst_ns=wanted.reference_gpst_ns)
    done = Decoded(Summary(), decoder.counters, Sample() if wanted.sample else None)
    with ExitStack() as stack:
        stack.callback(close_all, sources)
        write = _table_writer(wanted, ids, stack)
        for push in pushes(sources, ids, decoder, page_bytes):
            done.summary.add(push)
            if done.sample is not None:
                done.sample.add(push.fixes)
            if write is not None:
                done.rows_written += write(push)
            if on_page is not None:
                on_page()
    done.counters = decoder.counters
    done.problems = [problem for source in sources for problem in source.problems()]
    return done


def _table_writer(wanted: Wanted, ids: Ids, stack: ExitStack) -> Callable[[Push], int] | None:
    if wanted.kind is None or wanted.out is None:
        return None
    make, schema = _table_maker(wanted, ids)
    table = stack.enter_context(TableFile(wanted.out, wanted.kind, schema, overwrite=wanted.overwrite))

    def write(push: Push) -> int:
        batch = make(push)
        if len(batch):
            table.write(batch)
        return len(batch)

    return write


def _table_maker(wanted: Wanted, ids: Ids) -> tuple[Callable[[Push], pa.RecordBatch], pa.Schema]:
    if wanted.table == FIXES:
        schema = fix_schema(wanted.frame)
        return lambda push: fixes_to_arrow(push.fixes, ids.names, schema), schema
    table = SentenceTable(wanted.table.upper(), wanted.frame)
    return lambda push: table.to_arrow(push, ids.names), table.schema

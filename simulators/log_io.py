"""The fleet as a recorded log: the same text that would go to the sockets, with the truth beside it where wanted."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from simulators.broadcast import terminal_ids
from simulators.errors import SimulatorError
from simulators.fleet import Fleet
from simulators.link import Link, Writes
from simulators.receivers import Epochs
from simulators.sentences import Speaker

TRUTH_ROWS_A_GROUP = 200_000
TRUTH_COLUMNS = (
    "true_lat_deg", "true_lon_deg", "true_h_ell_m", "lat_deg", "lon_deg", "h_ell_m", "fix_quality",
    "sigma_n_m", "sigma_e_m", "sigma_u_m", "age_corr_s", "speed_mps", "course_deg",
)  # fmt: skip
TRUTH_SCHEMA = pa.schema(
    [("t_utc_ns", pa.int64()), ("id", pa.string())]
    + [(name, pa.uint8() if name == "fix_quality" else pa.float64()) for name in TRUTH_COLUMNS]
)


class Prefix(StrEnum):
    """What stands before each sentence of a log."""

    NONE = "none"
    TIME = "time"
    TIME_ID = "time+id"


def write_log(
    fleet: Fleet, speaker: Speaker, link: Link, duration_s: float, out: Path, prefix: Prefix, truth: Path | None
) -> int:
    """Write the text of a fleet in the order in which a service would receive it; returns the bytes written.

    Receive times are the event time of the slot in which the text leaves. `truth` is Parquet, or CSV by its suffix.
    """
    if prefix is not Prefix.TIME_ID and fleet.schedule.terminals > 1:
        raise SimulatorError("a log of several terminals needs --prefix time+id, or nobody can tell them apart")
    ids = terminal_ids(fleet.scenario.fleet.id_prefix, fleet.schedule.terminals)
    written = 0
    with _open(out) as stream, _truth_writer(truth) as writer:
        for slot in range(round(duration_s * 1e9 / fleet.schedule.slot_ns)):
            t_s = fleet.schedule.t_s(slot)
            epochs = fleet.observe(slot)
            link.breaks(t_s, fleet.schedule.slot_ns / 1e9)
            for writes in link.carry(t_s, epochs.row, *speaker.speak(slot, epochs)):
                for text in _lines(writes, ids, prefix, fleet.t_utc_ns(slot)):
                    written += stream.write(text)
            writer.add(fleet.t_utc_ns(slot), ids, epochs)
    return written


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """A log file for writing; one that ends in .gz is compressed, with neither name nor time in it."""
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
            yield cast(IO[bytes], packed)


def _lines(writes: Writes, ids: list[str], prefix: Prefix, t_utc_ns: int) -> Iterator[bytes]:
    """The text of every write, its lines prefixed."""
    stamp = datetime.fromtimestamp(t_utc_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for row, start, length in zip(writes.row, writes.start, writes.length, strict=True):
        text = writes.buffer[start : start + length].tobytes()
        if prefix is Prefix.NONE:
            yield text
            continue
        head = f"{stamp} {ids[row]} " if prefix is Prefix.TIME_ID else f"{stamp} "
        yield b"".join(head.encode() + line for line in text.splitlines(keepends=True))


class TruthWriter:
    """Collects truth and writes it in groups of rows."""

    def __init__(self, sink: pa.parquet.ParquetWriter | pa.csv.CSVWriter | None) -> None:
        """Nothing is collected without a sink."""
        self._sink = sink
        self._parts: list[pa.RecordBatch] = []
        self._rows = 0

    def add(self, t_utc_ns: int, ids: list[str], epochs: Epochs) -> None:
        """Add the epochs of a slot."""
        if self._sink is None:
            return
        named = epochs._asdict()
        columns = [pa.array(np.full(epochs.row.size, t_utc_ns)), pa.array([ids[row] for row in epochs.row])]
        columns += [pa.array(np.array(named[name]), type=TRUTH_SCHEMA.field(name).type) for name in TRUTH_COLUMNS]
        self._parts.append(pa.record_batch(columns, schema=TRUTH_SCHEMA))
        self._rows += epochs.row.size
        if self._rows >= TRUTH_ROWS_A_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what has been collected."""
        if self._sink is not None and self._parts:
            self._sink.write_table(pa.Table.from_batches(self._parts))
            self._parts, self._rows = [], 0


@contextmanager
def _truth_writer(path: Path | None) -> Iterator[TruthWriter]:
    """A writer for a truth file, closed in the end."""
    if path is None:
        yield TruthWriter(None)
        return
    is_csv = path.suffix == ".csv"
    with pa.csv.CSVWriter(path, TRUTH_SCHEMA) if is_csv else pa.parquet.ParquetWriter(path, TRUTH_SCHEMA) as sink:
        writer = TruthWriter(sink)
        yield writer
        writer.flush()

"""Where tables go: Parquet, CSV, JSON lines, GeoJSON. Batches in, one file out, memory bounded by a row group.

A file appears under its name only when it is whole; until then it is called `NAME.part`.
"""

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from beidou_svc.replay.json_text import rows_as_features, rows_as_json
from beidou_svc.replay.log_io import STDIN, LogError
from beidou_svc.replay.utc_text import utc_texts

ROW_GROUP_ROWS = 131_072
"""Rows gathered before a Parquet row group is written."""

STDOUT = STDIN


class TableFormat(StrEnum):
    """What a table can be written as."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"
    GEOJSON = "geojson"


class _Writer(Protocol):
    def write(self, batch: pa.RecordBatch) -> None: ...
    def close(self) -> None: ...


class _Parquet:
    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._rows += len(batch)
        if self._rows >= ROW_GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema).unify_dictionaries()
        self._writer.write_table(table, row_group_size=max(self._rows, 1))
        self._waiting, self._rows = [], 0

    def close(self) -> None:
        if self._waiting:
            self._flush()
        self._writer.close()


class _Csv:
    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        self._schema = pa.schema([pa.field(field.name, _plain(field.type)) for field in schema])
        self._writer = pyarrow.csv.CSVWriter(
            file, self._schema, write_options=pyarrow.csv.WriteOptions(quoting_style="needed")
        )

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [_as_plain(batch.column(name)) for name in self._schema.names]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


class _Lines:
    def __init__(self, file: BinaryIO, make: Callable[[pa.RecordBatch], pa.Array]) -> None:
        self._file, self._make = file, make

    def write(self, batch: pa.RecordBatch) -> None:
        if len(batch):
            self._file.write(_joined(self._make(batch), b"\n") + b"\n")

    def close(self) -> None:
        self._file.flush()


class _Features:
    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        if not {"lat_deg", "lon_deg"} <= set(schema.names):
            raise LogError("GeoJSON needs positions, and this table has none; choose another --to or --table")
        self._file = file
        self._separator = b""
        file.write(b'{"type":"FeatureCollection","features":[\n')

    def write(self, batch: pa.RecordBatch) -> None:
        if len(batch):
            self._file.write(self._separator + _joined(rows_as_features(batch), b",\n"))
            self._separator = b",\n"

    def close(self) -> None:
        self._file.write(b"\n]}\n")
        self._file.flush()


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_dictionary(kind) or pa.types.is_timestamp(kind) else kind


def _as_plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    return utc_texts(column) if pa.types.is_timestamp(column.type) else column


def _joined(texts: pa.Array, separator: bytes) -> bytes:
    return separator.join(texts.cast(pa.binary()).to_pylist())


def _writer(kind: TableFormat, file: BinaryIO, schema: pa.Schema) -> _Writer:
    if kind is TableFormat.PARQUET:
        return _Parquet(file, schema)
    if kind is TableFormat.CSV:
        return _Csv(file, schema)
    if kind is TableFormat.JSONL:
        return _Lines(file, rows_as_json)
    return _Features(file, schema)


class TableFile:
    """A table being written. As a context, it becomes its file at the end, or nothing where something fails."""

    def __init__(self, path: Path, kind: TableFormat, schema: pa.Schema, *, overwrite: bool = False) -> None:
        self.path = path
        self.rows = 0
        self._part = path.with_name(path.name + ".part")
        self._file = self._open(kind, overwrite)
        try:
            self._writer = _writer(kind, self._file, schema)
        except BaseException:
            self._abandon()
            raise

    def _open(self, kind: TableFormat, overwrite: bool) -> BinaryIO:
        if self.path == STDOUT:
            if kind is TableFormat.PARQUET:
                raise LogError("Parquet cannot be written to standard output; name a file with --out")
            return sys.stdout.buffer
        if self.path.exists() and not overwrite:
            raise LogError(f"{self.path} exists: add --force to replace it, or name another file with --out")
        try:
            return self._part.open("wb")
        except OSError as error:
            raise LogError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows. Raises LogError where the disk does not take them."""
        try:
            self._writer.write(batch)
        except OSError as error:
            raise LogError(f"{self.path} cannot be written: {error.strerror or error}") from error
        self.rows += len(batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._abandon()
            return
        self._writer.close()
        if self.path != STDOUT:
            self._file.close()
            self._part.replace(self.path)

    def _abandon(self) -> None:
        if self.path != STDOUT:
            self._file.close()
            self._part.unlink(missing_ok=True)

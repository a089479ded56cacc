"""Sentences of one type as a table: every field under its name, letters as letters, text as text, dates as dates."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beidou_svc.replay.fix_table import FRAME_UNSTATED, TERMINAL, terminal_column, timestamps
from beidou_svc.replay.log_io import LogError
from gnss._jit import leaf_kernel
from gnss.decoder import Push
from gnss.nmea.catalogue import KIND, SENTENCES
from gnss.nmea.fields import TEXT_SPAN, Field, Op

_TYPES: dict[Op, pa.DataType] = {
    Op.INTEGER: pa.int64(),
    Op.HEX: pa.int64(),
    Op.TIME: pa.int64(),
    Op.CHARACTER: pa.string(),
    Op.TEXT: pa.string(),
    Op.FREE_TEXT: pa.string(),
    Op.WORD: pa.string(),
    Op.DATE: pa.date32(),
}
"""Arrow type of a field; everything else is a float64."""

_MEANINGS = {Op.TIME: "UTC time of day, ns; 86,400e9 and more in a leap second", Op.DATE: "UTC date"}


def _cell_fields(name: str) -> list[tuple[str, Op, Field]]:
    """Name, kind and field of every cell of a sentence, in order."""
    sentence = SENTENCES[KIND[name] - 1]
    cells: list[tuple[Op, Field]] = []
    for field in sentence.all_fields:
        if field.op is Op.DATE_TIME:
            cells += [(Op.DATE, field), (Op.TIME, field)]
        elif field.op not in (Op.SKIP, Op.HEMISPHERE):
            cells.append((field.op, field))
    return [(cell, *kind) for cell, kind in zip(sentence.cell_names, cells, strict=True)]


def _arrow_field(name: str, op: Op) -> pa.Field:
    return pa.field(
        name, _TYPES.get(op, pa.float64()), metadata={"description": _MEANINGS[op]} if op in _MEANINGS else None
    )


class SentenceTable:
    """Makes record batches of one sentence type; `schema` is theirs."""

    def __init__(self, name: str, frame: str = FRAME_UNSTATED) -> None:
        if name not in KIND:
            raise LogError(f"no table {name!r}: choose fixes, or one of {', '.join(KIND)}")
        self.name = name
        self._cells = _cell_fields(name)
        fields = [
            TERMINAL,
            pa.field("t_rx", pa.timestamp("ns", tz="UTC"), metadata={"description": "receive time, where recorded"}),
            pa.field("talker", pa.string()),
            *(_arrow_field(cell, op) for cell, op, _ in self._cells),
        ]
        metadata = {"table": name, "frame": frame, "units": "the end of a column's name; times of day in UTC"}
        self.schema = pa.schema(fields, metadata=metadata)

    def to_arrow(self, push: Push, ids: Sequence[str]) -> pa.RecordBatch:
        """The good sentences of this type in what was pushed."""
        table = push.decoded.table(self.name)
        t_rx_ns = push.decoded.sentences.t_rx_ns[table["row"]]
        talker = table["talker"].astype(np.int64)
        arrays = [
            terminal_column(np.ascontiguousarray(table["slot"]), ids),
            timestamps(np.ascontiguousarray(t_rx_ns)),
            _coded(talker, talker == 0, {code: _letters(code) for code in np.unique(talker).tolist()}),
        ]
        arrays += [_to_array(table[cell], op, field, push.buffer) for cell, op, field in self._cells]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _letters(code: int) -> str:
    return chr(code >> 8) + chr(code & 0xFF)


def _to_array(values: NDArray[np.float64], op: Op, field: Field, buffer: NDArray[np.uint8]) -> pa.Array:
    missing = np.isnan(values)
    if op not in _TYPES:
        return pa.array(values, from_pandas=True)
    whole = np.where(missing, 0, values).astype(np.int64)
    if op in (Op.TEXT, Op.FREE_TEXT):
        return _texts(whole, missing, buffer)
    if op is Op.CHARACTER:
        return _coded(whole, missing, {code: chr(code) for code in range(256)})
    if op is Op.WORD:
        return _coded(whole, missing, dict(enumerate(field.words)))
    if op is Op.DATE:
        return pa.array(whole.astype(np.int32), pa.int32(), mask=missing | (whole < 0)).cast(pa.date32())
    return pa.array(whole, pa.int64(), mask=missing)


def _coded(codes: NDArray[np.int64], missing: NDArray[np.bool_], texts: dict[int, str]) -> pa.Array:
    """Codes as texts; a code without a text is null."""
    known, rows = np.unique(codes, return_inverse=True)
    values = pa.array([texts.get(int(code)) for code in known], pa.string())
    return values.take(pa.array(rows, mask=missing))


@leaf_kernel
def _gather(
    buffer: NDArray[np.uint8], start: NDArray[np.int64], edge: NDArray[np.int32], out: NDArray[np.uint8]
) -> None:
    for row in range(len(start)):
        for i in range(edge[row + 1] - edge[row]):
            out[edge[row] + i] = buffer[start[row] + i]


def _texts(spans: NDArray[np.int64], missing: NDArray[np.bool_], buffer: NDArray[np.uint8]) -> pa.Array:
    """Text out of the buffer. Terminals write GB 18030, of which ASCII is a part; what is neither is shown escaped."""
    start, length = np.divmod(spans, TEXT_SPAN)
    edge: NDArray[np.int32] = np.zeros(len(spans) + 1, np.int32)
    edge[1:] = np.cumsum(np.where(missing, 0, length))
    out = np.empty(int(edge[-1]), np.uint8)
    _gather(buffer, start, edge, out)
    if out.max(initial=0) < 0x80:
        texts = pa.StringArray.from_buffers(len(spans), pa.py_buffer(edge), pa.py_buffer(out))
        return texts.take(pa.array(np.arange(len(spans)), mask=missing))
    content = out.tobytes()
    rows = zip(edge[:-1].tolist(), edge[1:].tolist(), missing.tolist(), strict=True)
    return pa.array([None if gone else content[a:b].decode("gb18030", "backslashreplace") for a, b, gone in rows])

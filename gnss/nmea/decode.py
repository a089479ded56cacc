"""Sentences to columns: `decode` turns spans of bytes into a `SentenceBatch`, one call for any number of terminals."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gnss.batch import Batch, column
from gnss.nmea._lanes import LANES
from gnss.nmea._sentence_kernel import BLOCK, FOUND_MAX, SentenceSink, decode_spans
from gnss.nmea.catalogue import CELLS_MAX, KIND, PLAN, SENTENCES
from gnss.status import Status
from gnss.stream.spans import SpanBatch

_OK = int(Status.OK)


@dataclass(frozen=True, slots=True)
class SentenceBatch(Batch):
    """One row per sentence, in the order of the bytes of each terminal; values are in the cells beside it.

    | name | dtype | shape | unit | meaning |
    |---|---|---|---|---|
    | slot | i4 | | | terminal |
    | kind | u1 | | | sentence type, index into `KIND_NAMES`; 0 = not decoded |
    | talker | u2 | | | two letters, first one high; 0 where the address has none |
    | antenna | u1 | | | 1: the sentence speaks of the second antenna |
    | status | u1 | | | a `Status`; cells are good only where it is 0 |
    | cell | i8 | | | first cell of the row in `cells` |
    | start | i8 | | byte | where the sentence begins in the buffer |
    | stop | i8 | | byte | where its content ends (its `*`) |
    | t_rx_ns | i8 | | ns | receive time, UTC since 1970-01-01 |
    """

    slot: NDArray[np.int32] = column("i4")
    kind: NDArray[np.uint8] = column("u1")
    talker: NDArray[np.uint16] = column("u2")
    antenna: NDArray[np.uint8] = column("u1")
    status: NDArray[np.uint8] = column("u1")
    cell: NDArray[np.int64] = column("i8")
    start: NDArray[np.int64] = column("i8")
    stop: NDArray[np.int64] = column("i8")
    t_rx_ns: NDArray[np.int64] = column("i8")


@dataclass(frozen=True, slots=True)
class Decoded:
    """What `decode` returns: the sentences, their values, and the names nobody knows."""

    sentences: SentenceBatch
    cells: NDArray[np.float64]
    placeholders: NDArray[np.int32]
    unknown_names: NDArray[np.uint64]

    def table(self, name: str) -> dict[str, NDArray[Any]]:
        """All good rows of one sentence type as columns.

        `slot`, `talker`, `row` and every cell by its name (float64, NaN = missing).

        Units are in the names, as the sentence table states them. Raises ValueError for a type that is not in the
        catalogue.
        """
        if name not in KIND:
            raise ValueError(f"no sentence type {name!r}; known are {', '.join(KIND)}")
        s = self.sentences
        row = np.flatnonzero((s.kind == KIND[name]) & (s.status == _OK))
        out: dict[str, NDArray[Any]] = {"slot": s.slot[row], "talker": s.talker[row], "row": row}
        for cell, at in SENTENCES[KIND[name] - 1].cells.items():
            out[cell] = self.cells[s.cell[row] + at]
        return out


@dataclass(slots=True)
class Workspace:
    """Arrays that are used again from call to call, grown when needed.

    Fresh memory costs more than decoding into it.
    """

    columns: dict[str, NDArray[Any]]
    cells: NDArray[np.float64]
    placeholders: NDArray[np.int32]
    unknown_names: NDArray[np.uint64]
    found: NDArray[np.int64] = field(default_factory=lambda: np.zeros(FOUND_MAX, np.int64))
    first: NDArray[np.int64] = field(default_factory=lambda: np.zeros(BLOCK + 1, np.int64))

    @classmethod
    def for_spans(cls, n: int) -> Self:
        """Room for `n` sentences; memory is only touched as far as it is used."""
        columns = {name: np.empty(n, spec.dtype) for name, spec in SentenceBatch.specs().items()}
        return cls(columns, np.empty(n * CELLS_MAX + LANES), np.empty(n, np.int32), np.empty(n, np.uint64))

    @property
    def rows_max(self) -> int:
        """How many sentences fit."""
        return len(self.placeholders)


def decode(buffer: NDArray[np.uint8], spans: SpanBatch, workspace: Workspace | None = None) -> Decoded:
    """Decode the sentences among `spans` of `buffer` (padded by `PAD_BYTES`).

    Every span gives a row (RTCM 3 frames with kind 0). A row whose status is not OK is refused: it is to be counted,
    its cells are not to be used. With a `workspace`, the result is valid until the workspace is used again. Source:
    sources, nmea §1-§5; the tables are in `gnss.nmea.sentences`.
    """
    n = len(spans)
    if workspace is None or workspace.rows_max < n:
        fresh = Workspace.for_spans(max(n, 2 * (workspace.rows_max if workspace else 0)))
        if workspace is None:
            workspace = fresh
        else:
            workspace.columns, workspace.cells = fresh.columns, fresh.cells
            workspace.placeholders, workspace.unknown_names = fresh.placeholders, fresh.unknown_names
    out = {name: array[:n] for name, array in workspace.columns.items()}
    sink = SentenceSink(
        out["kind"], out["talker"], out["antenna"], out["status"], out["cell"],
        workspace.cells, workspace.placeholders, workspace.unknown_names, workspace.found, workspace.first,
    )  # fmt: skip
    used, placeholder_rows, unknown_rows = decode_spans(buffer, spans.kind, spans.start, spans.stop, PLAN, sink)
    out.update(slot=spans.slot, start=spans.start, stop=spans.stop, t_rx_ns=spans.t_rx_ns)
    return Decoded(
        SentenceBatch(**out),
        workspace.cells[:used],
        workspace.placeholders[:placeholder_rows],
        workspace.unknown_names[:unknown_rows],
    )

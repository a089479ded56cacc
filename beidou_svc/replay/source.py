"""One log as a source of pieces: `fill` puts the next bytes into a page and says whose they are."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beidou_svc.replay.cutting import (
    ASK_NOTHING,
    ASK_OWN,
    DAMAGED,
    INSIDE,
    OWN,
    PIECE_BYTES_MIN,
    UNPREFIXED,
    Cut,
    Pieces,
    cut_lines,
    cut_records,
    new_memory,
)
from beidou_svc.replay.forms import HEAD_BYTES, RECORDING_HEAD, Form, is_rinex, sniff
from beidou_svc.replay.ids import Ids
from beidou_svc.replay.log_io import LogError, open_log
from gnss._simd import PAD_BYTES
from gnss.batches import NO_TIME, SegmentBatch

FILL_BYTES_MIN = 4_096
"""Smallest room in which a log can be cut."""

LENGTH_MAX = 1 << 30
"""Longest piece, so that its length fits its column."""


class Page:
    """Bytes of logs, in a buffer of its own or in part of a shared one, and columns that say whose are where."""

    def __init__(self, size_bytes: int, buffer: NDArray[np.uint8] | None = None) -> None:
        self.buffer = np.zeros(size_bytes + PAD_BYTES, np.uint8) if buffer is None else buffer
        self.size_bytes = size_bytes
        self.used_bytes = 0
        self.rows = 0
        self._columns = _room(1_024)

    @property
    def room_bytes(self) -> int:
        """Bytes that still fit."""
        return self.size_bytes - self.used_bytes

    def clear(self) -> None:
        """Make it empty."""
        self.used_bytes = self.rows = 0

    def pieces(self, more: int) -> Pieces:
        """The columns, with room for `more` rows."""
        if self.rows + more > len(self._columns.slot):
            grown = _room(2 * (self.rows + more))
            for name in Pieces._fields:
                getattr(grown, name)[: self.rows] = getattr(self._columns, name)[: self.rows]
            self._columns = grown
        return self._columns

    def add(self, slot: int, start: int, length: int) -> None:
        """A piece without a receive time."""
        columns, row = self.pieces(1), self.rows
        columns.slot[row], columns.start[row], columns.length[row], columns.t_rx_ns[row] = slot, start, length, NO_TIME
        self.rows += 1

    def segments(self) -> SegmentBatch:
        """The pieces; valid until the page is filled again."""
        return SegmentBatch.of(**{name: column[: self.rows] for name, column in self._columns._asdict().items()})


def _room(rows: int) -> Pieces:
    return Pieces(
        np.empty(rows, np.int32), np.empty(rows, np.int64), np.empty(rows, np.int32), np.empty(rows, np.int64)
    )


class LogSource:
    """A log and how far it was read. Terminals that it names are registered in `ids` as they appear."""

    def __init__(self, path: Path, own_id: str, ids: Ids) -> None:
        self.reader = open_log(path)
        self.path = self.reader.path
        self.own_id = own_id
        head = self.reader.peek(HEAD_BYTES)
        if is_rinex(head):
            self.reader.close()
            raise LogError(f"{path}: a RINEX file, no log: beidou spp and beidou rtk make positions of it")
        self.form = sniff(head)
        self.ended = False
        self.unpacked_bytes = 0
        self._ids = ids
        self._memory = new_memory()
        self._rest: NDArray[np.uint8] = np.empty(0, np.uint8)
        if self.form is Form.RECORDING:
            self.reader.readinto(memoryview(bytearray(len(RECORDING_HEAD))))
        if self.form is Form.STREAM:
            self._register_own()

    @property
    def is_timed(self) -> bool:
        """Whether pieces carry receive times."""
        return self.form is not Form.STREAM

    @property
    def slot(self) -> int:
        """Slot of the log's own terminal; negative = it has none."""
        return int(self._memory[OWN])

    def fill(self, page: Page, limit_bytes: int) -> None:
        """Append the next bytes of the log, at most so many (at least `FILL_BYTES_MIN`); sets `ended` at the end."""
        limit_bytes = min(limit_bytes, page.room_bytes, LENGTH_MAX)
        first = page.used_bytes
        kept = len(self._rest)
        page.buffer[first : first + kept] = self._rest
        view = page.buffer.data[first + kept : first + limit_bytes]
        if not len(view):
            raise ValueError(f"no room for more of {self.path}: {limit_bytes} bytes, of which {kept} are taken")
        got = self.reader.readinto(view)
        self.ended = got == 0
        self.unpacked_bytes += got
        end = first + kept + got
        if self.form is Form.STREAM:
            if got:
                page.add(self.slot, first, got)
        else:
            self._rest = page.buffer[self._cut(page, first, end) : end].copy()
            end -= len(self._rest)
        page.used_bytes = end
        if self.ended:
            self.reader.close()

    def _cut(self, page: Page, p: int, end: int) -> int:
        cut = cut_lines if self.form is Form.LINES else cut_records
        pieces = page.pieces((end - p) // PIECE_BYTES_MIN + 2)
        while True:
            done: Cut = cut(page.buffer, p, end, self.ended, self._ids.index, self._memory, pieces, page.rows)
            page.rows, p = done.rows, done.consumed
            if done.ask == ASK_NOTHING:
                return p
            if done.ask == ASK_OWN:
                self._register_own()
            else:
                self._ids.grow()

    def _register_own(self) -> None:
        self._memory[OWN] = self._ids.slot_of(self.own_id)

    def problems(self) -> list[str]:
        """What went wrong with the log, as sentences; known in full once it has ended."""
        found = [f"{self.path}: {self.reader.problem}"] if self.reader.problem else []
        if self.form is Form.RECORDING and self._memory[INSIDE] and self.ended:
            found.append(f"{self.path}: the last record is cut off, {self._memory[INSIDE]:,} bytes of it are missing")
        if self._memory[DAMAGED]:
            found.append(f"{self.path}: {self._memory[DAMAGED]:,} bytes stand where a record should begin; left out")
        return found

    def notes(self) -> list[str]:
        """What is worth knowing of the log, but not wrong."""
        lines = int(self._memory[UNPREFIXED])
        text = f"{self.path}: {lines:,} lines without a receive time were taken as received with the line before"
        return [text] if lines and self.form is Form.LINES else []


def open_sources(paths: list[Path], own_ids: list[str], ids: Ids) -> tuple[list[LogSource], list[str]]:
    """Open every log that can be opened; what is wrong with the others comes as sentences."""
    sources, problems = [], []
    for path, own_id in zip(paths, own_ids, strict=True):
        try:
            sources.append(LogSource(path, own_id, ids))
        except LogError as error:
            problems.append(str(error))
    return sources, problems


def close_all(sources: Iterable[LogSource]) -> None:
    """Give the files of all logs back; what is known of them stays."""
    for source in sources:
        source.reader.close()

"""Observation files: their text to epochs and observations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.rinex._epoch2_kernel import read_body_2
from gnss.rinex._epoch_kernel import read_body_3
from gnss.rinex._kit import EPOCHS, LINE, RECORDS, ROWS, EpochSink, Memory, RowSink
from gnss.rinex._text_kernel import BDT_TAGS, GPST_TAGS, UTC_TAGS, Text, split_lines
from gnss.rinex.header import LABEL_COLUMN, RinexHeader, parse_header, parse_header_line
from gnss.rinex.report import Problems, RinexReport
from gnss.rinex.types import FIELDS_MAX, TypePlan, plan_types
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.status import Status

_TAGS = {"GPS": GPST_TAGS, "GAL": GPST_TAGS, "QZS": GPST_TAGS, "IRN": GPST_TAGS, "SBA": GPST_TAGS}
_TAGS.update({"GLO": UTC_TAGS, "UTC": UTC_TAGS, "BDT": BDT_TAGS, "BDS": BDT_TAGS})
_TAGS_OF_SYSTEM = {"R": UTC_TAGS, "C": BDT_TAGS}

_HEAD_LINES = 2_000
_FIELD_LEAST = 14
"""An observation takes so many bytes; the last one of a line may take fewer."""


@dataclass(frozen=True, slots=True)
class RinexObservations:
    """An observation file.

    `epochs` and `observations` are as those of a decoded stream, slot 0, no station; satellites of an epoch stand in
    the order of the file. `clock_s` (epochs,): receiver clock offset as stated, NaN = not; tags are as they stand,
    whether it was applied or not. `header` is that of the beginning; `changes` are those of later epochs, (number of
    epoch, header).
    """

    epochs: EpochBatch
    observations: ObservationBatch
    header: RinexHeader
    report: RinexReport
    clock_s: NDArray[np.float64]
    changes: Sequence[tuple[int, RinexHeader]] = ()


class _Body(NamedTuple):
    """What a body is read with."""

    text: Text
    memory: Memory
    epochs: EpochSink
    rows: RowSink


def line_texts(text: Text, first: int, last: int) -> list[str]:
    """Lines `first` to `last` (not with it) as strings; a byte that is no ASCII is one character."""
    ends = zip(text.start[first:last].tolist(), text.stop[first:last].tolist(), strict=True)
    return [text.data[a:b].tobytes().decode("latin-1") for a, b in ends]


def read_header(text: Text, kinds: str, problems: Problems) -> tuple[RinexHeader, int]:
    """Header at the beginning of a text, and the number of its lines.

    Error: FileFormatError where the text is no RINEX file of one of `kinds`. A header that does not end is TRUNCATED.
    """
    count = len(text.start)
    for last in (min(_HEAD_LINES, count), count):
        header, n, bad = parse_header(line_texts(text, 0, last), kinds)
        if n < last:
            break
    for line in bad:
        problems.add(line, Status.FIELD_SYNTAX)
    if n == count and not line_texts(text, n - 1, n)[0][LABEL_COLUMN:].strip().upper().startswith("END OF"):
        problems.add(n - 1, Status.TRUNCATED)
    return header, n


def time_tags(header: RinexHeader) -> int:
    """Which clock the tags of an observation file keep; GLONASS files keep UTC."""
    return _TAGS.get(header.time_system, _TAGS_OF_SYSTEM.get(header.system, GPST_TAGS))


def _rows_max(text: Text) -> int:
    """More rows than a text can hold, and room for those of one satellite before empty ones are left out."""
    return len(text.data) // _FIELD_LEAST + len(text.start) + FIELDS_MAX


def _change(body: _Body, header: RinexHeader, problems: Problems) -> RinexHeader:
    """Enter the header records at the cursor; a head of an epoch among them ends them early."""
    line, count = int(body.memory.cursor[LINE]), int(body.memory.cursor[RECORDS])
    changed = header.copy()
    for record in line_texts(body.text, line, min(line + count, len(body.text.start))):
        if record.startswith(">"):
            problems.add(line, Status.TRUNCATED)
            break
        if record[LABEL_COLUMN:].strip() and not parse_header_line(changed, record):
            problems.add(line, Status.FIELD_SYNTAX)
        line += 1
    body.memory.cursor[LINE] = line
    return changed


def _plan(header: RinexHeader, problems: Problems) -> TypePlan:
    """Tables for a header; observation types of signals without a name here are counted."""
    plan = plan_types(header)
    unknown = int(plan.unknown.sum()) if header.version >= 3.0 else int(plan.unknown.min())
    problems.counts[Status.UNKNOWN_SIGNAL] += unknown
    return plan


def _batches(body: _Body) -> tuple[EpochBatch, ObservationBatch, NDArray[np.float64]]:
    n, m = int(body.memory.cursor[EPOCHS]), int(body.memory.cursor[ROWS])
    epochs = {name: column[:n].copy() for name, column in body.epochs._asdict().items()}
    clock_s = epochs.pop("clock_s")
    rows = {name: column[:m].copy() for name, column in body.rows._asdict().items()}
    return (
        EpochBatch.missing(n, station=NO_STATION, **epochs),
        ObservationBatch.missing(m, station=NO_STATION, **rows),
        clock_s,
    )


def parse_observations(data: NDArray[np.uint8]) -> RinexObservations:
    """Epochs and observations of an observation file.

    Shape: (bytes,) to (epochs,) and (observations,). Unit: as the tables of the batches say. Error: exact to the digits
    of the file; what is damaged is left out and counted in the report. FileFormatError for what is no observation file.
    Source: RINEX 2.11, 3.05, 4.00.
    """
    text, problems = split_lines(data), Problems.none()
    first_header, line = read_header(text, "O", problems)
    memory, header = Memory.fresh(line, problems), first_header
    body = _Body(text, memory, EpochSink.room(len(text.start) + 1), RowSink.room(_rows_max(text)))
    read_body = read_body_2 if header.version < 3.0 else read_body_3
    changes: list[tuple[int, RinexHeader]] = []
    plan, tags = _plan(header, problems), time_tags(header)
    while read_body(text, plan, tags, memory, body.epochs, body.rows):
        changed = _change(body, header, problems)
        if changed != header:
            changes.append((int(memory.cursor[EPOCHS]), changed))
            plan = _plan(changed, problems) if changed.types != header.types else plan
            header = changed
    epochs, observations, clock_s = _batches(body)
    return RinexObservations(epochs, observations, first_header, problems.report(), clock_s, changes)

"""Observation files: their text to epochs and observations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gnss.batches import SYSTEMS
from gnss.rinex._epoch2_kernel import read_body_2
from gnss.rinex._epoch_kernel import read_body_3
from gnss.rinex._kit import EPOCHS, LINE, RECORDS, ROWS, EpochSink, Memory, RowSink
from gnss.rinex._text_kernel import BDT_TAGS, GPST_TAGS, UTC_TAGS, Text, split_lines
from gnss.rinex.header import BEGIN, LABEL_COLUMN, RinexHeader, parse_header, parse_header_line
from gnss.rinex.report import Problems, RinexReport
from gnss.rinex.types import FIELDS_MAX, TypePlan, plan_types, unknown_types
from gnss.rinex.types_2 import filled_types
from gnss.rtcm._kit import NO_STATION
from gnss.rtcm.epochs import EpochBatch
from gnss.rtcm.observations import ObservationBatch
from gnss.rtcm.signals import CODE_NAMES
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


_Filled = dict[str, list[str]]
"""RINEX 2: types of codes that a system has values of, by its letter."""


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
    if not line_texts(text, n - 1, n)[0][LABEL_COLUMN:].strip().upper().startswith("END OF"):
        problems.add(n - 1, Status.TRUNCATED)
    return header, n


def time_tags(header: RinexHeader) -> int:
    """Which clock the tags of an observation file keep; GLONASS files keep UTC."""
    return _TAGS.get(header.time_system, _TAGS_OF_SYSTEM.get(header.system, GPST_TAGS))


def _rows_max(text: Text) -> int:
    """More rows than a text can hold, and room for those of one satellite before empty ones are left out."""
    return len(text.data) // _FIELD_LEAST + len(text.start) + FIELDS_MAX


def _change(body: _Body, header: RinexHeader, problems: Problems) -> RinexHeader:
    """Enter the header records at the cursor; a head of an epoch among them ends them early.

    A whole header among the epochs is that of another file, which was appended: nothing of the one before holds on.
    """
    line, count = int(body.memory.cursor[LINE]), int(body.memory.cursor[RECORDS])
    records = line_texts(body.text, line, min(line + count, len(body.text.start)))
    changed = RinexHeader() if records and records[0][LABEL_COLUMN:].startswith(BEGIN) else header.copy()
    for record in records:
        if record.startswith(">"):
            problems.add(line, Status.TRUNCATED)
            break
        if record[LABEL_COLUMN:].strip() and not parse_header_line(changed, record):
            problems.add(line, Status.FIELD_SYNTAX)
        line += 1
    body.memory.cursor[LINE] = line
    return changed


def _plan(header: RinexHeader, problems: Problems, filled: _Filled | None) -> TypePlan:
    """Tables for a header; observation types of signals without a name here are counted."""
    for name in unknown_types(header):
        problems.leave(name)
    return plan_types(header, filled)


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


def _read(text: Text, filled: _Filled | None) -> RinexObservations:
    """Read a text once."""
    problems = Problems.none()
    first_header, line = read_header(text, "O", problems)
    memory, header = Memory.fresh(line, problems), first_header
    body = _Body(text, memory, EpochSink.room(len(text.start) + 1), RowSink.room(_rows_max(text)))
    changes: list[tuple[int, RinexHeader]] = []
    plan = _plan(header, problems, filled)
    while _read_body(header.version)(text, plan, time_tags(header), memory, body.epochs, body.rows):
        changed = _change(body, header, problems)
        if changed != header:
            changes.append((int(memory.cursor[EPOCHS]), changed))
            planned = ("version", "types", "scale_factors", "glonass_channels")
            if any(getattr(changed, name) != getattr(header, name) for name in planned):
                plan = _plan(changed, problems, filled)
            header = changed
    epochs, observations, clock_s = _batches(body)
    return RinexObservations(epochs, observations, first_header, problems.report(), clock_s, changes)


def _read_body(version: float) -> Callable[..., bool]:
    return read_body_2 if version < 3.0 else read_body_3


def _same_plan(a: TypePlan, b: TypePlan) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in TypePlan._fields)


def parse_observations(data: NDArray[np.uint8]) -> RinexObservations:
    """Epochs and observations of an observation file.

    Shape: (bytes,) to (epochs,) and (observations,). Unit: as the tables of the batches say. Error: exact to the digits
    of the file; what is damaged is left out and counted in the report. FileFormatError for what is no observation file.
    Source: RINEX 2.11, 3.05, 4.00.
    """
    text = split_lines(data)
    found = _read(text, None)
    if found.header.version >= 3.0:
        return found
    # whose phase L2 is depends on which codes a system really has, and the header tells that of all systems together
    o = found.observations
    ranged = ~np.isnan(o.pr_m)
    pairs = set(zip(o.system[ranged].tolist(), o.signal[ranged].tolist(), strict=True))
    filled = {
        letter: filled_types(letter, [CODE_NAMES[code] for s, code in pairs if s == system])
        for system, letter in enumerate(SYSTEMS)
    }
    headers = [found.header, *(header for _, header in found.changes)]
    same = all(_same_plan(plan_types(header), plan_types(header, filled)) for header in headers)
    return found if same else _read(text, filled)
